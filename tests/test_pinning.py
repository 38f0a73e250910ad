"""Pinning: which files a run flies by, and the digest that stands for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.errors import ConfigurationError, NotFoundError
from cockpit.parsed import digest_of
from cockpit.pinning import parse_texts, read_work_tree
from tests.shop import CHECKLIST, CONFIGURATION, make_shop


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return make_shop(tmp_path / "shop")


def test_the_texts_are_the_files_and_say_the_same_again(shop: Path) -> None:
    sources = read_work_tree(shop)
    assert sources.texts["cockpit.yaml"] == CONFIGURATION
    assert sources.texts["checklists/short.yaml"] == CHECKLIST
    assert sources.pinned.digest == digest_of(sources.texts)
    assert parse_texts(dict(reversed(list(sources.texts.items())))) == sources.pinned


def test_the_digest_changes_with_any_pinned_text_and_any_name(shop: Path) -> None:
    texts = dict(read_work_tree(shop).texts)
    digest = digest_of(texts)
    assert len(texts) > 3, "the shipped runbooks and pages are pinned too"
    for path, text in texts.items():
        assert digest_of({**texts, path: text + "#"}) != digest, path
        assert digest_of({other: kept for other, kept in texts.items() if other != path}) != digest
    assert digest_of({**texts, "checklists/runbooks/extra.yaml": ""}) != digest


def test_the_shops_own_page_stands_for_the_shipped_one(shop: Path) -> None:
    (shop / "checklists" / "contacts.yaml").write_text("contacts:\n  - {id: db, purpose: Database, name: Eve}\n")
    library = read_work_tree(shop).pinned.library
    assert [contact.name for contact in library.contacts] == ["Eve"]
    assert library.runbooks, "what it does not have is the shipped one"


def test_every_mistake_in_every_file_is_told(shop: Path) -> None:
    (shop / "checklists" / "short.yaml").write_text(CHECKLIST.replace("title: Short", "titel: Short"))
    (shop / "checklists" / "contacts.yaml").write_text("contacts:\n  - {id: db}\n")
    with pytest.raises(ConfigurationError) as caught:
        read_work_tree(shop)
    assert {Path(problem.path).name for problem in caught.value.problems} == {"short.yaml", "contacts.yaml"}


def test_a_checklist_that_is_nowhere_is_a_mistake_in_the_configuration(shop: Path) -> None:
    (shop / "cockpit.yaml").write_text(CONFIGURATION.replace("short", "nowhere"))
    with pytest.raises(ConfigurationError, match="nowhere") as caught:
        read_work_tree(shop)
    assert caught.value.problems[0].path == "cockpit.yaml"


@pytest.mark.parametrize(
    ("configuration", "told"),
    [
        (CONFIGURATION.replace("service:", "servise:"), "'servise' is not known"),
        ("service: [", "did not find expected node"),
        (CONFIGURATION.replace("short", "nowhere, short"), "there is no checklist 'nowhere'"),
    ],
)
def test_a_mistake_in_the_configuration_hides_none_in_what_lies_beside_it(
    shop: Path, configuration: str, told: str
) -> None:
    (shop / "cockpit.yaml").write_text(configuration)
    (shop / "checklists" / "short.yaml").write_text(CHECKLIST.replace("title: Short", "titel: Short"))
    (shop / "checklists" / "contacts.yaml").write_bytes(b"\xff")
    (shop / "checklists" / "runbooks").mkdir()
    (shop / "checklists" / "runbooks" / "down.yaml").write_text("id: down\ntitle: Down\nstepps: []\n")
    with pytest.raises(ConfigurationError, match=told) as caught:
        read_work_tree(shop)
    assert [path.removeprefix(f"{shop}/") for path in dict.fromkeys(one.path for one in caught.value.problems)] == [
        "cockpit.yaml", "checklists/contacts.yaml", "checklists/short.yaml", "checklists/runbooks/down.yaml",
    ]  # fmt: skip


def test_without_a_configuration_it_says_how_to_begin(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no cockpit\.yaml") as caught:
        read_work_tree(tmp_path)
    assert caught.value.code == "no-configuration"


def test_what_cannot_be_read_names_its_place(shop: Path) -> None:
    (shop / "cockpit.yaml").write_bytes(CONFIGURATION.encode() + b"# caf\xe9\n")
    with pytest.raises(ConfigurationError, match=r"cockpit\.yaml:4:1: not UTF-8"):
        read_work_tree(shop)
    (shop / "cockpit.yaml").unlink()
    (shop / "cockpit.yaml").mkdir()
    with pytest.raises(ConfigurationError, match=r"cockpit\.yaml:1:1: cannot be read: Is a directory"):
        read_work_tree(shop)


def test_texts_that_lack_a_file_are_a_mistake_and_no_crash() -> None:
    for texts in ({}, {"cockpit.yaml": CONFIGURATION}):
        with pytest.raises(ConfigurationError, match="it was not pinned"):
            parse_texts(texts)

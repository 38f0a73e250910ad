"""What texts say, kept for the next start: the same to the last byte, and nothing at all for any other text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from cockpit import parsed
from cockpit.content.shipped import shipped_directory
from cockpit.demo.demo import Demo
from cockpit.errors import ConfigurationError
from cockpit.parsed import ParsedTexts
from cockpit.pinning import parse_texts, read_work_tree
from cockpit.release.checks import check_digest
from cockpit.release.configuration import Configuration
from cockpit.release.ledger import Pinned, Pins
from cockpit.release.library import Library
from cockpit.runs import parse_pins
from tests.shop import CHECKLIST, CONFIGURATION, make_shop

# Written out as they are by default: what is encoded of them must not depend on where the value is from.
DEFAULTS = CONFIGURATION + (
    'probes: {up: {http: "http://127.0.0.1:9/health", interval: 10s, timeout: 5s, method: GET, failures: 3}}\n'
    "checks:\n"
    "  day/before/look: {file: {path: VERSION, min_size: 0}, interval: 1m, effects: none, observe: any}\n"
    "  day/before/listen: {probe: {name: up, degraded: false}, closes: false}\n"
)


SHORT = {"cockpit.yaml": CONFIGURATION, "checklists/short.yaml": CHECKLIST}


@pytest.fixture(scope="module")
def short() -> Pinned:
    return parse_texts(SHORT)


@pytest.fixture
def texts(tmp_path: Path) -> dict[str, str]:
    return dict(read_work_tree(make_shop(tmp_path / "shop", DEFAULTS)).texts)


def the_same(found: Pinned | None, pinned: Pinned) -> bool:
    return found == pinned and msgspec.json.encode(found) == msgspec.json.encode(pinned)


def test_what_is_recalled_is_what_was_read(tmp_path: Path, texts: dict[str, str]) -> None:
    kept, pinned = ParsedTexts(tmp_path), parse_texts(texts)
    assert kept.recall(texts, "live") is None
    kept.keep(texts, "live", pinned)
    found = ParsedTexts(tmp_path).recall(texts, "live")
    assert the_same(found, pinned)
    assert found is not None
    for item, check in pinned.configuration.checks.items():
        assert check_digest(found.configuration.checks[item]) == check_digest(check)


def test_the_demos_whole_configuration_is_recalled_as_it_was_read(tmp_path: Path) -> None:
    with Demo.create(now=datetime.now(UTC), checklists=shipped_directory()) as demo:
        sources = read_work_tree(demo.repository)
    kept = ParsedTexts(tmp_path)
    kept.keep(sources.texts, "", sources.pinned)
    assert the_same(kept.recall(sources.texts, ""), sources.pinned)


@settings(max_examples=50)
@given(data=st.data())
def test_other_texts_are_read_anew(
    tmp_path_factory: pytest.TempPathFactory, short: Pinned, data: st.DataObject
) -> None:
    texts = SHORT
    kept = ParsedTexts(tmp_path_factory.mktemp("kept"))
    kept.keep(SHORT, "live", short)
    path = data.draw(st.sampled_from(sorted(texts)))
    at = data.draw(st.integers(0, len(texts[path])))
    other = {**texts, path: texts[path][:at] + data.draw(st.text(min_size=1, max_size=3)) + texts[path][at:]}
    assert kept.recall(other, "live") is None
    assert kept.recall({**texts, "checklists/notes.yaml": ""}, "live") is None
    assert kept.recall(texts, "staging") is None
    assert kept.recall(texts, "live") is not None


@settings(max_examples=50)
@given(data=st.data())
def test_what_is_damaged_is_read_anew(
    tmp_path_factory: pytest.TempPathFactory, short: Pinned, data: st.DataObject
) -> None:
    directory = tmp_path_factory.mktemp("kept")
    kept = ParsedTexts(directory)
    kept.keep(SHORT, "live", short)
    (path,) = (directory / "parsed").iterdir()
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    damage = data.draw(st.sampled_from([b"", whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]]))
    path.write_bytes(damage)
    assert kept.recall(SHORT, "live") is None


def test_another_version_of_the_reading_code_reads_anew(
    tmp_path: Path, short: Pinned, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = ParsedTexts(tmp_path)
    kept.keep(SHORT, "live", short)
    known = parsed.code_of(*parsed._READERS)
    assert "content/schema.py" in known and "release/configuration.py" in known
    code = known.replace("schema.py ", "schema.py 1")
    monkeypatch.setattr(parsed, "code_of", lambda *_: code)
    assert kept.recall(SHORT, "live") is None
    monkeypatch.setattr(parsed, "code_of", lambda *_: "")
    kept.keep(SHORT, "live", short)
    assert kept.recall(SHORT, "live") is None, "where its code is not known, nothing is kept"


def structs_in(kind: object) -> set[type[Struct]]:
    """Return the structs that a type is made of, all the way down."""
    found: set[type[Struct]] = set()
    waiting = [kind]
    while waiting:
        one = waiting.pop()
        waiting += get_args(one)
        if isinstance(one, type) and issubclass(one, Struct) and one not in found:
            found.add(one)
            waiting += [field.type for field in msgspec.structs.fields(one)]
    return found


def test_no_start_evaluates_the_annotations_of_what_is_read_then() -> None:
    """Each is a text where a module imports `annotations` from the future, and costs as much as many values do."""
    structs = structs_in(Configuration) | structs_in(Library)
    assert len(structs) > 50
    texts = {
        f"{one.__name__}.{name}"
        for one in structs
        for name, kind in one.__annotations__.items()
        if isinstance(kind, str) and one.__module__ != "cockpit.release.checklist"  # its items are made of items
    }
    assert texts == set()


def test_only_the_owner_sees_it_and_little_is_kept(tmp_path: Path, short: Pinned) -> None:
    kept = ParsedTexts(tmp_path)
    for number in range(parsed._MOST + 5):
        kept.keep(SHORT, f"live{number}", short)
    assert (tmp_path / "parsed").stat().st_mode & 0o077 == 0
    assert len(list((tmp_path / "parsed").iterdir())) == parsed._MOST
    assert kept.recall(SHORT, f"live{parsed._MOST + 4}") is not None
    kept.forget()
    assert not list((tmp_path / "parsed").iterdir())
    (tmp_path / "parsed").rmdir()
    (tmp_path / "parsed").write_text("in the way")
    kept.keep(SHORT, "live", short)
    kept.forget()
    assert kept.recall(SHORT, "live") is None


def test_a_run_is_flown_by_what_is_kept_and_by_its_own_checklists_only(
    tmp_path: Path, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path))
    pinned = parse_texts(texts)
    pins = Pins(pinned.digest, {}, ("short",), "live")
    assert the_same(parse_pins(texts, pins), pinned)
    monkeypatch.setattr("cockpit.pinning.parse_texts", lambda *_: pytest.fail("it was read once more"))
    assert the_same(parse_pins(texts, pins), pinned)
    assert parse_pins(texts, msgspec.structs.replace(pins, checklists=())).checklists == ()


def test_what_cannot_be_read_is_refused_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path))
    texts = {"cockpit.yaml": CONFIGURATION + "no_such_key: 1\n", "checklists/short.yaml": CHECKLIST}
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="no_such_key"):
            parse_pins(texts, Pins("", {}, ("short",), "live"))

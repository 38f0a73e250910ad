"""The README and its pages say what is so: their tables, links, commands and messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cockpit.cli.main import build_parser, groups_for
from tests.cli.test_help import pieces
from tests.readme import DOCS, PAGES, README, TABLES, with_table

SOURCES = Path(__file__).parent.parent / "cockpit"


def anchor(heading: str) -> str:
    """Return a heading's anchor, as forges make it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_as_the_code_has_it(name: str) -> None:
    page, _ = TABLES[name]
    text = page.read_text(encoding="utf-8")
    assert with_table(name, text) == text, "run .venv/bin/python -m tests.readme"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if "://" in target:
            continue
        file, _, part = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), target
        if part:
            headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert part in map(anchor, headings), target


def test_every_page_is_linked_from_the_readme() -> None:
    text = README.read_text(encoding="utf-8")
    assert [page.name for page in DOCS.glob("*.md") if f"cockpit/docs/{page.name}" not in text] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_that_are_shown_can_be_typed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            for words in pieces(line.partition("#")[0].replace(".venv/bin/", "")):
                build_parser(groups_for(words)).parse_args(words)


def test_each_command_is_listed() -> None:
    text = README.read_text(encoding="utf-8")
    listed = text[text.index("### Commands") : text.index("### Keys")]
    for action in build_parser()._subparsers._group_actions:  # type: ignore[union-attr]
        missing = [name for name in action.choices or () if not re.search(rf"`[^`]*\b{name}\b", listed)]
        assert missing == ["worker"], "which people do not call"


def test_each_message_of_the_faq_is_one_that_the_cockpit_gives() -> None:
    text = README.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \| .* \| .* \|$", text[text.index("| it says |") : text.index("## Reference")], re.M)
    assert len(rows) > 15
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))
    # How a message is put together in the source: with the names of its parts.
    source = source.replace("{CONFIGURATION_FILE}", "cockpit.yaml")
    for row in rows:
        for message in re.findall(r"`([^`]+)`", row):
            assert message in source, f"nothing says {message!r}"

"""Writes the tables into the README that are made from the code: `.venv/bin/python -m tests.readme`."""

from __future__ import annotations

import re
from pathlib import Path

from cockpit.tui.commands import key_table
from tests.content.bindings import table as bindings_table

README = Path(__file__).parent.parent / "README.md"
DOCS = README.parent / "cockpit" / "docs"
PAGES = (README, *sorted(DOCS.glob("*.md")))


def with_key_table(text: str) -> str:
    """Return the README with the table of today's commands between its markers."""
    return _between("keys", key_table(), text)


def with_bindings(text: str) -> str:
    """Return the README with the table of what each shipped item is sensed by between its markers."""
    return _between("bindings", bindings_table(), text)


def _between(name: str, table: str, text: str) -> str:
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    assert block.search(text), f"the README has no place for the table of {name}"
    return block.sub(lambda match: f"{match[1]}{table}\n{match[2]}", text)


if __name__ == "__main__":
    README.write_text(with_bindings(with_key_table(README.read_text(encoding="utf-8"))), encoding="utf-8")

"""Writes the tables into the README and its pages that are made from the code: `.venv/bin/python -m tests.readme`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from cockpit.tui.commands import key_table
from tests.content.bindings import table as bindings_table
from tests.reference import reference

README = Path(__file__).parent.parent / "README.md"
DOCS = README.parent / "cockpit" / "docs"
PAGES = (README, *sorted(DOCS.glob("*.md")))

# Where each table stands, by its name there.
TABLES: dict[str, tuple[Path, Callable[[], str]]] = {
    "keys": (README, key_table),
    "bindings": (DOCS / "checks.md", bindings_table),
    "configuration": (DOCS / "configuration.md", reference),
}


def with_table(name: str, text: str) -> str:
    """Return a page with the table of that name, as it is today, between its markers."""
    block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    assert block.search(text), f"there is no place for the table of {name}"
    table = TABLES[name][1]()
    return block.sub(lambda match: f"{match[1]}{table}\n{match[2]}", text)


if __name__ == "__main__":
    for name, (page, _) in TABLES.items():
        page.write_text(with_table(name, page.read_text(encoding="utf-8")), encoding="utf-8")

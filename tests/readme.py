"""Writes the key table into the README: `.venv/bin/python -m tests.readme`."""

from __future__ import annotations

import re
from pathlib import Path

from cockpit.tui.commands import key_table

README = Path(__file__).parent.parent / "README.md"
_BLOCK = re.compile(r"(<!-- keys -->\n).*?(<!-- /keys -->)", re.DOTALL)


def with_key_table(text: str) -> str:
    """Return the README with the table of today's commands between its markers."""
    return _BLOCK.sub(lambda match: f"{match[1]}{key_table()}\n{match[2]}", text)


if __name__ == "__main__":
    README.write_text(with_key_table(README.read_text(encoding="utf-8")), encoding="utf-8")

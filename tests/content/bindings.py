"""Which items of the shipped checklist can be sensed, and how: `.venv/bin/python -m tests.content.bindings` prints it.

A check that needs to be told of a site stands in the file behind a `#`; here it is read as if it did not.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cockpit.content.checklists import parse_checklist_text
from cockpit.content.shipped import shipped_directory
from cockpit.release.checks import Check, describe_check, expectation

FILE = shipped_directory() / "production-deployment.yaml"
_COMMENTED = re.compile(r"^( *)# check: ", re.MULTILINE)


class Binding(NamedTuple):
    """An item with its check, if it has one; `ready` where nothing of the site has to be written into it."""

    id: str
    phase: str
    text: str
    check: Check | None
    ready: bool


def uncommented() -> str:
    """Return the checklist's text with every check in force."""
    return _COMMENTED.sub(r"\1check: ", FILE.read_text(encoding="utf-8"))


def bindings() -> list[Binding]:
    """Return all items in reading order."""
    shipped = parse_checklist_text(FILE.read_text(encoding="utf-8"), str(FILE))
    ready = {item.id for _, _, item, _ in shipped.walk() if item.check is not None}
    whole = parse_checklist_text(uncommented(), str(FILE))
    return [
        Binding(item.id, phase.title, item.text, item.check, item.id in ready) for phase, _, item, _ in whole.walk()
    ]


def table() -> str:
    """Return the kinds of all items as a Markdown table."""
    lines = ["| phase | item | sensed by | how |", "|---|---|---|---|"]
    for each in bindings():
        if each.check is None:
            kind, how = "attestation", ""
        else:
            kind = f"{'closing' if each.check.closes else 'supporting'} check, {each.check.kind}"
            how = describe_check(each.check) if each.check.command else expectation(each.check)
            how = f"`{how}`" + ("" if each.ready else " (say what is yours)")
        lines.append(f"| {each.phase} | {each.text} | {kind} | {how.replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())

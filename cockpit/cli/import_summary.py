"""What an import of Markdown found, decided and could not place: for a script, and for a person."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.content.markdown.importing import Imported

_MOST_LISTED = 50
_MOST_DECISIONS = 30


def import_document(imported: Imported, written: list[Path]) -> dict[str, Any]:
    """Return what an import found, as `--json` shows it."""
    checklist, parts = imported.checklist, imported.parts
    items = list(checklist.walk())
    return {
        "items": len(items),
        "checked": sum(item.checked for _, _, item, _ in items),
        "phases": [{"title": phase.title, "sections": len(phase.sections)} for phase in checklist.phases],
        "commands": sum(bool(item.run) for _, _, item, _ in items),
        "runbooks": len(parts.runbooks),
        "signoff_roles": len(parts.roles),
        "unplaced": imported.unplaced,
        "decisions": imported.decisions,
        "checklist": {"id": checklist.id, "title": checklist.title},
        "targets": len(parts.targets),
        "contacts": len(parts.contacts),
        "env": len(parts.env),
        "templates": len(parts.templates),
        "procedures": [
            {"id": each.id, "title": each.title, "kind": each.kind, "steps": len(each.steps)} for each in parts.runbooks
        ],
        "roles": [each.title for each in parts.roles],
        "item_list": [
            {"id": item.id, "text": item.text, "checked": item.checked, "depth": depth + 1, "line": line}
            for (_, _, item, depth), line in zip(items, imported.lines, strict=True)
        ],
        "written": [str(path) for path in written],
    }


def summary_lines(imported: Imported) -> list[str]:
    """Return what an import found, for a person, with every line that it could not place."""
    found = import_document(imported, [])
    kinds = [each["kind"] for each in found["procedures"]]
    counts = [
        (found["items"], "item"),
        (len(found["phases"]), "phase"),
        (found["commands"], "command"),
        (kinds.count("emergency"), "emergency procedure"),
        (kinds.count("rollback"), "rollback procedure"),
        (kinds.count("procedure"), "other procedure"),
        (found["signoff_roles"], "sign-off role"),
        (found["targets"], "target"),
        (found["contacts"], "contact"),
        (found["env"], "environment variable"),
        (found["templates"], "message template"),
    ]
    lines = [f"{found['checklist']['title']}: " + ", ".join(_count(number, word) for number, word in counts if number)]
    if found["checked"]:
        lines.append(f"{found['checked']} ticked in the file: kept as checked, done by nobody in a release")
    lines += [f"  {each['title']}: {_count(each['sections'], 'section')}" for each in found["phases"]]
    lines += _gate_lines(imported)
    bound = [item for _, _, item, _ in imported.checklist.walk() if item.binds]
    if bound:
        what = f"'{visible(bound[0].title, limit=50)}' and what follows are `binds: commit`"
        lines.append(f"{what}: a rollback suspends what was ticked there")
    lines += _decision_lines(imported)
    if imported.unplaced:
        lines.append(f"{_count(len(imported.unplaced), 'line')} with a box could not be placed (--lenient takes them):")
        shown = imported.unplaced if len(imported.unplaced) <= _MOST_LISTED else imported.unplaced[: _MOST_LISTED - 1]
        lines += [f"  line {each.line}: {visible(each.text, limit=100)}" for each in shown]
        if len(shown) < len(imported.unplaced):
            lines.append(f"  and {len(imported.unplaced) - len(shown)} more: --json lists them all")
    return lines


def _gate_lines(imported: Imported) -> Iterator[str]:
    """Yield what holds the gates: the killer items of a phase, or all of it where it has none."""
    pauses = [phase for phase in imported.checklist.phases if phase.pause_point]
    killing = [phase for phase in pauses if any(item.killer for part in phase.sections for item, _ in part.walk())]
    others = len(pauses) - len(killing)
    if others:
        ends = f"{_count(others, 'phase')} {'ends' if others == 1 else 'end'}"
        yield f"{ends} in a go or no-go: every open item holds it, until some say `killer: true`"
    if killing:
        ends = f"{_count(len(killing), 'phase')} {'ends' if len(killing) == 1 else 'end'}"
        yield f"{ends} in a go or no-go that killer items hold; what else is open there does not hold it"


def _decision_lines(imported: Imported) -> Iterator[str]:
    """Yield what was decided by itself; list entries that became notes of one thing share a line."""
    groups = [list(each) for _, each in groupby(imported.decisions, key=lambda one: (one.what, one.why))]
    groups = [part for group in groups for part in ([group] if group[0].what == "note" else ([one] for one in group))]
    if groups:
        yield "Decided by itself; the YAML can say otherwise:"
    for first, *others in groups[:_MOST_DECISIONS]:
        beside = f" and {len(others)} more" if others else ""
        yield f"  line {first.line}, '{visible(first.text, limit=60)}'{beside}: {visible(first.why, limit=100)}"
    left = sum(map(len, groups[_MOST_DECISIONS:]))
    if left:
        yield f"  and {left} more: --json lists them all"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"

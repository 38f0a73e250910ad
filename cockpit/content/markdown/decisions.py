"""What an import decided by itself, and why: told line by line, so that a person can say otherwise in the YAML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from msgspec import Struct

from cockpit.content.markdown.found import FoundParts, find_parts
from cockpit.content.markdown.marks import speaks_of_a_cadence, speaks_of_killers
from cockpit.content.markdown.outline import Node, Outline
from cockpit.content.markdown.sections import LISTS, Part
from cockpit.release.checklist import Item, Phase, Section


class Decision(Struct, frozen=True):
    """Something at a line that became more, or less, than it might look like; `why` is a clause of its own."""

    line: int
    what: Literal["note", "words", "killer", "recurring", "not-killer", "not-recurring"]
    text: str
    why: str


def decisions_of(
    drafts: Sequence[tuple[Node, list[Part]]], phases: Sequence[Phase], outlined: Outline
) -> tuple[Decision, ...]:
    """Return what was decided about these phases, as they were read and as they became, and about what is none."""
    found = [*_words(outlined.before, "its note"), *_words(outlined.after, "its appendix")]
    for (node, parts), phase in zip(drafts, phases, strict=True):
        held = [part for part in parts if part.entries or not part.own]
        for part in parts:
            found += (Decision(line, "note", text, _note_of(part, of, phase)) for line, text, of in part.unboxed)
        for part, section in zip(held, phase.sections, strict=True):
            found += _of_section(part, section)
        if not any(part.own for part in held):
            found += _unheeded(node.line, phase.title, phase.sections)
    return tuple(sorted(found, key=lambda each: each.line))


def _note_of(part: Part, of: str, phase: Phase) -> str:
    return f"no box: a note of {of or (phase.title if part.own else part.title)!r}"


def _words(nodes: Sequence[object], where: str) -> Iterator[Decision]:
    """Yield the headings without a box whose lists were kept as words, and were nothing else that is known."""
    for node in nodes:
        if isinstance(node, Node) and find_parts(node) == FoundParts():
            listed = [one for one, _ in node.walk() if any(block.kind in LISTS for block in one.blocks)]
            if listed:
                yield Decision(node.line, "words", node.title, f"no box below it: kept as words, in {where}")


def _of_section(part: Part, section: Section) -> Iterator[Decision]:
    items = [item for item, _ in section.walk()]
    if section.cadence:
        yield Decision(
            part.line, "recurring", section.title, f"comes again {section.cadence}, and holds no go or no-go"
        )
    if section.items and all(item.killer for item in items):
        yield Decision(
            part.line, "killer", section.title, f"{_count(len(items))} marked `killer: true`: each holds the go"
        )
        return
    yield from _unheeded(part.line, section.title, (section,))
    marked: Iterator[tuple[int, Item]] = zip(_lines(part), items, strict=True)
    for line, item in marked:
        if item.killer:
            yield Decision(line, "killer", item.text, "marked `killer: true`: it holds the go")


def _lines(part: Part) -> Iterator[int]:
    waiting = list(reversed(part.entries))
    while waiting:
        entry = waiting.pop()
        yield entry.line
        waiting += reversed(entry.children)


def _unheeded(line: int, title: str, sections: Sequence[Section]) -> Iterator[Decision]:
    """Yield what a heading seems to say, and was not taken to say."""
    if speaks_of_a_cadence(title) and not any(section.cadence for section in sections):
        why = "not taken for something that recurs; if it does: `cadence:` at its section"
        yield Decision(line, "not-recurring", title, why)
    if speaks_of_killers(title) and not any(item.killer for section in sections for item, _ in section.walk()):
        yield Decision(
            line, "not-killer", title, "marks nothing as a killer; where it should: `killer: true` at the item"
        )


def _count(number: int) -> str:
    return "1 item is" if number == 1 else f"{number} items are"

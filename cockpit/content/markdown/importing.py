"""Any Markdown into a checklist: every task item in its phase and section, and every other box-like line named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from cockpit.content.ids import slug, unique
from cockpit.content.markdown.blocks import Block, Document, parse_document
from cockpit.content.markdown.bonds import bound_from_the_deploy
from cockpit.content.markdown.boxes import is_box_like
from cockpit.content.markdown.decisions import Decision, decisions_of
from cockpit.content.markdown.found import FoundParts, find_parts
from cockpit.content.markdown.inline import Inline
from cockpit.content.markdown.lenient import place_leniently
from cockpit.content.markdown.marks import cadence_of, item_says_killer, title_says_killer
from cockpit.content.markdown.outline import Node, Outline, outline, rest
from cockpit.content.markdown.procedures import without_command
from cockpit.content.markdown.sections import BETWEEN, Entry, Part, parts_of
from cockpit.content.markdown.writing import write
from cockpit.errors import ConfigurationError, Problem
from cockpit.release.checklist import Checklist, Item, Link, Phase, Section

SHELLS = frozenset({"", "bash", "sh", "shell", "zsh", "ksh", "fish"})
# A YAML file is read 100 levels deep; what stands around the items takes six, each item two.
DEEPEST_ITEM = 46
_LONGEST_SLUG = 60
_WHEN = re.compile(
    r"(.*\S)\s*\(([^()]*\b(?:T[-+]\d+\w*|before|after|day|days|week|weeks|month|months|hours?|launch)\b[^()]*)\)"
)
# What a checklist directory keeps in files of these names is no checklist.
_OTHER_FILES = frozenset({"targets", "env", "tools", "contacts", "signoff", "notes"})
_IF_APPLICABLE = re.compile(r"\((?:if|where) applicable\)", re.IGNORECASE)


class Unplaced(Struct, frozen=True):
    """A line that looks like a box to tick and became no item; lines count from 1."""

    line: int
    text: str


class Imported(Struct, frozen=True):
    """What a Markdown file holds; `lines` are those of the items, in reading order."""

    checklist: Checklist
    lines: tuple[int, ...]
    parts: FoundParts
    unplaced: tuple[Unplaced, ...]
    decisions: tuple[Decision, ...] = ()


def import_text(text: str, path: str, name: str, *, lenient: bool = False) -> Imported:
    """Return what the Markdown `text`, as `source.clean` returns it, holds.

    `name` is its title where nothing in it says another; with `lenient`, box-like lines become items, too.
    ConfigurationError where there is no item, or one deeper than a checklist file can hold.
    """
    document = parse_document(text)
    outlined = outline(document.blocks, document.front_matter, name)
    drafts = [(phase, parts_of(phase)) for phase in outlined.phases]
    taken = {entry.line for _, parts in drafts for part in parts for entry, _ in _walk(part.entries, 1)}
    # Only a line feed ends a line here, as for the parser.
    unplaced = [
        Unplaced(number, line.strip())
        for number, line in enumerate(text.split("\n"), 1)
        if number not in taken and is_box_like(line)
    ]
    boxes = {each.line for each in unplaced}  # told of as such
    if lenient:
        left = place_leniently(drafts, [(each.line, each.text) for each in unplaced], outlined)
        unplaced = [each for each in unplaced if each.line in left]
    _complain(drafts, unplaced, path)
    lines = tuple(entry.line for _, parts in drafts for part in parts for entry, _ in _walk(part.entries, 1))
    checklist = _Builder(document, outlined).checklist(drafts)
    decisions = tuple(one for one in decisions_of(drafts, checklist.phases, outlined) if one.line not in boxes)
    return Imported(checklist, lines, find_parts(outlined.root), tuple(unplaced), decisions)


def _walk(entries: list[Entry], depth: int) -> Iterator[tuple[Entry, int]]:
    for entry in entries:
        yield entry, depth
        yield from _walk(entry.children, depth + 1)


def _complain(drafts: list[tuple[Node, list[Part]]], unplaced: list[Unplaced], path: str) -> None:
    found = [each for _, parts in drafts for part in parts for each in _walk(part.entries, 1)]
    deepest = next((entry for entry, depth in found if depth > DEEPEST_ITEM), None)
    if deepest is not None:
        message = f"an item nested more than {DEEPEST_ITEM} levels deep: bring it to fewer levels"
        raise ConfigurationError([Problem(path, deepest.line, 1, message)])
    if not found:
        message = "no task item is in this file: write them as '- [ ] text'"
        if len(unplaced) == 1:
            message += "; this line looks like a box, and --lenient takes it"
        elif unplaced:
            message += f"; {len(unplaced)} lines from here on look like boxes, and --lenient takes them"
        raise ConfigurationError([Problem(path, unplaced[0].line if unplaced else 1, 1, message)])


class _Builder:
    def __init__(self, document: Document, outlined: Outline) -> None:
        self._document = document
        self._outline = outlined
        self._inline = Inline(document.environment)
        self._taken: set[str] = set()
        self._last_number: dict[str, int] = {}

    def checklist(self, drafts: list[tuple[Node, list[Part]]]) -> Checklist:
        title = self._outline.title
        appendix = write(rest(list(self._outline.after)))
        definitions = "\n".join(self._document.definitions)
        ids: set[str] = set()
        own = self._slug(title)
        return Checklist(
            id=f"{own}-checklist" if own in _OTHER_FILES else own,
            title=title,
            note=write(rest(self._outline.before)),
            phases=bound_from_the_deploy([self._phase(node, parts, ids) for node, parts in drafts]),
            appendix="\n\n".join(filter(None, (appendix, definitions))),
            front_matter=self._document.front_matter.strip("\n"),
        )

    def _phase(self, node: Node, parts: list[Part], phase_ids: set[str]) -> Phase:
        title, when = node.title, ""
        match = _WHEN.fullmatch(title)
        if match:
            title, when = match[1], match[2].strip()
        own = unique(self._slug(title), phase_ids)
        note = write(next((part.notes for part in parts if part.own), []))
        section_ids: set[str] = set()
        sections = tuple(
            self._section(part, title if part.own else part.title, own, section_ids, killer=title_says_killer(title))
            for part in parts
            if part.entries or not part.own
        )
        recurring = all(section.cadence for section in sections if section.items)
        return Phase(
            id=own,
            title=title,
            when=when,
            note=note,
            pause_point=not recurring,
            maintenance=recurring,
            sections=sections,
        )

    def _section(self, part: Part, title: str, phase_id: str, section_ids: set[str], *, killer: bool) -> Section:
        own = unique(self._slug(title), section_ids)
        parent = phase_id if own == phase_id else f"{phase_id}/{own}"  # weekly/look, and not weekly/weekly/look
        killer = killer or any(map(title_says_killer, title.split(BETWEEN)))
        return Section(
            id=own,
            title=title,
            note="" if part.own else write(part.notes),
            cadence=cadence_of(title),
            items=tuple(self._item(entry, parent, killer=killer) for entry in part.entries),
        )

    def _item(self, entry: Entry, parent: str, *, killer: bool) -> Item:
        own = self._unique(f"{parent}/{self._slug(without_command(entry.text))}")
        run, notes = _command(entry.notes)
        return Item(
            id=own,
            text=entry.text,
            checked=entry.ticked,
            ordered=entry.numbered,
            note=write(notes),
            killer=killer or item_says_killer(entry.text),
            run=run,
            applies="if-applicable" if _IF_APPLICABLE.search(entry.text) else "always",
            links=tuple(Link(title, url) for title, url in self._inline.links(entry.text)),
            items=tuple(self._item(child, own, killer=killer) for child in entry.children),
        )

    def _unique(self, candidate: str) -> str:
        """Return what `unique` returns, without counting again past thousands of items of the same words."""
        found, number = candidate, self._last_number.get(candidate, 1)
        while found in self._taken:
            number += 1
            found = f"{candidate}-{number}"
        self._last_number[candidate] = number
        self._taken.add(found)
        return found

    def _slug(self, text: str) -> str:
        found = slug(self._inline.plain(text))
        if len(found) > _LONGEST_SLUG:
            found = found[: _LONGEST_SLUG + 1].rpartition("-")[0] or found[:_LONGEST_SLUG]
        return found.strip("-")


def _command(notes: list[Block]) -> tuple[str, list[Block]]:
    """Return the first command block of an item, and its other blocks; templates with boxes are no commands."""
    for index, block in enumerate(notes):
        lines = block.text.split("\n")
        if block.kind == "fence" and block.info.lower() in SHELLS and block.text.strip():
            if any(map(is_box_like, lines)):
                continue
            return block.text.rstrip("\n"), [*notes[:index], *notes[index + 1 :]]
    return "", notes

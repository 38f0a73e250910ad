"""What stands beneath a heading with items: its items, its sections, and the words that go with either."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from msgspec import Struct, field

from cockpit.content.markdown.blocks import Block
from cockpit.content.markdown.outline import Node
from cockpit.content.markdown.writing import one_line_title

LISTS = frozenset({"bullet_list", "ordered_list"})
BETWEEN = " › "
# A comment without words: it keeps apart what would else be read as one.
NOTHING = "<!-- -->"
_LONGEST_LABEL = 120
# What an export says behind an item of its state in a run (`cockpit.interchange`); nobody else writes it so.
_TICKED = " \u2014 *ticked in the imported file*"
_STATE = re.compile(r" \u2014 \*\*[a-z]+ by .{1,200}? \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(?:: .*)?\*\*$")
_BOLD = re.compile(r"(?:\*\*(?!\s)[^*\n]+(?<!\s)\*\*|__(?!\s)[^_\n]+(?<!\s)__):?")


class Entry(Struct):
    """A task item as it was read: `notes` are its blocks that are neither its text nor task items."""

    text: str
    line: int
    ticked: bool = False
    numbered: bool = False
    notes: list[Block] = field(default_factory=list)
    children: list[Entry] = field(default_factory=list)


class Part(Struct):
    """A section as it was read; the section of a phase's own items has the phase's title.

    `unboxed` are list entries that became notes: their line, their text, and the item that they went with, or empty.
    """

    title: str
    line: int
    own: bool = False  # of the phase itself, not of a heading below it
    notes: list[Block] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    unboxed: list[tuple[int, str, str]] = field(default_factory=list)


def parts_of(phase: Node) -> list[Part]:
    """Return the sections of a phase in reading order, those without items and words left out; the first may be
    the phase's own, with the phase's words as its notes and without items."""
    reader = _Reader(phase.title)
    reader.read(phase, ())
    own = [part for part in reader.parts if part.own]
    for part in own[1:]:
        _move_notes(part, own[0])
    first: dict[str, Part] = {}
    for part in reader.parts:
        earlier = first.setdefault(part.title, part)
        if earlier is not part and not part.entries:  # words after a group go with the section that it interrupted
            _move_notes(part, earlier)
    return [part for part in reader.parts if part.entries or part.notes]


def _move_notes(part: Part, to: Part) -> None:
    to.notes += part.notes
    part.notes = []
    if not part.entries:
        to.unboxed += part.unboxed
        part.unboxed = []


class _Reader:
    def __init__(self, phase: str) -> None:
        self._phase = phase
        self.parts: list[Part] = []
        # What a code block or a table elaborates: the item before it, or the section.
        self._sink: list[Block] = []
        self._item = ""  # the text of the item whose notes that are

    def read(self, node: Node, above: tuple[str, ...]) -> None:
        self._open(above, node.line)
        self._blocks(node.blocks, above)
        for child in node.children:
            self.read(child, (*above, child.title))

    def _open(self, path: tuple[str, ...], line: int) -> None:
        self.parts.append(Part(BETWEEN.join(path) or self._phase, line, own=not path))
        self._turn_to_section()

    def _turn_to_section(self) -> None:
        self._sink, self._item = self.parts[-1].notes, ""

    def _blocks(self, blocks: Sequence[Block], path: tuple[str, ...]) -> None:
        """Read the blocks of a section; a label among them opens another section, up to the next label."""
        labelled = path
        for index, block in enumerate(blocks):
            following = blocks[index + 1] if index + 1 < len(blocks) else None
            if block.kind == "hr" or (block.kind == "html_block" and block.text.strip() == NOTHING):
                continue
            if block.kind in LISTS and block.tasks:
                self._list(block, labelled)
            elif block.tasks:
                self._blocks(block.children, labelled)
            elif block.kind == "heading":  # one within a quotation or a list
                title = one_line_title(block.text)
                if following is not None and title:
                    labelled = (*path, title)
                    self._open(labelled, block.line)
                elif title:
                    self._sink.append(Block("paragraph", block.line, f"**{title}**"))
            elif block.kind == "paragraph":
                label = self._label(block, following)
                if label:
                    labelled = (*path, label)
                    self._open(labelled, block.line)
                else:
                    self._turn_to_section()
                    self._sink.append(block)
            else:
                self._sink.append(block)
                if block.kind in LISTS:
                    self._tell_unboxed(block.children)

    def _label(self, block: Block, following: Block | None) -> str:
        """Return the title that a paragraph before items is, if it stands for a heading."""
        text = block.text.strip()
        if following is None or not following.tasks or "\n" in text or len(text) > _LONGEST_LABEL:
            return ""
        if is_bold(text):
            return one_line_title(text.rstrip(":").strip("*_").rstrip(":"))
        if text.endswith(":") and self.parts[-1].entries:
            return one_line_title(text.rstrip(":"))
        return ""

    def _list(self, block: Block, path: tuple[str, ...]) -> None:
        for entry in block.children:
            if entry.ticked is not None:
                self.parts[-1].entries.append(item := entry_of(entry, numbered=block.kind == "ordered_list"))
                self._sink, self._item = item.notes, item.text
            elif entry.tasks:
                self._group(entry, path)
            else:
                append_entry(self._sink, block, entry)
                self._tell_unboxed([entry])

    def _tell_unboxed(self, entries: Sequence[Block]) -> None:
        for entry in entries:
            words = entry.children[0].text if entry.children else ""
            if words.strip():
                self.parts[-1].unboxed.append((entry.line, " ".join(words.split()), self._item))

    def _group(self, entry: Block, path: tuple[str, ...]) -> None:
        """Read a plain list entry with items below it: a section of its own, named by its text."""
        first = entry.children[0]
        title = one_line_title(first.text) if first.kind == "paragraph" else ""
        if not title or len(title) > _LONGEST_LABEL:
            self._blocks(entry.children, path)
            return
        inner = (*path, title)
        self._open(inner, entry.line)
        self._blocks(entry.children[1:], inner)
        self._open(path, entry.line)


def is_bold(paragraph: str) -> bool:
    """Whether a paragraph is bold from end to end, which before items makes it a heading."""
    return bool(_BOLD.fullmatch(paragraph))


def entry_of(item: Block, *, numbered: bool) -> Entry:
    """Return a task item with all that stands in it."""
    text = _without_state(" ".join(item.children[0].text[3:].split()))
    entry = Entry(text, item.children[0].line, bool(item.ticked), numbered)
    for block in item.children[1:]:
        _sort_into(entry, block, entry.notes)
    return entry


def _without_state(text: str) -> str:
    text = text.removesuffix(_TICKED)
    # Without that end there is nothing to find, and looking for it in a hostile text would take minutes.
    return _STATE.sub("", text) if text.endswith("**") else text


def _sort_into(entry: Entry, block: Block, notes: list[Block]) -> None:
    """Put the task items in `block` below `entry`, and what is left of it into `notes`."""
    if not block.tasks:
        notes.append(block)
        return
    if block.kind not in LISTS:
        remaining: list[Block] = []
        for child in block.children:
            _sort_into(entry, child, remaining)
        if remaining:
            notes.append(msgspec.structs.replace(block, children=remaining, tasks=0))
        return
    for each in block.children:
        if each.ticked is not None:
            entry.children.append(entry_of(each, numbered=block.kind == "ordered_list"))
        elif not each.tasks:
            append_entry(notes, block, each)
        else:
            kept: list[Block] = []
            for child in each.children:
                _sort_into(entry, child, kept)
            append_entry(notes, block, msgspec.structs.replace(each, children=kept, tasks=0))


def append_entry(notes: list[Block], around: Block, entry: Block) -> None:
    """Append a plain entry of the list `around`, as part of the same list where its last entry went there, too."""
    last = notes[-1] if notes else None
    if last is not None and last.kind == around.kind and last.line == around.line and not last.tasks:
        last.children.append(entry)
    else:
        number = around.number + next(i for i, each in enumerate(around.children) if each.line == entry.line)
        notes.append(Block(around.kind, around.line, number=number, children=[entry]))

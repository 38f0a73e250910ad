"""Counting the levels of many lines at once, as the classifier would one by one.

Most lines of most logs begin with a time and a level word, or are a web server's. What level the classifier gives such
a line depends on its head alone, and so one pattern reads them all; the classifier sees only the others, and the line
before each run of these, to which they may belong.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from cockpit.logs.lazy import lazily
from cockpit.logs.levels import LEVEL_OF_NAME, status_level
from cockpit.logs.line import Level
from cockpit.logs.split import Block, decode_line
from cockpit.logs.tagged import LineClassifier
from cockpit.logs.timestamps import ACCESS_TIME

if TYPE_CHECKING:
    from cockpit.logs.shapes import Shape

_WORDS = {name.upper().encode(): level for name, level in LEVEL_OF_NAME.items() if name.isalpha()}
_STATUSES = {b"%d" % digit: status_level(digit * 100) for digit in range(10)}
_LEVELS = {**_WORDS, **_STATUSES}
_TIMED = rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:\d\d)? +"
_WEB = (
    rb'(?:\d{1,3}\.){3}\d{1,3} [^\s"\[]+ [^\s"\[]+ \[%s\] "[^"\\\n]*+" '
    % re.sub(r"\((?!\?)", "(?:", ACCESS_TIME.pattern).encode()
)
# One group: what tells the level, nothing where only the classifier knows.
_HEADS = lazily(
    rb"(?:(?=%s(?:%s)[ :]|%s\d\d\d )(?:%s|%s)([A-Z]+|\d))?+[^\n]*\n"
    % (_TIMED, b"|".join(sorted(_WORDS, reverse=True)), _WEB, _TIMED, _WEB)
)


class LevelCounter:
    """Counts lines by level, in blocks, with `classifier` for those whose head does not say it."""

    def __init__(self, classifier: LineClassifier) -> None:
        self._classifier = classifier
        self._json: Shape | None = None  # once a line of JSON has been seen

    def count(self, block: Block) -> Counter[Level]:
        """Return how many of the next lines have which level; continuations count as Level.NONE."""
        levels: Counter[Level] = Counter()
        if block.first is not None:
            levels[self._classify(block.first.text)] += 1
        heads = _HEADS.findall(block.rest)
        for head, number in Counter(heads).items():
            if head:
                levels[_LEVELS[head]] += number
        self._count_others(heads, block, levels)
        return levels

    def _count_others(self, heads: list[bytes], block: Block, levels: Counter[Level]) -> None:
        if all(heads):
            # The next block may begin with lines that belong to this one's last.
            if heads:
                self._classify(_line(block.rest[block.rest.rfind(b"\n", 0, -1) + 1 : -1], block))
            return
        pieces = block.rest.split(b"\n")
        known = True
        for index, head in enumerate(heads):
            if not head:
                level = self._of_json(pieces[index], block.limit)
                if level is not None:
                    levels[level] += 1
                    known = True
                    continue
                if known and index:
                    self._classify(_line(pieces[index - 1], block))
                levels[self._classify(_line(pieces[index], block))] += 1
            known = bool(head)
        if known:
            self._classify(_line(pieces[len(heads) - 1], block))

    def _of_json(self, piece: bytes, limit: int) -> Level | None:
        """Return the level of a line of JSON, where its shape tells it."""
        if self._json is None or piece[:1] != b"{" or len(piece) > limit:
            return None
        told = self._json.read(piece)
        return None if told is None else self._json.level(told[2])

    def _classify(self, text: str) -> Level:
        line = self._classifier.classify(text)
        if self._json is None and line.format == "json" and text[:1] == "{":
            from cockpit.logs.shapes import shape_of  # most logs do without

            self._json = shape_of(line)
        return Level.NONE if line.continuation else line.level


def heads_of(block: Block) -> list[bytes]:
    """Return what tells the level in each line's head; nothing where only the classifier knows."""
    heads: list[bytes] = _HEADS.findall(block.rest)
    if block.first is not None:
        heads[:0] = _HEADS.findall(block.first.text.encode("utf-8", "replace") + b"\n")
    return heads


def may_reach(heads: Sequence[bytes], minimum: Level) -> list[int]:
    """Return which lines, counted from 0, may have that level or a graver one, as the classifier has it.

    Those are all whose head does not say less, and the line before each run of them to which they may belong.
    """
    low = {head for head in set(heads) if head and _LEVELS[head] < minimum}
    pairs = zip_longest(heads, heads[1:], fillvalue=b"the block's end")
    return [index for index, (head, after) in enumerate(pairs) if head not in low or not after]


def with_records(heads: Sequence[bytes], found: Iterable[int]) -> tuple[list[int], bool]:
    """Return the lines `found`, in order, each with those from the one on that it may be a continuation of.

    Also whether the first may continue one before them all, which is not here.
    """
    numbers: list[int] = []
    is_cut = False
    for index in found:
        least = numbers[-1] + 1 if numbers else 0
        begin = index
        while begin > least and not heads[begin]:
            begin -= 1
        is_cut = is_cut or (begin == 0 and not heads[0])
        numbers += range(begin, index + 1)
    return numbers, is_cut


def _line(piece: bytes, block: Block) -> str:
    return decode_line(piece, len(piece), block.limit, block.encoding)

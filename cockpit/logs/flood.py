"""Lines that come faster than a screen can show: all are counted, and few are put into memory."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.counters import LogCounters
from cockpit.logs.line import LogLine, RawLine
from cockpit.logs.match import SlowPatternError
from cockpit.logs.own import own_levels
from cockpit.logs.split import Block

if TYPE_CHECKING:
    from cockpit.logs.bulk import LevelCounter
    from cockpit.logs.chosen import LineFilter
    from cockpit.logs.tagged import LineClassifier

FLOOD = 600  # lines in one poll that are more than a screen can show
FLOOD_SECONDS = 1.0  # for so long after one it is taken to last
_MOST = 500  # lines of a block that are read for a filter


class Flood:
    """Counts what comes, and puts into `buffer` what its filter chooses; for the reader's thread alone.

    `skipped` lines were counted, but are in the file only.
    """

    def __init__(
        self,
        buffer: LogBuffer,
        counters: LogCounters,
        classifier: LineClassifier,
        new_classifier: Callable[[], LineClassifier],
    ) -> None:
        self._buffer = buffer
        self._counters = counters
        self._classifier = classifier
        self._new_classifier = new_classifier
        self._levels: LevelCounter | None = None
        self._came_at = -FLOOD_SECONDS
        self.skipped = 0

    @property
    def is_under_way(self) -> bool:
        """Whether lines have just come so fast; any thread may ask."""
        return time.monotonic() - self._came_at < FLOOD_SECONDS

    def take(self, blocks: Sequence[Block], rows: int) -> list[Block]:
        """Count lines and let them go by, all but the last `rows` of them: those are returned, to be shown."""
        self._came_at = time.monotonic()
        passed, shown = _without_last(blocks, rows)
        for block in passed:
            self._pass(block)
            time.sleep(0)
        return shown

    def _pass(self, block: Block) -> None:
        """Let lines go by, but for what the filter in force looks for in them."""
        self._count(block)
        raws, places = None, list[int]()
        while self._buffer.has_end and (sieve := self._buffer.filter) is not None:
            if raws is None:
                raws, places = with_places(block)
            try:
                chosen, passed, is_partial = self._chosen(block, raws, places, sieve)
            except SlowPatternError:
                self._buffer.give_up(sieve)
                continue
            # Also where it has chosen nothing: that lines are in the file only is known then.
            lines, where = [line for line, _ in chosen], [place for _, place in chosen]
            end = block.place + block.size
            if self._buffer.append_chosen(lines, where, end, sieve=sieve, is_partial=is_partial):
                self.skipped += passed
                return
        self.skipped += block.n_lines
        self._buffer.skip(block.n_lines, block.place + block.size)

    def _count(self, block: Block) -> None:
        if self._levels is None:
            from cockpit.logs.bulk import LevelCounter

            self._levels = LevelCounter(self._classifier)
        own = own_levels(block, self._new_classifier)
        self._counters.add_many(self._levels.count(block), block.size, own=own, live=True)

    def _chosen(
        self, block: Block, raws: Sequence[RawLine], places: Sequence[int], sieve: LineFilter
    ) -> tuple[list[tuple[LogLine, int]], int, bool]:
        """Return the last of the lines that a filter chooses, with their places, and how many were not looked at.

        Also whether any may be missing.
        """
        if sieve.text_only:
            found = [index for index, raw in enumerate(raws) if sieve.matches(raw.text)]
            looked_at, is_partial = found[-_MOST:], len(found) > _MOST
        else:
            from cockpit.logs.bulk import heads_of, may_reach, with_records

            heads = heads_of(block)
            found = [index for index in may_reach(heads, sieve.minimum) if sieve.matches(raws[index].text)]
            # A line of a trace has the level and the time of its record, which need not match.
            looked_at, is_partial = with_records(heads, found)
            is_partial = is_partial or len(looked_at) > _MOST
            looked_at = looked_at[-_MOST:]
        if not found:
            return [], 0, False
        classifier = self._new_classifier()
        lines = [classifier.classify(raws[index].text) for index in looked_at]
        wanted = [(line, places[index]) for line, index in zip(lines, looked_at, strict=True) if sieve.wants(line)]
        return wanted, bisect_left(found, looked_at[0]), is_partial


def with_places(block: Block) -> tuple[list[RawLine], list[int]]:
    """Return a block's lines, and where each of them starts."""
    raws = block.lines()
    return raws, places_of(raws, block.place)


def places_of(raws: Sequence[RawLine], place: int) -> list[int]:
    """Return where each line starts, the first of them at a place."""
    return list(accumulate((raw.size for raw in raws[:-1]), initial=place)) if raws else []


def _without_last(blocks: Sequence[Block], count: int) -> tuple[list[Block], list[Block]]:
    """Return the blocks without their last `count` lines, and those: what came last is often the least of it."""
    passed, last = list(blocks), list[Block]()
    while passed and count > 0:
        block = passed.pop()
        cut = _start_of_last(block.rest, count)
        if cut:
            before = block._replace(rest=block.rest[:cut])
            passed.append(before)
            block = block._replace(first=None, rest=block.rest[cut:], place=block.place + before.size)
        last.insert(0, block)
        count -= block.n_lines
    return passed, last


def _start_of_last(lines: bytes, count: int) -> int:
    """Return where the last `count` of whole lines begin."""
    end = len(lines)
    for _ in range(count):
        end = lines.rfind(b"\n", 0, max(end - 1, 0)) + 1
        if not end:
            break
    return end

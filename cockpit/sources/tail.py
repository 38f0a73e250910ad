"""A tool's log followed by asking again: windows that overlap, for lines come in late, and each line told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from cockpit.release.sources import SourceLine, SourceQuestion
from cockpit.sources.tool import MOST_LINES
from cockpit.times import rfc3339

if TYPE_CHECKING:
    from cockpit.sources.desk import SourceDesk

EVERY = 15.0  # seconds
_OVERLAP = 90.0  # seconds within which what comes late is still found
_SECONDS = 10.0  # for an answer


class Polled(Struct, frozen=True):
    """What one more look has brought: new lines, oldest first, or why there are none."""

    lines: tuple[SourceLine, ...] = ()
    trouble: str = ""
    fix: str = ""


class Tail:
    """Follows what `query` finds in a source, from `since` seconds ago on."""

    every = EVERY

    def __init__(
        self,
        desk: SourceDesk,
        name: str,
        query: str,
        *,
        since: float,
        now: Callable[[], float],
        limit: int = MOST_LINES,
    ) -> None:
        self._desk = desk
        self._question = SourceQuestion(name, "logs", query)
        self._now = now
        self._limit = limit
        self._from = now() - since
        self._told: dict[str, float] = {}  # the ids of lines that the next window may bring again, and their times

    def poll(self) -> Polled:
        """Look once more; a look that failed is made up for by the next one that does not."""
        until = self._now()
        reading = asyncio.run(self._desk.lines(self._question, self._from, until, seconds=_SECONDS, limit=self._limit))
        if reading.state == "unknown":
            return Polled(trouble=reading.detail or "it cannot be asked", fix=reading.fix)
        fresh = tuple(line for line in reading.lines if line.id not in self._told)
        self._from = max(self._from, until - _OVERLAP)
        self._told |= {line.id: line.at for line in fresh}
        self._told = {each: at for each, at in self._told.items() if at >= self._from}
        return Polled(fresh, self._left_out(len(reading.lines)) if reading.partial else "")

    def _left_out(self, shown: int) -> str:
        if shown < self._limit:
            return "only a part of its lines came"
        return f"more than {self._limit} lines came within one look: older ones were left out"

    def shown(self, line: SourceLine) -> str:
        """Return a line as a log file has it."""
        level = f"{line.level.upper()} " if line.level else ""
        return f"{rfc3339(line.at)} {level}{' '.join(line.text.split())}"

    def said(self, trouble: str) -> str:
        """Return why there are no lines, as a line that every log pane takes for an error."""
        return f"{rfc3339(self._now())} ERROR cockpit: {self._question.name}: {trouble}"

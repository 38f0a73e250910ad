"""What a log pane reads: a file, or what a feed fills, by a reader of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

import msgspec

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.counters import LogCounts
from cockpit.logs.follow import FollowState
from cockpit.logs.origin import LogOrigin
from cockpit.logs.reader import FIRST_LINES, LogReader, ReaderStatus


class LogSource:
    """The log of `origin`, read into `buffer`; None where the buffer is somebody else's to fill.

    A `reader` that is given has perhaps begun already.
    """

    def __init__(
        self,
        name: str,
        origin: LogOrigin | Path | None,
        buffer: LogBuffer,
        *,
        timezone: tzinfo,
        clock: Callable[[], float],
        reader: LogReader | None,
    ) -> None:
        self._name = name
        self._origin = origin = LogOrigin(name, origin) if isinstance(origin, Path) else origin
        self._feed = origin.acquire() if origin is not None and origin.is_fed else None
        self._path = self._feed.path if self._feed else origin.path if origin else None
        self.reader = reader
        if self._path is not None and origin is not None and reader is None:
            self.reader = LogReader(
                name,
                self._path,
                buffer=buffer,
                zone=timezone,
                clock=clock,
                first=FIRST_LINES,
                tagged=bool(origin.merged),
                encoding=origin.encoding,
                ready=self._feed.ready if self._feed is not None else None,
            )

    @property
    def is_fed(self) -> bool:
        """Whether a command or a pipe fills it, which may end."""
        return self._feed is not None

    @property
    def where(self) -> str:
        """Where its lines are, in words."""
        return self._name if self._path is None or self._feed is not None else str(self._path)

    @property
    def status(self) -> ReaderStatus:
        """How the reading stands; a given buffer counts as followed."""
        if self._origin is not None and self._origin.refused:
            return ReaderStatus(LogCounts(self._name), FollowState.UNREADABLE, self._origin.refused)
        if self.reader is None:
            return ReaderStatus(LogCounts(self._name), FollowState.FOLLOWING)
        status = self.reader.status
        if self._feed is not None and self._feed.trouble:
            return msgspec.structs.replace(status, state=FollowState.WAITING, reason=self._feed.trouble)
        return status

    def stop(self) -> None:
        """Read no more."""
        if self.reader is not None:
            self.reader.stop()
        if self._feed is not None and self._origin is not None:
            self._origin.release()

"""Where a pane's lines come from: a file, a command, several files in one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from cockpit.logs.feeds import Feed, FeedPool
    from cockpit.release.configuration import LogSource

_pool: FeedPool | None = None


def _the_pool() -> FeedPool:
    global _pool  # noqa: PLW0603 - made when the first feed is: most logs are files, which need none
    if _pool is None:
        from cockpit.logs.feeds import FeedPool

        _pool = FeedPool()
    return _pool


class LogOrigin(Struct, frozen=True):
    """A file at `path`, or what a `command` says in `root`, or the files of `merged` (name, path or glob each) in one.

    `refused` says why it is not read.
    """

    name: str
    path: Path | None = None
    command: str = ""
    root: Path = Path()
    merged: tuple[tuple[str, str], ...] = ()
    timezone: str = "UTC"
    refused: str = ""
    encoding: str = ""  # of lines that are not UTF-8
    encodings: tuple[tuple[str, str], ...] = ()  # the same by the names of what is merged

    @property
    def is_fed(self) -> bool:
        """Whether it is no file, and is fed into one."""
        return self.path is None and not self.refused

    def acquire(self) -> Feed:
        """Return the feed, started: two panes on one command share it."""
        return _the_pool().acquire(self, self._make)

    def release(self) -> None:
        """Give the feed back."""
        _the_pool().release(self)

    def _make(self) -> Feed:
        from cockpit.logs.feeds import CommandFeed, MergedFeed
        from cockpit.process import shell
        from cockpit.times import zone

        if self.merged:
            return MergedFeed(self.name, self.merged, zone=zone(self.timezone), encodings=dict(self.encodings))
        return CommandFeed(self.name, shell(self.command), cwd=self.root)


def origins_of(logs: Mapping[str, LogSource], root: Path, *, trusted: bool, timezone: str) -> tuple[LogOrigin, ...]:
    """Return where the configured logs come from; commands only where they are trusted on this host."""
    return tuple(_origin(name, source, root, trusted=trusted, timezone=timezone) for name, source in logs.items())


def together(logs: Mapping[str, LogSource], root: Path, timezone: str) -> LogOrigin:
    """Return all logs that are files as one, in the order of their times."""
    files = tuple((name, str(root / source.file)) for name, source in logs.items() if source.file)
    encodings = tuple((name, source.encoding) for name, source in logs.items() if source.encoding)
    refused = "" if files else "no log is a file"
    return LogOrigin("all", merged=files, timezone=timezone, refused=refused, encodings=encodings)


def _origin(name: str, source: LogSource, root: Path, *, trusted: bool, timezone: str) -> LogOrigin:
    if source.command:
        why = "" if trusted else "its command is not trusted on this host: cockpit trust --show lists it"
        return LogOrigin(name, command=source.command, root=root, refused=why, encoding=source.encoding)
    if any(sign in source.file for sign in "*?["):
        merged = ((name, str(root / source.file)),)
        return LogOrigin(name, merged=merged, timezone=timezone, encodings=((name, source.encoding),))
    return LogOrigin(name, root / source.file, encoding=source.encoding)

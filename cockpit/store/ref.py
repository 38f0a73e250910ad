"""The ref `refs/cockpit/state` itself: read, moved by compare-and-swap, and mended where a crash has broken it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cockpit.errors import GitError
from cockpit.patterns import pattern
from cockpit.store import files
from cockpit.store.layout import STATE_REF
from cockpit.store.location import StoreLocation
from cockpit.store.objects import ObjectDatabase

_VALID = pattern(rb"([0-9a-f]{40}|[0-9a-f]{64})\s*|ref: .+\n", re.DOTALL)
_REFLOG_NEW = pattern(rb"[0-9a-f]+ ([0-9a-f]{40,64}) ")
_CANDIDATES = 50
_KEEP_WHOLE = ("--stale-fix", "--expire=never", "--expire-unreachable=never")  # drops entries of lost commits alone
STALE = 60.0  # seconds: git holds a ref's lock file for milliseconds


class StateRef:
    """The local state ref; callers hold the commit lock while they write."""

    def __init__(
        self, location: StoreLocation, objects: ObjectDatabase, *, now: Callable[[], float] = time.time
    ) -> None:
        self._objects = objects
        self._now = now
        self._loose = location.common / STATE_REF
        self._packed = location.common / "packed-refs"
        self._reflog = location.common / "logs" / STATE_REF

    def tip(self) -> str | None:
        """Return the commit the ref names, which need not exist, or None where there is no ref."""
        done = self._objects.run("rev-parse", "--verify", "--quiet", "--end-of-options", STATE_REF)
        return done.text.strip() if done.ok else None

    def marks(self) -> tuple[files.Identity | None, ...]:
        """Return what tells, without git, whether the ref may have moved: inode, size and time of its files."""
        return tuple(files.identity(str(path)) for path in (self._loose, self._packed))

    def is_absent(self) -> bool:
        """Return whether there can be no such ref, by the files it would be in."""
        return self.marks() == (None, None) and not (self._packed.parent / "reftable").exists()

    def swap(self, new: str, old: str | None, message: str) -> None:
        """Move the ref from `old` (None: it must not exist) to `new`; raises GitError where it is not at `old`."""
        arguments = ("-m", message, "--no-deref", "--create-reflog", STATE_REF, new, old or "")
        self._objects.output("update-ref", *arguments, env=self._objects.identity())

    def forget_reflog(self) -> None:
        """Let go of the commits that the ref was at before: they hold what was purged, or lack what was lost."""
        self._objects.run("reflog", "expire", "--expire=all", STATE_REF)

    def is_broken(self) -> bool:
        """Return whether the ref's file holds no object id: a crash leaves it empty or full of NUL bytes."""
        return holds_no_object_id(self._loose)

    def remove_stale_lock(self) -> str | None:
        """Remove the lock file of a git that was killed; return what was done, for a report."""
        lock = self._loose.with_name(self._loose.name + ".lock")
        try:
            if self._now() - lock.stat().st_mtime < STALE:
                return None
            lock.unlink()
        except OSError:
            return None
        return f"removed {lock}, left behind by a git that was killed"

    def mend(self, reason: str) -> str:
        """Set the ref to the newest commit that is whole, or remove it; return what was done, for a report."""
        self._loose.unlink(missing_ok=True)
        for candidate in self._candidates():
            if self._is_whole(candidate):
                arguments = ("-m", "cockpit: mended", "--no-deref", "--create-reflog", STATE_REF, candidate)
                self._objects.output("update-ref", *arguments, env=self._objects.identity())
                self._objects.run("reflog", "expire", *_KEEP_WHOLE, STATE_REF)
                return f"{STATE_REF} was broken ({reason}): set back to {candidate[:12]}, and on from the journals"
        self._objects.run("update-ref", "--no-deref", "-d", STATE_REF)
        return f"{STATE_REF} was broken ({reason}): started anew from the journals"

    def _candidates(self) -> Iterator[str]:
        try:
            lines = self._reflog.read_bytes().splitlines()[-_CANDIDATES:]
        except OSError:
            lines = []
        recorded = [match[1].decode() for line in reversed(lines) if (match := _REFLOG_NEW.match(line))]
        packed = self.tip()
        yield from dict.fromkeys([*recorded, *([packed] if packed else [])])

    def _is_whole(self, commit: str) -> bool:
        try:
            self._objects.require_complete(commit, walk=False)
        except GitError:
            return False
        return True


def holds_no_object_id(path: Path) -> bool:
    """Return whether the file of a ref is there and names nothing."""
    try:
        return _VALID.fullmatch(path.read_bytes()) is None
    except OSError:
        return False

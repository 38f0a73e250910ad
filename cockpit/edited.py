"""Whether the files that a run flies by have been edited in the work tree since they were pinned."""

from __future__ import annotations

from cockpit.errors import NotFoundError
from cockpit.workspace import Workspace

_FLOWN = frozenset({"planned", "active", "held"})


class EditedLook:
    """Compares pinned files with those of the work tree; of the pinned ones each is read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[str, bytes] = {}  # by the sha256 of their blobs

    def paths(self) -> tuple[str, ...]:
        """Return which of the run's files read otherwise now, by their paths below the configuration's directory.

        Files that ship with the cockpit do not count, nor what a rollback has checked out: that is older on purpose.
        """
        workspace = self._workspace
        run, pins = workspace.run, workspace.session.pins()
        if pins is None or run.state not in _FLOWN or run.current_execution is not None:
            return ()
        found = []
        for path, ref in pins.pins.items():
            try:
                now = (workspace.root / path).read_bytes()
                if now != self._pinned(ref.sha256):
                    found.append(path)
            except (OSError, NotFoundError):
                continue
        return tuple(sorted(found))

    def _pinned(self, sha256: str) -> bytes:
        if sha256 not in self._known:
            self._known[sha256] = self._workspace.store.evidence.get(sha256).content
        return self._known[sha256]

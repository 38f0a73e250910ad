"""Whether the files that a run flies by have been edited in the work tree since they were pinned."""

from __future__ import annotations

from cockpit.errors import CockpitError, NotFoundError
from cockpit.git.command import Git
from cockpit.workspace import Workspace

_FLOWN = frozenset({"planned", "active", "held", "rolled-back"})


class EditedLook:
    """Compares pinned files with those of the work tree; of the pinned ones each is read once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: dict[str, bytes] = {}  # by the sha256 of their blobs
        self._older: dict[tuple[str, str], bytes | None] = {}  # by commit and path: as a rollback checks them out

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
                if now not in (self._pinned(ref.sha256), self._checked_out(path)):
                    found.append(path)
            except (OSError, NotFoundError):
                continue
        return tuple(sorted(found))

    def _checked_out(self, path: str) -> bytes | None:
        """Return what the rollback has checked out in a file's place; None where it has not touched it."""
        run = self._workspace.run
        commit = run.executions[-1].commit if run.state == "rolled-back" and run.executions else ""
        if not commit:
            return None
        if (commit, path) not in self._older:
            try:
                done = Git(self._workspace.root).run("cat-file", "blob", f"{commit}:./{path}")
            except CockpitError:
                return None
            self._older[commit, path] = done.out if done.ok else None
        return self._older[commit, path]

    def _pinned(self, sha256: str) -> bytes:
        if sha256 not in self._known:
            self._known[sha256] = self._workspace.store.evidence.get(sha256).content
        return self._known[sha256]

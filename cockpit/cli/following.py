"""Following a worker from a terminal: what its steps print, to the end; losing the terminal stops nothing."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from cockpit.cli.common import flush, say
from cockpit.cli.ending import ended_at_once
from cockpit.errors import RefusedError
from cockpit.execution.control import find_execution, last_words, output_path
from cockpit.process import is_alive
from cockpit.release.entities import execution_entity

if TYPE_CHECKING:
    from cockpit.release.run import ExecutionView
    from cockpit.workspace import Workspace

_INTERVAL = 0.1  # seconds
_FAREWELL = 10.0  # seconds for which a worker's last errands are waited for
_CHUNK = 1024 * 1024


class Following:
    """Made before the worker is started, so that it knows what is new; `quiet` prints nothing."""

    def __init__(self, workspace: Workspace, execution: str, *, quiet: bool) -> None:
        self._workspace = workspace
        self._execution = execution
        self._quiet = quiet
        self._path = output_path(workspace.executions_directory, execution)
        self._offset = self._path.stat().st_size if self._path.exists() else 0
        self._rest = b""
        self._before = self._records()

    @ended_at_once()
    def to_the_end(self, pid: int) -> ExecutionView:
        """Print until the worker has ended, and return where the execution stands.

        Raises RefusedError (`worker-gone`) where it ended without a word in the store.
        """
        while True:
            # Its end is seen before its last words are read, so that none is missed.
            gone = not is_alive(pid)
            self._workspace.session.poll()
            view = find_execution(self._workspace.run, self._execution)
            self._print(last=gone)
            if gone or view.over:
                break
            time.sleep(_INTERVAL)
        self._await_farewell()
        told = view.over or (view.state == "stopped" and self._records() > self._before)
        if not told:
            said = last_words(self._workspace.executions_directory, self._execution)
            said = self._workspace.session.masked(said)
            raise RefusedError(
                "the worker has ended, and the execution is not over" + (f": {said}" if said else ""),
                fix="Go on: cockpit execution resume; or end it: cockpit execution abort",
                code="worker-gone",
            )
        return view

    def _await_farewell(self) -> None:
        """Wait until the worker has let go of the lock: whoever types the next command at once is not to be refused."""
        from cockpit.executing import worker_pid

        until = time.monotonic() + _FAREWELL
        while worker_pid(self._workspace, self._execution) is not None and time.monotonic() < until:
            time.sleep(_INTERVAL)

    def _records(self) -> int:
        """How many events tell of this execution, beside its request."""
        entity = execution_entity(self._execution)
        return sum(
            record.ent == entity and record.kind != "execution.requested" for record in self._workspace.run.records
        )

    def _print(self, *, last: bool) -> None:
        if self._quiet or not self._path.exists():
            return
        with self._path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size < self._offset:  # a step has emptied it: see OutputFile
                self._offset, self._rest = 0, b""
            stream.seek(self._offset)
            while chunk := stream.read(_CHUNK):
                self._offset += len(chunk)
                self._rest += chunk
                whole, newline, rest = self._rest.rpartition(b"\n")
                if newline:
                    self._tell(whole)
                    self._rest = rest
        if last and self._rest:
            self._tell(self._rest)

    def _tell(self, text: bytes) -> None:
        say(self._workspace.session.masked(text.decode("utf-8", "replace")))
        flush()

"""The step under way, written down beside its output: whoever goes on after a worker that fell ends it first.

Two runs of one step beside each other, such as two restores, are what must never be.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from cockpit import process
from cockpit.errors import RefusedError

_VARIABLE = "COCKPIT_EXECUTION"


class StepProcess:
    """The file `step.pid` in an execution's directory: the leader of the process group of the step under way."""

    def __init__(self, directory: Path, execution: str) -> None:
        self._path = directory / "step.pid"
        self._marker = f"{_VARIABLE}={execution}"
        self.environment = {_VARIABLE: execution}  # what the step is started with, and known again by

    def began(self, pid: int) -> None:
        """Remember the step's leader."""
        with contextlib.suppress(OSError):  # a full disk must not come between a step and its end
            self._path.write_text(f"{pid}\n")

    def ended(self) -> None:
        """Forget it."""
        self._path.unlink(missing_ok=True)

    def end_leftover(self) -> bool:
        """End the step that a fallen worker left running, its whole group; return whether there was one.

        Raises RefusedError where that cannot be found out or done, because it runs as another user.
        """
        try:
            pid = int(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return False
        # Pids are used again: only one that carries this execution's mark is ours to end.
        found = self._carries_mark(pid)
        if found is None:
            raise RefusedError(
                f"the step of a worker that fell may still run, as process {pid} of another user",
                fix=f"Wait until it has ended; where {pid} is something else, remove {self._path}",
                code="locked",
            )
        if found:
            process.kill_group(pid)
        self.ended()
        return found

    def _carries_mark(self, pid: int) -> bool | None:
        """Whether a process was started by this execution; None where it lives and we may not look."""
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return None
        if Path("/proc/self/environ").exists():
            try:
                return self._marker.encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            except PermissionError:
                return None
            except OSError:  # gone meanwhile
                return False
        shown = process.run(["ps", "-wwE", "-o", "command=", "-p", str(pid)])
        return self._marker in shown.text.split()

"""The step under way, written down beside its output: whoever goes on after a worker that fell ends it first.

Two runs of one step beside each other, such as two restores, are what must never be. What a step has started is known
by a mark in its environment, whatever has become of the shell that led it; what an earlier step has left behind on
purpose, such as the service that it started, carries another mark and is left alone.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from cockpit import process
from cockpit.errors import ProcessError, RefusedError

_EXECUTION = "COCKPIT_EXECUTION"
_STEP = "COCKPIT_STEP_MARK"


class _Noted(Struct, frozen=True):
    leader: int  # of the process group; 0 where it was not written down any more
    mark: str  # what the environment of all its processes has in it
    is_of_step: bool  # rather than of the whole execution, which earlier steps' services carry, too


class StepProcess:
    """The file `step.pid` in an execution's directory: the leader of the step under way, and its mark."""

    def __init__(self, directory: Path, execution: str, *, proc: Path = Path("/proc")) -> None:
        self._path = directory / "step.pid"
        self.environment = {_EXECUTION: execution}
        self._proc = proc
        self._mark = ""

    def begin(self) -> dict[str, str]:
        """Return what the next step is started with, and known again by; written down before it starts."""
        self._mark = secrets.token_hex(8)
        self._note(0)
        return {**self.environment, _STEP: self._mark}

    def began(self, pid: int) -> None:
        """Remember the step's leader."""
        self._note(pid)

    def ended(self) -> None:
        """Forget it."""
        self._path.unlink(missing_ok=True)

    def end_leftover(self) -> bool:
        """End all that a fallen worker's step left running; return whether there was anything.

        Raises RefusedError where that cannot be found out or done, because it runs as another user.
        """
        noted = self._noted()
        if noted is None:
            return False
        found = bool(self._alive(noted))
        if found and not process.end_all(lambda: self._alive(noted)):
            left = ", ".join(map(str, sorted(self._alive(noted))))
            raise RefusedError(
                f"a step that was not ended still runs, as process {left}",
                fix=f"End it by hand; where {left} is something else, remove {self._path}",
                code="locked",
            )
        self.ended()
        return found

    def _note(self, pid: int) -> None:
        with contextlib.suppress(OSError):  # a full disk must not come between a step and its end
            self._path.write_text(f"{pid}\n{self._mark}\n")

    def _noted(self) -> _Noted | None:
        try:
            leader, _, mark = self._path.read_text().partition("\n")
            pid = int(leader)
        except (FileNotFoundError, ValueError):
            return None
        step = mark.strip()
        if step:
            return _Noted(pid, f"{_STEP}={step}", is_of_step=True)
        return _Noted(pid, f"{_EXECUTION}={self.environment[_EXECUTION]}", is_of_step=False)

    def _alive(self, noted: _Noted) -> frozenset[int]:
        """Return the processes of that step which still run; RefusedError where one may be and we may not look."""
        looked = self._in_proc(noted) if (self._proc / "self" / "environ").exists() else self._by_ps(noted)
        ours = set()
        for pid, in_group, is_marked in looked:
            # Ids of processes and of groups are used again: being in the group alone proves nothing.
            if is_marked is None and in_group:
                raise RefusedError(
                    f"a step that was not ended may still run, as process {pid} of another user",
                    fix=f"Wait until it has ended; where {pid} is something else, remove {self._path}",
                    code="locked",
                )
            if is_marked and (noted.is_of_step or in_group):
                ours.add(pid)
        return frozenset(ours - {os.getpid()})

    def _in_proc(self, noted: _Noted) -> Iterator[tuple[int, bool, bool | None]]:
        """Yield each process: its id, whether it is in the step's group or session, whether it is marked, if known."""
        wanted = noted.mark.encode()
        for place in self._proc.iterdir():
            if not place.name.isdigit():
                continue
            try:
                state, _, group, session = (place / "stat").read_text().rpartition(")")[2].split()[:4]
            except (OSError, ValueError):  # gone meanwhile
                continue
            if state in {"Z", "X"}:
                continue
            in_group = noted.leader != 0 and noted.leader in {int(group), int(session), int(place.name)}
            marked: bool | None
            try:
                marked = wanted in (place / "environ").read_bytes().split(b"\0")
            except PermissionError:
                marked = None
            except OSError:
                continue
            yield int(place.name), in_group, marked

    def _by_ps(self, noted: _Noted) -> Iterator[tuple[int, bool, bool | None]]:
        """As `_in_proc`, where there is no /proc (macOS): by the group, and by the environment where `ps` shows it."""
        try:
            listed = process.run(["ps", "-A", "-o", "pid=,pgid=,stat="]).text
            shown = process.run(["ps", "-wwAE", "-o", "pid=,command="])
        except ProcessError as error:
            raise RefusedError(f"what still runs cannot be seen: {error.what}", fix=error.fix, code="locked") from error
        words_of = (
            {words[0]: words[1:] for line in shown.text.splitlines() if (words := line.split())} if shown.ok else {}
        )
        for line in listed.splitlines():
            words = line.split()
            if len(words) < 3 or words[2].startswith("Z"):
                continue
            in_group = noted.leader != 0 and int(words[1]) == noted.leader
            told = words_of.get(words[0], [])
            # Of the system's own programs the environment is not shown: there the group must do.
            is_hidden = not any(word.startswith("PATH=") for word in told)
            yield int(words[0]), in_group, noted.mark in told or (in_group and is_hidden)

"""How a step on a database runs its programs: within the step's time, stopped with it, marked as its own."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from cockpit import process
from cockpit.errors import StepError
from cockpit.execution.databases.place import with_settings
from cockpit.execution.leftover import StepProcess
from cockpit.execution.output import OutputFile
from cockpit.process import Finished

_ERROR = re.compile(r"\b(?:ERROR|FATAL|error|fatal):")
_WHERE = re.compile(r"^\w+:(?:<stdin>:\d+:)? (?:error: )?")  # which line of a text that nobody has seen
_LEAST = 0.1  # seconds that a program gets, however late it is


def _complaint(printed: str) -> str:
    """Return the line that says what went wrong: the first error, else the last line."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    return next((line for line in lines if _ERROR.search(line)), lines[-1] if lines else "")


class StepCommands:
    """The programs of one attempt at a step; `deadline` is on the monotonic clock."""

    def __init__(
        self,
        *,
        directory: Path,
        environment: Mapping[str, str],
        output: OutputFile,
        under_way: StepProcess,
        cancel: threading.Event,
        deadline: float,
    ) -> None:
        self._directory = directory
        self._environment = environment
        self._output = output
        self._under_way = under_way
        self.cancel = cancel
        self._deadline = deadline

    def say(self, text: str) -> None:
        """Write a line for a person into the execution's output."""
        self._output.line(text)

    def refuse_late(self) -> None:
        """Raise StepError where a person has called a halt, or the step's time is over."""
        if self.cancel.is_set():
            raise StepError("stopped by a person", code="aborted")
        if time.monotonic() >= self._deadline:
            raise StepError("no end within the step's time", code="timed-out")

    def is_late(self) -> bool:
        """Whether a person has called a halt, or the step's time is over."""
        return self.cancel.is_set() or time.monotonic() >= self._deadline

    def run(
        self, argv: Sequence[str], *, settings: Mapping[str, str], stdin: bytes | None = None, to_output: bool = False
    ) -> Finished:
        """Run a program to its good end; StepError quotes its complaint where there is none.

        With `to_output` what it prints goes to the execution's output as it comes, and is not returned.
        """
        self.refuse_late()
        offset = self._output.end
        finished = process.run(
            argv,
            cwd=self._directory,
            env=with_settings(self._environment, {**settings, **self._under_way.begin()}),
            timeout=max(_LEAST, self._deadline - time.monotonic()),
            stdin=stdin,
            cancel=self.cancel,
            output_file=self._output.descriptor if to_output else None,
            on_start=self._under_way.began,
        )
        if finished.cancelled or finished.timed_out:
            self._under_way.end_leftover()
        self._under_way.ended()
        if finished.cancelled:
            raise StepError("stopped by a person", code="aborted")
        if finished.timed_out:
            raise StepError("no end within the step's time", code="timed-out")
        if not finished.ok:
            said = _complaint(self._output.since(offset)) if to_output else finished.complaint
            said = _WHERE.sub("", said)
            if not to_output:
                self.say(finished.err.decode("utf-8", "replace").strip())
            raise StepError(f"{argv[0]}: {said or finished.ending}")
        return finished

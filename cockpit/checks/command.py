"""A command: its exit status, and its output against regular expressions; its process group is gone at the end."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from cockpit.checks.look import Look, clipped, unseen
from cockpit.durations import short_duration
from cockpit.errors import ProcessError
from cockpit.patterns import search_within
from cockpit.process import Finished, run, shell
from cockpit.release.checks import CommandCheck
from cockpit.release.ports import Situation

_OUTPUT_LIMIT = 1024 * 1024  # bytes that are read
_SEARCHED = 64 * 1024  # characters at the end that an expression is tried on
_TOO_MUCH = "it printed more than is searched, 64 kB: let it print less, as by grep"
_TOO_SLOW = "an expression takes too long to look for: leave out repetitions within repetitions"
_SECONDS = 2.0  # that an expression may take
_KEPT = 16 * 1024  # characters at the end that become evidence
_GRACE = 1.0  # seconds that a command has to end by itself once it is told to
_CANNOT_RUN = (126, 127)  # what a shell says where it found nothing that it could run


def look_by_command(
    check: CommandCheck, situation: Situation, *, code: Path, seconds: float, cancel: threading.Event
) -> Look:
    """Run the command once in the code directory; `cancel` ends it with everything it has started."""
    environment = {
        **os.environ,
        "COCKPIT_TARGET_TAG": situation.tag,
        "COCKPIT_TARGET_COMMIT": situation.commit,
        "COCKPIT_SERVICE": situation.service,
        "COCKPIT_ENVIRONMENT": situation.environment,
    }
    directory = code / check.directory
    try:
        finished = run(
            shell(check.run), cwd=directory, env=environment, timeout=seconds, limit=_OUTPUT_LIMIT, cancel=cancel,
            grace=_GRACE,
        )  # fmt: skip
    except ProcessError as error:
        return unseen(error.what)
    return _look(check, finished, seconds)


def _look(check: CommandCheck, finished: Finished, seconds: float) -> Look:
    output = (finished.out + finished.err).decode("utf-8", "replace")
    kept = output[-_KEPT:] or None
    if finished.timed_out:
        return Look("unknown", f"no end within {short_duration(seconds)}", "", kept)
    if finished.code is None:
        return unseen("the command was cancelled")
    if finished.code < 0:
        return Look("unknown", f"ended by signal {-finished.code}", "", kept)
    if finished.code in _CANNOT_RUN and check.status != finished.code:
        return Look("unknown", "cannot be run", clipped(finished.complaint), kept)
    last = _last_line(output)
    if finished.code != check.status:
        return Look("failed", clipped(f"exit status {finished.code}" + (f": {last}" if last else "")), "", kept)
    searched = output[-_SEARCHED:]
    try:
        found = search_within(check.lacks, searched, seconds=_SECONDS) if check.lacks else None
        if found is not None:
            return Look("failed", clipped(f"its output holds {found[0]}"), "", kept)
        is_matched = not check.matches or search_within(check.matches, searched, seconds=_SECONDS) is not None
    except TimeoutError:
        return Look("unknown", "not searched whole", _TOO_SLOW, kept)
    if (check.lacks or not is_matched) and (finished.truncated or len(output) > _SEARCHED):
        return Look("unknown", "not searched whole", _TOO_MUCH, kept)
    if not is_matched:
        return Look("failed", clipped(f"no match of {check.matches} in its output" + _quote(last)), "", kept)
    return Look("ok", clipped(last or f"exit status {finished.code}"), "", kept)


def _quote(line: str) -> str:
    return f": {line}" if line else ""


def _last_line(output: str) -> str:
    return next((line.strip() for line in reversed(output[-4096:].splitlines()) if line.strip()), "")

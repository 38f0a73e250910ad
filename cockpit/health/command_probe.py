"""One command as an observation: its exit status, its output, and its whole process group gone at the end."""

from __future__ import annotations

from pathlib import Path

from cockpit.durations import short_duration
from cockpit.errors import ProcessError
from cockpit.health.apart import Apart
from cockpit.health.observation import Observation, first_line, unseen
from cockpit.health.running import run_in
from cockpit.process import Finished, shell

_CANNOT_RUN = (126, 127)  # what a shell says where it found nothing that it could run


async def observe_command(command: str, *, directory: Path | None, seconds: float, apart: Apart) -> Observation:
    """Run a command line once; `seconds` bound it. A cancel ends its process group."""
    try:
        finished = await run_in(apart, shell(command), seconds=seconds, cwd=directory)
    except ProcessError as error:
        return unseen(error.what)
    return _observation(finished, seconds)


def _observation(finished: Finished, seconds: float) -> Observation:
    code = finished.code
    if finished.timed_out:
        return Observation(body=finished.out, trouble=f"no end within {short_duration(seconds)}")
    if code is None:
        return unseen("the command was cancelled")
    if code < 0:
        return unseen(f"the command was {finished.ending}")
    if code in _CANNOT_RUN:
        return unseen(f"the command cannot be run: {finished.complaint}")
    summary = first_line(finished.out) or "ended with status 0"
    if code != 0:
        complaint = first_line(finished.err) or first_line(finished.out)
        summary = f"exit status {code}: {complaint}" if complaint else f"exit status {code}"
    return Observation(latency=finished.seconds, body=finished.out, exit_status=code, summary=summary)

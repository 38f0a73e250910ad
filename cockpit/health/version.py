"""The version that is really running, read where the service reports it."""

from __future__ import annotations

import stat
from functools import partial
from pathlib import Path

from cockpit.durations import parse_duration
from cockpit.errors import ObservationError
from cockpit.health.evaluation import Values
from cockpit.health.json_path import parse_path
from cockpit.health.observation import BODY_LIMIT, DETAIL_LIMIT, Observation, shown
from cockpit.health.probes import Prober
from cockpit.release.configuration import Probe, VersionSeen

_FIX = "Check the version section of cockpit.yaml, or confirm the version by hand"


async def seen_version(seen: VersionSeen, prober: Prober) -> str:
    """Return the running version as one line of text; ObservationError says why it cannot be seen."""
    if sum(map(bool, (seen.http, seen.file, seen.command))) != 1:
        raise _unseen("exactly one of http, file and command says where")
    if seen.file:
        path = prober.directory / seen.file
        look = await prober.lying_here(seen.file, partial(_read, path), _seconds(seen))
    else:
        look = await prober.observe(Probe(http=seen.http, command=seen.command, timeout=seen.timeout))
    if look.trouble:
        raise _unseen(look.trouble)
    if look.exit_status or (look.status is not None and not 200 <= look.status < 300):
        raise _unseen(look.summary)
    return _one_line(_reported(seen, look))


def _reported(seen: VersionSeen, look: Observation) -> str:
    if seen.header:
        header = (look.headers or {}).get(seen.header.lower())
        if header is None:
            raise _unseen(f"the answer has no header {seen.header}")
        return header
    if not seen.json:
        return (look.body or b"").decode("utf-8", "replace")
    try:
        path = parse_path(seen.json)
    except ValueError as error:
        raise _unseen(str(error)) from None
    value = Values(look, now=0.0).in_body(path)
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _unseen(f"there is no text at {seen.json}")
    return str(value)


def _one_line(text: str) -> str:
    text = text.strip()
    if not text:
        raise _unseen("what was read is empty")
    if len(text) > DETAIL_LIMIT or len(text.splitlines()) > 1:
        raise _unseen(f"what was read is no version: {text.splitlines()[0]}")
    return shown(text)


def _seconds(seen: VersionSeen) -> float:
    try:
        return parse_duration(seen.timeout)
    except ValueError as error:
        raise _unseen(f"timeout: {error}") from None


def _read(path: Path) -> Observation:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for its writer
            raise _unseen(f"{path} is no file")
        with path.open("rb") as file:
            return Observation(body=file.read(BODY_LIMIT))
    except OSError as error:
        raise _unseen(f"{path} cannot be read: {error.strerror}") from error


def _unseen(reason: str) -> ObservationError:
    return ObservationError(shown(f"The running version cannot be seen: {reason}"), fix=_FIX)

"""Probes that ask by a program of this host's: PostgreSQL by its own tools, units by systemctl; no shell between."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Mapping, Sequence

from cockpit.durations import short_duration
from cockpit.errors import ProcessError
from cockpit.health.apart import Apart
from cockpit.health.observation import Observation, first_line, unseen
from cockpit.health.running import run_in
from cockpit.process import Finished

# pg_isready(1): its exit status.
_REJECTING, _NO_ANSWER = 1, 2


async def observe_postgres(connection: str, query: str, *, seconds: float, apart: Apart) -> Observation:
    """Ask whether a server accepts connections and, where `query` is given, what it answers to that."""
    wait = str(max(math.ceil(seconds), 1))
    if not query:
        found = await _run(["pg_isready", "--timeout", wait, "--dbname", connection], {}, seconds, apart)
        return found if isinstance(found, Observation) else _readiness(found)
    command = [
        "psql", "--no-psqlrc", "--no-password", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
        "--command", query, "--dbname", connection,
    ]  # fmt: skip
    more = {"PGCONNECT_TIMEOUT": wait, "PGOPTIONS": "-c default_transaction_read_only=on"}
    found = await _run(command, more, seconds, apart)
    if isinstance(found, Observation):
        return found
    if found.code == 0:
        answer = first_line(found.out)
        return Observation(connected=True, latency=found.seconds, body=found.out, summary=answer or "no row")
    trouble = first_line(found.err) or f"psql ended with status {found.code}"
    return Observation(trouble=trouble.removeprefix("psql: error: "))


def _readiness(found: Finished) -> Observation:
    said = first_line(found.out) or first_line(found.err)
    if found.code == 0:
        return Observation(connected=True, latency=found.seconds, body=found.out, summary=said)
    if found.code in {_REJECTING, _NO_ANSWER}:
        return Observation(trouble=said)
    return unseen(f"pg_isready could not ask: {said}")


async def observe_unit(unit: str, *, seconds: float, apart: Apart) -> Observation:
    """Ask systemd how a unit stands."""
    properties = "LoadState,ActiveState,SubState,Result,NRestarts"
    found = await _run(["systemctl", "show", f"--property={properties}", "--", unit], {}, seconds, apart)
    if isinstance(found, Observation):
        return found
    if found.code != 0:
        return unseen(f"systemctl: {first_line(found.err) or f'status {found.code}'}")
    return unit_observation(found.out, found.seconds)


def unit_observation(output: bytes, seconds: float) -> Observation:
    """Return what `systemctl show` printed as an observation."""
    pairs = (line.partition("=") for line in output.decode("utf-8", "replace").splitlines())
    told = {key: value for key, _, value in pairs}
    if told.get("LoadState") == "not-found":
        return Observation(trouble="there is no such unit")
    state, sub = told.get("ActiveState", ""), told.get("SubState", "")
    if not state:
        return unseen("systemctl told nothing of it")
    counted = told.get("NRestarts", "")
    restarts = int(counted) if counted.isascii() and counted.isdigit() and len(counted) < 10 else 0
    result = "" if told.get("Result", "success") == "success" else f", {told['Result']}"
    return Observation(
        connected=True, latency=seconds, summary=f"{state} ({sub}){result}, {restarts} restarts",
        values={"UNIT_STATE": state, "UNIT_SUBSTATE": sub, "RESTARTS": restarts},
    )  # fmt: skip


async def _run(argv: Sequence[str], more: Mapping[str, str], seconds: float, apart: Apart) -> Finished | Observation:
    """Return how the program ended, or why nothing can be said."""
    if shutil.which(argv[0]) is None:
        return unseen(f"{argv[0]} is not installed on this host")
    try:
        finished = await run_in(apart, argv, seconds=seconds, env={**os.environ, **more} if more else None)
    except ProcessError as error:
        return unseen(error.what)
    if finished.timed_out:
        return Observation(trouble=f"no answer within {short_duration(seconds)}")
    if finished.code is None or finished.code < 0:
        return unseen(f"{argv[0]} was ended from outside")
    return finished

"""What an observation adds up to, where no server is needed to see it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cockpit.health.judgement import judge
from cockpit.health.observation import Observation, unseen
from cockpit.release.configuration import Probe
from cockpit.release.health import ProbeState


def _judged(seen: Observation, probe: Probe) -> tuple[ProbeState, str, list[bool | None]]:
    result = judge("db", probe, seen, now=5.0, observer="here")
    return result.state, result.detail, [each.ok for each in result.conditions]


def test_what_was_not_seen_breaks_no_condition() -> None:
    for condition in ("[CONNECTED] == true", "[CONNECTED] == false"):
        probe = Probe(tcp="db:1", conditions=(condition,), warn=("[RESPONSE_TIME] < 1s",))
        assert _judged(unseen("no network"), probe) == (ProbeState.UNKNOWN, "no network", [None, None])


def test_a_broken_condition_counts_before_an_unreadable_one_and_that_before_a_warning() -> None:
    seen = Observation(connected=True, latency=0.2)
    broken, unreadable, slow = "[CONNECTED] == false", "[CONNECTED] is true", "[RESPONSE_TIME] < 1ms"
    assert _judged(seen, Probe(tcp="x", conditions=(unreadable, broken)))[0] is ProbeState.DOWN
    assert _judged(seen, Probe(tcp="x", conditions=(unreadable,), warn=(slow,)))[0] is ProbeState.UNKNOWN
    assert _judged(seen, Probe(tcp="x", warn=(slow, unreadable)))[0] is ProbeState.DEGRADED
    assert _judged(seen, Probe(tcp="x", warn=(unreadable,)))[0] is ProbeState.UNKNOWN


@pytest.mark.parametrize(("code", "state"), [(0, ProbeState.OK), (1, ProbeState.DOWN)])
def test_a_commands_status_counts_whatever_else_is_asked(code: int, state: ProbeState) -> None:
    seen = Observation(exit_status=code, body=b"x", summary="said so")
    for conditions in ((), ("[BODY] == x",), ("[CONNECTED] == false",)):
        assert _judged(seen, Probe(command="true", conditions=conditions))[:2] == (state, "said so")


def test_nothing_slow_is_imported_before_the_first_http_look() -> None:
    program = "import sys, cockpit.health.version; print(sorted({'httpx', 'textual'} & {*sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"

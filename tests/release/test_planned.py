"""Planned maintenance: an announced window, and what a rollback itself brings down; an outage before it stays one."""

from __future__ import annotations

from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.planned import PlannedWork, Underway
from cockpit.release.rollup import Rollup
from cockpit.release.targets import Goal, judge_target, measured_of_looks, measured_of_rollup

OK, DOWN = ProbeState.OK, ProbeState.DOWN
ROLLBACK = Underway("rollback to v1", 100.0)


def look(name: str, state: ProbeState, at: float = 0.0) -> ProbeResult:
    return ProbeResult(name, state, None, "503", at)


def test_in_a_window_every_look_is_planned() -> None:
    work = PlannedWork({})
    assert [work.of(look("api", state), "move", None) for state in ProbeState] == ["move"] * len(ProbeState)
    assert work.of(look("api", DOWN), "", None) == ""


def test_of_a_rollback_only_what_it_brings_down_itself_is_planned() -> None:
    lasting = Debounced(DOWN, 50.0, DOWN, held=DOWN)
    work = PlannedWork({"cart": lasting, "api": Debounced(OK, 50.0, OK, held=OK)})
    assert work.of(look("api", DOWN, 101.0), "", ROLLBACK) == "rollback to v1"
    assert work.of(look("api", OK, 102.0), "", ROLLBACK) == "", "what answers is up"
    assert work.of(look("cart", DOWN, 101.0), "", ROLLBACK) == "", "it was down before the rollback"
    assert work.of(look("cart", OK, 102.0), "", ROLLBACK) == ""
    assert work.of(look("cart", DOWN, 103.0), "", ROLLBACK) == "rollback to v1", "it has been well in between"
    assert work.of(look("cart", DOWN, 104.0), "", None) == "", "the rollback is over, and it is down"
    assert work.of(look("cart", DOWN, 201.0), "", Underway("rollback to v0", 200.0)) == "", "the next one finds it down"
    assert work.of(look("cart", ProbeState.UNKNOWN, 202.0), "", ROLLBACK) == ""
    assert work.of(look("cart", DOWN, 203.0), "", Underway("rollback to v0", 200.0)) == "", "nobody saw it well"


def test_planned_time_is_left_out_of_uptime_and_named() -> None:
    goal = Goal("up", "Uptime", "uptime", 0.99, 95.0, 600.0, 20, 0.5, probe="api")
    looks = [(OK, 10.0)] * 30
    whole, hour = measured_of_looks(goal, looks, maintenance=30), measured_of_looks(goal, looks)
    found = judge_target(goal, whole, hour, interval=10.0, observer="bridge")
    assert (found.state, found.actual, found.coverage, found.maintenance) == ("met", "100 %", 1.0, 300.0)
    assert found.left_out == "maintenance 5m"
    rollup = Rollup(latencies={})
    for state, planned in ((OK, False), (DOWN, True), (OK, True)):
        rollup.add(state, 10.0, planned=planned)
    assert (rollup.seen, rollup.uptime, rollup.maintenance, rollup.timed) == (1, 1.0, 2, 1)
    assert measured_of_rollup(goal, rollup).maintenance == 2

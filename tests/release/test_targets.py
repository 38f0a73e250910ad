"""Targets against actuals: exact percentiles, honest shares, budgets, and what is too little to judge."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.content.library import parse_library_texts
from cockpit.content.shipped import shipped_directory
from cockpit.release.health import ProbeState
from cockpit.release.rollup import Rollup
from cockpit.release.sources import SourceQuestion
from cockpit.release.targets import (
    Goal,
    TargetBinding,
    TargetResult,
    goals_of,
    judge_target,
    judge_value,
    measured_of_lines,
    measured_of_looks,
    measured_of_rollup,
    parse_percentage,
    unbound,
)
from tests.release.support import PINNED

OK, DEGRADED, DOWN, UNKNOWN, PAUSED = ProbeState
LATENCY = Goal("pay", "Payment", "latency", 5000.0, 95.0, 3600.0, 20, 0.0, "checkout", "pay")
UPTIME = Goal("up", "Uptime", "uptime", 0.999, 95.0, 3600.0, 20, 0.5, "api")
ERRORS = Goal("err", "Errors", "errors", 0.001, 95.0, 3600.0, 20, 0.0, "api")
Looks = list[tuple[ProbeState, float | None]]


def judged(goal: Goal, looks: Looks, *, interval: float = 10.0) -> TargetResult:
    measured = measured_of_looks(goal, looks)
    return judge_target(goal, measured, measured, interval=interval, observer="here")


def test_the_shipped_six_are_there_and_say_so_where_nothing_measures_them() -> None:
    text = (shipped_directory() / "targets.yaml").read_text()
    goals = goals_of({}, parse_library_texts({"targets.yaml": text}))
    assert [goal.words for goal in goals] == [
        "p95 < 2s", "p95 < 500ms", "p95 < 30s", "p95 < 5s", "> 99.9 %", "< 0.1 %",
    ]  # fmt: skip
    assert unbound(goals[0]).state == "not bound"


def test_a_binding_may_ask_for_more_and_for_what_is_not_shipped() -> None:
    bindings = {"search": TargetBinding("api", below="300ms", percentile=99, window="24h", samples=100)}
    (goal,) = goals_of(bindings, PINNED.library)
    assert (goal.words, goal.window, goal.samples, goal.source) == ("p99 < 300ms", 86400.0, 100, "api")
    (goal,) = goals_of({"up": TargetBinding("api", above="99.95%", coverage="90%")}, PINNED.library)
    assert (goal.measure, goal.coverage) == ("uptime", 0.9)
    assert goal.limit == pytest.approx(0.9995)


def test_a_log_tells_a_share_of_errors_and_nothing_else() -> None:
    bindings = {"failing": TargetBinding(log="access", below="1%"), "up": TargetBinding(log="access", above="99%")}
    failing, up = goals_of(bindings, PINNED.library)
    assert (failing.measure, failing.words, failing.source) == ("errors", "< 1 %", "log access")

    def says(lines: int, errors: int, known: float = 1.0) -> tuple[str, str, str]:
        measured = measured_of_lines(lines, errors)
        result = judge_target(failing, measured, measured, known=known, observer="here")
        return result.state, result.actual, result.detail

    assert says(1000, 9) == ("met", "0.9 %", "9 of 1000 errors")
    assert says(1000, 10)[0] == "missed"
    assert says(19, 0) == ("not enough data", "0 %", "19 lines, 20 are needed")
    assert says(0, 0)[:2] == ("not enough data", "-")
    thorough = msgspec.structs.replace(failing, coverage=0.9)
    measured = measured_of_lines(500, 0)
    assert judge_target(thorough, measured, measured, known=0.5, observer="here").state == "not enough data"
    assert "a log tells a share of errors" in unbound(up).detail


def test_too_few_samples_are_not_enough_data_however_good_they_are() -> None:
    result = judged(LATENCY, [(OK, 10.0)] * 19)
    assert (result.state, result.detail) == ("not enough data", "19 samples, 20 are needed")
    assert judged(LATENCY, []).actual == "-"
    assert judged(LATENCY, [(OK, 10.0)] * 20).state == "met"


def test_what_had_no_answer_counts_as_slower_than_every_limit() -> None:
    result = judged(LATENCY, [(OK, 10.0)] * 94 + [(DOWN, None)] * 6)
    assert (result.state, result.actual, result.detail) == (
        "missed", "no answer", "6 of 100 without an answer or slower",
    )  # fmt: skip
    assert judged(LATENCY, [(OK, 10.0)] * 95 + [(DOWN, None)] * 5).state == "met"


def test_a_gap_never_counts_as_uptime() -> None:
    well: Looks = [(OK, 10.0)] * 60
    result = judged(UPTIME, well)  # ten minutes of an hour
    assert (result.state, round(result.coverage, 3)) == ("not enough data", 0.167)
    assert judged(UPTIME, [*well * 3, *[(UNKNOWN, None)] * 180]).coverage == 0.5, "nor does what nobody could see"
    result = judged(UPTIME, [(OK, 10.0)] * 359 + [(DOWN, None)])
    assert (result.state, result.actual, round(result.burn or 0, 2)) == ("missed", "99.722 %", 2.78)
    assert judged(UPTIME, [(DEGRADED, 10.0)] * 360).state == "met"


def test_a_share_is_never_rounded_towards_the_goal() -> None:
    result = judged(ERRORS, [(OK, 1.0)] * 99_999 + [(DOWN, None)])
    assert (result.state, result.actual) == ("met", "0.001 %")
    assert judged(UPTIME, [(OK, 1.0)] * 299_999 + [(DOWN, None)]).actual == "99.999 %"


@given(st.lists(st.tuples(st.sampled_from([OK, DOWN]), st.floats(1, 20_000)), min_size=20, max_size=200))
def test_roll_ups_judge_as_single_looks_do_but_for_the_width_of_a_bucket(looks: Looks) -> None:
    rollup = Rollup(latencies={})
    for look in looks:
        rollup.add(*look)
    exact, told = measured_of_looks(LATENCY, looks).value, measured_of_rollup(LATENCY, rollup).value
    assert exact is not None
    assert told is not None
    assert abs(told - exact) / exact < 0.026
    for goal in (UPTIME, ERRORS):
        measured = measured_of_looks(goal, looks)
        assert msgspec.structs.replace(measured_of_rollup(goal, rollup)) == measured


def test_percentages_are_written_with_their_sign() -> None:
    assert parse_percentage("99.9%") == pytest.approx(0.999)
    for text in ("99.9", "101%", "most", "-1%", "nan%"):
        with pytest.raises(ValueError, match="not a percentage"):
            parse_percentage(text)
    assert not math.isnan(parse_percentage("0%"))


@pytest.mark.parametrize(
    ("goal", "value", "unit", "state", "actual", "burn"),
    [
        (LATENCY, 4.9, "s", "met", "4.9s", None),
        (LATENCY, 5000.0, "ms", "missed", "5s", None),
        (LATENCY, 4.9, "", "not enough data", "-", None),
        (LATENCY, 4.9, "%", "not enough data", "-", None),
        (UPTIME, 99.95, "%", "met", "99.95 %", 0.5),
        (UPTIME, 0.999, "ratio", "missed", "99.9 %", 1.0),
        (ERRORS, 0.0005, "ratio", "met", "0.05 %", 0.5),
        (ERRORS, 3.0, "errors", "not enough data", "-", None),
        (ERRORS, None, "ratio", "not enough data", "-", None),
    ],
)
def test_a_tool_s_number_counts_in_its_unit_alone(
    goal: Goal, value: float | None, unit: str, state: str, actual: str, burn: float | None
) -> None:
    question = SourceQuestion("prom", "metric", "x", within="5m")
    result = judge_value(goal, question, value, unit, why="it gave nothing", observer="here")
    assert (result.state, result.actual, result.window) == (state, actual, 300.0)
    assert result.burn == (None if burn is None else pytest.approx(burn))
    assert result.detail

"""Outages: their bounds are the first and the last failed look, and they are those that the live state showed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.release.health import Debounced, ProbeResult, ProbeState, advance
from cockpit.release.outages import Outage, outages_of

OK, DOWN, UNKNOWN = ProbeState.OK, ProbeState.DOWN, ProbeState.UNKNOWN


def test_the_bounds_are_looks_and_the_state_turns_at_the_third_failure_and_the_second_pass() -> None:
    states = [OK, DOWN, OK, OK, DOWN, UNKNOWN, DOWN, DOWN, DOWN, OK, DOWN, OK, ProbeState.DEGRADED, DOWN]
    looks = [(float(at), state, False) for at, state in enumerate(states)]
    outage = Outage(began=4.0, noticed=7.0, looks=5, well_until=3.0, ended=11.0, confirmed=12.0)
    assert outages_of(looks) == (outage,)
    assert outage.lasted(99.0) == 7.0


def test_one_that_goes_on_has_no_end_and_what_was_planned_is_none() -> None:
    looks = [(float(at), DOWN, at < 3) for at in range(7)]
    assert outages_of(looks) == (Outage(began=3.0, noticed=5.0, looks=4),)
    assert outages_of(looks)[0].lasted(10.0) == 7.0
    assert outages_of([(at, state, True) for at, state, _ in looks]) == ()


@given(
    st.lists(st.sampled_from([OK, ProbeState.DEGRADED, DOWN, DOWN, UNKNOWN]), max_size=40),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_they_are_what_the_live_state_showed(states: list[ProbeState], failures: int, passes: int) -> None:
    lasting: Debounced | None = None
    began: list[float] = []
    ended: list[float] = []
    for at, state in enumerate(states):
        held = lasting.held if lasting is not None else None
        lasting, _ = advance(lasting, ProbeResult("api", state, None, "", float(at)), failures, passes)
        if lasting.held is DOWN is not held:
            began.append(float(at))
        elif held is DOWN is not lasting.held:
            ended.append(float(at))
    found = outages_of(((float(at), state, False) for at, state in enumerate(states)), failures=failures, passes=passes)
    assert [outage.noticed for outage in found] == began
    assert [outage.confirmed for outage in found if outage.confirmed is not None] == ended
    assert all(outage.began <= outage.noticed for outage in found)

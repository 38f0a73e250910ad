"""The debounce: what single results must not do, and what rows of them must."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cockpit.release.health import Debounced, ProbeResult, ProbeState, Transition, advance, paused

OK, DEGRADED, DOWN, UNKNOWN, PAUSED = ProbeState
_LETTER = {"o": OK, "w": DEGRADED, "d": DOWN, "u": UNKNOWN, "p": PAUSED}
_SEVERITY = {OK: 0, DEGRADED: 1, DOWN: 2}


def _result(state: ProbeState, at: float) -> ProbeResult:
    return ProbeResult(name="api", state=state, latency_ms=None, detail=f"saw {state}", at=at, observer="host")


def _fly(states: list[ProbeState], failures: int = 3, passes: int = 2) -> list[tuple[Debounced, Transition | None]]:
    current: Debounced | None = None
    path = []
    for at, state in enumerate(states):
        current, transition = advance(current, _result(state, float(at)), failures, passes)
        path.append((current, transition))
    return path


def _trace(raw: str, failures: int = 3, passes: int = 2) -> str:
    letters = {state: letter for letter, state in _LETTER.items()}
    path = _fly([_LETTER[letter] for letter in raw], failures, passes)
    return "".join(letters[debounced.state] for debounced, _ in path)


def test_three_failures_go_down_and_two_passes_recover() -> None:
    assert _trace("oddodddodoo") == "ooooooddddo"


def test_a_first_pass_counts_at_once_and_a_first_failure_does_not() -> None:
    assert _trace("o") == "o"
    assert _trace("w") == "w"
    assert _trace("ddd") == "uud"
    assert _trace("ddo") == "uuo"


def test_warnings_degrade_by_the_same_rows() -> None:
    assert _trace("owwwoo") == "ooowwo"
    assert _trace("owdd") == "ooow", "each of the three was at least degraded"
    assert _trace("ooddwd") == "ooooww"
    assert _trace("dddwo") == "uuddw", "the last two were at most degraded"


def test_unknown_neither_counts_as_a_failure_nor_breaks_a_row_of_them() -> None:
    assert _trace("oudud") == "ooooo"
    assert _trace("odududo") == "ooooodd"
    assert _trace("dddouo") == "uudddo"


def test_blindness_shows_after_a_row_and_ends_with_the_next_good_look() -> None:
    assert _trace("ouuuo") == "ooouo"
    assert _trace("ouuuw") == "ooouw"


def test_a_failure_out_of_blindness_is_not_shown_as_what_was_held() -> None:
    assert _trace("ouuudo") == "ooouuo"
    assert _trace("ouuuddd") == "ooouuud"


def test_blindness_is_no_short_cut_out_of_down() -> None:
    assert _trace("ddduuuo") == "uuddduu"
    assert _trace("ddduuuoo") == "uuddduuo"
    assert _trace("ddduuud") == "uudddud"


def test_a_pause_shows_at_once_and_forgets() -> None:
    assert _trace("dddpo") == "uudpo"
    assert _trace("opddd") == "opuud"


def test_counts_are_the_probes_own() -> None:
    assert _trace("odo", failures=1, passes=1) == "odo"
    assert _trace("oddddd", failures=5) == "oooood"
    assert _trace("od", failures=0, passes=0) == "od"


def test_a_transition_carries_the_result_that_decided() -> None:
    path = _fly([OK, DOWN, DOWN, DOWN, DOWN])
    transitions = [transition for _, transition in path if transition is not None]
    assert transitions == [
        Transition("api", UNKNOWN, OK, 0.0, "saw ok", "host"),
        Transition("api", OK, DOWN, 3.0, "saw down", "host"),
    ]
    assert path[-1][0].since == 3.0
    assert (path[2][0].state, path[2][0].raw, path[2][0].streak) == (OK, DOWN, 2)


def test_streak_counts_results_like_the_latest() -> None:
    assert _fly([OK, UNKNOWN, UNKNOWN])[-1][0].streak == 2
    assert _fly([DOWN, OK, OK])[-1][0].streak == 2
    assert _fly([OK, PAUSED])[-1][0].streak == 0


def test_paused_names_its_reason() -> None:
    result = paused("pay", "waits for a person", at=5.0, observer="host")
    assert (result.state, result.detail, result.latency_ms) == (PAUSED, "waits for a person", None)


_raw = st.lists(st.sampled_from([OK, DEGRADED, DOWN, UNKNOWN, PAUSED]), max_size=40)
_count = st.integers(1, 5)


@given(_raw, _count, _count)
def test_going_down_takes_a_row_of_failures_and_recovering_a_row_of_passes(
    states: list[ProbeState], failures: int, passes: int
) -> None:
    path = _fly(states, failures, passes)
    for index, (_, transition) in enumerate(path):
        if transition is None:
            continue
        pauses = [at for at, state in enumerate(states[:index]) if state is PAUSED]
        observed = [state for state in states[max(pauses, default=-1) + 1 : index + 1] if state in _SEVERITY]
        if transition.after is DOWN and transition.before is not UNKNOWN:
            assert len(observed) >= failures
            assert set(observed[-failures:]) == {DOWN}
        if transition.after is DOWN:
            assert states[index] is DOWN
            assert observed.count(DOWN) >= failures
        if transition.before is DOWN and transition.after in {OK, DEGRADED}:
            assert len(observed) >= passes
            assert DOWN not in observed[-passes:]


@given(_raw, _count, _count)
def test_green_is_never_shown_without_a_pass_and_unknown_never_turns_green(
    states: list[ProbeState], failures: int, passes: int
) -> None:
    before = UNKNOWN
    for (debounced, transition), raw in zip(_fly(states, failures, passes), states, strict=True):
        assert (transition is not None) == (debounced.state is not before)
        assert debounced.raw is raw
        if debounced.state is OK and before is not OK:
            assert raw is OK
        if raw is UNKNOWN:
            assert debounced.state in {before, UNKNOWN}
        before = debounced.state


@given(_raw, _count, _count, st.sampled_from([OK, DEGRADED, DOWN, UNKNOWN]))
def test_what_lasts_is_what_is_shown(states: list[ProbeState], failures: int, passes: int, lasting: ProbeState) -> None:
    path = _fly([*states, *[lasting] * max(failures, passes)], failures, passes)
    assert path[-1][0].state is lasting

"""How well a probe finds the service: one result, and the state that lasts when single results flicker; pure."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace


class ProbeState(StrEnum):
    """What a probe says; `unknown` means that nothing could be observed, which is never a pass and never a failure."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"
    PAUSED = "paused"


_SEVERITY = {ProbeState.OK: 0, ProbeState.DEGRADED: 1, ProbeState.DOWN: 2}
_STATES = (ProbeState.OK, ProbeState.DEGRADED, ProbeState.DOWN)


class ConditionResult(Struct, frozen=True, omit_defaults=True, gc=False):
    """One condition against what was seen; `ok` is None where it could not be judged."""

    text: str
    ok: bool | None
    actual: str
    level: Literal["fail", "warn"] = "fail"


class Timing(Struct, frozen=True, omit_defaults=True, gc=False):
    """How long a phase of a look took, or a step of a scenario, which also has a state of its own."""

    name: str
    ms: float
    state: str = ""
    detail: str = ""


class ProbeResult(Struct, frozen=True, omit_defaults=True, gc=False):
    """One look at the service: `state` is raw, `at` in epoch seconds, `latency_ms` None where no answer came.

    `value` is what a monitoring tool gave, in `unit`.
    `planned` names the maintenance that it fell into: such a look counts neither as up nor as down.
    """

    name: str
    state: ProbeState
    latency_ms: float | None
    detail: str
    at: float
    conditions: tuple[ConditionResult, ...] = ()
    observer: str = ""
    timings: tuple[Timing, ...] = ()
    value: float | None = None
    unit: str = ""
    planned: str = ""


class Debounced(Struct, frozen=True, omit_defaults=True, gc=False):
    """The lasting state of a probe beside its latest raw one; `since` is when it changed, in epoch seconds.

    `held` is the last state that observations decided, kept while nothing can be observed; `recent` are the
    latest observed raw states, oldest first; `unseen` counts the results in a row that observed nothing.
    """

    state: ProbeState
    since: float
    raw: ProbeState
    held: ProbeState | None = None
    recent: tuple[ProbeState, ...] = ()
    unseen: int = 0

    @property
    def streak(self) -> int:
        """How many results in a row were as the latest one is (at most as many as the debounce looks at)."""
        if self.raw not in _SEVERITY:
            return self.unseen
        length = 0
        for state in reversed(self.recent):
            if state is not self.raw:
                break
            length += 1
        return length


class Transition(Struct, frozen=True):
    """A probe's lasting state changed, for the reason in `detail`."""

    name: str
    before: ProbeState
    after: ProbeState
    at: float
    detail: str
    observer: str = ""


def paused(name: str, detail: str, *, at: float, observer: str) -> ProbeResult:
    """Return the result of a probe that is deliberately not asked."""
    return ProbeResult(name=name, state=ProbeState.PAUSED, latency_ms=None, detail=detail, at=at, observer=observer)


def advance(
    previous: Debounced | None, result: ProbeResult, failures: int = 3, passes: int = 2
) -> tuple[Debounced, Transition | None]:
    """Return the lasting state after one more result, and the change if there was one.

    The state worsens to what the last `failures` observed results all were at least, and improves to what the
    last `passes` were at most. The first result ever, and the first one after blindness, counts at once unless
    it, or what was held, is down. Unknown results neither count nor break a row; `failures` of them in a row
    make the state unknown, and until then it is what it was: whoever must not pass on unknown looks at `raw` too.
    A pause shows at once and forgets what came before.
    """
    before = ProbeState.UNKNOWN if previous is None else previous.state
    after = _after(previous, result.state, max(failures, 1), max(passes, 1))
    kept_since = result.at if previous is None or after.state is not before else previous.since
    after = replace(after, since=kept_since)
    if after.state is before:
        return after, None
    return after, Transition(
        name=result.name,
        before=before,
        after=after.state,
        at=result.at,
        detail=result.detail,
        observer=result.observer,
    )


def _after(previous: Debounced | None, raw: ProbeState, failures: int, passes: int) -> Debounced:
    if raw is ProbeState.PAUSED:
        return Debounced(raw, 0.0, raw)
    if previous is None or previous.state is ProbeState.PAUSED:
        previous = Debounced(ProbeState.UNKNOWN, 0.0, raw)
    state, held = previous.state, previous.held
    if raw is ProbeState.UNKNOWN:
        unseen = previous.unseen + 1
        return Debounced(ProbeState.UNKNOWN if unseen >= failures else state, 0.0, raw, held, previous.recent, unseen)

    recent = (*previous.recent, raw)[-max(failures, passes) :]
    if state is ProbeState.UNKNOWN and held is not ProbeState.DOWN and raw is not ProbeState.DOWN:
        return Debounced(raw, 0.0, raw, raw, recent)
    decided = _decide(held, recent, failures, passes)
    # Out of blindness a state is only shown again once this very result agrees with it.
    if decided is not None and (state is not ProbeState.UNKNOWN or decided is raw):
        state = decided
    return Debounced(state, 0.0, raw, decided, recent)


def _decide(held: ProbeState | None, recent: tuple[ProbeState, ...], failures: int, passes: int) -> ProbeState | None:
    severities = [_SEVERITY[state] for state in recent]
    current = -1 if held is None else _SEVERITY[held]
    at_least = min(severities[-failures:])
    at_most = max(severities[-passes:])
    if len(severities) >= failures and at_least > current:
        return _STATES[at_least]
    if held is not None and len(severities) >= passes and at_most < current:
        return _STATES[at_most]
    return held

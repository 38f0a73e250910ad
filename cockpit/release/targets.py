"""Performance targets: what they promise, what measures them, and how the actual compares; pure.

Percentiles are nearest-rank. A look without any answer counts as slower than every limit. The error budget is what a
target lets go wrong: with 99.9 % of uptime a thousandth of the looks. A burn of 1 uses it up in just one window.
"""

import math
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cockpit.durations import parse_duration, short_duration
from cockpit.release.health import ProbeState
from cockpit.release.library import Library
from cockpit.release.library import Target as ShippedTarget
from cockpit.release.rollup import Rollup, rank
from cockpit.release.sources import SourceQuestion

Measure = Literal["latency", "uptime", "errors"]
TargetState = Literal["met", "missed", "not enough data", "not bound"]

LEAST_SAMPLES = 20
# Of how much of the window something must be known: a share is one of the whole, a percentile is not.
_LEAST_COVERAGE: dict[Measure, float] = {"latency": 0.0, "uptime": 0.5, "errors": 0.0}
_DEFAULT_WINDOW = "1h"


class TargetBinding(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What measures a target, and where the goal differs from the shipped one.

    It is a probe, or a step of its scenario; or a log, whose share of errors is measured: of its lines, or of the
    requests in an access log, where a status of 500 or more is an error. `below` and `above` are a duration (of a
    latency) or a percentage (of errors, or of uptime). Where the probe asks a source for a number, that number counts.
    """

    probe: str = ""
    step: str = ""
    below: str = ""
    above: str = ""
    percentile: float | None = None
    window: str = ""
    samples: int = LEAST_SAMPLES
    coverage: str = ""  # the least share of the window that must be known, such as 90%
    title: str = ""
    log: str = ""


class Goal(Struct, frozen=True):
    """One target, put together; `limit` is in milliseconds or as a share of one."""

    id: str
    title: str
    measure: Measure
    limit: float
    percentile: float
    window: float  # seconds
    samples: int
    coverage: float  # the least share of the window
    probe: str = ""
    step: str = ""
    log: str = ""

    @property
    def words(self) -> str:
        """The goal as people write it: `p95 < 500ms`, `> 99.9 %`."""
        if self.measure == "latency":
            return f"p{self.percentile:g} < {short_span(self.limit)}"
        return f"> {self.limit * 100:g} %" if self.measure == "uptime" else f"< {self.limit * 100:g} %"

    @property
    def source(self) -> str:
        """What measures it."""
        if self.log:
            return f"log {self.log}"
        return f"{self.probe}: {self.step}" if self.step else self.probe

    @property
    def budget(self) -> float:
        """The share of looks that may go wrong."""
        if self.measure == "latency":
            return 1 - self.percentile / 100
        return 1 - self.limit if self.measure == "uptime" else self.limit


class Measured(Struct, frozen=True):
    """What a span of time has shown: `seen` looks, of which so many were bad by the target's measure."""

    seen: int
    bad: int
    value: float | None  # ms or a share; infinite where the look at that rank had no answer
    approximate: bool = False
    maintenance: int = 0  # looks that fell into planned maintenance: known, and left out
    own: int = 0  # lines of our own traffic, left out


class TargetResult(Struct, frozen=True):
    """A target against its actual; every number names who has seen it. Shares are of one, spans in seconds.

    `maintenance` is the planned time in the window, which counts neither as up nor as down; `own_traffic` are the lines
    of our own probes and checks that a log's share leaves out.
    """

    id: str
    title: str
    measure: Measure
    goal: str
    source: str
    state: TargetState
    actual: str
    detail: str
    window: float
    samples: int
    least_samples: int
    coverage: float
    burn: float | None  # over the window
    burn_hour: float | None  # over the last hour
    observer: str
    value: float | None = None
    approximate: bool = False
    maintenance: float = 0.0
    own_traffic: int = 0

    @property
    def left_out(self) -> str:
        """What is left out, in words: planned maintenance, and lines of our own traffic; empty where nothing was."""
        planned = f"maintenance {short_duration(self.maintenance)}" if self.maintenance else ""
        own = f"{self.own_traffic} own lines left out" if self.own_traffic else ""
        return ", ".join(word for word in (planned, own) if word)


def short_span(milliseconds: float) -> str:
    """Return a latency in a few characters: `41ms`, `1.25s`."""
    if math.isinf(milliseconds):
        return "no answer"
    return f"{milliseconds:.0f}ms" if milliseconds < 1000 else f"{milliseconds / 1000:.3g}s"


def burn_words(burn: float) -> str:
    """Return how many times faster than allowed the error budget goes: `0x`, `1.4x`, `290x`."""
    return f"{burn:.1f}x" if 0 < burn < 10 else f"{burn:.0f}x"


def goals_of(bindings: dict[str, TargetBinding], library: Library) -> tuple[Goal, ...]:
    """Return every target, the shipped ones first; one that nothing measures has no probe."""
    shipped = {target.id: target for target in library.targets}
    names = (*shipped, *(name for name in bindings if name not in shipped))
    return tuple(_goal(name, shipped.get(name), bindings.get(name, TargetBinding())) for name in names)


def _goal(name: str, shipped: ShippedTarget | None, binding: TargetBinding) -> Goal:
    measure, limit = _limit(shipped, binding)
    window = binding.window or (shipped.window if shipped is not None else "") or _DEFAULT_WINDOW
    percentile = binding.percentile or (shipped.percentile if shipped is not None else None) or 95.0
    coverage = parse_percentage(binding.coverage) if binding.coverage else _LEAST_COVERAGE[measure]
    title = binding.title or (shipped.title if shipped is not None else name)
    return Goal(
        name, title, measure, limit, percentile, parse_duration(window), binding.samples, coverage, binding.probe,
        binding.step, binding.log,
    )  # fmt: skip


def _limit(shipped: ShippedTarget | None, binding: TargetBinding) -> tuple[Measure, float]:
    if binding.above:
        return "uptime", parse_percentage(binding.above)
    if binding.below:
        if binding.below.rstrip().endswith("%"):
            return "errors", parse_percentage(binding.below)
        return "latency", parse_duration(binding.below) * 1000
    if shipped is None:
        return "latency", math.inf  # complained of as the file is read
    if shipped.unit == "percent":
        return ("uptime" if shipped.comparison.startswith(">") else "errors"), shipped.value / 100
    return "latency", shipped.value * (1000 if shipped.unit == "s" else 1)


def parse_percentage(text: str) -> float:
    """Return the share of one that `99.9%` names; ValueError says what is accepted."""
    try:
        value = float(text.strip().removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100 or not text.strip().endswith("%"):
        raise ValueError(f"{text!r} is not a percentage: write one such as 99.9%")
    return value / 100


def measured_of_looks(
    goal: Goal, looks: Sequence[tuple[ProbeState, float | None]], *, maintenance: int = 0
) -> Measured:
    """Measure single looks, exactly; so many more fell into `maintenance`."""
    seen = [look for look in looks if look[0] not in {ProbeState.UNKNOWN, ProbeState.PAUSED}]
    down = sum(state is ProbeState.DOWN for state, _ in seen)
    if goal.measure != "latency":
        return _share(goal, len(seen), down, maintenance)
    ordered = sorted(math.inf if latency is None else latency for _, latency in seen)
    place = rank(goal.percentile, len(ordered))
    bad = sum(latency >= goal.limit for latency in ordered)
    return Measured(len(seen), bad, None if place is None else ordered[place - 1], maintenance=maintenance)


def measured_of_rollup(goal: Goal, rollup: Rollup) -> Measured:
    """Measure what roll-ups add up to; latencies to 2.5 %."""
    if goal.measure != "latency":
        return _share(goal, rollup.seen, rollup.down, rollup.maintenance)
    silent = max(rollup.seen - rollup.timed, 0)
    place = rank(goal.percentile, rollup.seen)
    value: float | None = None
    if place is not None:
        value = rollup.at_rank(place) if place <= rollup.timed else math.inf
    bad = rollup.slower_than(goal.limit) + silent
    return Measured(rollup.seen, bad, value, approximate=True, maintenance=rollup.maintenance)


def measured_of_lines(lines: int, errors: int, *, own: int = 0) -> Measured:
    """Measure what a log has written, without the lines of our `own` traffic."""
    return Measured(lines, errors, errors / lines if lines else None, own=own)


def _share(goal: Goal, seen: int, down: int, maintenance: int) -> Measured:
    bad = down / seen if seen else None
    value = None if bad is None else 1 - bad if goal.measure == "uptime" else bad
    return Measured(seen, down, value, maintenance=maintenance)


def judge_target(
    goal: Goal,
    window: Measured,
    hour: Measured,
    *,
    interval: float = 1.0,
    known: float | None = None,
    observer: str,
) -> TargetResult:
    """Return the target against what its window has shown.

    Of how much of the window something is known tells `known`, a share of one, or else the probe's `interval` in
    seconds.
    """
    expected = max(goal.window / interval, 1.0)
    coverage = min((window.seen + window.maintenance) / expected if known is None else known, 1.0)
    state, detail = _state(goal, window, coverage)
    return TargetResult(
        id=goal.id,
        title=goal.title,
        measure=goal.measure,
        goal=goal.words,
        source=goal.source,
        state=state,
        actual=_actual(goal, window),
        detail=detail,
        window=goal.window,
        samples=window.seen,
        least_samples=goal.samples,
        coverage=coverage,
        burn=_burn(goal, window),
        burn_hour=_burn(goal, hour),
        observer=observer,
        value=None if window.value is None or math.isinf(window.value) else window.value,
        approximate=window.approximate,
        maintenance=window.maintenance * interval,
        own_traffic=window.own,
    )


def judge_value(
    goal: Goal, question: SourceQuestion, value: float | None, unit: str, *, why: str = "", observer: str
) -> TargetResult:
    """Return the target against the one number that a monitoring tool gave; None is unknown, for the reason `why`."""
    of_unit = _in_terms_of(goal.measure, value, unit)
    if of_unit is None and value is not None:
        right = "s or ms" if goal.measure == "latency" else "% or ratio"
        why = f"the number's unit is {unit or 'not named'}: write unit: {right} where {question.name} is asked"
    measured = Measured(0 if of_unit is None else 1, 0, of_unit)
    result = judge_target(
        replace(goal, samples=1, window=question.window, coverage=0.0), measured, measured,
        known=1.0 if measured.seen else 0.0, observer=observer,
    )  # fmt: skip
    share = None if of_unit is None or goal.measure == "latency" else of_unit
    bad = share if goal.measure == "errors" or share is None else 1 - share
    burn = None if bad is None or goal.budget <= 0 else bad / goal.budget
    detail = why if measured.value is None else f"as {question.name} tells it"
    return replace(result, detail=detail, burn=burn, burn_hour=None)


def _in_terms_of(measure: Measure, value: float | None, unit: str) -> float | None:
    """Return a value in milliseconds or as a share of one; None where its unit is another."""
    factors = {"s": 1000.0, "ms": 1.0} if measure == "latency" else {"%": 0.01, "ratio": 1.0}
    factor = factors.get(unit)
    return None if value is None or factor is None else value * factor


def unbound(goal: Goal) -> TargetResult:
    """Return the result of a target that nothing measures."""
    why = f"nothing measures it: name a probe under targets: {goal.id}: in cockpit.yaml"
    if goal.log:
        why = f"a log tells a share of errors: name a probe, or a goal such as below: 1%, under targets: {goal.id}:"
    return TargetResult(
        goal.id, goal.title, goal.measure, goal.words, "", "not bound", "-", why,
        goal.window, 0, goal.samples, 0.0, None, None, "",
    )  # fmt: skip


def _state(goal: Goal, window: Measured, coverage: float) -> tuple[TargetState, str]:
    if window.seen < goal.samples or window.value is None:
        return "not enough data", f"{window.seen} {'lines' if goal.log else 'samples'}, {goal.samples} are needed"
    if coverage < goal.coverage:
        words = f"{coverage:.0%} of {short_duration(goal.window)} is known, {goal.coverage:.0%} is needed"
        return "not enough data", words
    met = window.value > goal.limit if goal.measure == "uptime" else window.value < goal.limit
    what = "without an answer or slower" if goal.measure == "latency" else "errors" if goal.log else "down"
    return ("met" if met else "missed"), f"{window.bad} of {window.seen} {what}" if window.bad else ""


def _actual(goal: Goal, window: Measured) -> str:
    if window.value is None:
        return "-"
    if goal.measure == "latency":
        return f"{'about ' if window.approximate else ''}{short_span(window.value)}"
    # Rounded away from the goal: 99.9996 % is not shown as 100 %.
    percent = window.value * 100
    shown = math.floor(percent * 1000) / 1000 if goal.measure == "uptime" else math.ceil(percent * 1000) / 1000
    return f"{shown:g} %"


def _burn(goal: Goal, measured: Measured) -> float | None:
    if not measured.seen or goal.budget <= 0:
        return None
    return measured.bad / measured.seen / goal.budget

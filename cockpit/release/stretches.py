"""How long a probe found which state, without a gap, and what that says of a span of time; pure.

Spans are half-open, in epoch seconds. What no stretch covers nobody has seen.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cockpit.release.health import ProbeState

Span = tuple[float, float]
SEEN = frozenset({ProbeState.OK, ProbeState.DEGRADED, ProbeState.DOWN})


class Stretch(Struct, frozen=True):
    """A probe found the same from `at` to `until`, in `looks` looks; `detail` is what the first one said."""

    at: float
    until: float
    state: ProbeState
    looks: int
    detail: str


def clipped(spans: Iterable[Span], since: float, until: float) -> list[Span]:
    """Return what of these spans lies in [since, until)."""
    cut = ((max(start, since), min(end, until)) for start, end in spans)
    return [(start, end) for start, end in cut if end > start]


def united(spans: Iterable[Span]) -> list[Span]:
    """Return the union of spans, in order, those that touch made one."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def total(spans: Iterable[Span]) -> float:
    """Return how many seconds spans last together, what several cover counted once."""
    return sum(end - start for start, end in united(spans))


def gaps(spans: Iterable[Span], since: float, until: float) -> list[Span]:
    """Return what of [since, until) no span covers."""
    found, at = [], since
    for start, end in united(clipped(spans, since, until)):
        if start > at:
            found.append((at, start))
        at = end
    return [*found, (at, until)] if at < until else found


def known(stretches: Iterable[Stretch]) -> list[Span]:
    """Return when the target itself was seen: unknown and paused is not seen."""
    return [(one.at, one.until) for one in stretches if one.state in SEEN]


def down(stretches: Iterable[Stretch]) -> list[Span]:
    """Return when it was down."""
    return [(one.at, one.until) for one in stretches if one.state is ProbeState.DOWN]

"""Outages: as single looks show them, as stretches do, and as the lasting state told them; pure.

Times are in epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from cockpit.release.events import ProbeChanged
from cockpit.release.health import ProbeState
from cockpit.release.record import Record
from cockpit.release.stretches import SEEN, Stretch
from cockpit.times import epoch

Bound = Literal["seen", "not seen", "ongoing"]
_UP = frozenset({ProbeState.OK, ProbeState.DEGRADED})


class Outage(Struct, frozen=True):
    """A row of failed looks that lasted; times are in epoch seconds, None where they lie outside of what was looked at.

    It began after `well_until`, the last look that passed, and by `began`, the first that failed; `noticed` is the one
    that made the state change. It was over by `ended`, the first look that passed, and `confirmed` is the one that
    changed the state back; both are None while it lasts. `looks` failed in it.
    """

    began: float
    noticed: float
    looks: int
    well_until: float | None = None
    ended: float | None = None
    confirmed: float | None = None

    def lasted(self, now: float) -> float:
        """Return for how many seconds it was down, from the first failed look on."""
        return max((self.ended if self.ended is not None else now) - self.began, 0.0)


class SeenOutage(Struct, frozen=True):
    """A probe was down from `at` to `until`, for `seconds` as far as is known, and who has seen it.

    `began` is `seen` where a look before it found it up, `ended` where a look after it did: these bounds are exact to
    the probe's interval. `not seen`: a gap in the watch hides it. `ongoing`: it was down when last looked at. `lasting`
    where its bounds are the lasting state's, not those of single looks; `short` where so few looks in a row failed
    that the probe was not taken to be down.
    """

    probe: str
    at: float
    until: float
    seconds: float
    began: Bound
    ended: Bound
    looks: int
    detail: str
    observer: str
    lasting: bool = False
    short: bool = False


def outages_of(
    looks: Iterable[tuple[float, ProbeState, bool]], *, failures: int = 3, passes: int = 2
) -> tuple[Outage, ...]:
    """Return the outages in looks (when, what, whether in planned maintenance), both the oldest first.

    The state is taken to turn as for the live probe: down after so many failures in a row, up after so many passes.
    Looks that saw nothing, and those in maintenance, neither count nor break a row.
    """
    found: list[Outage] = []
    current: Outage | None = None
    well_until: float | None = None
    row: list[float] = []  # the looks in a row against the present state
    for at, state, planned in looks:
        if planned or (state is not ProbeState.DOWN and state not in _UP):
            continue
        if state is ProbeState.DOWN:
            if current is not None:
                row.clear()
                current = Outage(current.began, current.noticed, current.looks + 1, current.well_until)
                continue
            row.append(at)
            if len(row) >= failures:
                current = Outage(row[0], at, len(row), well_until)
                row.clear()
        elif current is None:
            row.clear()
            well_until = at
        else:
            row.append(at)
            if len(row) >= passes:
                found.append(Outage(current.began, current.noticed, current.looks, current.well_until, row[0], at))
                current, well_until = None, at
                row.clear()
    return (*found, current) if current is not None else tuple(found)


def outages_in(
    stretches: Sequence[Stretch], *, probe: str, observer: str, failures: int, now: float, late: float
) -> list[SeenOutage]:
    """Return the outages in a probe's stretches, in their order.

    Fewer looks in a row than `failures` are a short one; `late` is after how many seconds without a look it is not
    ongoing.
    """
    found = []
    for index, one in enumerate(stretches):
        if one.state is not ProbeState.DOWN:
            continue
        before = stretches[index - 1] if index else None
        after = stretches[index + 1] if index + 1 < len(stretches) else None
        began: Bound = "seen" if before is not None and before.until == one.at and before.state in SEEN else "not seen"
        ended: Bound = "ongoing" if after is None and now - one.until <= late else "not seen"
        if after is not None and after.at == one.until and after.state in SEEN:
            ended = "seen"
        found.append(
            SeenOutage(
                probe, one.at, one.until, one.until - one.at, began, ended, one.looks, one.detail, observer,
                short=one.looks < failures,
            )
        )  # fmt: skip
    return found


def told_outages(records: Iterable[Record], *, since: float, until: float, now: float) -> list[SeenOutage]:
    """Return the outages in [since, until) as watchers have told them of the lasting state."""
    begun: dict[tuple[str, str], tuple[float, str]] = {}
    found: list[SeenOutage] = []

    def end(key: tuple[str, str], over: float, how: Bound) -> None:
        at, detail = begun.pop(key)
        if at < until and over > since:
            found.append(SeenOutage(key[0], at, over, over - at, "seen", how, 0, detail, key[1], lasting=True))

    for record in records:
        change = record.data
        if not isinstance(change, ProbeChanged):
            continue
        key = record.ent.removeprefix("probe:").rpartition("/")[2], change.observer
        at = epoch(record.wall)
        if change.state == "down":
            begun.setdefault(key, (at, change.detail))
        elif key in begun:
            end(key, at, "seen" if change.state in {"ok", "degraded"} else "not seen")
    for key in tuple(begun):
        end(key, min(now, until), "ongoing")
    return found

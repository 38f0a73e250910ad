"""What recurs: which instances are due, overdue, done or yet to come, at a time and in a time zone.

Nothing is ever created: an instance exists by its period being there. Only what people do to it is recorded, under an
id made of the period and the item, so that replicas which hold the same events tell the same story.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Final, Literal

from msgspec import Struct

from cockpit.release.checklist import Cadence, launch_window
from cockpit.release.instances import awaited, instance_check, untouched
from cockpit.release.item_state import COUNTS_AS_DONE, ItemState
from cockpit.release.moment import item_as_of
from cockpit.release.periods import (
    CADENCES,
    InstanceKey,
    Period,
    later_by_one,
    local_date,
    local_time,
    parse_instance,
    period_at,
    period_of,
    start_of_day,
)
from cockpit.release.run import ItemView, Run

OccurrenceState = Literal["overdue", "due", "upcoming", "done", "na", "deferred", "overridden", "missed"]

# What a person has said of an instance; it asks for nothing more.
_SAID: Final[dict[ItemState, OccurrenceState]] = {
    **dict.fromkeys(COUNTS_AS_DONE, "done"),
    ItemState.NA: "na",
    ItemState.DEFERRED: "deferred",
    ItemState.OVERRIDDEN: "overridden",
}
# How far back one looks for what was left undone.
_LOOK_BACK: Final[dict[Cadence, int]] = {"daily": 62, "weekly": 53, "monthly": 13, "quarterly": 5, "annually": 2}
_ORDER: Final = {cadence: number for number, cadence in enumerate(CADENCES)}
_RANK: Final[dict[str, int]] = {"overdue": 0, "due": 1, "deferred": 2, "overridden": 3, "done": 4, "na": 5}


class Occurrence(Struct, frozen=True):
    """An instance and how it stands now; times are epoch seconds."""

    view: ItemView
    period: Period
    state: OccurrenceState
    opens_at: float
    due_at: float
    overdue_by: float = 0.0  # seconds
    missed: int = 0  # periods in a row before it that were left undone

    @property
    def id(self) -> str:
        """The instance's id."""
        return self.view.id

    @property
    def waits(self) -> bool:
        """Whether it asks for somebody now."""
        return self.state in {"overdue", "due"}


class Almanac:
    """The instances of one run's items as they stand at one time; cheap to make, not to be kept."""

    def __init__(self, run: Run, now: float, zone: tzinfo) -> None:
        self._run = run
        self._now = now
        self._zone = zone
        self._since = in_service_since(run, now)
        self._touched: dict[str, dict[Period, ItemView]] = {}
        for identity, view in run.instances.items():
            key = parse_instance(identity)
            if key is not None:
                self._touched.setdefault(key.item, {})[key.period] = view

    def all(self, *, everything: bool = False) -> tuple[Occurrence, ...]:
        """Return what is overdue, due, settled in the present period, and next; `everything` adds the known past.

        Overdue and due come first, then what was settled, then what is to come; of each, what is due first.
        """
        found = [
            one for view in self._run.items.values() for one in self.of(view) if everything or not self._is_past(one)
        ]
        return tuple(sorted(found, key=lambda one: (_RANK.get(one.state, 6), one.due_at, _ORDER[one.period.cadence])))

    def of(self, template: ItemView) -> tuple[Occurrence, ...]:
        """Return all that is known of one item, the oldest first; nothing of one that does not recur."""
        cadence = template.item.cadence
        if cadence is None:
            return ()
        touched = {p: view for p, view in self._touched.get(template.id, {}).items() if p.cadence == cadence}
        if template.item.schedule == "after-completion":
            return tuple(self._after_completion(template, touched, cadence))
        return tuple(self._fixed(template, touched, cadence))

    def current(self, template: ItemView) -> Occurrence | None:
        """Return the instance that is meant by the item's own name: the present period's, else the next one."""
        known = self.of(template)
        present = [one for one in known if one.period == self.present(one.period.cadence)]
        waiting = [one for one in known if one.waits or one.state == "upcoming"]
        return next(iter(present), None) or next(iter(waiting), None)

    def present(self, cadence: Cadence) -> Period:
        """Return the period it is now."""
        return period_at(self._now, cadence, self._zone)

    def sensed_now(self) -> tuple[Occurrence, ...]:
        """Return the instances that a check is to look at: the present period's, where it is time for them."""
        found = []
        for template in self._run.items.values():
            if instance_check(self._run.configuration, template.item) is None:
                continue
            for one in self.of(template):
                is_present = one.period == self.present(one.period.cadence)
                if one.state != "upcoming" and (is_present or (one.waits and template.item.schedule != "fixed")):
                    found.append(one)
        return tuple(found)

    def _is_past(self, one: Occurrence) -> bool:
        """Whether nobody needs to see it any more: what is over and was not settled in the present period."""
        if one.waits or one.state == "upcoming":
            return False
        return one.state == "missed" or (
            one.due_at <= self._now and instant(one.view.at or "") < self.present(one.period.cadence).start(self._zone)
        )

    def _fixed(self, template: ItemView, touched: dict[Period, ItemView], cadence: Cadence) -> Iterator[Occurrence]:
        present = self.present(cadence)
        first, last = self._limits(template, cadence)
        wanted = {period for period in (present, max(present.after(), first)) if first <= period <= last}
        for back in range(1, _LOOK_BACK[cadence] + 1):
            period = present.after(-back)
            if period < first or (not template.item.window and period.start(self._zone) < self._since):
                break
            # A zone that changes sides of the date line leaves a day out.
            if period <= last and period.start(self._zone) < period.end(self._zone):
                wanted.add(period)
        undone = [period for period in wanted if period < present and not _is_settled(touched, period)]
        settled = [period for period in touched if _is_settled(touched, period)]
        latest = max(undone, default=None)
        missed = 0
        for period in sorted(wanted | set(touched)):
            # What was done later has made good for it; of several the last one stands for all.
            moot = period < present and (period != latest or any(later > period for later in settled))
            start, end = period.start(self._zone), period.end(self._zone)
            one = self._standing(template, touched, period, start, end, moot=moot, missed=missed)
            missed = missed + 1 if one.state == "missed" else 0
            yield one

    def _after_completion(
        self, template: ItemView, touched: dict[Period, ItemView], cadence: Cadence
    ) -> Iterator[Occurrence]:
        settled = sorted(period for period in touched if _is_settled(touched, period))
        for period in settled:
            yield self._standing(template, touched, period, period.start(self._zone), period.end(self._zone))
        first, last = self._limits(template, cadence)
        if settled:
            period, opens, due = _next_after(touched[settled[-1]], settled[-1], self._zone)
        else:
            period = max(self._first_whole(cadence), first)
            opens, due = period.start(self._zone), period.end(self._zone)
        if first <= period <= last:
            yield self._standing(template, touched, period, opens, due)

    def _first_whole(self, cadence: Cadence) -> Period:
        """Return the first period that the service has seen from its beginning, or the present one before that."""
        began = period_at(self._since, cadence, self._zone)
        whole = began if began.start(self._zone) >= self._since else began.after()
        present = self.present(cadence)
        return max(min(whole, present), present.after(-_LOOK_BACK[cadence]))

    def _standing(
        self,
        template: ItemView,
        touched: dict[Period, ItemView],
        period: Period,
        opens: float,
        due: float,
        *,
        moot: bool = False,
        missed: int = 0,
    ) -> Occurrence:
        view = touched.get(period)
        is_present = period == self.present(period.cadence)
        if view is not None and is_present:
            # What a check saw in a period that is over stays as it was seen last.
            view = item_as_of(view, self._now)
        elif view is None:
            key = InstanceKey(period, template.id)
            view = awaited(template, key, self._run.configuration) if is_present else untouched(template, key)
        state = _SAID.get(view.state)
        if state is None and self._now >= due:
            state = "missed" if moot else "overdue"
        elif state is None:
            state = "due" if self._now >= opens else "upcoming"
        late = self._now - due if state == "overdue" else 0.0
        return Occurrence(view, period, state, opens, due, late, missed if state in {"overdue", "due"} else 0)

    def _limits(self, template: ItemView, cadence: Cadence) -> tuple[Period, Period]:
        """Return the first and last period in which it recurs: those of its window after the launch, else all."""
        if not template.item.window:
            return Period(cadence, date.min), Period(cadence, date.max)
        launch = instant(self._run.launch_at)
        if not launch or not self._run.open:
            return Period(cadence, date.max), Period(cadence, date.min)  # nothing was launched: none at all
        # By the calendar and the clock on the wall, not by seconds: a day of 23 hours is a day.
        wall = local_time(launch, self._zone).replace(tzinfo=None)
        begin, end = (wall + timedelta(seconds=offset) for offset in launch_window(template.item.window))
        return period_of(begin.date(), cadence), period_of(end.date(), cadence)


def occurrences(run: Run, now: float, zone: tzinfo, *, everything: bool = False) -> tuple[Occurrence, ...]:
    """Return `Almanac.all` of this moment."""
    return Almanac(run, now, zone).all(everything=everything)


def in_service_since(run: Run, now: float) -> float:
    """Return since when the service is known to be there: its first record, or a launch before it; epoch seconds.

    A period that had begun before is nobody's omission.
    """
    first = run.records[0].wall if run.records else ""
    return min([now, *(at for text in (first, run.opened_at, run.launch_at) if (at := instant(text)))])


@lru_cache(maxsize=4096)
def instant(text: str) -> float:
    """Return the epoch seconds of an RFC 3339 time; 0.0 where it is none."""
    try:
        moment = datetime.fromisoformat(text)
        return max(moment.timestamp(), 0.0) if moment.tzinfo is not None else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _next_after(view: ItemView, period: Period, zone: tzinfo) -> tuple[Period, float, float]:
    """Return which instance follows one that was settled, when it opens, and when it is due."""
    following = period.after()
    if view.state in COUNTS_AS_DONE or view.state is ItemState.NA:
        day = later_by_one(period.cadence, local_date(instant(view.at or ""), zone))
        wanted = period_of(day, period.cadence)
        # Done ahead of its time: the next one is not due before its own period.
        if wanted >= following:
            return wanted, start_of_day(day, zone), start_of_day(day + timedelta(days=1), zone)
    return following, following.start(zone), following.end(zone)


def _is_settled(touched: dict[Period, ItemView], period: Period) -> bool:
    return period in touched and touched[period].state in _SAID

"""What the next hours bring: words that cease to hold, and what is due."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Literal

from msgspec import Struct

from cockpit.release.due import dues_in
from cockpit.release.item_state import WAIVED
from cockpit.release.recurrence import Almanac
from cockpit.release.run import Hush, Run
from cockpit.times import epoch

Kind = Literal["acknowledged", "muted", "attested", "waived"]


class Ending(Struct, frozen=True):
    """A person's word that holds until then, in epoch seconds; infinity where it has no end."""

    kind: Kind
    what: str
    until: float
    by: str
    reason: str


class DueSoon(Struct, frozen=True):
    """An item, or an instance of what recurs, that waits for somebody; `at` is epoch seconds, `late` whether by now."""

    id: str
    what: str
    at: float
    late: bool


def endings_within(run: Run, now: float, until: float) -> tuple[Ending, ...]:
    """Return what ceases to hold from `now` to `until`, and what is muted for good; what ends first stands first."""
    found = [one for one in _endings(run) if now < one.until <= until or (one.kind == "muted" and one.until > now)]
    return tuple(sorted(found, key=lambda one: (one.until, one.what)))


def _endings(run: Run) -> Iterator[Ending]:
    hushed: tuple[tuple[Kind, Mapping[str, Hush]], ...] = (("acknowledged", run.acknowledged), ("muted", run.muted))
    for kind, hushes in hushed:
        for name, hush in hushes.items():
            yield Ending(kind, name, epoch(hush.until) if hush.until else math.inf, hush.by.name, hush.reason)
    for view in run.items.values():
        if view.holds_until < math.inf:
            word: Kind = "waived" if view.by_hand in WAIVED else "attested"
            yield Ending(word, view.item.text, view.holds_until, view.names, view.detail)


def due_within(run: Run, now: float, until: float, zone: tzinfo) -> tuple[DueSoon, ...]:
    """Return what is overdue at `now` or due by `until`, of a run as it stands at `now`; what is due first first."""
    found = [
        DueSoon(identity, run.items[identity].item.text, at, at <= now)
        for dues in dues_in(run, zone)
        for at, identity in dues.deadlines
        if at <= until
    ]
    for one in Almanac(run, now, zone).all():
        if (one.waits and one.due_at <= until) or one.state == "overdue":
            words = f"{one.view.item.text} ({one.period.label})"
            found.append(DueSoon(one.id, words, one.due_at, one.state == "overdue"))
    return tuple(sorted(found, key=lambda one: (one.at, one.id)))

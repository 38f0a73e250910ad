"""What recurs and is sensed: looked at once a period, closed or supported in it, and begun anew in the next."""

from __future__ import annotations

from datetime import UTC

import pytest
from msgspec.structs import replace

from cockpit.release.checks import Check, CommandCheck, FileCheck, check_digest
from cockpit.release.events import ItemObserved, ObservedState
from cockpit.release.intents import ClaimItem, RecordFact, TickItem
from cockpit.release.item_state import ItemState
from cockpit.release.recurrence import Almanac, Occurrence
from cockpit.release.run import Run
from cockpit.times import epoch, rfc3339
from tests.release.recurring import CARE, at, carer
from tests.release.support import Person

FRESH = Check(file=FileCheck("dumps/*", newer_than="24h"), closes=True, binds="period")
ROOM = Check(command=CommandCheck("df"), binds="period")
SENSED = replace(CARE, configuration=replace(CARE.configuration, checks={"dumps": FRESH, "disk": ROOM}))
MONDAY, SUNDAY, NEXT = "2026-11-23T09:00:00+00:00", "2026-11-29T23:00:00+00:00", "2026-11-30T08:00:00+00:00"
W48, W49 = "weekly/2026-W48/", "weekly/2026-W49/"


class Looker(Person):
    """Somebody whose run is of the sensed checklist."""

    def see(self, instance: str, check: Check, state: ObservedState, when: str, *, valid: float = 3600.0) -> None:
        self.at = round(at(when) * 1000)
        word = ItemObserved(
            observer="web1", check=check.kind, state=state, actual=f"{state} as seen", by_check=check_digest(check),
            valid_until=rfc3339(at(when) + valid),
        )  # fmt: skip
        self.act(RecordFact(f"item:{instance}", word))


@pytest.fixture
def ana() -> Looker:
    person = carer(since="2026-11-16T00:00:00+00:00", pinned=SENSED, kind=Looker)
    assert isinstance(person, Looker)
    return person


def of(run: Run, item: str, when: str) -> dict[str, Occurrence]:
    almanac = Almanac(run, at(when), UTC)
    return {one.period.label: one for one in almanac.of(run.items[item])}


def states(run: Run, item: str, period: str, when: str) -> tuple[str, ItemState]:
    one = of(run, item, when)[period]
    return one.state, one.view.state


def test_nobody_has_looked_yet(ana: Looker) -> None:
    assert states(ana.run, "dumps", "2026-W48", MONDAY) == ("due", ItemState.UNKNOWN)
    assert states(ana.run, "disk", "2026-W48", MONDAY) == ("due", ItemState.OPEN)
    assert ana.run.items["dumps"].sensing is None, "the template itself is never looked at"
    ids = [one.id for one in Almanac(ana.run, at(MONDAY), UTC).sensed_now()]
    assert ids == [W48 + "disk", W48 + "dumps"]


def test_what_closes_is_done_for_its_period_and_not_for_the_next(ana: Looker) -> None:
    ana.see(W48 + "dumps", FRESH, "ok", MONDAY)
    assert states(ana.run, "dumps", "2026-W48", MONDAY) == ("done", ItemState.SENSED)
    assert ana.run.records[-1].stream.endswith("/_service"), "it outlives the run"
    # Nobody has looked for days: in its period that is not known any more, afterwards it was seen in time.
    assert states(ana.run, "dumps", "2026-W48", SUNDAY) == ("due", ItemState.UNKNOWN)
    assert states(ana.run, "dumps", "2026-W48", NEXT) == ("done", ItemState.SENSED)
    assert states(ana.run, "dumps", "2026-W49", NEXT) == ("due", ItemState.UNKNOWN)
    assert [one.id for one in Almanac(ana.run, at(NEXT), UTC).sensed_now()] == [W49 + "disk", W49 + "dumps"]


def test_what_stops_holding_regresses_and_what_never_held_is_overdue(ana: Looker) -> None:
    ana.see(W48 + "dumps", FRESH, "failed", MONDAY)
    assert states(ana.run, "dumps", "2026-W48", MONDAY) == ("due", ItemState.OPEN)
    assert states(ana.run, "dumps", "2026-W48", NEXT) == ("overdue", ItemState.OPEN)
    ana.see(W48 + "dumps", FRESH, "ok", SUNDAY, valid=600)
    assert states(ana.run, "dumps", "2026-W48", SUNDAY) == ("done", ItemState.SENSED)
    ana.see(W48 + "dumps", FRESH, "failed", SUNDAY.replace("23:00", "23:10"))
    assert states(ana.run, "dumps", "2026-W48", SUNDAY.replace("23:00", "23:11")) == ("due", ItemState.REGRESSED)


def test_what_supports_never_closes_and_blocks(ana: Looker) -> None:
    ana.see(W48 + "disk", ROOM, "ok", MONDAY)
    assert states(ana.run, "disk", "2026-W48", MONDAY) == ("due", ItemState.OPEN)
    ana.act(TickItem(W48 + "disk"))
    assert states(ana.run, "disk", "2026-W48", MONDAY) == ("done", ItemState.DONE)
    ana.see(W48 + "disk", ROOM, "failed", SUNDAY)
    assert states(ana.run, "disk", "2026-W48", SUNDAY) == ("due", ItemState.REGRESSED)
    ana.see(W49 + "disk", ROOM, "failed", NEXT)
    assert states(ana.run, "disk", "2026-W49", NEXT) == ("due", ItemState.BLOCKED)


def test_a_hand_and_a_check_go_together(ana: Looker) -> None:
    ana.at = round(at(MONDAY) * 1000)
    ana.act(ClaimItem(W48 + "dumps"))
    assert ana.run.instances[W48 + "dumps"].state is ItemState.UNKNOWN, "nobody has looked"
    ana.see(W48 + "dumps", FRESH, "ok", MONDAY)
    view = ana.run.instances[W48 + "dumps"]
    assert (view.state, view.by, view.period) == (ItemState.SENSED, None, "2026-W48")
    assert epoch(view.at or "") == pytest.approx(at(MONDAY), abs=1)


def test_another_check_has_seen_nothing_of_it(ana: Looker) -> None:
    ana.see(W48 + "dumps", replace(FRESH, file=FileCheck("elsewhere/*")), "ok", MONDAY)
    assert states(ana.run, "dumps", "2026-W48", MONDAY) == ("due", ItemState.UNKNOWN)

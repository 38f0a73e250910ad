"""Roll-ups of days in the store: each told once by each observer, and read by whoever has no samples."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from cockpit.release.day_sums import day_entity, days_due, summed, sums_in, told_by_others
from cockpit.release.days import Day
from cockpit.release.health import ProbeState
from cockpit.release.intents import RecordFact
from cockpit.release.rollup import Rollup
from cockpit.times import epoch
from tests.release.support import Person, opening

BERLIN = ZoneInfo("Europe/Berlin")
DAY = Day("2026-03-29", epoch("2026-03-28T23:00:00Z"), epoch("2026-03-29T22:00:00Z"), 23 * 3600.0)


def rollup() -> Rollup:
    found = Rollup(latencies={})
    for _ in range(8):
        found.add(ProbeState.OK, 40.0)
    found.add(ProbeState.DOWN, None)
    found.add(ProbeState.DEGRADED, 400.0)
    found.add(ProbeState.UNKNOWN, None)
    found.add(ProbeState.DOWN, None, planned=True)
    return found


def told(person: Person, day: Day, observer: str) -> None:
    found = summed(day, observer, 3600.0, {"api": rollup(), "never": Rollup(latencies={})})
    assert found is not None
    person.act(RecordFact(day_entity(day.label, observer), found, of_service=True))


def test_a_sum_says_how_often_what_and_leaves_out_what_nobody_looked_at() -> None:
    found = summed(DAY, "vm", 3600.0, {"api": rollup(), "never": Rollup(latencies={})})
    assert found is not None
    assert (found.day, found.observer, found.watched, found.seconds) == ("2026-03-29", "vm", 3600.0, 23 * 3600.0)
    assert list(found.probes) == ["api"]
    api = found.probes["api"]
    assert (api.ok, api.degraded, api.down, api.unknown, api.maintenance, api.seen) == (8, 1, 1, 1, 1, 10)
    assert api.uptime == 0.9
    assert api.p50 is not None
    assert 39 <= api.p50 <= 41
    assert summed(DAY, "vm", 3600.0, {"never": Rollup(latencies={})}) is None


def test_each_day_is_due_once_for_each_observer_when_it_is_over() -> None:
    ana = Person()
    ana.act(opening())
    before, after = DAY.end - 1, DAY.end + 1
    assert DAY.label not in [day.label for day in days_due(ana.run.records, "vm", before, BERLIN)]
    due = days_due(ana.run.records, "vm", after, BERLIN)
    assert due[-1] == DAY
    assert len(due) == 7
    told(ana, DAY, "vm")
    assert DAY.label not in [day.label for day in days_due(ana.run.records, "vm", after, BERLIN)]
    assert DAY in days_due(ana.run.records, "laptop", after, BERLIN)


def test_whoever_has_no_samples_reads_what_others_told() -> None:
    ana = Person()
    ana.act(opening())
    told(ana, DAY, "vm")
    told(ana, DAY, "laptop")
    assert set(sums_in(ana.run.records)) == {("2026-03-29", "vm"), ("2026-03-29", "laptop")}
    (one,) = told_by_others(ana.run.records, "laptop", ["2026-03-28", "2026-03-29"])
    assert (one.observer, one.probe, one.day, one.uptime, one.looks) == ("vm", "api", "2026-03-29", 0.9, 10)
    assert told_by_others(ana.run.records, "laptop", ["2026-03-28"]) == ()

"""How far a release was over time: each moment as it stood then, and never more moments than are worth drawing."""

from __future__ import annotations

from msgspec.structs import replace

from cockpit.release.intents import ReopenItem, TickItem
from cockpit.release.progress import progress_of
from tests.release.recurring import CARE, Runless, carer
from tests.release.support import NOW, Person, opened, opening


def test_each_moment_is_as_it_stood_then() -> None:
    ana = opened()
    for intent in (TickItem("k"), TickItem("n"), ReopenItem("k", "it was not"), TickItem("b")):
        ana.at += 60_000
        ana.act(intent)
    found = progress_of(ana.run, now=NOW / 1000 + 600)
    assert [one.done for one in found] == [0, 0, 1, 2, 1, 2, 2]
    assert {one.total for one in found} == {5}
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert found[-1].at == NOW / 1000 + 600


def test_what_went_stale_counts_no_more() -> None:
    ana = opened()
    ana.act(TickItem("n", "seen", "2027-01-15T09:00:00Z"))
    assert [one.done for one in progress_of(ana.run, now=NOW / 1000 + 7200)][-2:] == [1, 0]
    ana.at += 7_200_000
    ana.act(TickItem("b"))
    assert [one.done for one in progress_of(ana.run, now=NOW / 1000 + 9000)][-2:] == [1, 1]


def test_a_long_flight_is_drawn_in_eighty_moments() -> None:
    ana = opened()
    for _ in range(60):
        ana.at += 1000
        ana.act(TickItem("n"))
        ana.at += 1000
        ana.act(ReopenItem("n", "again"))
    found = progress_of(ana.run, now=NOW / 1000 + 300)
    assert len(found) == 80
    assert found[0].done == 0


def test_nothing_is_drawn_where_no_run_is_open() -> None:
    from tests.release.support import fold

    assert progress_of(fold([]), now=NOW / 1000) == ()


def test_it_begins_with_the_run_and_not_with_what_recurred_before() -> None:
    keeper = carer(kind=Runless, run=False)
    keeper.act(TickItem("weekly/2026-W45/disk"))
    ana = Person(at=NOW, texts=keeper.texts, pinned=CARE)
    ana.hear(keeper)
    ana.act(replace(opening(), checklists=("care",)))
    ana.act(TickItem("once"))
    found = progress_of(ana.run, now=NOW / 1000 + 600)
    assert [(one.done, one.total) for one in found] == [(0, 1), (0, 1), (1, 1), (1, 1)]
    assert found[0].at >= NOW / 1000

"""Since you looked: nothing new is missed, nothing seen is told again, and the gravest comes first."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.release.events import ItemDone, ProbeChanged, StepEnded, StepStarted, WorkerStarted
from cockpit.release.intents import (
    AddNote,
    ClaimItem,
    DeferItem,
    EndExecution,
    Intent,
    RecordFact,
    RequestExecution,
    TakeWheel,
    TickItem,
    Undo,
)
from cockpit.release.record import Actor, Record
from cockpit.release.run import Note
from cockpit.release.since import Changes, Weight, heads_of, since_looked, unseen
from tests.release.support import BEN, Person, joined, opened, plan_to, record


def told(person: Person, seen: dict[str, int]) -> tuple[Changes, ...]:
    return since_looked(person.run, seen, me=person.actor.name)


def texts(changes: Changes) -> list[str]:
    return [change.text for change in changes.changes]


def test_nothing_is_told_where_nothing_changed_or_only_by_oneself() -> None:
    ana = opened()
    seen = heads_of(ana.run.records)
    assert told(ana, seen) == ()
    ana.act(TickItem("k"))
    ana.act(AddNote("mine"))
    assert told(ana, seen) == ()
    ben = joined(ana)
    assert [one.who for one in told(ben, seen)] == ["Ana"]


def test_it_is_told_by_person_and_the_gravest_first() -> None:
    ana = opened()
    ben, cleo = joined(ana), joined(ana, Actor("Cleo"))
    seen = heads_of(ana.run.records)
    for intent in (AddNote("slow"), ClaimItem("two"), TickItem("n"), TickItem("b"), TakeWheel()):
        ben.act(intent)
    cleo.act(TickItem("k"))
    ana.act(DeferItem("k", "later"))
    ana.hear(ben, cleo)
    found = told(ana, seen)
    assert [one.who for one in found] == ["Cleo", "Ben"]
    assert texts(found[0]) == ["ticked A killer (CONTESTED by Ana: deferred)"]
    assert found[0].changes[0].alarming
    assert texts(found[1]) == [
        "took the wheel",
        "ticked Bound",
        "ticked Nice to have",
        "claimed Two people",
        "noted: slow",
    ]
    assert [change.weight for change in found[1].changes] == [
        Weight.EXECUTION, Weight.GATE, Weight.TICK, Weight.CLAIM, Weight.NOTE,
    ]  # fmt: skip
    assert found[1].count == 5


def test_however_many_notes_were_unseen_each_is_found_at_once() -> None:
    ana = opened()
    ben = joined(ana)
    seen = heads_of(ana.run.records)
    for number in range(40):
        ben.act(AddNote(f"note {number}"))
    ana.hear(ben)
    assert texts(told(ana, seen)[0]) == [f"noted: note {number}" for number in range(40)]

    whole, noted = ana.run, ana.run.records[-1]

    def seconds(count: int) -> float:
        records = [replace(noted, id=f"{number:064x}", s=noted.s + number) for number in range(count)]
        notes = [Note(one.id, one.by, one.wall, one.ent, f"note {one.s}") for one in records]
        spent = []
        for _ in range(3):
            run = replace(whole, notes=tuple(notes), records=records)
            start = time.process_time()
            found = since_looked(run, seen, me="Ana")
            spent.append(time.process_time() - start)
            assert found[0].count == count
        return min(spent)

    assert seconds(4000) / seconds(1000) < 8, "a note costs the same among many"


def test_a_persons_word_comes_before_what_a_machine_saw_that_matters_as_much() -> None:
    ana = opened()
    ben = joined(ana)
    seen = heads_of(ana.run.records)
    for name in ("api", "shop", "cart"):
        ana.act(RecordFact(f"probe:{name}", ProbeChanged("ok", "down", "200", "h1")))
    ben.act(TickItem("n"))
    ana.hear(ben)
    assert {change.weight for one in told(ana, seen) for change in one.changes} == {Weight.TICK}
    assert [one.who for one in told(ana, seen)] == ["Ben", "the probes"]


def test_what_probes_and_workers_found_out_is_told_also_to_whoever_started_them() -> None:
    ana = opened()
    seen = heads_of(ana.run.records)
    ana.act(RequestExecution("x1", plan_to("v1"), "v1"))
    for fact in (WorkerStarted(1, 0), StepStarted(0, "stop", 1), StepEnded(0, "stop", 1, "ok")):
        ana.act(RecordFact("execution:x1", fact))
    assert told(ana, seen) == (), "that it goes on is no news"
    ana.act(RecordFact("execution:x1", StepEnded(1, "code", 1, "failed", detail="dirty")))
    ana.act(EndExecution("x1", "aborted", "by hand"))
    ana.act(RecordFact("probe:api", ProbeChanged("down", "ok", "503", "h1")))
    ana.act(RecordFact("probe:api", ProbeChanged("ok", "down", "200", "h1")))
    found = told(ana, seen)
    assert [(one.who, len(one.changes)) for one in found] == [("the worker", 2), ("the probes", 1)]
    assert texts(found[1]) == ["api down -> ok: 200"], "of one probe the last says it all"


def test_many_ticks_are_told_in_one_line_and_what_changed_twice_once() -> None:
    ana = opened()
    ben = joined(ana)
    seen = heads_of(ana.run.records)
    ben.act(TickItem("n"))
    ben.act(Undo("n"))
    ana.hear(ben)
    assert texts(told(ana, seen)[0]) == ["reopened Nice to have (undo)"]
    items = [record(ItemDone(), f"item:day/{n}", s=n, w="d" * 32, by=BEN) for n in range(1, 8)]
    ana.ledger.add(items)
    (found,) = told(ana, seen)
    assert texts(found)[1:] == ["7 ticked: day/4, day/5, day/6, day/7 and 3 others"]
    assert found.count == 9


_WHAT: list[Intent] = [TickItem("n"), TickItem("two"), ClaimItem("k"), AddNote("x"), DeferItem("b", "y"), Undo()]


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(_WHAT)), max_size=12), st.data())
def test_however_late_something_arrives_it_is_new_once(acts: list[tuple[bool, Intent]], data: st.DataObject) -> None:
    ana = opened()
    ben = joined(ana, at=ana.at - 10_000_000)
    for who, intent in acts:
        person = ben if who else ana
        try:
            person.act(intent)
        except Exception as error:
            assert type(error).__name__ == "RefusedError"
    by_writer: dict[str, list[Record]] = {}
    for one in [*ana.run.records, *ben.run.records]:
        chain = by_writer.setdefault(f"{one.stream} {one.w}", [])
        if one not in chain:
            chain.append(one)
    everything = {one.id for chain in by_writer.values() for one in chain}
    arrived: list[Record] = []
    seen: dict[str, int] = {}
    news: list[str] = []
    for chain in by_writer.values():
        chain.sort(key=lambda one: one.s)
    while any(by_writer.values()):
        key = data.draw(st.sampled_from([key for key, chain in by_writer.items() if chain]))
        count = data.draw(st.integers(1, len(by_writer[key])))
        arrived += by_writer[key][:count]
        del by_writer[key][:count]
        news += [one.id for one in unseen(arrived, seen)]
        seen = heads_of(arrived)
    assert len(news) == len(set(news))
    assert set(news) == everything

"""What is set aside of a long flight: with it and without it a run is the same, whatever arrives and in which order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.release.events import (
    EvidenceAttached,
    ItemChallenged,
    ItemClaimed,
    ItemDone,
    ItemReopened,
    NoteAdded,
    ProbeChanged,
    RunStateChanged,
    kind_of,
    register_of,
)
from cockpit.release.ledger import Ledger, state_digest
from cockpit.release.record import Event, Record, TextRef
from cockpit.release.run import Run
from cockpit.release.settled import Settled, Timeline
from tests.release.sensed import CLOSING, observed
from tests.release.support import ANA, BEN, DAY, NOW, PINNED, RUN_ID, Texts, record

REF = TextRef("0" * 64, 3)
FLIGHT = replace(PINNED, configuration=replace(PINNED.configuration, checks={"k": CLOSING}))


@st.composite
def flights(draw: st.DrawFn, *, orderly: bool) -> list[Record]:
    """What several writers wrote, most of it upon what stood; if not `orderly`, also by clocks that are off."""
    history: list[Record] = []
    last: dict[str, Record] = {}
    for number in range(draw(st.integers(6, 40))):
        writer = draw(st.sampled_from("abc"))
        entity = draw(st.sampled_from(["item:k", "item:k", "item:two", "probe:api"]))
        data, entity = draw(st.sampled_from(_said(history, entity)))
        register = register_of(kind_of(data))
        standing = [one for one in history if one.ent == entity and register_of(one.kind) == register]
        upon = orderly or not history or draw(st.booleans())
        sup = standing[-1:] if upon else draw(st.lists(st.sampled_from(history), max_size=2))
        ahead = 0 if orderly else draw(st.sampled_from([0, 0, 0, DAY, -DAY]))
        previous = last.get(writer)
        new = record(
            data, entity, h=(NOW + ahead + number, 0), w=writer * 32, s=previous.s + 1 if previous else 1, sup=sup,
            prev=previous.id if previous else None, by=BEN if writer == "b" else ANA,
        )  # fmt: skip
        last[writer] = new
        history.append(new)
    return history


def _said(history: list[Record], entity: str) -> list[tuple[Event, str]]:
    if entity.startswith("probe:"):
        return [(ProbeChanged("down", "ok", "503", "h1"), entity), (RunStateChanged(state="active"), "run")]
    earlier = [one.id for one in history if one.ent == entity]
    told: list[Event] = [
        ItemDone(), ItemReopened(), ItemClaimed(), ItemChallenged(), NoteAdded(REF), EvidenceAttached("df.txt"),
        observed("ok"), observed("ok", renewal=True), observed("failed"), observed("failed", renewal=True),
    ]  # fmt: skip
    for one in earlier[-3:]:
        told += [ItemReopened(undoes=one), ItemDone(redoes=one), ItemDone(answers=one)]
    return [(data, entity) for data in told]


class Shelf:
    """Keeps what is set aside, and whether somebody came for it."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = list(records)
        self.fetched = 0

    def fetch(self) -> list[Record]:
        self.fetched += 1
        return self.records


def ledger_of(records: Iterable[Record]) -> Ledger:
    ledger = Ledger(Texts().get)
    ledger.add(records)
    return ledger


def without_what_is_settled(ledger: Ledger, records: list[Record]) -> tuple[Ledger, Shelf]:
    aside = ledger.aside()
    if aside is None:
        return ledger_of(records), Shelf(())
    shelf = Shelf(records)
    held = [one for one in records if one.id not in aside.ids]
    return Ledger(Texts().get, held=held, settled=Settled(aside, shelf.fetch)), shelf


def told(run: Run) -> list[object]:
    values: list[object] = [getattr(run, name) for name in run.__struct_fields__]
    return [dict(value) if isinstance(value, Mapping) else value for value in values]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_was_set_aside_and_the_rest_are_the_whole_whatever_arrives_in_whichever_order(data: st.DataObject) -> None:
    history = data.draw(flights(orderly=data.draw(st.booleans())))
    whole = ledger_of(history).snapshot(RUN_ID, FLIGHT)
    here = data.draw(st.permutations(history)) if data.draw(st.booleans()) else history
    cut = data.draw(st.integers(0, len(here)))
    ledger, _ = without_what_is_settled(ledger_of(here[:cut]), list(here[:cut]))
    rest = list(here[cut:])
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        ledger.snapshot(RUN_ID, FLIGHT)
        ledger.add(rest[:size])
        rest = rest[size:]
    found = ledger.snapshot(RUN_ID, FLIGHT)
    assert state_digest(found) == state_digest(whole)
    assert told(found) == told(whole)


@settings(max_examples=40, deadline=None)
@given(flights(orderly=True), st.data())
def test_who_asks_how_things_stand_fetches_nothing(history: list[Record], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(history)))
    ledger, shelf = without_what_is_settled(ledger_of(history[:cut]), history[:cut])
    ledger.add(history[cut:])
    run = ledger.snapshot(RUN_ID, FLIGHT)
    state_digest(run)
    assert (len(run.records), run.records[0]) == (len(history), history[0])
    assert shelf.fetched == 0 or any(
        getattr(one.data, name, "") for one in history[cut:] for name in ("undoes", "redoes", "answers")
    ), "only who takes something back speaks of what was over"
    straight = ledger_of(history[:cut])
    straight.add(history[cut:])
    whole = straight.snapshot(RUN_ID, FLIGHT)
    assert list(run.registers) == list(whole.registers), "what is told in the order of its beginnings stays in it"
    assert told(run) == told(whole)


def test_of_ticks_that_were_taken_back_again_and_again_few_are_held() -> None:
    history: list[Record] = []
    for number in range(200):
        data: Event = ItemReopened() if number % 2 else ItemDone()
        history.append(record(data, "item:k", h=(NOW + number, 0), s=number + 1, sup=history[-1:]))
    ledger, shelf = without_what_is_settled(ledger_of(history), history)
    run = ledger.snapshot(RUN_ID, FLIGHT)
    assert isinstance(run.records, Timeline)
    assert len(run.records.ids()) == 200
    assert (len(run.items["k"].register.heads), len(list(run.records.held)), shelf.fetched) == (1, 2, 0)
    assert [one.id for one in run.items["k"].history] == [one.id for one in history]
    assert list(reversed(run.records)) == history[::-1]
    assert shelf.fetched == 1


def chain(*said: Event, entity: str = "item:k") -> list[Record]:
    """Return records of one person's, each upon the one before."""
    records: list[Record] = []
    for number, data in enumerate(said):
        records.append(record(data, entity, h=(NOW + number, 0), s=number + 1, sup=records[-1:]))
    return records


def later(data: Event, sup: Iterable[Record], *, ms: int = DAY, entity: str = "item:k") -> Record:
    return record(data, entity, h=(NOW + ms, 0), w="b" * 32, sup=sup, by=BEN)


def test_a_word_that_was_written_over_before_it_came_is_over() -> None:
    missing = later(ItemReopened(), [], ms=2 * DAY)  # by a clock that is ahead
    known = [record(ItemDone(), h=(NOW, 0), sup=[])]
    for number, sup in enumerate(([*known, missing], [], []), 1):
        known.append(record(ItemClaimed() if not sup else ItemDone(), h=(NOW + number, 0), s=number + 1, sup=sup))
    known.append(record(ItemReopened(), h=(NOW + 9, 0), s=9, sup=known[1:2]))
    ledger, _ = without_what_is_settled(ledger_of(known), known)
    ledger.add([missing])
    assert told(ledger.snapshot(RUN_ID, FLIGHT)) == told(ledger_of([*known, missing]).snapshot(RUN_ID, FLIGHT))


def test_who_takes_back_what_was_over_is_shown_what_it_brought_back() -> None:
    known = chain(ItemReopened(), ItemDone(), ItemReopened(), ItemDone())
    undo = later(ItemReopened(undoes=known[1].id), known[-1:])
    ledger, shelf = without_what_is_settled(ledger_of(known), known)
    ledger.add([undo])
    found = ledger.snapshot(RUN_ID, FLIGHT).items["k"].said
    assert (found, shelf.fetched) == (known[0], 1)


def test_what_was_taken_back_before_is_known_without_a_look() -> None:
    known = chain(ItemDone(), ItemReopened(), ItemDone())
    known.append(later(ItemReopened(undoes=known[-1].id), known[-1:], ms=60))
    ledger, shelf = without_what_is_settled(ledger_of(known), known)
    found = ledger.snapshot(RUN_ID, FLIGHT).items["k"].said
    assert (found, shelf.fetched) == (known[1], 0)


def test_a_challenge_that_was_answered_is_answered_though_the_answer_was_taken_back_and_over() -> None:
    challenge = record(ItemChallenged(), "item:two", h=(NOW, 0))
    answer = record(ItemDone(answers=challenge.id), "item:two", h=(NOW + 1, 0), s=2, by=BEN, w="b" * 32)
    over = record(ItemReopened(), "item:two", h=(NOW + 2, 0), s=3, sup=[answer])
    known = [record(ItemReopened(), "item:two", h=(NOW - 1, 0), w="c" * 32), challenge, answer, over]
    ledger, _ = without_what_is_settled(ledger_of(known), known)
    assert told(ledger.snapshot(RUN_ID, FLIGHT)) == told(ledger_of(known).snapshot(RUN_ID, FLIGHT))
    assert ledger.snapshot(RUN_ID, FLIGHT).items["two"].challenge is None


def test_the_last_look_counts_and_renewals_between_do_not() -> None:
    known = chain(observed("ok"), observed("failed"), *[observed("failed", renewal=True)] * 5)
    ledger, shelf = without_what_is_settled(ledger_of(known), known)
    run = ledger.snapshot(RUN_ID, FLIGHT)
    assert isinstance(run.records, Timeline)
    assert (len(run.records.held), shelf.fetched) == (3, 0)
    assert told(run) == told(ledger_of(known).snapshot(RUN_ID, FLIGHT))

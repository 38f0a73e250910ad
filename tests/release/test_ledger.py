"""The fold: any order of the same records tells the same story, and nothing in it is fatal."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from cockpit.release.events import (
    DeploysLocked,
    DeploysUnlocked,
    EvidenceAttached,
    ItemAttested,
    ItemClaimed,
    ItemDeferred,
    ItemDone,
    ItemMoved,
    ItemReopened,
    ItemUnclaimed,
    NoteAdded,
    NoteRevoked,
    ProbeChanged,
    RunRetargeted,
    RunStateChanged,
    TagMarked,
)
from cockpit.release.intents import AddNote, DeferItem, TickItem
from cockpit.release.ledger import Ledger, state_digest
from cockpit.release.record import Event, Record, TextRef, Unknown
from cockpit.release.run import Run
from tests.release.support import (
    ANA,
    BEN,
    DAY,
    NOW,
    PINNED,
    RUN_ID,
    Texts,
    fold,
    joined,
    opened,
    record,
)

REF = TextRef("0" * 64, 3)
FUTURE = Unknown(Raw(b'{"colour":"green"}'))


def _note(history: list[Record]) -> tuple[Event, str]:
    notes = [each for each in history if isinstance(each.data, NoteAdded)]
    return (NoteRevoked(notes[-1].id), "item:n") if notes else (NoteAdded(REF), "item:k")


_EVENTS: list[Callable[[list[Record]], tuple[Event, str]]] = [
    lambda _: (ItemDone(), "item:k"),
    lambda _: (ItemReopened(), "item:k"),
    lambda _: (ItemDeferred(reason=REF), "item:k"),
    lambda _: (ItemClaimed(), "item:k"),
    lambda _: (ItemUnclaimed(), "item:k"),
    lambda _: (ItemDone(), "item:b"),
    lambda _: (ItemAttested(until="2027-01-16T00:00:00Z", tag="v1", host="h1"), "item:k"),
    lambda history: (ItemMoved(history[-1].id if history else "", f"moved {len(history)}"), "item:k"),
    lambda _: (RunStateChanged(state="rolled-back"), "run"),
    lambda _: (RunStateChanged(state="active"), "run"),
    lambda _: (RunRetargeted("v9", "9" * 40), "run"),
    lambda _: (NoteAdded(REF), "item:k"),
    _note,
    lambda _: (TagMarked("bad", "1" * 40, REF), "tag:v1"),
    lambda _: (TagMarked("good", "1" * 40, REF), "tag:v1"),
    lambda _: (DeploysLocked("rolled back"), "service"),
    lambda _: (DeploysUnlocked(REF), "service"),
    lambda _: (ProbeChanged("down", "ok", "503", "h1"), "probe:api"),
]


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Records of three writers, some with clocks a day ahead, that supersede whatever came before, or not."""
    history: list[Record] = []
    last: dict[str, Record] = {}
    for number in range(draw(st.integers(1, 14))):
        writer = draw(st.sampled_from("abc"))
        data, entity = draw(st.sampled_from(_EVENTS))(history)
        ahead = draw(st.sampled_from([0, 0, 0, DAY, -DAY]))
        before = draw(st.lists(st.sampled_from(history), max_size=3, unique_by=lambda each: each.id)) if history else []
        previous = last.get(writer)
        new = record(
            data,
            entity,
            h=(NOW + ahead + number, 0),
            w=writer * 32,
            s=previous.s + 1 if previous else 1,
            sup=before,
            prev=previous.id if previous else None,
        )
        last[writer] = new
        history.append(new)
    return history


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_order_in_any_portions_with_duplicates_gives_the_same_run(data: st.DataObject) -> None:
    history = data.draw(histories())
    straight = fold(history)
    ledger = Ledger(Texts().get)
    queue = data.draw(st.permutations(history)) + data.draw(st.lists(st.sampled_from(history), max_size=4))
    while queue:
        size = data.draw(st.integers(1, len(queue)))
        ledger.add(queue[:size])
        ledger.snapshot(RUN_ID, PINNED)  # what it keeps from one snapshot to the next must not show
        queue = queue[size:]
    shuffled = ledger.snapshot(RUN_ID, PINNED)
    assert _told(shuffled) == _told(straight)
    assert state_digest(shuffled) == state_digest(straight)


def _told(run: Run) -> list[object]:
    values: list[object] = [getattr(run, name) for name in run.__struct_fields__]
    return [dict(value) if isinstance(value, Mapping) else value for value in values]


@settings(max_examples=60, deadline=None)
@given(histories())
def test_the_timeline_puts_every_cause_before_its_effects(history: list[Record]) -> None:
    place = {each.id: number for number, each in enumerate(fold(history).records)}
    assert len(place) == len(history)
    for each in history:
        for cause in (*each.sup, each.prev):
            assert cause is None or place[cause] < place[each.id]


def test_a_cause_from_a_clock_a_day_ahead_still_stands_first() -> None:
    ahead = record(ItemDone(), h=(NOW + DAY, 0), w="a" * 32)
    answer = record(ItemReopened(), h=(NOW, 0), w="b" * 32, sup=[ahead])
    later = record(ItemClaimed(), "item:n", h=(NOW + 1, 0), w="c" * 32)
    assert fold([answer, later, ahead]).records == (later, ahead, answer)


def test_a_record_that_arrives_after_its_effect_is_put_before_it() -> None:
    ahead = record(ItemDone(), h=(NOW + DAY, 0), w="a" * 32)
    answer = record(ItemReopened(), h=(NOW, 0), w="b" * 32, sup=[ahead])
    ledger = Ledger(Texts().get)
    ledger.add([answer])
    ledger.add([ahead])
    assert ledger.snapshot(RUN_ID, PINNED).records == (ahead, answer)


def test_concurrent_records_of_different_kinds_are_contested_and_told_with_their_authors() -> None:
    done = record(ItemDone(), w="a" * 32, by=ANA)
    deferred = record(ItemDeferred(reason=REF), w="b" * 32, by=BEN, h=(NOW + 1, 0))
    view = fold([done, deferred]).items["k"]
    assert view.state == "contested"
    assert view.detail == "Ben: deferred against Ana: done"


def test_two_ticks_apart_for_two_versions_are_contested_until_one_of_the_two_decides() -> None:
    ticks = [
        record(ItemDone(commit="1" * 40), w="a" * 32, by=ANA),
        record(ItemDone(commit="2" * 40), w="b" * 32, by=BEN, h=(NOW + 1, 0)),
    ]
    view = fold(ticks).items["k"]
    assert (view.state, view.detail) == ("contested", "Ben: done against Ana: done")
    assert fold([*ticks, record(ItemDone(), w="a" * 32, s=2, sup=ticks)]).items["k"].state == "done"


def test_a_later_record_that_lists_all_heads_ends_a_contest() -> None:
    heads = [record(ItemDone(), w="a" * 32), record(ItemDeferred(reason=REF), w="b" * 32)]
    settled = record(ItemReopened(), w="c" * 32, sup=heads, h=(NOW - DAY, 0))
    assert fold([*heads, settled]).items["k"].state == "open", "causality decides, not the clock"


def test_superseding_reaches_neither_another_item_nor_another_register() -> None:
    done, claimed = record(ItemDone(), "item:k"), record(ItemClaimed(), "item:k", s=2)
    stranger = record(ItemReopened(), "item:n", w="b" * 32, sup=[done, claimed])
    run = fold([done, claimed, stranger])
    assert run.items["k"].state == "done"
    assert run.items["k"].claimed_by == ANA


def test_a_note_is_taken_back_only_on_its_own_entity() -> None:
    note = record(NoteAdded(REF), "item:k")
    elsewhere = record(NoteRevoked(note.id), "item:n", s=2)
    assert len(fold([note, elsewhere]).items["k"].notes) == 1
    assert not fold([note, elsewhere, record(NoteRevoked(note.id), "item:k", s=3)]).items["k"].notes


def test_an_unknown_kind_is_kept_and_changes_nothing_else() -> None:
    done = record(ItemDone())
    unknown = record(FUTURE, kind="item.imagined", sup=[done], s=2)
    run = fold([done, unknown])
    assert run.items["k"].state == "done"
    assert unknown in run.records
    assert state_digest(run) != state_digest(fold([done])), "the digest stands for all events, known or not"


def test_a_newer_version_of_a_known_kind_makes_the_item_unknown_and_never_open_or_done() -> None:
    done = record(ItemDone())
    newer = record(FUTURE, kind="item.done", sup=[done], s=2)
    run = fold([done, newer])
    assert run.items["k"].state == "unknown"
    assert run.items["k"].detail == ""


def test_newer_versions_everywhere_are_never_fatal() -> None:
    kinds = ["run.opened", "run.retargeted", "run.launch-moved", "run.state-changed", "item.claimed", "note.added"]
    kinds += ["probe.changed", "execution.requested", "execution.ended", "tag.marked", "deploys.locked", "what.ever"]
    entities = {
        "tag.marked": "tag:v1",
        "probe.changed": "probe:api",
        "deploys.locked": "service",
        "note.added": "item:k",
    }
    records = [
        record(
            FUTURE, entities.get(kind, "execution:x" if kind.startswith("execution") else "run"), kind=kind, s=number
        )
        for number, kind in enumerate(kinds, 1)
    ]
    run = fold(records)
    assert len(run.records) == len(kinds)
    assert (run.state, run.tag, run.marks, run.probes, run.executions) == ("planned", "", {}, {}, ())


def test_the_fold_does_not_depend_on_now_or_on_who_folds() -> None:
    ana = opened()
    ben = joined(ana)
    ben.act(TickItem("n"))
    ana.act(DeferItem("k", "vendor's window"))
    ana.hear(ben)
    ben.hear(ana)
    assert state_digest(ana.run) == state_digest(ben.run)


def test_of_concurrent_claims_the_earliest_holds() -> None:
    first = record(ItemClaimed(), w="b" * 32, h=(NOW, 0), by=BEN)
    second = record(ItemClaimed(), w="a" * 32, h=(NOW + 1, 0), by=ANA)
    view = fold([second, first]).items["k"]
    assert (view.state, view.claimed_by, view.by) == ("claimed", BEN, BEN)


def test_a_claim_is_not_lost_to_a_concurrent_letting_go_of_the_one_before() -> None:
    old = record(ItemClaimed(), w="c" * 32)
    let_go = record(ItemUnclaimed(), w="c" * 32, s=2, sup=[old], h=(NOW + 1, 0))
    let_go_too = record(ItemUnclaimed(), w="b" * 32, sup=[old], h=(NOW + 2, 0))
    taken = record(ItemClaimed(), w="b" * 32, s=2, sup=[let_go_too], h=(NOW + 3, 0), by=BEN)
    assert fold([old, let_go, let_go_too, taken]).items["k"].claimed_by == BEN


def test_a_lock_outlasts_an_unlock_that_did_not_know_of_it() -> None:
    first = record(DeploysLocked("first"), "service", w="a" * 32)
    second = record(DeploysLocked("second"), "service", w="a" * 32, s=2, sup=[first], h=(NOW + 1, 0))
    unlocked = record(DeploysUnlocked(REF), "service", w="b" * 32, sup=[first], h=(NOW + 2, 0))
    assert fold([first, second, unlocked]).deploys_locked == "second"
    knowing = record(DeploysUnlocked(REF), "service", w="b" * 32, s=2, sup=[second, unlocked], h=(NOW + 3, 0))
    assert fold([first, second, unlocked, knowing]).deploys_locked == ""


def test_a_bad_mark_outlasts_a_good_one_made_at_the_same_time() -> None:
    bad = record(TagMarked("bad", "1" * 40, REF), "tag:v1", w="a" * 32, by=BEN)
    good = record(TagMarked("good", "1" * 40, REF), "tag:v1", w="b" * 32, h=(NOW + 1, 0))
    assert fold([bad, good]).marks["v1"].mark == "bad"
    decided = record(TagMarked("good", "1" * 40, REF), "tag:v1", w="c" * 32, sup=[bad, good])
    assert fold([bad, good, decided]).marks["v1"].mark == "good"


def test_a_text_that_is_not_here_yet_is_shown_as_such_and_healed() -> None:
    ana = opened()
    ana.act(DeferItem("k", "to Monday"))
    ana.act(AddNote("look again", "k"))
    ana.texts.held_back = set(ana.texts.known)
    elsewhere = Ledger(ana.texts.get)
    elsewhere.add(ana.run.records)
    view = elsewhere.snapshot(RUN_ID, PINNED).items["k"]
    assert view.detail == "(this text is not here yet)"
    assert view.notes[0].text is None
    ana.texts.held_back.clear()
    elsewhere.forget_views()
    view = elsewhere.snapshot(RUN_ID, PINNED).items["k"]
    assert (view.detail, view.notes[0].text) == ("to Monday", "look again")


def test_probes_and_targets_show_their_last_word() -> None:
    down = record(ProbeChanged("down", "ok", "503", "h1"), "probe:api")
    up = record(ProbeChanged("ok", "down", "200", "h1"), "probe:api", sup=[down], s=2)
    target = record(RunRetargeted("v3", "3" * 40), "run", s=3)
    run = fold([down, up, target])
    assert run.probes["api"].state == "ok"
    assert (run.tag, run.commit) == ("v3", "3" * 40)


def test_clocks_too_far_ahead_to_be_told_apart_as_floats_keep_their_order() -> None:
    far = [record(ItemDone(), h=(2**60 + after, 0), w=f"{after:032x}") for after in (2, 0, 3, 1)]
    beyond = replace(record(ItemDone(), w="f" * 32), h=(10**400, 0))
    assert [one.h[0] - 2**60 for one in fold(far).records] == [0, 1, 2, 3]
    assert fold([beyond, *far]).records[-1] == beyond


def test_an_attachment_stands_with_its_item_in_whatever_order_it_came() -> None:
    first = record(EvidenceAttached("a.log", blob=REF))
    second = record(EvidenceAttached("b.log", blob=REF), h=(NOW - DAY, 0), prev=first.id, s=2)
    for records in ([first, second], [second, first]):
        ledger = Ledger(Texts().get)
        for one in records:
            ledger.add([one])
        assert ledger.snapshot(RUN_ID, PINNED).items["k"].attachments == (first, second)

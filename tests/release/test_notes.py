"""Notes on the release, its items and its incidents: where they stand, and that each can be taken back."""

from __future__ import annotations

import pytest

from cockpit.errors import NotFoundError, RefusedError, UsageError
from cockpit.release.intents import (
    AddNote,
    ChangeRunState,
    ClaimItem,
    CloseIncident,
    DeferItem,
    OpenIncident,
    Redo,
    Undo,
)
from cockpit.release.narrative import sentence
from cockpit.release.notices import notes_told
from cockpit.release.record_texts import texts_of
from tests.release.support import ANA, BEN, joined, opened


def test_a_note_on_an_incident_is_of_the_service_and_outlives_it_and_the_run() -> None:
    ana = opened()
    ana.act(OpenIncident("1a2b", "Checkout is down"))
    (note,) = ana.act(AddNote("the vendor is called", incident="1a"))
    assert (note.ent, note.stream.rpartition("/")[2]) == ("incident:1a2b", "_service")
    assert sentence(note, ana.run) == "noted on the incident Checkout is down: the vendor is called"
    ana.act(CloseIncident("mended"))
    ana.act(ChangeRunState("closed"))
    ana.act(AddNote("the vendor sent a report", incident="1a2b"))
    ben = joined(ana)
    assert [found.text for found in ben.run.notes] == ["the vendor is called", "the vendor sent a report"]


def test_a_note_is_taken_back_and_brought_back_wherever_it_stands() -> None:
    ana = opened()
    ana.act(OpenIncident("1a2b", "Checkout is down"))
    for about in (AddNote("x"), AddNote("x", item="n"), AddNote("x", incident="1a2b")):
        (note,) = ana.act(about)
        (undo,) = ana.act(Undo())
        assert (undo.stream, undo.ent) == (note.stream, note.ent)
        assert list(ana.run.notes) == []
        (redo,) = ana.act(Redo())
        assert (redo.stream, [kept.ent for kept in ana.run.notes]) == (note.stream, [note.ent])
        ana.act(Undo())


def test_what_cannot_be_meant_is_refused() -> None:
    ana = opened()
    ana.act(OpenIncident("1a2b", "Checkout is down"))
    with pytest.raises(RefusedError, match="empty"):
        ana.act(AddNote(" ", incident="1a2b"))
    with pytest.raises(NotFoundError, match="no incident 'ff'"):
        ana.act(AddNote("x", incident="ff"))
    with pytest.raises(UsageError, match="an item or on an incident"):
        ana.act(AddNote("x", item="n", incident="1a2b"))


def test_a_record_tells_the_texts_that_its_sentence_leaves_out() -> None:
    ana = opened()
    (record,) = ana.act(DeferItem("n", "to the vendor window"))
    assert "vendor" not in sentence(record, ana.run)
    assert texts_of(record, ana.texts.get) == (("reason", "to the vendor window"),)
    ana.texts.held_back.update(ana.texts.known)
    assert texts_of(record, ana.texts.get) == ()


def test_a_colleagues_note_is_told_where_one_looks_at_it_or_has_to_do_with_it() -> None:
    ana = opened()
    ana.act(ClaimItem("k"))
    ben = joined(ana)
    (mine,) = ben.act(AddNote("the vendor\nis called", "k"))
    (other,) = ben.act(AddNote("nobody asked", "n"))
    (all_,) = ben.act(AddNote("x" * 300))
    ana.hear(ben)
    assert notes_told(ana.run, ANA, [mine]) == "Ben noted on A killer: the vendor is called"
    assert notes_told(ana.run, ANA, [other]) == ""
    assert notes_told(ana.run, ANA, [other], looked_at="n") == "Ben noted on Nice to have: nobody asked"
    assert notes_told(ana.run, ANA, [all_]) == f"Ben noted on the release: {'x' * 100} ..."
    assert notes_told(ana.run, BEN, [mine, other, all_], looked_at="n") == "", "they are Ben's own"
    many = [mine, all_, *ben.act(AddNote("still down", "k"))]
    ana.hear(ben)
    assert notes_told(ana.run, ANA, many) == "Ben wrote 3 notes: on A killer, the release"
    ben.act(Undo())
    ana.hear(ben)
    assert notes_told(ana.run, ANA, many[-1:]) == "", "it was taken back"

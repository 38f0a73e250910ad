"""Notes on the release, its items and its incidents: where they stand, and that each can be taken back."""

from __future__ import annotations

import pytest

from cockpit.errors import NotFoundError, RefusedError, UsageError
from cockpit.release.intents import (
    AddNote,
    ChangeRunState,
    CloseIncident,
    DeferItem,
    OpenIncident,
    Redo,
    Undo,
)
from cockpit.release.narrative import sentence
from cockpit.release.record_texts import texts_of
from tests.release.support import joined, opened


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

"""`cockpit note` and `timeline`: notes are attached where they belong, and whatever was written is found."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Console

pytestmark = pytest.mark.full


def test_notes_are_attached_and_found(console: Console) -> None:
    incident = console.json("incident", "open", "Checkout answers 502", "--by", "Ana")["id"]
    console.json("note", "the queue drains slowly", "--by", "Ana")
    on_item = console.json("note", "p95 is 312 ms", "--item", "look", "--by", "Ben")
    assert (on_item["item"], on_item["incident"]) == ("day/before/look", None)
    on_incident = console.json("note", "vendor ticket 4711", "--incident", incident[:4], "--by", "Ben")
    assert (on_incident["item"], on_incident["incident"]) == (None, incident)
    console.json("item", "defer", "look", "--reason", "to the vendor window", "--by", "Ana")
    console.json("note", "a slip", "--by", "Ana")
    console.json("item", "undo", "look", "--by", "Ana")

    def texts(*arguments: str) -> list[str]:
        return [one["text"] for one in console.json("timeline", *arguments)]

    assert texts("--grep", "VENDOR") == [
        "noted on the incident Checkout answers 502: vendor ticket 4711",
        "deferred Look",
    ], "reasons are searched, too, and letter case does not count"
    found = console.json("timeline", "--grep", "window")[0]
    assert found["words"] == {"reason": "to the vendor window"}
    assert texts("--notes", "--grep", "ben.*(312|4711)") == [
        "noted on Look: p95 is 312 ms",
        "noted on the incident Checkout answers 502: vendor ticket 4711",
    ]
    assert texts("--notes", "--item", "look") == ["noted on Look: p95 is 312 ms"]
    assert texts("--incident", incident) == [
        "opened the major incident Checkout answers 502",
        "noted on the incident Checkout answers 502: vendor ticket 4711",
    ]
    assert "deferred Look: to the vendor window" in console.say("timeline")[1]
    assert all(len(line.split()[1]) == len("14:16:32") for line in console.say("timeline")[1].splitlines())
    assert "Nothing matches." in console.say("timeline", "--grep", "nowhere")[1]
    assert "noted: vendor ticket 4711" in console.say("incident", "show", incident)[1]
    assert [note["text"] for note in console.json("incident", "show", incident)["notes"]] == ["vendor ticket 4711"]
    assert "vendor ticket 4711" in console.say("incident", "export", incident)[1]


def test_a_note_that_was_taken_back_is_found_no_more(console: Console) -> None:
    console.json("note", "the password of the vendor is swordfish", "--item", "look")
    console.json("item", "undo", "look")
    assert console.json("timeline", "--grep", "swordfish") == []
    assert "swordfish" not in console.say("timeline", "--json")[1]
    assert console.json("timeline", "--notes") == []


def test_what_cannot_be_meant_is_told(console: Console) -> None:
    assert "regular expression" in console.refused("timeline", "--grep", "(500", code=2)["what"]
    assert "too large" in console.refused("timeline", "--grep", "5{99999999999}", code=2)["what"]
    assert console.refused("note", "x", "--incident", "ff", code=2)["fix"]
    assert console.refused("note", "x", "--item", "nowhere", code=2)["fix"]
    assert console.refused("note", "x", "--readonly", code=4)["code"] == "readonly"

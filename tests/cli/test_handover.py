"""`cockpit handover` on real parts: text and JSON say the same, and the shift's length decides what is due."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Console

pytestmark = pytest.mark.full


def test_the_next_shift_is_told_what_ends_what_is_owed_and_what_is_noted(console: Console) -> None:
    console.json("probes", "mute", "up", "--reason", "being rebuilt", "--by", "Ana")
    incident = console.json("incident", "open", "Checkout \x1b[31m is down", "--severity", "critical")["id"]
    console.json("note", "ticket 4711", "--incident", incident)
    console.json("item", "tick", "look", "--value", "fine", "--until", "2h")
    document = console.json("handover")
    assert [(one["kind"], one["text"], one["until"] is None) for one in document["endings"]] == [
        ("attested", "Look", False), ("muted", "up", True),
    ]  # fmt: skip
    assert [(one["incident"], one["overdue"]) for one in document["updates"]] == [(incident, False)]
    assert [one["id"] for one in document["incidents"]] == [incident]
    assert [(note["incident"], note["text"]) for note in document["notes"]] == [(incident, "ticket 4711")]
    text = console.say("handover")[1]
    for words in ("promised updates:", "ends within 12h:", "up    muted", "ticket 4711"):
        assert words in text
    assert "\x1b" not in text
    assert [one["kind"] for one in console.json("handover", "--next", "1h")["endings"]] == ["muted"]
    assert console.refused("handover", "--next", "long", code=2)["fix"]


def test_a_span_beyond_all_counting_is_refused_as_a_word_that_is_none(console: Console) -> None:
    endless = f"{'9' * 400}d"
    for command in (["handover", "--next"], ["review", "--since"], ["review", "--at"], ["status", "--at"]):
        assert console.refused(*command, endless, code=2)["fix"]
    assert console.json("handover", "--next", "99999d")["until"].startswith("2300-")

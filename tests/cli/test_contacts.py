"""`cockpit contacts`: whom to call, from cockpit.yaml and the checklist's blanks."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Console
from tests.execution.flight import Flight

pytestmark = pytest.mark.full

CONTACTS = [
    {"id": "ana", "name": "Ana <b>", "purpose": "Technical Issues", "reach": ["+49 30 1", "#ops"]},
    {"id": "ben", "name": "Ben", "purpose": "Technical Issues", "reach": ["ben@example.org"], "after": "15m"},
]


def test_who_is_on_call_stands_first(flight: Flight) -> None:
    night = {"contact": "ben", "starts": "2026-03-10T20:00:00Z", "ends": "2026-03-11T08:00:00Z"}
    flight.begin(contacts=CONTACTS, on_call=[night])
    console = Console(flight.repo)
    day, evening = "2026-03-10T12:00:00Z", "2026-03-10T22:00:00Z"
    found = console.json("contacts", "--at", day)
    technical = found["purposes"][0]
    assert [(one["id"], one["on_call"], one["after_seconds"]) for one in technical["contacts"]] == [
        ("ana", False, 0.0), ("ben", False, 900.0),
    ]  # fmt: skip
    assert technical["contacts"][0]["reach"] == ["+49 30 1", "#ops"]
    assert [(one["contact"], one["starts"]) for one in found["shifts"]] == [("ben", "2026-03-10T20:00:00.000Z")]
    assert any(one["purpose"] == "Payment Issues" for one in found["purposes"]), "the checklist's are there, too"
    ana, ben = console.json("contacts", "technical", "--at", evening)["purposes"][0]["contacts"][::-1]
    assert (ben["id"], ben["on_call"], ana["id"]) == ("ben", True, "ana")
    text = console.say("contacts", "technical", "--at", evening)[1]
    assert "1  Ben" in text
    assert "ON CALL until 08:00" in text
    assert "+49 30 1, #ops" in text
    error = console.refused("contacts", "catering", code=2)
    assert "Technical Issues" in error["fix"]
    assert console.refused("contacts", "--at", "noon", code=2)["fix"]


def test_the_page_for_when_all_is_down_tells_who_is_on_call_when(flight: Flight) -> None:
    flight.begin(contacts=CONTACTS, on_call=[{"contact": "ben", "at": "20:00"}])
    page = Console(flight.repo).json("report", "--offline")["text"]
    with open(page, encoding="utf-8") as file:
        text = file.read()
    assert "Technical Issues: Ben ben@example.org (where nobody answers for 15m)" in text
    assert "On call (times of UTC):" in text
    assert text.count(": Ben\n") >= 7

"""Whom to call: the files' order, and whoever is on call before all others, across nights, gaps and clock changes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from cockpit.release.contacts import shifts_within, whom_to_call
from cockpit.release.ledger import Ledger
from cockpit.release.library import Contact, Library
from cockpit.release.run import Run
from cockpit.release.windows import Shift
from cockpit.reports.contacts import name_of, when_words
from tests.release.support import CONFIGURATION, PINNED, RUN_ID

BERLIN = ZoneInfo("Europe/Berlin")
OWN = (
    Contact("ana", "Technical issues", "Ana Lima", "+49 30 1", reach=("#ops", "+49 30 1"), after="5m"),
    Contact("ben", "technical issues", "Ben Okafor", reach=("ben@example.org",), after="15m"),
    Contact("pay", "Payment issues", "Gateway"),
)
LIBRARY = Library(contacts=(Contact("pay", "Payment Issues", "Razorpay"), Contact("law", "Law", hint="a lawyer")))
NIGHT = Shift("ben", days=("fri",), at="20:00", lasts="12h")


def run_with(*shifts: Shift) -> Run:
    pinned = structs.replace(
        PINNED,
        configuration=structs.replace(CONFIGURATION, contacts=OWN, on_call=shifts, timezone="Europe/Berlin"),
        library=LIBRARY,
    )
    return Ledger(lambda _: None).snapshot(RUN_ID, pinned)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp()


def order(run: Run, when: str) -> list[tuple[str, str]]:
    """Whom to call for technical issues, and what is said of when."""
    now = at(when)
    (purpose,) = (one for one in whom_to_call(run, now, BERLIN) if one.title == "Technical issues")
    return [(one.contact.id, when_words(one, now, "Europe/Berlin")) for one in purpose.callees]


def test_the_teams_own_stand_first_and_take_the_place_of_the_checklists() -> None:
    purposes = whom_to_call(run_with(), at("2026-03-10T14:00"), BERLIN)
    assert [(one.title, [each.contact.id for each in one.callees]) for one in purposes] == [
        ("Technical issues", ["ana", "ben"]),
        ("Payment issues", ["pay"]),
        ("Law", ["law"]),
    ]
    ana, ben = purposes[0].callees
    assert (ana.ways, ana.after, ben.after) == (("+49 30 1", "#ops"), 0.0, 900.0), "the first one is called at once"
    assert name_of(purposes[2].callees[0].contact) == "(nobody yet: a lawyer)"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-03-13T19:59", [("ana", ""), ("ben", "after 15m, on call from 20:00")]),
        ("2026-03-13T20:00", [("ben", "ON CALL until 08:00"), ("ana", "after 5m")]),
        ("2026-03-14T07:59", [("ben", "ON CALL until 08:00"), ("ana", "after 5m")]),
        ("2026-03-14T08:00", [("ana", ""), ("ben", "after 15m, on call from 03-20 20:00")]),
    ],
)
def test_whoever_is_on_call_comes_first_through_the_night(when: str, expected: list[tuple[str, str]]) -> None:
    assert order(run_with(NIGHT), when) == expected


def test_shifts_that_touch_are_one_and_one_with_a_gap_is_another() -> None:
    weekend = Shift("ben", days=("sat",), at="08:00", lasts="24h")
    assert order(run_with(NIGHT, weekend), "2026-03-13T21:00")[0] == ("ben", "ON CALL until 03-15 08:00")
    gap = Shift("ben", days=("sat",), at="09:00", lasts="24h")
    assert order(run_with(NIGHT, gap), "2026-03-13T21:00")[0] == ("ben", "ON CALL until 08:00")


def test_a_shift_on_a_date() -> None:
    once = Shift("ana", starts="2026-03-10T08:00+01:00", ends="2026-03-10T20:00+01:00")
    run = run_with(once, NIGHT)
    assert order(run, "2026-03-10T09:00")[0] == ("ana", "ON CALL until 20:00")
    assert order(run, "2026-03-10T20:00")[0] == ("ana", "")


@pytest.mark.parametrize(("saturday", "hours"), [("2026-03-28", 11), ("2026-10-24", 13)])
def test_a_night_in_which_the_clocks_change_is_handed_over_at_the_usual_time(saturday: str, hours: int) -> None:
    night = Shift("ben", days=("sat",), at="20:00", lasts="12h")
    start = at(f"{saturday}T12:00")
    ((contact, turn),) = shifts_within(run_with(night), start, start + 86_400, BERLIN)
    assert (contact.id, turn.end - turn.start) == ("ben", hours * 3600)
    assert datetime.fromtimestamp(turn.end, BERLIN).strftime("%H:%M") == "08:00"


def test_shifts_within_a_span_in_their_order() -> None:
    day = Shift("ana", at="08:00", lasts="12h")
    found = shifts_within(run_with(NIGHT, day), at("2026-03-13T12:00"), at("2026-03-14T12:00"), BERLIN)
    assert [contact.id for contact, _ in found] == ["ana", "ben", "ana"]

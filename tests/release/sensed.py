"""A checklist with checks, and what observers say of it, made by hand."""

from __future__ import annotations

from typing import Literal

import msgspec

from cockpit.release.checklist import Checklist, Item, Phase, Section
from cockpit.release.checks import Check, CommandCheck, GitCheck
from cockpit.release.events import ItemObserved
from cockpit.release.intents import RecordFact
from cockpit.release.ledger import Pinned
from cockpit.release.moment import item_as_of
from cockpit.release.record import Actor
from cockpit.release.run import ItemView
from cockpit.times import rfc3339
from tests.release.support import ANA, CHECKLIST, NOW, PINNED, Person, opening

State = Literal["ok", "failed", "unknown"]
COMMAND = CommandCheck(run="true")
CLOSING = Check(command=COMMAND, closes=True, expires="1h")
SUPPORTING = Check(command=COMMAND, expires="1h")
BOUND = Check(git=GitCheck(at_tag=True), closes=True, binds="commit", expires="1h")
HOUR = 3600.0
T0 = NOW / 1000

CHECKED = Checklist(
    "short",
    "Short",
    phases=(
        Phase(
            "day",
            "Day",
            pause_point=True,
            sections=(
                Section(
                    "sensed",
                    "Sensed",
                    items=(
                        Item("k", "A killer", killer=True, check=CLOSING),
                        Item("s", "Supported", killer=True, check=SUPPORTING),
                        Item("c", "Bound to the commit", check=BOUND),
                        Item("n", "Nice to have", check=SUPPORTING),
                        Item("h", "By hand"),
                    ),
                ),
            ),
        ),
    ),
)


def pinned_with(**checks: Check) -> Pinned:
    """Return the checked checklist with some checks replaced by the configuration's."""
    configuration = msgspec.structs.replace(PINNED.configuration, checks=checks)
    return Pinned(configuration, (CHECKED,), PINNED.library, PINNED.digest)


def flying(*, actor: Actor = ANA, **checks: Check) -> Person:
    """Return somebody who has opened a run of it that flies v2 at 222…"""
    person = Person(actor, pinned=pinned_with(**checks))
    person.act(opening())
    return person


def observed(
    state: State = "ok",
    *,
    observer: str = "web1",
    at: float = T0,
    lasts: float = HOUR,
    actual: str = "",
    detail: str = "",
    commit: str = "2" * 40,
    moved: str = "",
    renewal: bool = False,
) -> ItemObserved:
    """Return an observation whose word holds for `lasts` seconds from `at`."""
    return ItemObserved(
        observer=observer, check="command", state=state, expected="all is well", actual=actual or state, detail=detail,
        valid_until=rfc3339(at + lasts), commit=commit, moved=moved, renewal=renewal,
    )  # fmt: skip


def see(person: Person, item: str, data: ItemObserved) -> None:
    """Let a person's process write an observation down."""
    person.act(RecordFact(f"item:{item}", data))


def at(person: Person, item: str, now: float = T0 + 60) -> ItemView:
    """Return an item as it stands at `now`."""
    return item_as_of(person.run.items[item], now)


def words(*views: ItemView) -> list[str]:
    """Return the states of items."""
    return [view.state.value for view in views]


assert CHECKLIST.id == CHECKED.id  # a run is opened with it by name

"""A checklist of things that recur, and people who look after it at any time and in any zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from cockpit.release.checklist import Checklist, Item, Phase, Section
from cockpit.release.ledger import Ledger, Pinned
from cockpit.release.record import Actor, Record
from cockpit.release.run import Run
from tests.release.support import ANA, PINNED, RUN_ID, Person, opening

CHECKLIST = Checklist(
    "care",
    "Care",
    phases=(
        Phase(
            "after",
            "After",
            sections=(
                Section(
                    "watch",
                    "Watch",
                    items=(
                        Item("logs", "Review logs", cadence="daily", window="T+0d..T+14d"),
                        Item("once", "Thank everybody"),
                    ),
                ),
            ),
        ),
        Phase(
            "care",
            "Care",
            maintenance=True,
            sections=(
                Section("w", "Weekly", cadence="weekly", items=(Item("disk", "Disk space"), Item("dumps", "Dumps"))),
                Section("m", "Monthly", cadence="monthly", items=(Item("deps", "Dependencies", evidence="required"),)),
                Section("q", "Quarterly", cadence="quarterly", items=(Item("audit", "Audit"),)),
                Section("a", "Annually", cadence="annually", items=(Item("drill", "Drill"),)),
                Section(
                    "s", "Since", cadence="weekly", items=(Item("keys", "Rotate keys", schedule="after-completion"),)
                ),
            ),
        ),
    ),
)
CARE = Pinned(PINNED.configuration, (CHECKLIST,), PINNED.library, PINNED.digest)


def at(text: str) -> float:
    """Epoch seconds of a time with an offset."""
    return datetime.fromisoformat(text).timestamp()


class Runless(Person):
    """Somebody with no run in focus."""

    @property
    def run(self) -> Run:
        return self.ledger.snapshot("", CARE)


def carer(
    actor: Actor = ANA, *, since: str = "2026-11-02T09:00:00+00:00", launch: str = "", run: bool = True,
    pinned: Pinned = CARE, kind: type[Person] = Person,
) -> Person:  # fmt: skip
    """Somebody who has looked after the service since a Monday morning, with a run open or without."""
    person = (kind if run else Runless)(actor, at=round(at(since) * 1000), pinned=pinned)
    if run:
        person.act(replace(opening(launch_at=launch), checklists=("care",)))
    return person


def colleague(person: Person, actor: Actor) -> Person:
    """Somebody else who has seen all that `person` has."""
    other = Person(actor, person.texts, at=person.at, pinned=CARE)
    other.hear(person)
    return other


def without_a_run(records: Sequence[Record], person: Person) -> Run:
    """What a cockpit shows that has no run in focus: the service's records alone."""
    ledger = Ledger(person.texts.get)
    ledger.add(record for record in records if record.stream.endswith("/_service"))
    return ledger.snapshot("", CARE)


__all__ = ["CARE", "RUN_ID", "at", "carer", "colleague", "without_a_run"]

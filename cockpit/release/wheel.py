"""The wheel: who drives the release and who watches, by people's word, handed over explicitly.

It is advisory: only what is dangerous, confirming a rollback or a deploy, asks for it. A free wheel stops nobody.
"""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.entities import RUN
from cockpit.release.events import WheelGiven, WheelTaken
from cockpit.release.record import Record, same_name
from cockpit.release.registers import EMPTY
from cockpit.release.run import Run


class Wheel(Struct, frozen=True):
    """Who drives: nobody, one, or several who took it without having seen each other; in order of the alphabet.

    `since` is RFC 3339 UTC, `given_by` who handed it over; both are empty where nobody did.
    """

    drivers: tuple[str, ...] = ()
    since: str = ""
    given_by: str = ""

    @property
    def free(self) -> bool:
        """Whether nobody drives."""
        return not self.drivers

    @property
    def contested(self) -> bool:
        """Whether several drive, so that nobody does for certain."""
        return len(self.drivers) > 1

    @property
    def driver(self) -> str:
        """The one who drives; empty where nobody does for certain."""
        return self.drivers[0] if len(self.drivers) == 1 else ""

    @property
    def named(self) -> str:
        """All who drive, in words; empty where nobody does."""
        return " and ".join(self.drivers)

    def in_hands_of(self, name: str) -> bool:
        """Whether that person, and nobody else, drives."""
        return len(self.drivers) == 1 and same_name(self.drivers[0], name)

    def among_drivers(self, name: str) -> bool:
        """Whether that person drives, be it together with others."""
        return any(same_name(driver, name) for driver in self.drivers)

    def refuses(self, name: str) -> str:
        """Return why that person must not confirm what is dangerous, or an empty text."""
        if self.free or self.in_hands_of(name):
            return ""
        if self.contested:
            return f"{self.named} took the wheel at the same time: one of you takes it first"
        return f"{self.driver} drives: take the wheel first"


def wheel_of(run: Run) -> Wheel:
    """Return who drives a run."""
    register = run.registers.get((RUN, "wheel"), EMPTY)
    winner = register.winner
    if winner is None:
        return Wheel()
    drivers: tuple[str, ...] = ()
    for name in sorted({name for head in register.heads if (name := _driver(head))}):
        if not any(same_name(name, driver) for driver in drivers):
            drivers = (*drivers, name)
    given = winner.by.name if isinstance(winner.data, WheelGiven) else ""
    return Wheel(drivers, winner.wall if drivers else "", given if drivers else "")


def _driver(record: Record) -> str:
    match record.data:
        case WheelTaken():
            return record.by.name
        case WheelGiven(to=name):
            return name
        case _:
            return ""

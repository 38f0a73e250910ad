"""Times that a team writes down: maintenance windows, and shifts on call; once, or on days of the week."""

from typing import Final, Literal, get_args

from msgspec import Struct

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)


class MaintenanceWindow(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When probes call nobody: once from `starts` to `ends` (RFC 3339), or for `lasts` from `at` on those days.

    `at` is HH:MM in the service's time zone; without days it is every day, without probes it is for all.
    """

    title: str
    probes: tuple[str, ...] = ()
    starts: str = ""
    ends: str = ""
    days: tuple[Weekday, ...] = ()
    at: str = ""
    lasts: str = "1h"


class Shift(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """When a contact, by its id, is on call; the times are as of a maintenance window."""

    contact: str
    starts: str = ""
    ends: str = ""
    days: tuple[Weekday, ...] = ()
    at: str = ""
    lasts: str = "12h"

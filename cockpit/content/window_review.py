"""What types alone cannot say about maintenance windows, contacts, and shifts on call."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import TypeVar

from cockpit.content.names import duration_complaint, name_complaint
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Step
from cockpit.redact import redacted
from cockpit.release.library import Contact
from cockpit.release.windows import MaintenanceWindow, Shift
from cockpit.times import epoch

T = TypeVar("T")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def review_windows(
    review: Review[T], windows: Iterable[MaintenanceWindow], probes: Collection[str], *where: Step
) -> None:
    """Complain of what cannot be meant in maintenance windows; `probes` are those there are."""
    for index, window in enumerate(windows):
        here = (*where, index)
        review.filled(window.title, *here, "title")
        for position, name in enumerate(window.probes):
            review.known(name, probes, "probe", *here, "probes", position)
        _review_times(review, window, *here)


def review_shifts(review: Review[T], shifts: Iterable[Shift], *where: Step) -> None:
    """Complain of what cannot be meant in shifts on call; whose they are is asked where all contacts are known."""
    for index, shift in enumerate(shifts):
        review.complain(name_complaint(shift.contact), *where, index, "contact")
        _review_times(review, shift, *where, index)


def review_contacts(review: Review[T], contacts: Iterable[Contact], *where: Step) -> None:
    """Complain of what cannot be meant in contacts."""
    contacts = tuple(contacts)
    review.distinct([contact.id for contact in contacts], "id", *where)
    for index, contact in enumerate(contacts):
        here = (*where, index)
        review.complain(name_complaint(contact.id), *here, "id")
        review.filled(contact.purpose, *here, "purpose")
        for number, way in enumerate(contact.reach):
            review.filled(way, *here, "reach", number)
            review.complain(_secret_complaint(way), *here, "reach", number)
        review.complain(_secret_complaint(contact.address), *here, "address")
        if contact.after:
            review.complain(duration_complaint(contact.after), *here, "after")


def _review_times(review: Review[T], window: MaintenanceWindow | Shift, *where: Step) -> None:
    review.exactly_one(window, *where)
    if window.starts and not window.ends:
        review.complain("nothing says when it ends: add ends", *where, "starts")
    for key in ("starts", "ends"):
        review.complain(_moment_complaint(getattr(window, key)), *where, key)
    if window.at and not _TIME.fullmatch(window.at):
        review.complain(f"{quoted(window.at)} is no time of day: write one such as 02:30", *where, "at")
    review.durations(window, ("lasts",), *where)
    starts, ends = epoch(window.starts), epoch(window.ends)
    if starts and ends and ends <= starts:
        review.complain("it ends before it begins: write a later time", *where, "ends")


def _secret_complaint(text: str) -> str:
    if redacted(text, {}) == text:
        return ""
    return "it looks like a secret, and this file is no place for one: write how a person is reached"


def _moment_complaint(text: str) -> str:
    if not text or epoch(text):
        return ""
    return f"{quoted(text)} is no time with its offset: write one such as 2026-12-01T22:00:00Z"

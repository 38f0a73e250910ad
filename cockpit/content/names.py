"""How the names and durations that people write have to look, each check giving a complaint or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from cockpit.content.problems import quoted
from cockpit.durations import parse_duration
from cockpit.text import visible

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_ITEM_ID = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")
_LONGEST = 365 * 86400.0


def name_complaint(name: str) -> str:
    """Say what is wrong with a name of a service, environment, probe, step or the like."""
    if _NAME.fullmatch(name):
        return ""
    return f"{quoted(name)} is not a name: use a-z, 0-9 and '-', and begin with a letter or digit"


def item_id_complaint(item_id: str) -> str:
    """Say what is wrong with the id of an item."""
    if _ITEM_ID.fullmatch(item_id):
        return ""
    return f"{quoted(item_id)} is not an id: write it like phase/section/item, in a-z, 0-9, '-', '.' and '_'"


def duration_complaint(text: str) -> str:
    """Say what is wrong with a time-out, an interval or the like, which is above zero and no longer than a year."""
    complaint = parse_complaint(parse_duration, text)
    if not complaint and not 0 < parse_duration(text) <= _LONGEST:
        return f"{quoted(text)} is not above zero and within a year: write a duration such as 500ms or 15m"
    return complaint


def parse_complaint(parse: Callable[[str], object], text: str) -> str:
    """Return what `parse` says in its ValueError about `text`."""
    try:
        parse(text)
    except ValueError as error:
        return visible(str(error), limit=300)
    return ""

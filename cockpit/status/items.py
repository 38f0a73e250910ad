"""One item, and one instance of what recurs, as scripts read them."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from cockpit.release.checks import expectation
from cockpit.release.due import Due
from cockpit.release.events import ItemEvent
from cockpit.release.item_state import ItemState
from cockpit.release.moment import item_as_of
from cockpit.release.recurrence import Almanac, Occurrence
from cockpit.release.run import ItemView, Side
from cockpit.times import rfc3339


def item_document(view: ItemView, *, now: float) -> dict[str, Any]:
    """Return one item as scripts read it, as it stands at `now` (epoch seconds)."""
    view = item_as_of(view, now)
    return {
        "id": view.id,
        "text": view.item.text,
        "state": view.state.value,
        "by": view.by.name if view.by is not None else None,
        "also_by": [one.name for one in view.also],
        "at": view.at,
        "detail": view.detail,
        "evidence": [
            *({"kind": "note", "by": note.by.name, "at": note.wall, "text": note.text} for note in view.notes),
            *(
                {"kind": "attachment", "by": record.by.name, "at": record.wall, **msgspec.to_builtins(record.data)}
                for record in view.attachments
            ),
        ],
        "claimed_by": view.claimed_by.name if view.claimed_by is not None else None,
        "killer": view.item.killer,
        "two_person": view.item.two_person,
        "contested": msgspec.to_builtins(view.sides),
        "lost_claims": [{"by": record.by.name, "at": record.wall} for record in view.lost_claims],
        "commit": closed_for(view),
        "checked_in_source": view.item.checked,
        "unverified_second": view.unverified_second,
        "challenge": challenge_document(view),
        "holds_until": rfc3339(view.holds_until) if view.holds_until < math.inf else None,
        "link": view.link or None,
        "first_of_two": None if view.first is None else first_document(view.first),
        "check": check_document(view, now=now),
    }


def due_document(due: Due | None, *, now: float) -> dict[str, Any] | None:
    """Return when an item is due and how that stands; `overdue_by` is in seconds; None without a due date."""
    if due is None:
        return None
    return {
        "relative": due.relative,
        "at": rfc3339(due.at) if due.at else None,
        "state": due.state(now),
        "overdue_by": round(due.late(now)),
    }


def check_document(view: ItemView, *, now: float) -> dict[str, Any] | None:
    """Return what an item's check wants and who saw what of it; None where it has none."""
    if view.sensing is None or view.reading is None:
        return None
    check, told = view.sensing.check, view.reading.told
    return {
        "kind": check.kind,
        "closes": check.closes,
        "effects": check.effects,
        "observe": check.observe,
        "state": view.reading.sense.value,
        "expected": expectation(check),
        "actual": told.actual if told is not None else None,
        "observer": told.observer if told is not None else None,
        "at": told.wall if told is not None else None,
        "age": round(max(now - told.at, 0.0), 3) if told is not None else None,
        "valid_until": rfc3339(told.valid_until) if told is not None and told.valid_until else None,
        "observers": [
            {
                "observer": seen.observer,
                "state": seen.state,
                "actual": seen.actual,
                "detail": seen.detail,
                "at": seen.wall,
                "valid": seen.valid_until > now,
                "commit": seen.commit or None,
            }
            for seen in view.sensing.seen
        ],
    }


def template_document(view: ItemView, almanac: Almanac, now: float) -> dict[str, Any]:
    """Return an item; one that recurs stands as its instance of the present period does."""
    present = almanac.current(view)
    if present is None:
        return item_document(view, now=now)
    return {**item_document(present.view, now=now), "id": view.id, "instance": present.id}


def occurrence_document(one: Occurrence, *, now: float) -> dict[str, Any]:
    """Return one instance of what recurs; `overdue_by` is in seconds, `missed` counts periods in a row before it."""
    view = one.view
    return {
        "id": one.id,
        "text": view.item.text,
        "cadence": one.period.cadence,
        "period": one.period.label,
        "state": one.state,
        "due_at": rfc3339(one.due_at),
        "overdue_by": round(one.overdue_by),
        "by": view.by.name if view.by is not None and view.state is not ItemState.OPEN else None,
        "at": view.at if view.state is not ItemState.OPEN else None,
        "opens_at": rfc3339(one.opens_at),
        "item_state": view.state.value,
        "missed": one.missed,
        "detail": view.detail,
        "role": view.item.role,
        "claimed_by": view.claimed_by.name if view.claimed_by is not None else None,
        "check": check_document(view, now=now),
    }


def challenge_document(view: ItemView) -> dict[str, Any] | None:
    """Return what waits for a second person's answer, or None."""
    record = view.challenge
    return None if record is None else {"by": record.by.name, "at": record.wall}


def first_document(first: Side) -> dict[str, Any]:
    """Return what the first of two persons said of an item."""
    return {"by": first.by, "at": first.at, "value": first.said}


def closed_for(view: ItemView) -> str | None:
    """Return the commit that an item was closed for; None where it is open, or where nobody noted it."""
    data = view.said.data if view.said is not None else None
    return (data.commit or None) if isinstance(data, ItemEvent) else None

"""The hand-over in words: the same on the command line and on the screen."""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec import Struct

from cockpit.durations import short_duration
from cockpit.release.emergency_documents import incident_line
from cockpit.release.handover import SHIFT, Handover, handover_of, last_handover
from cockpit.release.moment import as_of
from cockpit.release.narrative import note_subject
from cockpit.release.run import Run
from cockpit.release.wheel import wheel_of
from cockpit.reports.contacts import name_of, turn_words
from cockpit.times import date_time, epoch, rfc3339, zone

_A_DAY = 86400.0


class Part(Struct, frozen=True):
    """A part of the hand-over: rows of what, who or when, and why; `grave` where it must not be overlooked."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    grave: bool = False


def handover_at(run: Run, now: float, *, since: str = "", span: float = SHIFT) -> Handover:
    """Return the hand-over at `now` (epoch seconds).

    Without `since` (RFC 3339 UTC) its notes begin where the wheel last changed hands, else a day ago.
    """
    begins = since or last_handover(run) or rfc3339(now - _A_DAY)
    return handover_of(as_of(run, now), now=now, zone=zone(run.timezone), since=begins, span=span)


def driver_line(run: Run) -> str:
    """Return who drives, since when."""
    wheel = wheel_of(run)
    if wheel.free:
        return "nobody drives: anybody may confirm a rollback or a deploy"
    since = f"since {date_time(epoch(wheel.since), run.timezone)}"
    if wheel.contested:
        return f"{wheel.named} took the wheel at the same time, {since}: one of them takes it first"
    given = f", given by {wheel.given_by}" if wheel.given_by else ""
    return f"{wheel.driver} drives {since}{given}"


def parts_of(run: Run, found: Handover, now: float) -> tuple[Part, ...]:
    """Return the parts that hold anything, what is grave first."""
    parts = sorted(_parts(run, found, now), key=lambda part: not part.grave)
    return tuple(part for part in parts if part.rows)


def _parts(run: Run, found: Handover, now: float) -> Iterator[Part]:
    def when(at: float | str) -> str:
        return date_time(epoch(at) if isinstance(at, str) else at, run.timezone)

    contested = [
        *((contest.title, contest.told) for contest in run.contests),
        *((view.item.text, view.detail) for view in found.contested),
    ]
    yield Part("contested", tuple(contested), grave=True)
    breaches = tuple((name, when(one.at), one.detail) for name, one in run.breaches.items())
    yield Part("rollback triggers breached", breaches, grave=True)
    held = "the run is held: cockpit release resume" if run.state == "held" else ""
    stopped = tuple((words,) for words in (held, run.frozen.told if run.frozen is not None else "") if words)
    yield Part("on hold", stopped, grave=True)
    yield Part("incidents", tuple((incident_line(run, one, now=now),) for one in found.incidents), grave=True)
    yield Part("regressed", tuple((view.item.text, view.detail) for view in found.regressed), grave=True)
    down = tuple((one.name, one.state, when(one.wall), one.detail) for one in found.probes)
    yield Part("probes not well", down, grave=True)
    yield Part("promised updates", tuple((one.title, one.words(now), when(one.due_at)) for one in found.updates),
               grave=True)  # fmt: skip
    killers = tuple((view.item.text, view.state.value) for view in found.open_killers)
    yield Part("killer items open", killers, grave=True)
    hours = short_duration(found.until - now)
    due = tuple((one.what, f"{'OVERDUE since' if one.late else 'due'} {when(one.at)}") for one in found.due)
    yield Part(f"due within {hours}", due)
    endings = tuple(
        (one.what, one.kind, f"until {when(one.until)}" if one.until < math.inf else "for good", one.by, one.reason)
        for one in found.endings
    )
    yield Part(f"ends within {hours}", endings)
    claims = tuple(
        (view.item.text, view.claimed_by.name, when(view.claimed_at or ""))
        for view in found.claims
        if view.claimed_by is not None
    )
    yield Part("under way", claims)
    yield Part("debt", tuple((debt.text, debt.kind, debt.by, debt.reason) for debt in found.debt))
    shifts = tuple((name_of(contact), turn_words(turn, run.timezone)) for contact, turn in found.on_call)
    yield Part("on call", shifts)
    notes = []
    for note in found.notes:
        about = note_subject(note.ent, run)
        text = note.text if note.text is not None else "(not here yet)"
        notes.append((when(note.wall), note.by.name, f"{about}: {text}" if about else text))
    yield Part(f"notes since {when(found.since)}", tuple(notes))

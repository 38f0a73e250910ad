"""The readiness light: whether a rollback could start, why not, or that one has just been carried out."""

from __future__ import annotations

from cockpit.release.arrival import is_verified, rolled_back_words
from cockpit.release.live import Readiness
from cockpit.release.run import ExecutionView
from cockpit.tui.rows import Part, fit, part, width_of
from cockpit.tui.theme import Inks

WIDE = 120  # columns from which targets and reasons are written out
_LEAST = 6  # cells of a tag that tell which one is meant


def readiness_light(readiness: Readiness, inks: Inks, *, width: int, room: int) -> list[Part]:
    """Return the light of a line of `width` cells of which `room` are left; what does not fit goes, READY last."""
    if readiness.ready:
        found: list[Part] = [("rollback ", inks.muted), ("READY", inks.good)]
        notes: list[Part] = [(", NO LEASE", inks.warn)] if readiness.notes else []
        left = room - width_of([*found, (" to ", inks.muted), *notes])
        if width >= WIDE and left >= _LEAST:
            found += [(" to ", inks.muted), (fit(readiness.target, left).rstrip(), inks.strong)]
        found += notes
    else:
        why = readiness.reasons[0] if readiness.reasons else ""
        found = [("rollback ", inks.muted), ("NOT READY", inks.warn)]
        if width >= WIDE:
            found.append(part(f" {why[: max(room - 21, 8)]}", inks.muted))
    if width_of(found) > room:
        found = found[1:]
    if width_of(found) > room and readiness.ready:
        found = [("READY", inks.good), (" NO LEASE", inks.warn)] if readiness.notes else found
    return found


def done_light(
    done: ExecutionView, readiness: Readiness, inks: Inks, *, now: float, timezone: str, room: int
) -> list[Part]:
    """Return what was just rolled back to; nothing further is proposed, and that it could not start only where it fits.

    The widest that fits into `room` cells.
    """
    ink = inks.good if is_verified(done) else inks.warn
    whole = [part(rolled_back_words(done, now, timezone), ink)]
    further: list[Part] = [] if readiness.ready else [("; a further one NOT READY", inks.warn)]
    short, shorter = ("rolled back, UNVERIFIED", "UNVERIFIED")
    if is_verified(done):
        short, shorter = f"rolled back to {done.tag}", "rolled back"
    for found in ([*whole, *further], whole, [part(short, ink)]):
        if width_of(found) <= room:
            return found
    return [(shorter, ink)]

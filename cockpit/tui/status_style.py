"""How every state looks: a glyph, a word and an ink, decided once; never by colour alone."""

from __future__ import annotations

from typing import NamedTuple

from rich.style import Style

from cockpit.release.asked import asked
from cockpit.release.item_state import ItemState
from cockpit.release.run import ItemView
from cockpit.tui.glyphs import Glyphs
from cockpit.tui.theme import Inks


class Look(NamedTuple):
    """A state as drawn."""

    glyph: str
    word: str
    ink: Style


def item_look(view: ItemView, glyphs: Glyphs, inks: Inks) -> Look:
    """Return how an item looks."""
    state = view.state
    if asked(view) is not None:
        return Look(glyphs.asked, "ASKED", inks.warn)
    if state is ItemState.OPEN and view.item.killer:
        return Look(glyphs.killer, "KILLER", inks.warn)
    if view.unverified_second:
        return Look(glyphs.done, "ONE OF TWO", inks.warn)
    looks = {
        ItemState.OPEN: (glyphs.open, "", inks.muted),
        ItemState.CLAIMED: (glyphs.claimed, "CLAIMED", inks.accent),
        ItemState.DONE: (glyphs.done, "", inks.good),
        ItemState.ATTESTED: (glyphs.attested, "ATTESTED", inks.good),
        ItemState.SENSED: (glyphs.sensed, "SENSED", inks.good),
        ItemState.REGRESSED: (glyphs.regressed, "REGRESSED", inks.alarm),
        ItemState.UNKNOWN: (glyphs.unknown, "UNKNOWN", inks.warn),
        ItemState.STALE: (glyphs.stale, "STALE", inks.warn),
        ItemState.DEFERRED: (glyphs.deferred, "DEFERRED", inks.warn),
        ItemState.NA: (glyphs.na, "N/A", inks.muted),
        ItemState.OVERRIDDEN: (glyphs.overridden, "OVERRIDDEN", inks.warn),
        ItemState.BLOCKED: (glyphs.blocked, "BLOCKED", inks.bad),
        ItemState.CONTESTED: (glyphs.contested, "CONTESTED", inks.bad),
        ItemState.SUSPENDED: (glyphs.suspended, "SUSPENDED", inks.muted),
    }
    return Look(*looks[state])


def probe_look(state: str, glyphs: Glyphs, inks: Inks, *, stale: bool = False) -> Look:
    """Return how a probe's state looks; without fresh data it is STALE, whatever it was."""
    if stale:
        return Look(glyphs.stale, "STALE", inks.warn)
    looks = {
        "ok": (glyphs.up, "ok", inks.good),
        "degraded": (glyphs.degraded, "DEGRADED", inks.warn),
        "down": (glyphs.down, "DOWN", inks.alarm),
        "paused": (glyphs.paused, "PAUSED", inks.muted),
        "waiting": (glyphs.open, "waiting", inks.muted),
    }
    return Look(*looks.get(state, (glyphs.unknown, "UNKNOWN", inks.warn)))


def step_look(state: str, glyphs: Glyphs, inks: Inks) -> Look:
    """Return how a step of an execution looks."""
    looks = {
        "pending": (glyphs.open, "", inks.muted),
        "running": (glyphs.running, "RUNNING", inks.title),
        "ok": (glyphs.done, "done", inks.good),
        "already": (glyphs.done, "already so", inks.good),
        "skipped": (glyphs.na, "SKIPPED", inks.muted),
        "failed": (glyphs.down, "FAILED", inks.alarm),
        "timed-out": (glyphs.down, "TIMED OUT", inks.alarm),
        "aborted": (glyphs.down, "ABORTED", inks.alarm),
    }
    return Look(*looks.get(state, (glyphs.unknown, state.upper(), inks.warn)))

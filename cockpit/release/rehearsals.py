"""Rehearsed rollbacks: what one has shown, and whether it is recent enough to count on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from cockpit.durations import parse_duration, short_duration
from cockpit.release.checks import RehearsalCheck
from cockpit.release.configuration import Plans
from cockpit.release.databases import Dump
from cockpit.release.events import ObservedState, RehearsedStep
from cockpit.release.record import Actor
from cockpit.times import epoch


class Rehearsal(Struct, frozen=True):
    """The last rehearsal of a rollback to a tag; `wall` is RFC 3339 UTC."""

    tag: str
    commit: str
    from_tag: str
    from_commit: str
    ok: bool
    seconds: float
    detail: str
    steps: tuple[RehearsedStep, ...]
    dump: Dump | None  # what was restored in it
    by: Actor
    host: str
    wall: str
    outdated: bool = False  # whether the steps of the configuration are others by now

    def told(self, now: float) -> str:
        """Return how much of the plan it was, how it went, and how long ago."""
        age = short_duration(max(now - epoch(self.wall), 0.0))
        how = f"in {short_duration(self.seconds)}" if self.ok else f"FAILED: {self.detail}"
        changed = "; THE STEPS HAVE CHANGED SINCE" if self.outdated else ""
        return f"rehearsed {self._how_much()}{age} ago by {self.by.name}, {how}{changed}"

    def _how_much(self) -> str:
        done = sum(step.outcome != "skipped" for step in self.steps)
        return f"{done} of {len(self.steps)} steps " if self.ok and done < len(self.steps) else ""


def digest_of(plans: Plans) -> str:
    """Return what tells the steps of a configuration from others."""
    return hashlib.sha256(msgspec.json.encode(plans)).hexdigest()[:16]


def restore_tested(rehearsals: Iterable[Rehearsal], dump: Dump) -> Rehearsal | None:
    """Return the rehearsal in which this very dump was restored, if there was one that went well."""
    found = [each for each in rehearsals if each.ok and each.dump == dump]
    return max(found, key=lambda each: each.wall, default=None)


def look_at_rehearsals(
    check: RehearsalCheck, rehearsals: Iterable[Rehearsal], *, commit: str, now: float
) -> tuple[ObservedState, str]:
    """Return whether a rollback from `commit` was rehearsed well and lately, and which."""
    if not commit:
        return "unknown", "the run flies no commit yet"
    found = [each for each in rehearsals if each.from_commit == commit and check.tag in {"", each.tag}]
    if not found:
        return "failed", f"no rollback from {commit[:8]} was rehearsed: cockpit rollback TAG --rehearse"
    last = max(found, key=lambda each: each.wall)
    said = f"{last.tag}: {last.told(now)}"
    if not last.ok or last.outdated:
        return "failed", said
    if now - epoch(last.wall) > parse_duration(check.within):
        return "failed", f"{said}, longer ago than {check.within}"
    return "ok", said

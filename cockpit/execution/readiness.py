"""Whether a rollback could be carried out now, and every reason why not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cockpit.ahead import Ahead
from cockpit.errors import CockpitError, RefusedError
from cockpit.git.command import Git
from cockpit.git.facts import changed_files, head_commit
from cockpit.git.running import what_runs
from cockpit.git.tag_names import encode_name
from cockpit.git.tags import list_tags
from cockpit.release.live import Readiness
from cockpit.release.plan import Plan
from cockpit.release.run import Run
from cockpit.release.running import Running, Sighting, fall_back
from cockpit.release.tags import Tag, with_marks

if TYPE_CHECKING:
    from cockpit.execution.databases.room import Room


class Obstacles(Struct, frozen=True):
    """What readiness looks at besides git: trust, who holds the execution lock, and whose the remote's lease is."""

    trusted: bool
    held: str  # by whom and why, or empty
    leased: str = ""  # by whom else, since when and why, or empty
    unreachable: str = ""  # why the remote cannot be asked for its lease, or empty
    root: Path | None = None  # the configuration's directory, where the plan itself is to be looked at, too
    host: tuple[str, ...] = ()  # what is to be known of this host
    rooms: Callable[[Plan, Path], tuple[Room, ...]] | None = None  # what says where there is room for a plan
    seen: Sighting = Sighting()  # which version was seen last


def readiness(run: Run, code: Path, obstacles: Obstacles) -> Readiness:
    """Return whether a rollback could start now, and to what; every reason why not."""
    reasons: list[str] = []
    if not run.open:
        reasons.append("no release run is open")
    if not run.configuration.rollback.steps:
        reasons.append("no rollback steps in cockpit.yaml")
    if not obstacles.trusted:
        reasons.append("not trusted on this host: cockpit trust")
    if obstacles.held:
        reasons.append(f"locked by {obstacles.held}")
    elif run.current_execution is not None:
        reasons.append(f"a {run.current_execution.direction} is {run.current_execution.state}")
    if obstacles.leased:
        reasons.append(f"leased by {obstacles.leased}")
    notes = []
    if obstacles.unreachable:
        notes.append(f"the remote's lease is not to be had ({obstacles.unreachable}): a start asks to go on without it")
    target, why = "", ""
    warnings: tuple[str, ...] = ()
    running = Running(obstacles.seen)
    try:
        git = Git(code, fetches=obstacles.trusted)
        listed = Ahead(lambda: list_tags(git, run.configuration.code.tags))
        head = head_commit(git)
        # To compare files git runs what the repository's own configuration calls a filter: not before it is trusted.
        dirty = len(changed_files(git)) if obstacles.trusted else 0
        if dirty:
            reasons.append(f"{dirty} changed file{'s' if dirty != 1 else ''} in the work tree")
        tags = with_marks(listed.get(), run.marks)
        running = what_runs(git, tags, head, run.tag, obstacles.seen)
        found = fall_back(tags, running, run.marks)
        if found is not None:
            target, why = found[0].display, found[1]
            if obstacles.root is not None and obstacles.trusted:
                faults, warnings = _look_at_plan(run, found[0], code, obstacles)
                reasons += faults
        elif running.left is None:
            reasons.append("HEAD is at no tag, so there is no release before it: git tag it, or check its tag out")
        else:
            reasons.append(f"no release before {running.left.display} that is not marked bad")
    except RefusedError as error:
        reasons.append(error.what)
    except CockpitError as error:
        reasons.append(f"git: {error.what}")
    told = (*([running.note] if running.note else []), *warnings, *obstacles.host)
    return Readiness(not reasons, tuple(reasons), target, why, tuple(notes), told, running)


def _look_at_plan(run: Run, tag: Tag, code: Path, obstacles: Obstacles) -> tuple[list[str], tuple[str, ...]]:
    """Return what is in the way of the rollback to a tag, and what is to be known of it."""
    # Only who could carry a plan out needs what looks at databases and programs.
    from cockpit.execution.databases.room import RoomLook, complaints, unknowns
    from cockpit.execution.prepare import dump_complaint, prepare
    from cockpit.execution.programs import missing_programs

    root = obstacles.root or code
    seen, trusted = obstacles.seen, obstacles.trusted
    plan = prepare(run, "rollback", encode_name(tag), root=root, code=code, host="", seen=seen, trusted=trusted)
    found = (obstacles.rooms or RoomLook())(plan, root)
    faults = [*plan.troubles, *complaints(found), *missing_programs(plan, os.environ)]
    complaint = dump_complaint(run.configuration, plan.backup)
    told = [*([plan.note] if plan.note else []), *unknowns(found)]
    if complaint:
        (faults if plan.restores else told).append(f"{complaint}: {plan.backup}")
    return faults, tuple(told)

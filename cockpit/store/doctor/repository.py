"""The repository around the state: broken refs, empty objects, lock files, and whether our history is whole."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from cockpit.errors import GitError
from cockpit.store.doctor.finding import RUN_DOCTOR, Finding, Patient, told_if_refused
from cockpit.store.layout import STATE_REF
from cockpit.store.ref import STALE, holds_no_object_id

_OURS = "refs/cockpit/"
_GIT_LOCKS = ("index.lock", "HEAD.lock", "packed-refs.lock", "config.lock", "shallow.lock")
_LONG = 600.0  # seconds after which a lock of git's own is no operation under way
_REFLOG = re.compile(rb"[0-9a-f]+ ([0-9a-f]{40,64}) ")
_WALK = 600.0  # seconds for a walk over the whole repository


def broken_refs(patient: Patient) -> Iterator[Finding]:
    """Yield refs whose file holds no object id: one alone breaks fetch and gc for the whole repository.

    The state ref itself is left to the next commit, which sets it back and goes on from the journals.
    """
    common = patient.location.common
    for directory, _, names in os.walk(common / "refs"):
        for name in sorted(names):
            path = Path(directory, name)
            ref = path.relative_to(common).as_posix()
            if ref.endswith(".lock"):
                yield from _lock(patient, path, STALE if ref.startswith(_OURS) else _LONG, ours=ref.startswith(_OURS))
            elif holds_no_object_id(path):
                yield from _broken_ref(patient, path, ref)


def _broken_ref(patient: Patient, path: Path, ref: str) -> Iterator[Finding]:
    found = "its file holds no object id, as a crash leaves it; fetch and gc fail for the whole repository"
    if ref == STATE_REF:
        yield Finding("broken-ref", ref, found, todo=RUN_DOCTOR)
    elif ref.startswith(_OURS):
        done = ""
        refused: list[Finding] = []
        with told_if_refused("broken-ref", ref, refused):
            if patient.mend:
                path.unlink()
                done = "removed: it only mirrors what a remote has, and the next sync fetches it again"
            yield Finding("broken-ref", ref, found, done, "" if done else RUN_DOCTOR)
        yield from refused
    else:
        yield Finding("broken-ref", ref, found, todo=_how_to_set_back(patient, path, ref))


def _how_to_set_back(patient: Patient, path: Path, ref: str) -> str:
    """Return the commands that set a ref of the user's own back: it is not ours to move."""
    remove = f"rm {shlex.quote(str(path))}"
    try:
        recorded = _REFLOG.findall((patient.location.common / "logs" / ref).read_bytes())
    except OSError:
        recorded = []
    if recorded:
        return f"Run: {remove} && git update-ref {shlex.quote(ref)} {recorded[-1].decode()}"
    return f"Run: {remove}; where the ref was packed or on a remote it is back, otherwise find its commit by git fsck"


def leftover_locks(patient: Patient) -> Iterator[Finding]:
    """Yield lock files of git's own that are too old to belong to a git at work: they stop a checkout."""
    common = patient.location.common
    for path in [*(common / name for name in _GIT_LOCKS), *sorted(common.glob("worktrees/*/*.lock"))]:
        yield from _lock(patient, path, _LONG, ours=False)


def _lock(patient: Patient, path: Path, life: float, *, ours: bool) -> Iterator[Finding]:
    age = patient.age(path)
    if age < life or not path.exists():
        return
    found = f"git's lock file is {age / 60:.0f} minutes old: the git that made it was killed, or hangs"
    place = patient.shown(path)
    if not ours:
        yield Finding(
            "stale-lock", place, found, todo=f"Where no git is at work here, run: rm {shlex.quote(str(path))}"
        )
    elif not patient.mend:
        yield Finding("stale-lock", place, found, todo=RUN_DOCTOR)
    else:
        refused: list[Finding] = []
        with told_if_refused("stale-lock", place, refused):
            path.unlink(missing_ok=True)
            yield Finding("stale-lock", place, found, "removed")
        yield from refused


def empty_objects(patient: Patient) -> list[Finding]:
    """Return object files that a crash left empty: git takes one for the object for ever. An empty file holds nothing.

    The state's own are written anew from the journals afterwards.
    """
    findings = []
    objects = patient.location.common / "objects"
    for directory in sorted(objects.glob("[0-9a-f][0-9a-f]")):
        with os.scandir(directory) as entries:
            empty = sorted(entry.path for entry in entries if entry.stat().st_size == 0)
        for name in empty:
            path = Path(name)
            found = "an object's file is empty, as a crash leaves it"
            refused: list[Finding] = []
            with told_if_refused("empty-object", patient.shown(path), refused):
                if patient.mend:
                    path.unlink()
                done, todo = ("removed", "") if patient.mend else ("", RUN_DOCTOR)
                findings.append(Finding("empty-object", patient.shown(path), found, done, todo))
            findings += refused
    return findings


def lost_history(patient: Patient) -> Finding | None:
    """Return a finding where the state's own history lacks an object: fetch, push and gc would fail on it."""
    tip = patient.ref.tip()
    if tip is None:
        return None
    try:
        patient.objects.require_complete(tip)
    except GitError as error:
        found = f"an object of its history is missing or damaged ({error.what})"
        return Finding("lost-history", STATE_REF, found, todo=RUN_DOCTOR)
    return None


def lost_objects(patient: Patient) -> Finding | None:
    """Return a finding where the user's own history lacks objects; slow, so only asked after a loss was seen."""
    done = patient.objects.run("rev-list", "--objects", "--quiet", "--all", timeout=_WALK)
    if done.ok:
        return None
    todo = "Fetch them again: git fetch --refetch (or copy objects from another clone); git fsck lists what is missing"
    return Finding("lost-objects", "objects", f"your own history lacks objects: {done.complaint}", todo=todo)

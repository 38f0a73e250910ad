"""The whole examination, in an order in which each repair can rest on the ones before it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from msgspec import Struct

from cockpit.errors import CockpitError, GitError
from cockpit.store import files
from cockpit.store.branch import StateBranch
from cockpit.store.doctor.blobs import faulty_blobs
from cockpit.store.doctor.chains import broken_chains
from cockpit.store.doctor.finding import RUN_DOCTOR, Blobs, Finding, Patient
from cockpit.store.doctor.housekeeping import (
    abandoned_locks,
    leftover_drafts,
    stated_format,
    wrong_permissions,
)
from cockpit.store.doctor.journals import damaged_journals, misplaced_lines
from cockpit.store.doctor.repository import (
    broken_refs,
    empty_objects,
    leftover_locks,
    lost_history,
    lost_objects,
)
from cockpit.store.envelope import Stored
from cockpit.store.forgetting import abandoned_commits
from cockpit.store.layout import STATE_REF, evidence_path
from cockpit.store.location import StoreLocation, require_access
from cockpit.store.lock import FileLock, Held
from cockpit.store.objects import Listing, ObjectDatabase
from cockpit.store.published import Published
from cockpit.store.purge import purged_blobs
from cockpit.store.reader import JournalReader
from cockpit.store.ref import StateRef

NamedBlobs = Callable[[Stored], Iterable[str]]

_NO_WRITER = ""  # no journal is our own


class Examination(Struct, frozen=True):
    """What was found, and how much was looked at."""

    findings: tuple[Finding, ...]
    events: int
    journals: int
    blobs: int

    @property
    def well(self) -> bool:
        """Whether nothing is left to do."""
        return not any(finding.remains for finding in self.findings)


def examine(
    location: StoreLocation, *, named: NamedBlobs, host: str, mend: bool, now: Callable[[], float] = time.time
) -> Examination:
    """Look the whole store over, and with `mend` repair what is safe; `named` tells which blobs an event names.

    Raises RefusedError (`locked`) where a commit holds the store for long; everything else becomes a finding.
    """
    findings: list[Finding] = []
    try:
        require_access(location)
    except CockpitError as error:
        findings.append(Finding("not-writable", str(location.root), error.what, todo=error.fix))
        mend = False
    objects = ObjectDatabase(location)
    branch = StateBranch(location, host=host, now=now)
    patient = Patient(location, objects, StateRef(location, objects, now=now), branch, now(), mend)
    unknown = stated_format(patient, Published(patient.location).format())
    if unknown is not None:
        findings.append(unknown)
        if unknown.remains:  # what a later version has written is not ours to mend
            patient = Patient(location, objects, patient.ref, branch, patient.now, False)
    findings += wrong_permissions(patient)
    findings += leftover_drafts(patient)
    findings += abandoned_locks(patient)
    findings += leftover_locks(patient)
    findings += _examine_history(patient)
    listing = _published(patient)
    if patient.mend:
        findings += _bring_in(patient)
        with _alone(patient, host):
            findings += damaged_journals(patient, listing)
    else:
        findings += damaged_journals(patient, listing)
    findings += misplaced_lines(patient, listing)
    events = JournalReader(location.root).poll()
    findings += broken_chains(events, now())
    blobs = _blobs(patient, events, named)
    findings += faulty_blobs(patient, listing, blobs)
    findings += _forget(patient, listing, blobs.purged)
    journals = sum(1 for _ in location.journal.rglob("*.jsonl"))
    return Examination(tuple(findings), len(events), journals, len(blobs.named))


def _examine_history(patient: Patient) -> Iterator[Finding]:
    """Look at refs and objects; what is broken of ours is made anew from the journals, which hold everything."""
    refs = list(broken_refs(patient))
    empty = empty_objects(patient)
    lost = None if any(finding.place == STATE_REF for finding in refs) else lost_history(patient)
    broken = [finding for finding in refs if finding.place == STATE_REF] + ([lost] if lost is not None else [])
    yield from (finding for finding in refs if finding.place != STATE_REF)
    yield from empty
    for finding in broken:
        if not patient.mend:
            yield finding
            continue
        try:
            result = patient.branch.commit("cockpit: doctor")
            mended = list(result.mended)
            if lost_history(patient) is not None:
                result = patient.branch.commit("cockpit: doctor", fresh_root=True)
                mended.append(f"{STATE_REF} begins anew with {str(result.commit)[:12]}, which holds all there is")
        except CockpitError as error:
            yield Finding(finding.code, finding.place, finding.found, todo=f"{error.what}. {error.fix or RUN_DOCTOR}")
        else:
            yield Finding(finding.code, finding.place, finding.found, "; ".join(mended) or "published anew")
    if empty or any(finding.place != STATE_REF for finding in refs):
        mine = lost_objects(patient)
        if mine is not None:
            yield mine


def _published(patient: Patient) -> Listing:
    tip = None if patient.ref.is_broken() else patient.ref.tip()
    if tip is None:
        return {}
    try:
        return patient.objects.read_tree(tip)
    except GitError:  # found already
        return {}


def _bring_in(patient: Patient) -> Iterator[Finding]:
    """Take in journals that the ref holds and the directory does not."""
    try:
        restored = patient.branch.restore_missing(own_writer=_NO_WRITER)
    except CockpitError as error:
        yield Finding(
            "missing-journal", "journal", f"could not be compared with {STATE_REF}: {error.what}", todo=RUN_DOCTOR
        )
        return
    for path in restored:
        yield Finding("missing-journal", path, "was missing here, or shorter than published", f"taken from {STATE_REF}")


def _alone(patient: Patient, host: str) -> FileLock:
    """Keep commits away while journal files are replaced."""
    place = patient.location
    for directory in (place.temporary, place.locks):
        files.make_directories(directory, below=place.common, share=place.share)
    since = datetime.fromtimestamp(patient.now, UTC).isoformat(timespec="seconds")
    return FileLock(
        place.lock("state"), Held("a cockpit", host, os.getpid(), since, "doctor"), wait=20.0, share=place.share
    )


def _blobs(patient: Patient, events: Iterable[Stored], named: NamedBlobs) -> Blobs:
    who: dict[str, str] = {}
    for event in events:
        envelope = event.envelope
        for sha256 in named(event):
            who.setdefault(sha256, f"{envelope.kind} on {envelope.ent} by {envelope.by.name} at {envelope.wall}")
    journals = (path.read_bytes() for path in patient.location.journal.rglob("*.jsonl"))
    return Blobs(who, purged_blobs(journals))


def _forget(patient: Patient, listing: Listing, purged: frozenset[str]) -> Iterator[Finding]:
    """Finish what a purge began, here or in another clone: drop its blobs, prune the histories that hold them."""
    published = sorted(path for path in map(evidence_path, purged) if path in listing)
    if published:
        found = "was purged, and is still published"
        done, todo = "", RUN_DOCTOR
        if patient.mend:
            try:
                result = patient.branch.commit("cockpit: purge")
                done, todo = f"{STATE_REF} begins anew with {str(result.commit)[:12]}, without it", ""
            except CockpitError as error:
                todo = f"{error.what}. {error.fix or RUN_DOCTOR}"
        for path in published:
            yield Finding("purged-evidence", path, found, done, todo)
    waiting = abandoned_commits(patient.location)
    if not waiting:
        return
    place, found = patient.shown(waiting[0].parent), f"{len(waiting)} histories hold what was purged"
    if not patient.mend:
        yield Finding("abandoned-history", place, found, todo=RUN_DOCTOR)
        return
    try:
        pruned = patient.branch.prune()
        done, trouble = f"{pruned.objects} objects removed", pruned.trouble
    except CockpitError as error:
        done, trouble = "", error.what
    todo = f"Prune by hand: git gc --prune=now ({trouble})" if trouble else ""
    yield Finding("abandoned-history", place, found, done, todo)

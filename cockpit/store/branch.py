"""The published history: journals, evidence and FORMAT as commits on `refs/cockpit/state`.

The ref grows by compare-and-swap under a lock of ours; whatever fails is computed again from the start. The user's
index, work tree, HEAD, hooks and branches play no part.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import filterfalse
from operator import attrgetter

from msgspec import Struct

from cockpit.errors import GitError
from cockpit.store import files
from cockpit.store.forgetting import Forgotten, Purges, loosen_abandoned, note_abandoned, prune_abandoned
from cockpit.store.layout import (
    FORMAT,
    FORMAT_PATH,
    evidence_path,
    parse_evidence_path,
    require_known_format,
    without_shadowed,
)
from cockpit.store.location import StoreLocation
from cockpit.store.lock import FileLock, Held
from cockpit.store.merge import has_diverged, merge_file
from cockpit.store.objects import Entry, Listing, ObjectDatabase, blob_id, continues
from cockpit.store.ref import StateRef
from cockpit.store.restore import restore_evidence, restore_format, restore_missing
from cockpit.store.snapshot import LocalJournal, Snapshot
from cockpit.store.union import next_step, unite

_ATTEMPTS = 16  # a rival that takes no lock of ours may win several times in a row on a busy machine
_LOCK_WAIT = 20.0  # seconds: a commit takes tens of milliseconds
_DRAFT_LIFE = 24 * 3600.0  # seconds after which a draft in the temporary directory has lost its process


class CommitResult(Struct, frozen=True):
    """What a commit did: the ref's commit afterwards (None: no ref), whether it moved, and what stood in the way.

    `mended` says what was repaired, `diverged` names journals that two sides continued differently.
    """

    commit: str | None
    moved: bool
    mended: tuple[str, ...] = ()
    diverged: tuple[str, ...] = ()


class Joined(Struct, frozen=True):
    """What uniting with a remote came to: the ref's commit, and the journals that two sides continued differently.

    `replaces` is the remote's commit where ours must take its place without descending from it: it holds purged blobs.
    """

    commit: str | None
    diverged: tuple[str, ...] = ()
    replaces: str = ""


class StateBranch:
    """The state ref of one repository, as one process sees it; `now` is in seconds since the epoch."""

    def __init__(self, location: StoreLocation, *, host: str, now: Callable[[], float] = time.time) -> None:
        self._location = location
        self._host = host
        self._now = now
        self._objects = ObjectDatabase(location)
        self._ref = StateRef(location, self._objects, now=now)
        self._snapshot = Snapshot(location)
        self._purges = Purges(location, self._objects)
        self._read: tuple[str, Listing] | None = None
        self._absorbed: set[tuple[str, str]] = set()  # journals (ours, published) whose union is the published one
        self._restored: Listing = {}  # what the ref held when all of it was brought in last
        self._whole = ""  # the remote's commit that was found whole last

    def commit(self, message: str, *, fresh_root: bool = False) -> CommitResult:
        """Publish what is local and not yet in the ref; with `fresh_root`, or to drop a purged blob, without history.

        Raises RefusedError (`locked`, `read-only`) or, after several attempts, the GitError that stood in the way.
        """
        mended: list[str] = []
        failure: GitError | OSError = GitError("the state could not be committed")
        with _disk_trouble_as_git_error(), self._alone("commit"):
            self._sweep()
            for _ in range(_ATTEMPTS):
                try:
                    tip, listing = self._tip(mended)
                    return self._advance(tip, listing, message, mended, fresh_root=fresh_root)
                except (GitError, OSError) as error:
                    failure = error
                    self._read = None
            raise failure

    def join(self, theirs: str, *, keep_history: bool = False) -> Joined:
        """Publish what is local and unite it with the fetched commit `theirs`, so that the ref descends from both.

        The ref becomes `theirs` itself, also where that is no descendant of ours, once it holds all that we have: so
        clones come to one tip. It does not descend from a commit that holds a purged blob, unless `keep_history`.
        Raises RefusedError (`locked`, `read-only`) or GitError.
        """
        mended: list[str] = []
        failure: GitError | OSError = GitError("the state could not be joined with the remote's")
        with _disk_trouble_as_git_error(), self._alone("join"):
            for _ in range(_ATTEMPTS):
                try:
                    tip, listing = self._tip(mended)
                    committed = self._advance(tip, listing, "cockpit: state", mended, fresh_root=False)
                    return self._join(committed, theirs, keep_history=keep_history)
                except (GitError, OSError) as error:
                    failure = error
                    self._read, self._whole = None, ""
            raise failure

    def _join(self, committed: CommitResult, theirs: str, *, keep_history: bool) -> Joined:
        their_tree = self._their_tree(theirs)
        self._require_known_format(their_tree)
        tip = committed.commit
        our_tree = self._read[1] if self._read is not None and self._read[0] == tip else {}
        purged = {evidence_path(sha256) for sha256 in self._purges.of(self._snapshot.scan(), our_tree, their_tree)}
        we_hold, they_hold = (not purged.isdisjoint(tree) and not keep_history for tree in (our_tree, their_tree))
        if tip == theirs:
            return Joined(tip, committed.diverged, theirs if they_hold else "")
        united = unite(self._objects, our_tree, their_tree, without=purged)
        step = next_step(
            ours=tip, theirs=theirs, united_is_theirs=united.listing == their_tree,
            united_is_ours=united.listing == our_tree,
            theirs_is_ancestor=lambda: they_hold or self._descends(tip, theirs),
        )  # fmt: skip
        replaces = theirs if they_hold else ""
        if step == "keep":
            return Joined(tip, committed.diverged, replaces)
        if we_hold and tip:
            note_abandoned(self._location, tip)
        if step == "adopt":
            self._ref.swap(theirs, tip, "cockpit: adopt the remote's")
            if we_hold:
                self._ref.forget_reflog()
            self._read = (theirs, their_tree)
            return Joined(theirs, committed.diverged)
        parents = [*([] if they_hold else [theirs]), *([tip] if tip and not we_hold else [])]
        commit = self._objects.write_commit(self._objects.write_tree(united.listing), parents, "cockpit: join")
        self._objects.require_complete(commit, known=parents)
        self._ref.swap(commit, tip, "cockpit: join")
        if we_hold:
            self._ref.forget_reflog()
        self._read = (commit, united.listing)
        return Joined(commit, (*committed.diverged, *united.diverged), replaces)

    def _their_tree(self, theirs: str) -> Listing:
        """Return the blobs of the remote's commit, which is looked through once: mostly it is the one of before."""
        if theirs != self._whole:
            self._objects.require_complete(theirs, walk=False)
            self._whole = theirs
        if self._read is not None and self._read[0] == theirs:
            return self._read[1]
        return self._objects.read_tree(theirs, known=self._read)

    def _require_known_format(self, listing: Listing) -> None:
        if FORMAT_PATH in listing:
            require_known_format(self._format_of(listing[FORMAT_PATH]))

    def _format_of(self, published: Entry) -> bytes:
        """Return what a tree's FORMAT holds; git is asked only where it is not ours."""
        if published.oid == blob_id(FORMAT, self._location.object_format):
            return FORMAT
        return self._objects.read_blobs([published.oid])[published.oid]

    def _descends(self, commit: str | None, ancestor: str) -> bool:
        return commit is not None and self._objects.run("merge-base", "--is-ancestor", ancestor, commit).ok

    def tip(self) -> str | None:
        """Return the commit of the local state ref, or None where there is none."""
        return self._ref.tip()

    def restore_missing(self, *, own_writer: str) -> list[str]:
        """Bring in what the ref has and we have not, journals and evidence; return the journals' paths.

        Raises RefusedError (`locked`) or GitError.
        """
        with _disk_trouble_as_git_error(), self._alone("restore"):
            tip, listing = self._tip([])
            if tip is None:
                return []
            if FORMAT_PATH in listing:
                restore_format(self._location, self._format_of(listing[FORMAT_PATH]))
            purged = self._purges.of(self._snapshot.scan(), listing)
            self._purges.remove_local()
            # Before the events that name it.
            restore_evidence(self._location, self._objects, listing, purged, known=self._restored)
            self._restored = listing
            return restore_missing(self._location, self._objects, self._snapshot, listing, own_writer=own_writer)

    def prune(self) -> Forgotten:
        """Remove what only histories hold that a purge has left behind; raises RefusedError (`locked`) or GitError."""
        trouble = loosen_abandoned(self._location, self._objects)
        if trouble:
            return Forgotten(0, trouble)
        with _disk_trouble_as_git_error(), self._alone("prune"):
            return prune_abandoned(self._location, self._objects)

    def _alone(self, reason: str) -> FileLock:
        place = self._location
        for directory in (place.temporary, place.locks):
            files.make_directories(directory, below=place.common, share=place.share)
        since = datetime.fromtimestamp(self._now(), UTC).isoformat(timespec="seconds")
        holder = Held("a cockpit", self._host, os.getpid(), since, reason)
        return FileLock(place.lock("state"), holder, wait=_LOCK_WAIT, share=place.share)

    def _tip(self, mended: list[str]) -> tuple[str | None, Listing]:
        """Return the ref's commit and its blobs, having mended the ref where it or its objects are broken."""
        removed = self._ref.remove_stale_lock()
        if removed:
            mended.append(removed)
        if self._ref.is_broken():
            mended.append(self._ref.mend("its file holds no object id"))
        tip = self._ref.tip()
        if tip is None:
            return None, {}
        if self._read is None or self._read[0] != tip:
            try:
                self._read = (tip, self._objects.read_tree(tip, known=self._read))
            except GitError as error:
                mended.append(self._ref.mend(error.what))
                raise
        return self._read

    def _advance(
        self, tip: str | None, listing: Listing, message: str, mended: list[str], *, fresh_root: bool
    ) -> CommitResult:
        local = self._snapshot.scan()
        changes, diverged = self._changes(local, listing)
        purged = {evidence_path(sha256) for sha256 in self._purges.of(local, listing)}
        self._purges.remove_local()
        changes = {path: data for path, data in changes.items() if path not in purged}
        forgets = not purged.isdisjoint(listing)
        fresh_root = fresh_root or forgets
        if not changes and not fresh_root:
            return CommitResult(tip, False, tuple(mended))
        paths = sorted(changes)
        oids = self._objects.write_blobs([changes[path] for path in paths])
        union = listing | {path: Entry(oid, len(changes[path])) for path, oid in zip(paths, oids, strict=True)}
        union = {path: union[path] for path in sorted(without_shadowed(union.keys() - purged))}
        parents = [tip] if tip and not fresh_root else []
        commit = self._objects.write_commit(self._objects.write_tree(union), parents, message)
        self._objects.require_complete(commit, known=parents)
        if forgets and tip:
            note_abandoned(self._location, tip)
        self._ref.swap(commit, tip, "cockpit: commit")
        if fresh_root:
            self._ref.forget_reflog()
        self._read = (commit, union)
        return CommitResult(commit, True, tuple(mended), tuple(diverged))

    def _changes(self, local: Mapping[str, LocalJournal], listing: Listing) -> tuple[dict[str, bytes], list[str]]:
        """Return the paths whose union differs from the published content, and the journals that diverged."""
        changes, diverged = self._journal_changes(local, listing)
        changes |= self._evidence_changes(listing)  # after the journals: what their events name is there by now
        self._require_known_format(listing)
        if FORMAT_PATH not in listing and (changes or listing):
            changes[FORMAT_PATH] = FORMAT
        return changes, diverged

    def _journal_changes(
        self, local: Mapping[str, LocalJournal], listing: Listing
    ) -> tuple[dict[str, bytes], list[str]]:
        changes: dict[str, bytes] = {}
        unlike: dict[str, bytes] = {}
        for path, journal in local.items():
            entry = listing.get(path)
            if entry is None:
                changes[path] = self._snapshot.read(journal)
            elif entry.oid != journal.oid and (journal.oid, entry.oid) not in self._absorbed:
                data = self._snapshot.read(journal)
                if continues(data, entry, self._location.object_format):
                    changes[path] = merge_file(path, data, data[: entry.size])
                else:
                    unlike[path] = data
        contents = self._objects.read_blobs({listing[path].oid for path in unlike})
        diverged = []
        for path, mine in unlike.items():
            oid = listing[path].oid
            merged = merge_file(path, mine, contents[oid])
            if merged == contents[oid]:
                self._absorbed.add((local[path].oid, oid))
                continue
            changes[path] = merged
            if has_diverged(mine, contents[oid]):
                diverged.append(path)
        return changes, diverged

    def _evidence_changes(self, listing: Listing) -> dict[str, bytes]:
        changes = {}
        with contextlib.suppress(FileNotFoundError), os.scandir(self._location.evidence) as entries:
            # One by one, and in no frame of Python's: there are thousands, and nearly all of them are published.
            paths = map(evidence_path("").__add__, map(attrgetter("name"), entries))
            for path in filterfalse(listing.__contains__, paths):
                if (sha256 := parse_evidence_path(path)) is None:
                    continue
                data = (self._location.evidence / sha256).read_bytes()
                if hashlib.sha256(data).hexdigest() == sha256:
                    changes[path] = data
        return changes

    def _sweep(self) -> None:
        """Remove drafts whose process died a day ago or more."""
        for path in self._location.temporary.iterdir():
            with contextlib.suppress(OSError):
                if self._now() - path.stat().st_mtime > _DRAFT_LIFE:
                    if path.is_dir():
                        for draft in path.iterdir():
                            draft.unlink()
                        path.rmdir()
                    else:
                        path.unlink()


@contextlib.contextmanager
def _disk_trouble_as_git_error() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"the state could not be committed: {error.filename or 'disk'}: {error.strerror}"
        raise GitError(what, fix="The events are safe in the journals: put that right, then sync again") from error

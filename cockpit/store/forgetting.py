"""Carries purges out: what this clone keeps of purged blobs, in its own directory and among git's objects."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from cockpit.store import files
from cockpit.store.layout import PAGE_BRANCH, STATE_REF, parse_journal_path
from cockpit.store.location import StoreLocation
from cockpit.store.objects import Listing, ObjectDatabase, journals_in
from cockpit.store.page_branch import is_checked_out
from cockpit.store.purge import purged_blobs
from cockpit.store.snapshot import LocalJournal

_ABANDONED = "abandoned"
_REMOTES = "refs/cockpit/remotes"
_REMEMBERED = 1000  # published journals
_SLOW = 1800.0  # seconds for git to pack a large repository anew


class Purges:
    """The blobs that must be in no tree: what the local and the published journals say is purged."""

    def __init__(self, location: StoreLocation, objects: ObjectDatabase) -> None:
        self._location = location
        self._objects = objects
        self._published: dict[str, frozenset[str]] = {}  # by the journal's object id
        self._last: frozenset[str] = frozenset()

    def of(self, local: Mapping[str, LocalJournal], *published: Listing) -> frozenset[str]:
        """Return the purged hashes; a published journal is read once, and not at all where the local one is it."""
        if len(self._published) > _REMEMBERED:  # each exchange brings the journals that have grown, under other ids
            self._published.clear()
        unread, wanted = set(), set()
        for path, entry in (each for listing in published for each in journals_in(listing)):
            if parse_journal_path(path) is None or (path in local and local[path].oid == entry.oid):
                continue
            wanted.add(entry.oid)
            if entry.oid not in self._published:
                unread.add(entry.oid)
        for oid, data in self._objects.read_blobs(unread).items():
            self._published[oid] = purged_blobs([data])
        here = (journal.purged for journal in local.values())
        self._last = frozenset[str]().union(*here, *(self._published[oid] for oid in wanted))
        return self._last

    def remove_local(self) -> None:
        """Remove our own copies of what the last `of` returned, and what was derived from them."""
        held = [path for sha256 in self._last if (path := self._location.evidence / sha256).exists()]
        if held:  # and as long as any is, whatever cuts this short is done again
            for derived in (self._location.checkpoints, self._location.reports):
                shutil.rmtree(derived, ignore_errors=True)
            self._abandon_pages()
        for path in held:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def _abandon_pages(self) -> None:
        """Let go of the branch of rendered pages, whose history quotes what is gone: the next page begins it anew."""
        ours = f"refs/heads/{PAGE_BRANCH}"
        listed = self._objects.output(
            "for-each-ref", "--format=%(objectname) %(refname)", ours, f"refs/remotes/*/{PAGE_BRANCH}"
        )
        tips = {ref: commit for commit, ref in (line.split(" ", 1) for line in os.fsdecode(listed).splitlines())}
        if not tips:
            return
        # Of a history and the rest of it one note is enough, and pruning the one leaves nothing to find the other by.
        heads = self._objects.run("merge-base", "--independent", *tips.values())
        for commit in heads.text.split() if heads.ok else set(tips.values()):
            note_abandoned(self._location, commit)
        for ref, commit in tips.items():
            # From under a work tree nothing is taken, and what git refuses holds up no commit of the state: what is
            # left is told when it cannot be pruned.
            if not is_checked_out(self._objects, ref):
                self._objects.run("update-ref", "--no-deref", "-d", ref, commit)


class Forgotten(Struct, frozen=True):
    """What pruning did: objects removed, and in words what stood in the way."""

    objects: int
    trouble: str = ""


def note_abandoned(location: StoreLocation, commit: str) -> None:
    """Remember a commit that the ref is about to leave for good, so that its objects can be pruned."""
    directory = location.root / _ABANDONED
    for each in (location.temporary, directory):
        files.make_directories(each, below=location.common, share=location.share)
    files.write_whole(directory / commit, b"", temporary=location.temporary, share=location.share)


def abandoned_commits(location: StoreLocation) -> list[Path]:
    """Return the notes of commits whose objects still wait to be pruned, each named by its commit."""
    try:
        return sorted((location.root / _ABANDONED).iterdir())
    except FileNotFoundError:
        return []


def loosen_abandoned(location: StoreLocation, objects: ObjectDatabase) -> str:
    """Unpack what only abandoned histories hold, by `git repack -A -d`, which keeps all else; return what went wrong.

    It may take minutes and needs no lock. Copies of remotes' state are let go of first: the next sync fetches what the
    remote then has.
    """
    for ref in objects.run("for-each-ref", "--format=%(refname)", _REMOTES).text.splitlines():
        objects.run("update-ref", "--no-deref", "-d", ref)
    still = set(_history(objects, STATE_REF))
    left = {oid for note in abandoned_commits(location) for oid in _history(objects, note.name)} - still
    if all(objects.loose_path(oid).exists() for oid in left):
        return ""
    packed = objects.run("repack", "-A", "-d", "-l", "-q", timeout=_SLOW)
    return "" if packed.ok else f"git repack: {packed.complaint}"


def prune_abandoned(location: StoreLocation, objects: ObjectDatabase) -> Forgotten:
    """Remove the objects that only abandoned histories hold; callers hold the commit lock.

    Git itself says, as before a `git prune`, what nothing reaches: no ref, reflog, index or work tree. Of that only the
    abandoned histories' own is removed, blobs before trees before commits: what is cut short is found again from the
    commit.
    """
    count = 0
    for note in abandoned_commits(location):
        history = _history(objects, note.name)
        unreachable = objects.run("prune", "--dry-run", "--expire=now", timeout=_SLOW)
        if not unreachable.ok:
            return Forgotten(count, f"git prune: {unreachable.complaint}")
        alone = {line.partition(" ")[0] for line in unreachable.text.splitlines()}
        try:
            for oid in reversed(history):
                if oid in alone:
                    objects.loose_path(oid).unlink()
                    count += 1
            if objects.run("cat-file", "-e", note.name).ok:
                return Forgotten(count, f"{note.name[:12]} is in a pack that git keeps, or something still names it")
            note.unlink()
        except OSError as error:
            return Forgotten(count, f"{error.filename}: {error.strerror}")
    if count:
        _renew_commit_graph(location, objects)
    return Forgotten(count)


def _renew_commit_graph(location: StoreLocation, objects: ObjectDatabase) -> None:
    """Let git's own cache of commits, where there is one, no longer name those that are gone."""
    info = location.common / "objects" / "info"
    if (info / "commit-graphs").is_dir():
        objects.run("commit-graph", "write", "--reachable", "--split=replace", timeout=_SLOW)
    elif (info / "commit-graph").exists():
        objects.run("commit-graph", "write", "--reachable", timeout=_SLOW)


def _history(objects: ObjectDatabase, commit: str) -> list[str]:
    """Return all objects that a commit reaches, as far as they are there: commits before trees before blobs."""
    listed = objects.run("rev-list", "--objects", "--no-object-names", "--missing=allow-any", commit, timeout=_SLOW)
    return listed.text.splitlines() if listed.ok else []

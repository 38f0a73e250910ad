"""Brings into the journal directory what the published tree holds and it does not."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from cockpit.store import files
from cockpit.store.layout import EVIDENCE, FORMAT_PATH, format_major, parse_evidence_path, parse_journal_path
from cockpit.store.location import StoreLocation
from cockpit.store.merge import merge_file
from cockpit.store.objects import Listing, ObjectDatabase, continues, journals_in
from cockpit.store.snapshot import Snapshot

_LARGEST_TEXT = 128 * 1024  # bytes: a text with its header, as JSON
_BATCH = 200  # blobs read by one git command


def restore_missing(
    location: StoreLocation, objects: ObjectDatabase, snapshot: Snapshot, published: Listing, *, own_writer: str
) -> list[str]:
    """Write the journals that are missing here or that the published ones go beyond; return their paths.

    Journals of `own_writer`, and those that a living process of this host has open, are left alone: they are where
    their events come from.
    """
    local = snapshot.scan()
    wanted: dict[str, bytes | None] = {}
    for path, entry in journals_in(published):
        name = parse_journal_path(path)
        if name is None or name.writer == own_writer:
            continue
        journal = local.get(path)
        if journal is None:
            wanted[path] = None
        elif journal.oid != entry.oid:
            data = snapshot.read(journal)
            if not continues(data, entry, location.object_format):
                wanted[path] = data
    contents = objects.read_blobs({published[path].oid for path in wanted})
    restored = []
    for path, mine in sorted(wanted.items()):
        theirs = contents[published[path].oid]
        merged = theirs if mine is None else merge_file(path, mine, theirs)
        if merged != mine and _replace(location, path, merged):
            restored.append(path)
    return restored


def restore_evidence(
    location: StoreLocation, objects: ObjectDatabase, published: Listing, purged: frozenset[str], *, known: Listing
) -> None:
    """Write the blobs that are missing here, so that a text costs no git command each; large ones stay in the ref.

    Those of a `known` listing have been brought in before.
    """
    fresh = published.keys() - known.keys() if published is not known else set[str]()
    wanted = {
        path: published[path]
        for path in (fresh - evidence_here(location) if fresh else ())
        if (sha256 := parse_evidence_path(path)) is not None
        and sha256 not in purged
        and published[path].size <= _LARGEST_TEXT
    }
    if not wanted:
        return
    for directory in (location.temporary, location.evidence):
        files.make_directories(directory, below=location.common, share=location.share)
    paths = sorted(wanted)
    for start in range(0, len(paths), _BATCH):
        batch = paths[start : start + _BATCH]
        contents = objects.read_blobs({wanted[path].oid for path in batch})
        for path in batch:
            data = contents[wanted[path].oid]
            if hashlib.sha256(data).hexdigest() == parse_evidence_path(path):
                files.write_whole(location.root / path, data, temporary=location.temporary, share=location.share)


def evidence_here(location: StoreLocation) -> set[str]:
    """Return what lies in the evidence directory, by paths in the tree."""
    try:
        return {f"{EVIDENCE}/{name}" for name in os.listdir(location.evidence)}  # noqa: PTH208 - thousands of names
    except FileNotFoundError:
        return set()


def restore_format(location: StoreLocation, published: bytes) -> None:
    """Take over the published FORMAT where the local one is missing or of a lower major version."""
    try:
        mine = location.format.read_bytes()
    except FileNotFoundError:
        mine = b""
    if merge_file(FORMAT_PATH, mine, published) != mine and format_major(published) is not None:
        files.write_whole(location.format, published, temporary=location.temporary, share=location.share)


def _replace(location: StoreLocation, path: str, data: bytes) -> bool:
    target = location.root / path
    files.make_directories(target.parent, below=location.common, share=location.share)
    with without_writer(target) as free:
        if free:
            files.write_whole(target, data, temporary=location.temporary, share=location.share)
        return free


@contextlib.contextmanager
def without_writer(path: Path) -> Iterator[bool]:
    """Hold a journal file's lock meanwhile, and say whether its writer had let go of it."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield True
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)

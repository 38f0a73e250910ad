"""The union of two published trees by object ids, and what becomes of the local ref: the heart of the exchange."""

from __future__ import annotations

from collections.abc import Callable, Set
from typing import Literal

from msgspec import Struct

from cockpit.store.layout import parse_journal_path, without_shadowed
from cockpit.store.merge import has_diverged, merge_file
from cockpit.store.objects import Entry, Listing, ObjectDatabase

Step = Literal["keep", "adopt", "join"]


class United(Struct, frozen=True):
    """The union's blobs by path, all of them stored, and the journals that two sides continued differently."""

    listing: Listing
    diverged: tuple[str, ...] = ()


def unite(objects: ObjectDatabase, ours: Listing, theirs: Listing, *, without: Set[str] = frozenset()) -> United:
    """Return the union of two trees as `merge.merge_trees` defines it, without the paths of what was purged.

    Only blobs that differ are read.
    """
    united: Listing = {}
    unlike = []
    for path in sorted(without_shadowed({*ours, *theirs} - without)):
        mine, other = ours.get(path), theirs.get(path)
        if mine is None:
            united[path] = theirs[path]
        elif other is None or mine.oid == other.oid:
            united[path] = mine
        else:
            unlike.append((path, mine, other))
    contents = objects.read_blobs({entry.oid for _, mine, other in unlike for entry in (mine, other)})
    merged, diverged = {}, []
    for path, mine, other in unlike:
        content = merge_file(path, contents[mine.oid], contents[other.oid])
        known = next((entry for entry in (mine, other) if contents[entry.oid] == content), None)
        if known is not None:
            united[path] = known
        else:
            merged[path] = content
        if parse_journal_path(path) and has_diverged(contents[mine.oid], contents[other.oid]):
            diverged.append(path)
    oids = objects.write_blobs(list(merged.values()))
    united |= {path: Entry(oid, len(merged[path])) for path, oid in zip(merged, oids, strict=True)}
    return United({path: united[path] for path in sorted(united)}, tuple(diverged))


def next_step(
    *,
    ours: str | None,
    theirs: str,
    united_is_theirs: bool,
    united_is_ours: bool,
    theirs_is_ancestor: Callable[[], bool],
) -> Step:
    """Return what to do with the local commit `ours` beside the remote's.

    Adopt theirs where it holds all that we have; keep ours where it descends from theirs and holds all that they have;
    otherwise both become parents of their union.
    """
    if ours == theirs:
        return "keep"
    if united_is_theirs:
        return "adopt"
    if united_is_ours and theirs_is_ancestor():
        return "keep"
    return "join"

"""The union of two trees, path by path: commutative, associative, idempotent, and without a merge base.

A path that is missing on one side is taken from the other; absence is never deletion. Journals that differ become
the union of their whole lines sorted by (sequence, id, line bytes), without unsigned copies of lines that are signed.
A journal as writers leave it is in that order already, so that of two journals of which one continues the other the
longer is kept as it stands. Everything else that differs is a choice between two, by an order that all clones share.
A blob that the journals of either side say is purged is in no union.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from msgspec import Struct

from cockpit.store.layout import (
    FORMAT_PATH,
    evidence_path,
    format_major,
    parse_evidence_path,
    parse_journal_path,
    without_shadowed,
)
from cockpit.store.purge import purged_in

# The opening every version of the format writes. Order must not hang on what a version can decode, or two versions
# would rewrite each other's trees for ever.
_OPENING = re.compile(r'\{"v":[0-9]{1,9},"w":"[0-9a-f]{32}","s":([0-9]{1,18}),')
_LAST = 10**18


class _StrictLine(Struct, forbid_unknown_fields=True):
    b: str
    g: str | None


class _Key(NamedTuple):
    sequence: int
    id: str
    line: bytes
    signed: bool


_lines = msgspec.json.Decoder(_StrictLine)


class Merged(Struct, frozen=True):
    """A union; `diverged` are the journals of which neither side was the beginning of the other: equivocation."""

    tree: dict[str, bytes]
    diverged: tuple[str, ...]


def merge_trees(ours: Mapping[str, bytes], theirs: Mapping[str, bytes]) -> Merged:
    """Return the union of two trees (path to content); a file in the way of a directory gives way."""
    tree: dict[str, bytes] = {}
    diverged = []
    purged = {evidence_path(sha256) for sha256 in purged_in(ours) | purged_in(theirs)}
    for path in sorted(without_shadowed({*ours, *theirs} - purged)):
        if path in ours and path in theirs:
            tree[path] = merge_file(path, ours[path], theirs[path])
            if parse_journal_path(path) and has_diverged(ours[path], theirs[path]):
                diverged.append(path)
        else:
            tree[path] = ours[path] if path in ours else theirs[path]
    return Merged(tree, tuple(diverged))


def merge_file(path: str, ours: bytes, theirs: bytes) -> bytes:
    """Return the union of two contents of one path."""
    if ours == theirs:
        return ours
    if parse_journal_path(path):
        return _in_order({*_whole_lines(ours), *_whole_lines(theirs)})
    return max(ours, theirs, key=lambda data: _rank(path, data))


def has_diverged(ours: bytes, theirs: bytes) -> bool:
    """Return whether neither journal, cut at its last newline, begins with the other."""
    ours, theirs = ours[: ours.rfind(b"\n") + 1], theirs[: theirs.rfind(b"\n") + 1]
    return not ours.startswith(theirs) and not theirs.startswith(ours)


def _whole_lines(data: bytes) -> list[bytes]:
    return data.split(b"\n")[:-1]


def _in_order(lines: set[bytes]) -> bytes:
    keyed = [_key(line) for line in lines]
    signed = {key.id for key in keyed if key.signed}
    return b"".join(key.line + b"\n" for key in sorted(keyed) if key.signed or key.id not in signed)


def _key(line: bytes) -> _Key:
    try:
        outer = _lines.decode(line)
    except (msgspec.DecodeError, UnicodeError):
        return _Key(_LAST, "", line, False)
    opening = _OPENING.match(outer.b)
    if opening is None:
        return _Key(_LAST, "", line, False)
    return _Key(int(opening[1]), hashlib.sha256(outer.b.encode()).hexdigest(), line, outer.g is not None)


def _rank(path: str, data: bytes) -> tuple[int, int, bytes]:
    if path == FORMAT_PATH:
        major = format_major(data)
        return (-1 if major is None else major, 0, data)
    sha256 = parse_evidence_path(path)
    genuine = sha256 is not None and hashlib.sha256(data).hexdigest() == sha256
    return (int(genuine), len(data), data)

"""Forgetting: which blobs the journals themselves say are purged. "Absence is never deletion" has this one exception.

Whoever holds the same journals derives the same set, so that clones agree without talking. Only whole lines count: a
union cuts off the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct

from cockpit.store.layout import parse_journal_path

PURGED = "evidence.purged"
_HINT = PURGED.encode()
_SHA256 = re.compile("[0-9a-f]{64}")


class _Line(Struct):
    b: str


class _Data(Struct):
    blobs: tuple[str, ...] = ()


class _Payload(Struct):
    kind: str
    d: _Data


_lines = msgspec.json.Decoder(_Line)
_payloads = msgspec.json.Decoder(_Payload)


def purged_blobs(journals: Iterable[bytes]) -> frozenset[str]:
    """Return the hashes of all blobs that these journals (their contents) say are purged."""
    return frozenset(sha256 for data in journals if _HINT in data for sha256 in _purged(data))


def purged_in(tree: Mapping[str, bytes]) -> frozenset[str]:
    """Return the hashes of all blobs that the journals of a tree (path to content) say are purged."""
    return purged_blobs(data for path, data in tree.items() if parse_journal_path(path) is not None)


def _purged(data: bytes) -> Iterable[str]:
    for line in data.split(b"\n")[:-1]:
        if _HINT in line:
            try:
                payload = _payloads.decode(_lines.decode(line).b)
            except (msgspec.DecodeError, UnicodeError, RecursionError):
                continue
            if payload.kind == PURGED:
                yield from filter(_SHA256.fullmatch, payload.d.blobs)

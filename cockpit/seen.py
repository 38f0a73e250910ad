"""What a person has seen of a run, and where they were, kept per user and clone outside the work tree.

So news are told as such, and whoever comes back, after a lost connection too, lands where they were.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from cockpit.release.record import Record
from cockpit.release.since import heads_of
from cockpit.trust import state_directory


class Seen(Struct, frozen=True):
    """What was seen of a run: each writer's last sequence number by `<stream> <writer>`, and when (epoch seconds)."""

    at: float
    heads: dict[str, int]


class SeenStore:
    """One clone's files, one a run and person; a lost or broken one costs a summary, nothing else."""

    def __init__(self, clone: Path, directory: Path | None = None) -> None:
        name = hashlib.sha256(os.fsencode(clone)).hexdigest()[:16]
        self._directory = (directory or state_directory()) / "seen" / name

    def read(self, run_id: str, person: str) -> Seen | None:
        """Return what that person had seen of a run here; None where they never looked."""
        try:
            return msgspec.json.decode(self._path(run_id, person).read_bytes(), type=Seen)
        except (OSError, ValueError, RecursionError):  # no JSON, not UTF-8, or nested without end
            return None

    def mark(self, run_id: str, person: str, records: Iterable[Record], at: float) -> None:
        """Remember that all these records were seen; what was seen in another window stays seen. Raises OSError."""
        heads = heads_of(records)
        before = self.read(run_id, person)
        for key, sequence in (before.heads if before is not None else {}).items():
            heads[key] = max(heads.get(key, 0), sequence)
        write_whole(self._path(run_id, person), msgspec.json.encode(Seen(at, heads)))

    def _path(self, run_id: str, person: str) -> Path:
        # A name may hold anything; a run's id is safe by its form.
        who = hashlib.sha256(person.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return self._directory / f"{run_id or '_service'}.{who}.json"


def write_whole(path: Path, data: bytes) -> None:
    """Put a small file of this user's in its place, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Its own for each that writes: threads share a process's id, and hosts that share a home directory have alike ones.
    partial = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise

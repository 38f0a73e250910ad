"""What an examination finds, and what it works with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cockpit.store.location import StoreLocation
from cockpit.store.objects import ObjectDatabase

if TYPE_CHECKING:
    from cockpit.store.branch import StateBranch
    from cockpit.store.ref import StateRef

RUN_DOCTOR = "Run: cockpit doctor"
CHANGED = "Compare this journal with the clone it was written on: somebody may have changed it"


class Finding(Struct, frozen=True):
    """One fault: `found` says what was seen at `place`, `done` what was mended, `todo` what a person must do.

    With neither `done` nor `todo` it is worth knowing and asks for nothing. `code` is for scripts.
    """

    code: str
    place: str
    found: str
    done: str = ""
    todo: str = ""

    @property
    def remains(self) -> bool:
        """Whether something is left to do."""
        return bool(self.todo)

    def __str__(self) -> str:
        return ". ".join(part for part in (f"{self.place}: {self.found}", self.done, self.todo) if part)


class Patient(Struct, frozen=True):
    """The store under examination; `now` is in epoch seconds, and nothing is changed unless `mend`."""

    location: StoreLocation
    objects: ObjectDatabase
    ref: StateRef
    branch: StateBranch
    now: float
    mend: bool

    def shown(self, path: Path) -> str:
        """Return a path below the common directory without what all of them share."""
        return str(path.relative_to(self.location.common)) if path.is_relative_to(self.location.common) else str(path)

    def age(self, path: Path) -> float:
        """Return the seconds since a file was last written; 0 where it is gone."""
        try:
            return self.now - path.stat().st_mtime
        except OSError:
            return 0.0


class Blobs(Struct, frozen=True):
    """What the events say of evidence: each blob's hash with who names it in words, and the hashes purged."""

    named: Mapping[str, str]
    purged: frozenset[str]


@contextmanager
def told_if_refused(code: str, place: str, refusals: list[Finding]) -> Iterator[None]:
    """Turn a disk's refusal into a finding: what cannot be mended must not end the examination."""
    try:
        yield
    except OSError as error:
        todo = f"Mend its permissions or make room, then run cockpit doctor again ({error.strerror})"
        refusals.append(Finding(code, place, f"could not be read or mended: {error.strerror}", todo=todo))

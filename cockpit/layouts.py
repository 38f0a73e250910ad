"""How each person left the screen, and what they chose for it, kept per user outside the work tree."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from cockpit.seen import write_whole
from cockpit.trust import state_directory

T = TypeVar("T", bound=Struct)


class Taste(Struct, frozen=True):
    """What a person chose at the screen, for every repository; empty or None is as it comes."""

    theme: str = ""
    mouse: bool | None = None


class Layout(Struct, frozen=True):
    """Where a person was in a run: the page, the row, the pane with the focus, what they filtered by."""

    page: str = ""
    row: str = ""
    pane: str = ""
    zoomed: bool = False
    filter: str = ""


class LayoutStore:
    """One clone's files; a lost or broken one costs a way back, nothing else."""

    def __init__(self, clone: Path, directory: Path | None = None) -> None:
        self._directory = (directory or state_directory()) / "layout"
        self._clone = self._directory / hashlib.sha256(os.fsencode(clone)).hexdigest()[:16]

    def taste(self, person: str) -> Taste:
        """Return what that person chose."""
        return _read(self._directory / f"{_named(person)}.json", Taste)

    def keep_taste(self, person: str, taste: Taste) -> None:
        """Remember what that person chose. Raises OSError."""
        write_whole(self._directory / f"{_named(person)}.json", msgspec.json.encode(taste))

    def layout(self, run_id: str, person: str) -> Layout:
        """Return where that person was in a run."""
        return _read(self._path(run_id, person), Layout)

    def keep_layout(self, run_id: str, person: str, layout: Layout) -> None:
        """Remember where that person is in a run. Raises OSError."""
        write_whole(self._path(run_id, person), msgspec.json.encode(layout))

    def _path(self, run_id: str, person: str) -> Path:
        return self._clone / f"{run_id or '_service'}.{_named(person)}.json"


def _named(person: str) -> str:
    # A name may hold anything.
    return hashlib.sha256(person.encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _read(path: Path, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=type_)
    except (OSError, ValueError, RecursionError):  # no JSON, not UTF-8, or nested without end
        return type_()

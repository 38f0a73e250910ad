"""The files that had one log's name, one after the other: rotated, packed, and the present one.

A place in a log is one number: the volume's, times `VOLUME_SPAN`, and the offset in it. So places are ordered by time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from glob import glob
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct

VOLUME_SPAN = 1 << 44  # bytes that a volume may have: 16 TiB
FIRST_VOLUME = 1 << 16  # of those that are followed; the archives before them count down from it

_NUMBERED = re.compile(r"\.(\d{1,4})$")
# A date, or a month; what is more exact, and a count of those of the same time.
_DATED = re.compile(r"[-._]{1,2}(\d{8}|\d{4}-\d\d(?:-\d\d)?)((?:[-T_]?\d{2,10})?(?:[-T_.:]\d{1,9}){0,5})$")
_DATED_PARTS = 8  # at most: what tells less is from the time's beginning
PACKED = (".gz", ".bz2", ".xz", ".zst")


class Volume(Struct, frozen=True):
    """One file that was read up to `end`; `anchor` holds the bytes before that."""

    number: int
    device: int
    inode: int
    end: int
    anchor: bytes


class Known(NamedTuple):
    """What a follower knows of a log's volumes: the present one's number, those left before, and the present file.

    `current` is None where nothing tells which file is the present one but the log's name.
    """

    number: int
    left: tuple[Volume, ...] = ()
    current: Volume | None = None

    @property
    def oldest(self) -> int:
        """The number of the first volume that was followed."""
        return self.left[0].number if self.left else self.number


def place_of(volume: int, offset: int) -> int:
    """Return the place of an offset in a volume."""
    return volume * VOLUME_SPAN + offset


def is_glob(pattern: str) -> bool:
    """Whether a path names files by a pattern."""
    return any(sign in pattern for sign in "*?[")


def matching(pattern: str) -> list[str]:
    """Return the files that a pattern names, by name; packed ones are archives, which no pattern for logs means."""
    found = sorted(glob(pattern))  # noqa: PTH207 - it may be absolute
    return [path for path in found if not path.endswith(PACKED) and Path(path).is_file()]


def archives_of(path: Path) -> list[Path]:
    """Return the files that a log was moved or copied to, the newest first.

    It knows logrotate's names, `app.log.1`, `app.log-20261126` and `app-20261126.log`, and those of logging libraries:
    `app.log.2026-11-26_13-00` (Python), `app.log.2026-11-26.0` (Logback, Spring Boot; the count goes up),
    `app-2026-11-26T13-00-00.000.log` (Go's lumberjack), `app__2026-11-26_13-00-00.log` (pm2); packed or not.
    """
    found: list[tuple[tuple[int, ...], float, Path]] = []
    try:
        entries = list(path.parent.iterdir())
    except OSError:
        return []
    seen = set()
    for entry in entries:
        if entry == path or not (key := _key(entry.name, path)):
            continue
        try:
            found.append((key, entry.stat().st_mtime, entry))
        except OSError:
            continue
        seen.add(key[0])
    # Numbers and dates cannot be compared: then the times of the last changes tell.
    order: Callable[[tuple[tuple[int, ...], float, Path]], object] = (
        (lambda one: one[0]) if len(seen) < 2 else (lambda one: -one[1])
    )
    found.sort(key=order)  # type: ignore[arg-type]
    names: set[str] = set()
    archives = []
    for _, _, entry in found:
        # While it is packed, both are there for a moment.
        bare = _bare(entry.name)
        if bare not in names:
            names.add(bare)
            archives.append(entry)
    return archives


def _bare(name: str) -> str:
    for suffix in PACKED:
        name = name.removesuffix(suffix)
    return name


def _key(name: str, path: Path) -> tuple[int, ...]:
    """What the archives of one kind are ordered by, the newest first; empty for what is none."""
    bare = _bare(name)
    packed = int(bare != name)
    if bare.startswith(path.name):
        ending = bare[len(path.name) :]
    elif path.suffix and bare.endswith(path.suffix) and bare.startswith(path.stem):
        ending = bare[len(path.stem) : -len(path.suffix)]
    else:
        return ()
    if numbered := _NUMBERED.fullmatch(ending):
        return 0, int(numbered[1]), packed
    if dated := _DATED.fullmatch(ending):
        day = dated[1].replace("-", "").ljust(8, "0")
        parts = [int(day), *map(int, re.findall(r"\d+", dated[2]))]
        return 1, *(-part for part in parts), *[0] * (_DATED_PARTS - len(parts)), packed
    return ()

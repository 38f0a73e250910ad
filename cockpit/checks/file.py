"""A file, or the newest of several: there, new enough, large enough."""

from __future__ import annotations

import glob
import itertools
import os
import stat
from pathlib import Path

from cockpit.checks.look import Look, judged, unseen
from cockpit.durations import age, ahead, parse_duration
from cockpit.release.checks import FileCheck

_MOST = 20_000  # files that a glob may find


def look_by_file(check: FileCheck, *, code: Path, now: float) -> Look:
    """Look at the newest file that the path names; `now` in epoch seconds."""
    pattern = os.path.join(glob.escape(str(code)), os.path.expanduser(check.path))  # noqa: PTH111, PTH118 - a glob
    found = list(itertools.islice(glob.iglob(pattern, recursive=True), _MOST + 1))  # noqa: PTH207
    if len(found) > _MOST:
        return unseen(f"{check.path} finds more than {_MOST} files")
    files = [(status.st_mtime, status.st_size, path) for path in found if (status := _status(path)) is not None]
    if not files:
        return Look("failed", f"there is no file {check.path}")
    newest, size, path = max(files)
    shown = os.path.relpath(path, code) if Path(path).is_relative_to(code) else path
    if check.newer_than and (said := ahead(newest - now)):
        return unseen(f"{shown} is dated {said}: look at the clocks")
    faults = []
    if check.newer_than and now - newest > parse_duration(check.newer_than):
        faults.append(f"{shown} is {age(now - newest)} old")
    if size < check.min_size:
        faults.append(f"{shown} holds {size} bytes")
    return judged(faults, f"{shown}, {size} bytes, {age(now - newest)} old")


def _status(path: str) -> os.stat_result | None:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return status if stat.S_ISREG(status.st_mode) else None

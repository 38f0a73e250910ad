"""What lies on this host: how old and large a file is, and how full a file system."""

from __future__ import annotations

import glob
import os
import time
from pathlib import Path

from cockpit.durations import age, ahead, short_duration
from cockpit.health.observation import Observation, unseen
from cockpit.health.sizes import shown_size


def observe_file(pattern: str, *, directory: Path, now: float) -> Observation:
    """Look at the file, or the newest one that a glob finds, relative to `directory`."""
    started = time.monotonic()
    newest: tuple[float, int, str] | None = None
    for name in glob.iglob(str(directory / pattern), recursive=True) if glob.has_magic(pattern) else [pattern]:  # noqa: PTH207 - absolute patterns, too
        path = directory / name
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        except OSError as error:
            return unseen(f"{path} cannot be looked at: {error.strerror}")
        if path.is_file() and (newest is None or status.st_mtime > newest[0]):
            newest = status.st_mtime, status.st_size, path.name
    latency = time.monotonic() - started
    if newest is None:
        return Observation(connected=True, latency=latency, summary="no such file", values={"EXISTS": False})
    modified, size, name = newest
    if said := ahead(modified - now):
        return unseen(f"{name} is dated {said}: look at the clocks")
    return Observation(
        connected=True, latency=latency, summary=f"{name} {age(now - modified)} old, {shown_size(size)}",
        values={"EXISTS": True, "FILE_AGE": max(now - modified, 0.0), "FILE_SIZE": size},
    )  # fmt: skip


def observe_disk(path: str, *, directory: Path) -> Observation:
    """Look at the file system that `path` is on, as a user sees it who is not root."""
    started = time.monotonic()
    try:
        found = os.statvfs(directory / path)
    except OSError as error:
        return unseen(f"{path} cannot be looked at: {error.strerror}")
    usable = found.f_blocks - found.f_bfree + found.f_bavail  # as df(1) counts
    used = 100.0 * (usable - found.f_bavail) / usable if usable else 0.0
    free = found.f_bavail * found.f_frsize
    inodes = 100.0 * (found.f_files - found.f_favail) / found.f_files if found.f_files else 0.0
    return Observation(
        connected=True, latency=time.monotonic() - started,
        summary=f"{used:.0f} % used, {shown_size(free)} free",
        values={"DISK_USED": round(used, 2), "DISK_FREE": free, "INODES_USED": round(inodes, 2)},
    )  # fmt: skip


def observe_heartbeat(path: Path, *, every: float, now: float) -> Observation:
    """Judge the last beat in the file at `path`; `every` is in seconds."""
    from cockpit.health.beats import read_beat

    beat = read_beat(path)
    if beat is None:
        return unseen("no beat has come yet")
    ago = now - beat.at
    if said := ahead(-ago):
        return unseen(f"the last beat is dated {said}: look at the clocks")
    words = f"last beat {age(ago)} ago, due every {short_duration(every)}"
    if beat.message:
        words = f"{words}: {beat.message}"
    values: dict[str, str | int | float | bool] = {"BEAT_AGE": max(ago, 0.0), "BEAT_OK": beat.ok}
    return Observation(
        connected=True, latency=beat.seconds, summary=words if beat.ok else f"the beat says it failed: {words}",
        values=values,
    )  # fmt: skip

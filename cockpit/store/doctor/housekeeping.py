"""What is left lying in our own directory: locks of the dead, drafts, wrong permissions, an unreadable FORMAT."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cockpit.errors import RefusedError
from cockpit.store import files
from cockpit.store.doctor.finding import RUN_DOCTOR, Finding, Patient, told_if_refused
from cockpit.store.layout import FORMAT, FORMAT_PATH, format_major, require_known_format
from cockpit.store.lock import Held, lock_if_free

_DRAFT_LIFE = 3600.0  # seconds after which a draft in the temporary directory has lost its process


def stated_format(patient: Patient, published: bytes | None) -> Finding | None:
    """Return a finding where FORMAT cannot be read, or names a version that is not ours.

    An unreadable one is written anew where the published state is of our version, or nothing is published.
    """
    place = patient.location
    try:
        stated = place.format.read_bytes()
    except FileNotFoundError:
        stated = None
    except OSError as error:
        return Finding(
            "unreadable-format", FORMAT_PATH, f"cannot be read: {error.strerror}", todo="Mend its permissions"
        )
    if stated is not None and format_major(stated) is None:
        found = "states no version: the store is open for reading only"
        if published is not None and published != FORMAT:
            return Finding("unreadable-format", FORMAT_PATH, found, todo="Install the newest release-cockpit here")
        if not patient.mend:
            return Finding("unreadable-format", FORMAT_PATH, found, todo=RUN_DOCTOR)
        files.make_directories(place.temporary, below=place.common, share=place.share)
        files.write_whole(place.format, FORMAT, temporary=place.temporary, share=place.share)
        return Finding("unreadable-format", FORMAT_PATH, found, "written anew, as the published state has it")
    for data in (stated, published):
        if data is not None:
            try:
                require_known_format(data)
            except RefusedError as error:
                return Finding("unknown-format", FORMAT_PATH, error.what, todo=error.fix)
    return None


def abandoned_locks(patient: Patient) -> Iterator[Finding]:
    """Yield our lock files whose holder died: the kernel has released them, and only the name is left in the file."""
    for path in sorted(patient.location.locks.glob("*.lock")):
        refused: list[Finding] = []
        with told_if_refused("abandoned-lock", patient.shown(path), refused), lock_if_free(path) as descriptor:
            if descriptor is None:
                continue  # held by a living process
            content = os.pread(descriptor, 65536, 0)
            if not content:
                continue
            who = "a process"
            with contextlib.suppress(msgspec.DecodeError, UnicodeError):
                held = msgspec.json.decode(content, type=Held)
                who = f"{held.owner} on {held.host} (process {held.pid}, since {held.since}: {held.reason})"
            done = ""
            if patient.mend:
                os.ftruncate(descriptor, 0)
                done = "emptied; the kernel had released the lock already"
            yield Finding("abandoned-lock", patient.shown(path), f"left by {who}, who died holding it", done)
        yield from refused


def leftover_drafts(patient: Patient) -> Iterator[Finding]:
    """Yield what processes that died left in the temporary directory."""
    with contextlib.suppress(FileNotFoundError):
        for path in sorted(patient.location.temporary.iterdir()):
            age = patient.age(path)
            if age < _DRAFT_LIFE:
                continue
            found = f"a draft of {age / 3600:.0f} hours ago, whose process died"
            refused: list[Finding] = []
            with told_if_refused("leftover-draft", patient.shown(path), refused):
                if patient.mend:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
                done, todo = ("removed", "") if patient.mend else ("", RUN_DOCTOR)
                yield Finding("leftover-draft", patient.shown(path), found, done, todo)
            yield from refused


def wrong_permissions(patient: Patient) -> Iterator[Finding]:
    """Yield what a colleague could not read or write, in a repository that is shared among users."""
    place = patient.location
    if not place.share or not place.root.is_dir():
        return
    group = place.common.stat().st_gid
    wrong = [path for path in (place.root, *sorted(place.root.rglob("*"))) if _is_wrong(path, place.share, group)]
    mended: list[Path] = []
    refused: list[Path] = []
    for path in wrong:
        (mended if patient.mend and _share(path, place.share, group) else refused).append(path)
    found = "could not be used by the others of the group, as core.sharedRepository asks"
    if mended:
        yield Finding("wrong-permissions", _some(patient, mended), found, "permissions set")
    if refused:
        owners = sorted({_owner(path) for path in refused})
        root = shlex.quote(str(place.root))
        todo = (
            f"As {' and '.join(owners)} or root, run: chgrp -R {group} {root}; chmod -R g+rwX {root};"
            f" find {root} -type d -exec chmod g+s '{{}}' +"
        )
        own = all(path.stat().st_uid == os.geteuid() for path in refused)
        yield Finding("wrong-permissions", _some(patient, refused), found, todo=RUN_DOCTOR if own else todo)


def _is_wrong(path: Path, share: int, group: int) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    if stat.S_ISDIR(status.st_mode):
        wanted = share | (share & 0o444) >> 2 | stat.S_ISGID
    elif stat.S_ISREG(status.st_mode) and path.parent.name != "executions":
        wanted = share
    else:
        return False
    return status.st_gid != group or stat.S_IMODE(status.st_mode) & wanted != wanted


def _share(path: Path, share: int, group: int) -> bool:
    """Set a path's group and permissions; return whether we may."""
    try:
        status = path.lstat()
        if status.st_gid != group:
            os.chown(path, -1, group, follow_symlinks=False)
        extra = share | ((share & 0o444) >> 2 | stat.S_ISGID if stat.S_ISDIR(status.st_mode) else 0)
        path.chmod(stat.S_IMODE(status.st_mode) | extra)
    except OSError:
        return False
    return True


def _some(patient: Patient, paths: list[Path]) -> str:
    first = patient.shown(paths[0])
    return first if len(paths) == 1 else f"{first} and {len(paths) - 1} more"


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except (KeyError, OSError):
        return "its owner"

"""What can be seen at each start: a few looks at files, no git command and no reading of journals."""

from __future__ import annotations

import stat
import time
from pathlib import Path

from cockpit.errors import CockpitError
from cockpit.store.doctor.finding import RUN_DOCTOR, Finding
from cockpit.store.layout import STATE_REF, require_known_format
from cockpit.store.location import StoreLocation
from cockpit.store.ref import holds_no_object_id

_OLD_LOCK = 600.0  # seconds


def cheap_findings(location: StoreLocation, *, now: float | None = None) -> list[Finding]:
    """Return what is wrong at first sight; `now` is in epoch seconds. Nothing is mended."""
    now = time.time() if now is None else now
    common = location.common
    findings = []
    try:
        require_known_format(location.format.read_bytes())
    except FileNotFoundError:
        pass
    except CockpitError as error:
        findings.append(Finding("unknown-format", "FORMAT", error.what, todo=error.fix))
    except OSError as error:
        findings.append(Finding("unreadable-format", "FORMAT", f"cannot be read: {error.strerror}", todo=RUN_DOCTOR))
    if holds_no_object_id(common / STATE_REF):
        findings.append(Finding("broken-ref", STATE_REF, "its file holds no object id", todo=RUN_DOCTOR))
    for lock in (common / f"{STATE_REF}.lock", common / "index.lock", common / "packed-refs.lock"):
        try:
            age = now - lock.stat().st_mtime
        except OSError:
            continue
        if age > _OLD_LOCK:
            found = f"{lock.name} is {age / 60:.0f} minutes old: the git that made it was killed"
            findings.append(Finding("stale-lock", str(lock.relative_to(common)), found, todo=RUN_DOCTOR))
    for place in (location.root, location.journal, location.evidence):
        if location.share and _is_unshared(place, location.share):
            found = "the others of the group cannot write there"
            findings.append(Finding("wrong-permissions", str(place.relative_to(common)), found, todo=RUN_DOCTOR))
    return findings


def _is_unshared(place: Path, share: int) -> bool:
    try:
        mode = stat.S_IMODE(place.stat().st_mode)
    except OSError:
        return False
    return mode & share != share

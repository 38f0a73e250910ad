"""An env file: which variables are set, long enough and no placeholders; no value ever leaves this module."""

from __future__ import annotations

from pathlib import Path

from cockpit.checks.look import Look, judged, unseen
from cockpit.envfile.parsing import Entry, read_env_file
from cockpit.envfile.rules import is_placeholder
from cockpit.errors import ObservationError
from cockpit.release.checks import EnvCheck


def look_by_env(check: EnvCheck, *, code: Path) -> Look:
    """Read the env file once."""
    try:
        parsed = read_env_file(code / check.file)
    except ObservationError as error:
        return unseen(error.what)
    if parsed is None:
        return Look("failed", f"there is no file {check.file}")
    wanted = dict.fromkeys([*check.set, *check.min_length])
    faults = [fault for name in wanted if (fault := _fault(name, parsed.entries.get(name), check))]
    entries = [entry for name in wanted if (entry := parsed.entries.get(name)) is not None]
    borrowing = next((entry for entry in entries if entry.borrows), None)
    if borrowing is not None and not faults:
        # What the file does not set may be set for the service, or missing there, too.
        return unseen(f"{borrowing.name} takes in {', '.join(borrowing.borrows)}, which {check.file} does not set")
    count = len(parsed.entries)
    return judged(faults, f"{len(wanted)} of {len(wanted)} variables set" if wanted else f"{count} variables")


def _fault(name: str, entry: Entry | None, check: EnvCheck) -> str:
    value = entry.value if entry is not None else None
    if value is None:
        return f"{name} is not set"
    if entry is not None and entry.borrows:
        return ""
    if "\0" in value:
        return f"{name} holds a NUL byte, which no environment takes"
    if not value.strip():
        return f"{name} is empty"
    if value in check.placeholders or is_placeholder(value):
        return f"{name} is a placeholder"
    least = check.min_length.get(name, 0)
    if len(value) < least:
        return f"{name} has {len(value)} of {least} characters"
    if least and len(set(value)) < min(least, 8) // 2:
        return f"{name} repeats the same few characters"
    return ""

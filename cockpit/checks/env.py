"""An env file: which variables are set, long enough and no placeholders; no value ever leaves this module."""

from __future__ import annotations

import re
from pathlib import Path

from cockpit.checks.look import Look, judged, unseen
from cockpit.release.checks import EnvCheck

_LARGEST = 1024 * 1024  # bytes
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*")
_PLACEHOLDER = re.compile(
    r"(?i)<.*>|\{\{.*\}\}|\$\{?[A-Z_]+\}?|x{3,}|\.{3,}|change[-_ ]?(?:me|this)|to[-_ ]?do|fix[-_ ]?me|tbd|none|null"
    r"|secret|password|placeholder|example|(?:your|my|insert|replace)[-_ ].*|(?:test|dummy|fake|sample)[-_ ]?.*"
)


def look_by_env(check: EnvCheck, *, code: Path) -> Look:
    """Read the env file once."""
    path = code / check.file
    try:
        if not path.is_file():
            return Look("failed", f"there is no file {check.file}")
        with path.open("rb") as file:
            text = file.read(_LARGEST).decode("utf-8", "replace")
    except OSError as error:
        return unseen(f"{check.file} cannot be read: {error.strerror}")
    values = read_env(text)
    wanted = dict.fromkeys([*check.set, *check.min_length])
    faults = [fault for name in wanted if (fault := _fault(name, values.get(name), check))]
    return judged(faults, f"{len(wanted)} of {len(wanted)} variables set" if wanted else f"{len(values)} variables")


def read_env(text: str) -> dict[str, str]:
    """Return the variables of an env file, without quotes and trailing comments; the last one of a name counts."""
    values = {}
    for line in text.splitlines():
        match = _LINE.fullmatch(line)
        if match is not None:
            values[match[1]] = _unquoted(match[2])
    return values


def _unquoted(value: str) -> str:
    if value[:1] in {'"', "'"}:
        end = value.find(value[0], 1)
        return value[1:end] if end > 0 else value[1:]
    return re.split(r"\s#", value, maxsplit=1)[0].strip() if not value.startswith("#") else ""


def _fault(name: str, value: str | None, check: EnvCheck) -> str:
    if value is None:
        return f"{name} is not set"
    if not value.strip():
        return f"{name} is empty"
    if value in check.placeholders or _PLACEHOLDER.fullmatch(value.strip()):
        return f"{name} is a placeholder"
    least = check.min_length.get(name, 0)
    if len(value) < least:
        return f"{name} has {len(value)} of {least} characters"
    if least and len(set(value)) < min(least, 8) // 2:
        return f"{name} repeats the same few characters"
    return ""

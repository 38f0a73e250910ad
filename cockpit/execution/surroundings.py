"""The host that would execute: what of it could end a rollback halfway."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Sequence
from pathlib import Path

from cockpit.patterns import pattern

_KILLS = pattern(r"^\s*KillUserProcesses\s*=\s*(\S+)", re.MULTILINE)
_YES = frozenset({"yes", "true", "1", "on", "y", "t"})


def runs_on_battery_power(supplies: Path = Path("/sys/class/power_supply")) -> bool:
    """Whether this host has a battery of its own, as a laptop has, which sleeps when its lid is shut."""
    for place in _entries(supplies):
        # A wireless mouse has a battery, too: its scope says that it is a device's.
        if _read(place / "type") == "Battery" and _read(place / "scope") != "Device":
            return True
    return False


def kills_at_logout(etc: Path = Path("/etc/systemd"), lingering: Path = Path("/var/lib/systemd/linger")) -> bool:
    """Whether the end of this user's last session ends what they have left running (`KillUserProcesses=yes`)."""
    if os.geteuid() == 0:
        return False  # logind leaves root's processes alone unless told otherwise
    try:
        user = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        user = ""
    if user and (lingering / user).exists():
        return False
    said = ""
    for path in [etc / "logind.conf", *sorted(_entries(etc / "logind.conf.d"))]:
        found = _KILLS.findall(_read(path))
        said = found[-1] if found else said
    return said.casefold() in _YES


def host_warnings() -> tuple[str, ...]:
    """Return what of this host a person has to know before a rollback is started on it."""
    found = []
    if runs_on_battery_power():
        found.append("this host has a battery: a laptop that sleeps stops a rollback halfway; start it on a server")
    if kills_at_logout():
        found.append("KillUserProcesses=yes: the end of your last session ends the worker; loginctl enable-linger")
    return tuple(found)


def _entries(directory: Path) -> Sequence[Path]:
    try:
        return list(directory.iterdir())
    except OSError:
        return []


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""

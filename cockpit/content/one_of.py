"""Of which keys exactly one is given: it says what kind of thing a record is."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.channels import CHANNEL_KINDS, Channel
from cockpit.release.checks import KINDS, Check
from cockpit.release.configuration import Backup, LogSource, Restore, Signing, Step, VersionSeen
from cockpit.release.probes import PROBE_KINDS, Probe
from cockpit.release.targets import TargetBinding
from cockpit.release.triggers import Trigger
from cockpit.release.windows import MaintenanceWindow, Shift

ONE_OF: dict[type[Struct], tuple[str, ...]] = {
    Backup: ("postgresql", "sqlite"),
    Channel: CHANNEL_KINDS,
    Check: KINDS,  # unless it is off
    LogSource: ("file", "command", "source"),
    MaintenanceWindow: ("starts", "at"),
    Probe: PROBE_KINDS,
    Restore: ("postgresql", "sqlite"),
    Shift: ("starts", "at"),
    Signing: ("commit", "branch"),  # where there are allowed_signers
    Step: ("run", "checkout", "verify", "confirm", "backup", "restore"),
    TargetBinding: ("probe", "log"),
    Trigger: ("probe", "target"),
    VersionSeen: ("http", "file", "command"),
}

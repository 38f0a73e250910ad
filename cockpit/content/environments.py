"""Several environments in one `cockpit.yaml`: what is common stands at the top, what differs in each one's section.

    environments:
      staging: {production: false, probes: {...}}
      production: {production: true, rollback: {...}}

Of probes, logs, patterns, checks, targets, triggers, channels, notify and sources a section's entries are added, and
take the place of those of the same name; all else that a section names takes the place of the whole.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from cockpit.errors import NotFoundError, UsageError
from cockpit.release.channels import CallEvent, Channel
from cockpit.release.checks import Check
from cockpit.release.configuration import (
    Code,
    Configuration,
    Environment,
    EnvSettings,
    Incidents,
    LogSource,
    Plans,
    Probe,
    Signing,
    VersionSeen,
)
from cockpit.release.inapplicable import Inapplicable
from cockpit.release.library import Contact
from cockpit.release.sources import Source
from cockpit.release.targets import TargetBinding
from cockpit.release.triggers import Trigger
from cockpit.release.windows import MaintenanceWindow, Shift

ADDED = ("logs", "patterns", "probes", "checks", "targets", "triggers", "channels", "notify", "sources")


class Section(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is different in one environment; what is not named is as at the top of the file."""

    production: bool = False
    timezone: str | None = None
    checklists: tuple[str, ...] | None = None
    code: Code | None = None
    logs: dict[str, LogSource] = {}
    patterns: dict[str, str] = {}
    probes: dict[str, Probe] = {}
    checks: dict[str, Check] = {}
    not_applicable: tuple[Inapplicable, ...] | None = None
    targets: dict[str, TargetBinding] = {}
    triggers: dict[str, Trigger] = {}
    sources: dict[str, Source] = {}
    maintenance_windows: tuple[MaintenanceWindow, ...] | None = None
    version: VersionSeen | None = None
    rollback: Plans | None = None
    deploy: Plans | None = None
    env: EnvSettings | None = None
    signing: Signing | None = None
    sign_off: dict[str, tuple[str, ...]] | None = None
    incidents: Incidents | None = None
    channels: dict[str, Channel] = {}
    notify: dict[CallEvent, tuple[str, ...]] = {}
    contacts: tuple[Contact, ...] | None = None
    on_call: tuple[Shift, ...] | None = None


class ConfigurationFile(Configuration, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`cockpit.yaml` as it is written: of one environment, or of several."""

    environment: Environment | None = None  # type: ignore[assignment]
    environments: dict[str, Section] = {}  # type: ignore[assignment]  # noqa: RUF012

    def names(self) -> tuple[str, ...]:
        """Return the names of its environments, as they stand in the file."""
        if self.environments:
            return tuple(self.environments)
        return (self.environment.name,) if self.environment is not None else ()

    def of(self, name: str) -> Configuration:
        """Return the configuration of the environment of that name, which is one of `names`."""
        values = {key: value for key, value in asdict(self).items() if key not in {"environment", "environments"}}
        section = self.environments.get(name)
        if section is None:
            return Configuration(**values, environment=self.environment or Environment(name))
        return Configuration(
            **{**values, **_of_section(section, values)},
            environment=Environment(name, section.production),
            environments=tuple(self.environments),
        )


def _of_section(section: Section, common: dict[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = {}
    for key, value in asdict(section).items():
        if key in ADDED:
            own[key] = {**common[key], **value}
        elif key != "production" and value is not None:
            own[key] = value
    return own


def chosen(file: ConfigurationFile, wanted: str, *, path: str) -> str:
    """Return the name of the environment that is meant; empty means the only one.

    Raises UsageError (`several-environments`) where there are several and none is named, NotFoundError for one that
    the file does not describe. A file that names just one in the old way is of that one, whatever is wanted.
    """
    names = file.names()
    if not file.environments or (not wanted and len(names) == 1):
        return names[0]
    listing = ", ".join(names)
    if not wanted:
        raise UsageError(
            f"{path} describes several environments", fix=f"Name one with --env: {listing}", code="several-environments"
        )
    if wanted not in names:
        raise NotFoundError(f"nothing is known of an environment {wanted!r}", fix=f"There is: {listing}")
    return wanted

"""Trust: what a repository's configuration may execute on this host, by a person's word, for one exact digest.

Kept per user and outside the repository, so that no clone can bring its own trust along.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from cockpit.errors import RefusedError
from cockpit.release.assumed import Tried, assumed_in, plans_of, untried
from cockpit.release.checklist import Checklist
from cockpit.release.configuration import Configuration, Step
from cockpit.release.library import Library


class ConfiguredCommand(Struct, frozen=True):
    """A command that trust would let run; `where` names its place in the configuration.

    `assumed` is why it is only guessed, empty where it is not; `literal` are texts in it that look like placeholders,
    and are meant.
    """

    where: str
    command: str
    assumed: str = ""
    literal: tuple[str, ...] = ()


def configured_commands(
    configuration: Configuration, library: Library, checklists: Iterable[Checklist] = (), tried: Tried = untried
) -> list[ConfiguredCommand]:
    """Return every command that the configuration, its checklists and its runbooks could run on this host.

    A step that has been `tried` is not called assumed any more.
    """
    found: list[ConfiguredCommand] = []
    assumed = assumed_in(configuration, tried)

    def add(where: str, command: str, step: Step | None = None, place: str = "") -> None:
        if command:
            literal = step.literal if step is not None else ()
            found.append(ConfiguredCommand(where, command, assumed.get(place or where, ""), literal))

    for name, probe in configuration.probes.items():
        add(f"probes.{name}.command", probe.command)
        for program, argument in (("psql" if probe.query else "pg_isready", probe.postgres),
                                  ("systemctl show", probe.systemd)):  # fmt: skip
            add(f"probes.{name}", argument and " ".join(filter(None, (program, argument, probe.query))))
        for step in probe.scenario:
            add(f"probes.{name}.scenario.{step.name}", f"{step.method} {step.http}")
        if probe.source is not None:
            add(f"probes.{name}.source", f"ask {probe.source.words}")
    for name, source in configuration.sources.items():
        opened = [f"the value of ${variable}" for variable in (source.token_env, source.app_key_env) if variable]
        add(f"sources.{name}", f"ask {source.base}" + (f", sending {' and '.join(opened)}" if opened else ""))
    for name, log in configuration.logs.items():
        add(f"logs.{name}.source", log.source and f"ask {log.source} for {log.query or 'all lines'}")
        add(f"logs.{name}.command", log.command)
    for name, channel in configuration.channels.items():
        add(f"channels.{name}", channel.command or f"send messages to {channel.where}")
    for item_id, check in configuration.checks.items():
        if check.command is not None:
            add(f"checks.{item_id}.command", check.command.run)
    for checklist in checklists:
        for _, _, item, _ in checklist.walk():
            if item.check is not None and item.check.command is not None and item.id not in configuration.checks:
                add(f"{checklist.id}.{item.id}.check", item.check.command.run)
    if configuration.version is not None:
        add("version.command", configuration.version.command)
    for title, plans in plans_of(configuration):
        for planned in plans.steps:
            place = f"{title}.steps.{planned.id}"
            add(f"{place}.run", planned.run, planned, place)
            add(f"{place}.done_when", planned.done_when, planned, place)
            add(f"{place}.rehearse", planned.rehearse, planned, place)
            for kind, query in _database_commands(planned):
                add(f"{place}.{kind}", query, planned, place)
            if planned.checkout:
                add(f"{place}.checkout", "git checkout --detach <the resolved commit>")
    for runbook in library.runbooks:
        for runbook_step in runbook.steps:
            add(f"runbooks.{runbook.id}.{runbook_step.id}", runbook_step.run)
    return found


def _database_commands(step: Step) -> Iterator[tuple[str, str]]:
    """Yield what a step on a database runs, by the key that says so."""
    if step.backup is not None:
        yield "backup", "pg_dump" if step.backup.postgresql is not None else "a copy of the SQLite file"
    if step.restore is not None:
        yield (
            "restore",
            "psql, pg_restore" if step.restore.postgresql is not None else "the dump into a new SQLite file",
        )
        for check in step.restore.checks:
            yield "restore.checks", check
        yield "restore.export", step.restore.export


def state_directory() -> Path:
    """Return where this user's own state lies (`COCKPIT_STATE_DIR`, or the platform's place for it).

    Raises RefusedError (`no-home`) where nothing tells that place.
    """
    override = os.environ.get("COCKPIT_STATE_DIR")
    if override:
        return Path(override)
    if sys.platform == "linux":  # what asks for every platform's place is slow to load
        return Path(os.environ.get("XDG_STATE_HOME", "").strip() or _home() / ".local/state") / "release-cockpit"
    from platformdirs import user_state_path

    return user_state_path("release-cockpit")


class TrustStore:
    """The digests that this user has trusted on this host, a small file each."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = (directory or state_directory()) / "trust"

    def trusted(self, digest: str) -> bool:
        """Whether a person has trusted this very digest here."""
        return (self._directory / digest).is_file()

    def trust(self, digest: str, *, by: str, at: str, repository: str) -> None:
        """Record a person's trust."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        record = msgspec.json.encode({"by": by, "at": at, "repository": repository})
        partial = self._directory / f".{digest}.{os.getpid()}"
        partial.write_bytes(record + b"\n")
        partial.replace(self._directory / digest)


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise RefusedError(
            "it is not known where this user's home directory is, so what was trusted cannot be looked up",
            fix="Set HOME, or COCKPIT_STATE_DIR to a directory that this user alone can write",
            code="no-home",
        ) from error

"""A plan: the resolved, immutable list of steps that is shown, confirmed, digested, and then run, unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from cockpit.release.checks import Effects
from cockpit.release.configuration import Backup, Restore
from cockpit.release.databases import DatabaseAt, DatabaseWay, Dump, database_word
from cockpit.release.events import Direction

StepKind = Literal["run", "checkout", "verify", "confirm", "backup", "restore"]


class PlanStep(Struct, frozen=True, omit_defaults=True):
    """One resolved step; `directory` is absolute, `timeout` in seconds."""

    id: str
    title: str
    kind: StepKind
    command: str
    directory: str
    timeout: float
    done_when: str = ""
    retries: int = 0
    optional: bool = False
    danger: str = ""
    undo: str = ""
    confirm: str = ""
    probes: tuple[str, ...] = ()
    version: bool = True
    passes: int = 2
    left_out: str = ""  # why this step will not run, where that is known beforehand
    skippable: bool = False
    rehearse: str = ""
    effects: Effects = "writes"
    hosts: tuple[str, ...] = ()
    batch: int = 1
    pause: float = 0.0  # seconds between batches
    database: DatabaseAt | None = None
    backup: Backup | None = None
    restore: Restore | None = None
    into: str = ""  # the directory, absolute, that a backup or an export goes to


class Plan(Struct, frozen=True, omit_defaults=True):
    """What will be done, to what, and with which values; `environment` is laid over the worker's own."""

    direction: Direction
    service: str
    environment_name: str
    production: bool
    host: str
    code: str  # the work tree, absolute
    tag: str
    commit: str
    from_tag: str
    from_commit: str
    configuration_digest: str
    steps: tuple[PlanStep, ...]
    environment: dict[str, str] = {}
    backup: str = ""
    way: DatabaseWay | Literal[""] = ""  # empty where no step has to do with the database
    crossed: tuple[str, ...] = ()  # migrations between here and there
    dump: Dump | None = None  # what `backup` was when the plan was made
    tag_raw: str = ""  # where the tag's name is not UTF-8: its bytes, percent-encoded
    head: str = ""  # what is checked out, where that is not what the plan leads away from

    @property
    def tree(self) -> str:
        """The commit that the work tree has to be at when the plan begins."""
        return self.head or self.from_commit

    @property
    def restores(self) -> tuple[PlanStep, ...]:
        """The steps that will put a database back."""
        return tuple(step for step in self.steps if step.kind == "restore" and not step.left_out)

    @property
    def database_words(self) -> tuple[str, ...]:
        """What a person types, beside the target, to have databases replaced; empty where nothing is."""
        asked = (step for step in self.restores if step.restore is None or step.restore.typed)
        places = dict.fromkeys(step.database for step in asked if step.database is not None)
        return tuple(database_word(at, self.environment_name, production=self.production) for at in places)

    @property
    def troubles(self) -> tuple[str, ...]:
        """Why it cannot be carried out, a sentence each."""
        needed = (step for step in self.steps if step.database is not None and not step.left_out)
        return tuple(
            f"{step.title}: {step.database.trouble}" for step in needed if step.database and step.database.trouble
        )

    @property
    def note(self) -> str:
        """What a person has to know of the way that the database takes; empty where nothing is to be said."""
        if self.way == "code" and self.crossed:
            count = f"{len(self.crossed)} migration{'s' * (len(self.crossed) > 1)}"
            return f"crosses {count}, and the database stays as it is: the older code must run on the newer schema"
        return ""

    @property
    def digest(self) -> str:
        """The sha256 of the plan's canonical text."""
        return hashlib.sha256(self.encoded()).hexdigest()

    def encoded(self) -> bytes:
        """Return the plan's canonical text: JSON with sorted keys."""
        return msgspec.json.encode(self, order="sorted")

    def masked(self, redact: Callable[[str], str]) -> Plan:
        """Return the plan as it is kept and shown later; what runs is built anew, and checked by the digest."""
        steps = []
        for step in self.steps:
            told = ("title", "command", "done_when", "confirm", "danger", "undo", "rehearse")
            masked = {name: redact(getattr(step, name)) for name in told}
            restore = step.restore
            if restore is not None:
                checks = tuple(map(redact, restore.checks))
                restore = msgspec.structs.replace(restore, checks=checks, export=redact(restore.export))
            steps.append(msgspec.structs.replace(step, **masked, restore=restore))
        return msgspec.structs.replace(self, steps=tuple(steps))


def describe(step: PlanStep) -> str:
    """Return what a step does, in the words of the preview: its command, or what it waits for."""
    place = step.database.place if step.database is not None else ""
    match step.kind:
        case "verify":
            seen = " and the target's version is seen" if step.version else ""
            return f"{', '.join(step.probes) or 'no probes'} pass {step.passes} times{seen}"
        case "confirm":
            return step.confirm
        case "backup":
            return f"dump {place} into a new file in {step.into}"
        case "restore":
            checked = f", {len(step.restore.checks)} checks" if step.restore is not None and step.restore.checks else ""
            return (
                f"dump into a new database beside {place}, verified{checked}, swapped in by rename; the old one is kept"
            )
        case _:
            return step.command + _on_hosts(step)


def qualified(step: PlanStep) -> str:
    """Return what is special about a step, in brackets behind its title; empty where nothing is."""
    said = {
        "optional": step.optional,
        "may be skipped with a reason": step.skippable,
        "costs money": step.effects == "money",
        "puts load on it": step.effects == "load",
        "changes nothing": step.effects == "none" and step.kind == "run",
    }
    found = [word for word, holds in said.items() if holds]
    return f" ({', '.join(found)})" if found else ""


def _on_hosts(step: PlanStep) -> str:
    if not step.hosts:
        return ""
    pause = f" with {step.pause:g} s between" if step.pause else ""
    return f"  [on {', '.join(step.hosts)}: {step.batch} at a time{pause}]"


def same_version(seen: str, tag: str, commit: str) -> bool:
    """Whether what a service reports names the target: its tag, with or without a leading v, or its commit."""
    seen = seen.strip()
    if not seen:
        return False
    if seen.removeprefix("v") == tag.removeprefix("v"):
        return True
    return len(seen) >= 7 and commit.startswith(seen.lower())

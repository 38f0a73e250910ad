"""A plan: the resolved, immutable list of steps that is shown, confirmed, digested, and then run, unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.errors import RefusedError
from cockpit.release.checks import Effects
from cockpit.release.configuration import Backup, Configuration, Plans, Restore, Step
from cockpit.release.databases import DatabaseAt, DatabaseWay, Dump, database_word, usual_way
from cockpit.release.events import Direction

StepKind = Literal["run", "checkout", "verify", "confirm", "backup", "restore"]

# Says where a step's database is, on this host and now.
Locate = Callable[[Backup | Restore], DatabaseAt]


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

    @property
    def restores(self) -> tuple[PlanStep, ...]:
        """The steps that will put a database back."""
        return tuple(step for step in self.steps if step.kind == "restore" and not step.left_out)

    @property
    def database_words(self) -> tuple[str, ...]:
        """What a person types, beside the target, to have databases replaced; empty where none is."""
        places = dict.fromkeys(step.database for step in self.restores if step.database is not None)
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


def nowhere(step: Backup | Restore) -> DatabaseAt:
    """Return that nobody has looked where a step's database is."""
    return DatabaseAt("sqlite" if step.sqlite is not None else "postgresql", trouble="nobody has looked where it is")


def step_kind(step: Step) -> StepKind:
    """Return which of its kinds a configured step is."""
    if step.checkout:
        return "checkout"
    if step.backup is not None:
        return "backup"
    if step.restore is not None:
        return "restore"
    if step.verify is not None:
        return "verify"
    return "confirm" if step.confirm else "run"


def build_plan(
    configuration: Configuration,
    direction: Direction,
    *,
    tag: str,
    commit: str,
    from_tag: str,
    from_commit: str,
    configuration_digest: str,
    host: str,
    code: str,
    backup: str,
    root: str = "",
    way: DatabaseWay | Literal[""] = "",
    crossed: tuple[str, ...] = (),
    dump: Dump | None = None,
    tag_raw: str = "",
    locate: Locate = nowhere,
) -> Plan:
    """Resolve the configured steps of `direction` for one target.

    `code` is the absolute work tree; `backup` the dump that matches the target, or empty, which leaves out the
    steps that need one and says so. `way` is what a person wants of the database; empty takes the usual one. `root` is
    the configuration's directory. RefusedError where the database cannot go that way.
    """
    plans = configuration.rollback if direction == "rollback" else configuration.deploy
    steps = plans.steps
    way = _way(plans, way, crossed=bool(crossed), has_dump=bool(backup))
    environment = {
        "COCKPIT_TARGET_TAG": tag,
        "COCKPIT_TARGET_COMMIT": commit,
        "COCKPIT_FROM_TAG": from_tag,
        "COCKPIT_FROM_COMMIT": from_commit,
        "COCKPIT_BACKUP": backup,
        "COCKPIT_SERVICE": configuration.service,
        "COCKPIT_ENVIRONMENT": configuration.environment.name,
    }
    return Plan(
        direction=direction,
        service=configuration.service,
        environment_name=configuration.environment.name,
        production=configuration.environment.production,
        host=host,
        code=code,
        tag=tag,
        commit=commit,
        from_tag=from_tag,
        from_commit=from_commit,
        configuration_digest=configuration_digest,
        steps=tuple(
            _resolve(step, configuration, commit=commit, code=code, backup=backup, root=root, way=way, locate=locate)
            for step in steps
        ),
        environment=environment,
        backup=backup,
        way=way,
        crossed=crossed,
        dump=dump,
        tag_raw=tag_raw,
    )


def _way(
    plans: Plans, wanted: DatabaseWay | Literal[""], *, crossed: bool, has_dump: bool
) -> DatabaseWay | Literal[""]:
    restores = any(_way_of(step) == "restore" for step in plans.steps)
    downs = any(_way_of(step) == "down" for step in plans.steps)
    if not (restores or downs):
        if wanted in {"restore", "down"}:
            raise RefusedError(f"no step of this plan is of the way {wanted!r}", fix="Add one, or --database code")
        return ""
    if wanted == "restore" and not (restores and has_dump):
        lacking = "no dump matches the target" if restores else "no step puts the database back"
        raise RefusedError(lacking, fix="Choose another way: --database down|code", code="no-dump")
    if wanted == "down" and not downs:
        raise RefusedError(
            "no step takes the database down",
            fix="Write one with database: down, or choose another way",
            code="no-plan",
        )
    return wanted or usual_way(restores=restores, downs=downs, crossed=crossed, has_dump=has_dump)


def _way_of(step: Step) -> str:
    return "restore" if step.restore is not None else step.database


def rebuilt(
    plan: Plan, configuration: Configuration, *, digest: str, code: str, root: str = "", locate: Locate = nowhere
) -> Plan:
    """Return the plan that `configuration`, of that digest, makes of the same target, origin, host and dump."""
    return build_plan(
        configuration,
        plan.direction,
        tag=plan.tag,
        commit=plan.commit,
        from_tag=plan.from_tag,
        from_commit=plan.from_commit,
        configuration_digest=digest,
        host=plan.host,
        code=code,
        backup=plan.backup,
        root=root,
        way=plan.way,
        crossed=plan.crossed,
        dump=plan.dump,
        tag_raw=plan.tag_raw,
        locate=locate,
    )


def _resolve(
    step: Step,
    configuration: Configuration,
    *,
    commit: str,
    code: str,
    backup: str,
    root: str,
    way: DatabaseWay | Literal[""],
    locate: Locate,
) -> PlanStep:
    kind = step_kind(step)
    verify = step.verify
    command = step.run
    if kind == "checkout":
        command = f"git checkout --detach {commit}^0"
    timeout = parse_duration(verify.within if verify is not None else step.timeout)
    directory = code if not step.directory else f"{code}/{step.directory}"
    probes = tuple(configuration.probes) if verify is not None and not verify.probes else ()
    return PlanStep(
        id=step.id,
        title=step.title or step.id.replace("-", " ").capitalize(),
        kind=kind,
        command=command,
        directory=directory,
        timeout=timeout,
        done_when=step.done_when,
        retries=step.retries,
        optional=step.optional,
        danger=step.danger,
        undo=step.undo,
        confirm=step.confirm,
        probes=verify.probes if verify is not None and verify.probes else probes,
        version=verify.version if verify is not None else True,
        passes=verify.passes if verify is not None else 2,
        left_out=_left_out(step, way, backup=backup),
        skippable=step.skippable,
        rehearse=step.rehearse,
        effects=step.effects,
        hosts=step.hosts,
        batch=step.batch,
        pause=parse_duration(step.pause) if step.pause else 0.0,
        database=locate(database) if (database := step.backup or step.restore) is not None else None,
        backup=step.backup,
        restore=step.restore,
        into=_into(step, root, backup),
    )


def _left_out(step: Step, way: DatabaseWay | Literal[""], *, backup: str) -> str:
    if step.needs_backup and not backup:
        return "no dump matches the target"
    wanted = _way_of(step)
    if wanted and wanted != way:
        instead = {"restore": "it is put back from a dump", "down": "the newer code takes it down"}
        return f"the database takes another way: {instead.get(way, 'it stays as it is')}"
    return ""


def _into(step: Step, root: str, backup: str) -> str:
    directory = step.backup.directory if step.backup is not None else ""
    if step.restore is not None and step.restore.export:
        directory = step.restore.export_to or backup.rpartition("/")[0]
    return directory if not directory or directory.startswith("/") else f"{root}/{directory}"


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

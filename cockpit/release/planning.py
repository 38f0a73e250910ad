"""From the configured steps to a plan: everything in it is resolved once, here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from cockpit.durations import parse_duration
from cockpit.errors import RefusedError
from cockpit.release.configuration import Backup, Configuration, Plans, Restore, Step
from cockpit.release.databases import DatabaseAt, DatabaseWay, Dump, usual_way
from cockpit.release.events import Direction
from cockpit.release.plan import Plan, PlanStep, StepKind

# Says where a step's database is, on this host and now.
Locate = Callable[[Backup | Restore], DatabaseAt]


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
    head: str = "",
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
        head=head if head != from_commit else "",
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
        head=plan.head,
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

"""A plan: the resolved, immutable list of steps that is shown, confirmed, digested, and then run, unchanged."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable
from typing import Literal

import msgspec
from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.release.configuration import Configuration, Step
from cockpit.release.events import Direction

StepKind = Literal["run", "checkout", "verify", "confirm"]


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
            told = ("title", "command", "done_when", "confirm", "danger", "undo")
            steps.append(msgspec.structs.replace(step, **{name: redact(getattr(step, name)) for name in told}))
        return msgspec.structs.replace(self, steps=tuple(steps))


def step_kind(step: Step) -> StepKind:
    """Return which of its four kinds a configured step is."""
    if step.checkout:
        return "checkout"
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
) -> Plan:
    """Resolve the configured steps of `direction` for one target.

    `code` is the absolute work tree; `backup` the dump that matches the target, or empty, which leaves out the
    steps that need one and says so.
    """
    steps = configuration.rollback.steps if direction == "rollback" else configuration.deploy.steps
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
        steps=tuple(_resolve(step, configuration, commit=commit, code=code, backup=backup) for step in steps),
        environment=environment,
        backup=backup,
    )


def rebuilt(plan: Plan, configuration: Configuration, *, digest: str, code: str) -> Plan:
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
    )


def _resolve(step: Step, configuration: Configuration, *, commit: str, code: str, backup: str) -> PlanStep:
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
        left_out="no dump matches the target" if step.needs_backup and not backup else "",
    )


def describe(step: PlanStep) -> str:
    """Return what a step does, in the words of the preview: its command, or what it waits for."""
    if step.kind == "verify":
        seen = " and the target's version is seen" if step.version else ""
        return f"{', '.join(step.probes) or 'no probes'} pass {step.passes} times{seen}"
    return step.confirm if step.kind == "confirm" else step.command


def as_shell_script(plan: Plan) -> str:
    """Return the plan as a script that a person could run by hand, step by step, when all else is down."""
    lines = [
        "#!/bin/sh",
        "# " + _comment(f"{plan.direction} of {plan.service} ({plan.environment_name}) to {plan.tag}, {plan.commit}"),
        "set -eu",
        "",
    ]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in sorted(plan.environment.items())]
    for number, step in enumerate(plan.steps, 1):
        lines += ["", f"# {number}. {_comment(step.title)}"]
        if step.danger:
            lines.append(f"#    {_comment(step.danger)}")
        if step.left_out:
            lines.append(f"#    left out: {_comment(step.left_out)}")
            continue
        lines.append(f"cd {shlex.quote(step.directory)}")
        if step.kind in {"run", "checkout"}:
            lines += ["(", step.command, ")" + (" || true" if step.optional else "")]
        else:
            lines += [
                f"printf '%s\\n' {shlex.quote('CHECK: ' + describe(step))}",
                "printf 'Enter to go on: '; read -r _",
            ]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def same_version(seen: str, tag: str, commit: str) -> bool:
    """Whether what a service reports names the target: its tag, with or without a leading v, or its commit."""
    seen = seen.strip()
    if not seen:
        return False
    if seen.removeprefix("v") == tag.removeprefix("v"):
        return True
    return len(seen) >= 7 and commit.startswith(seen.lower())

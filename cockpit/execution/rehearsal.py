"""A rehearsal: what of a rollback's plan can be carried out beside the live service, timed.

The checkout goes into a scratch work tree, the restore into a scratch database that is dropped in the end; both are
the real thing. A step that acts on the live service is left out, unless it has no effects or says how it is rehearsed.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from cockpit.errors import CockpitError, RefusedError
from cockpit.execution.leftover import StepProcess
from cockpit.execution.output import OutputFile
from cockpit.execution.progress import PASSED
from cockpit.execution.steps import Databases, StepResult, StepRunner
from cockpit.git.command import Git
from cockpit.git.facts import NO_PROGRAMS
from cockpit.git.objects import object_id
from cockpit.release.events import RehearsedStep, RollbackRehearsed
from cockpit.release.plan import Plan, PlanStep
from cockpit.release.ports import Verifier

_LEFT_OUT = "it acts on the live service"


def rehearsal_of(plan: Plan, code: Path) -> Plan:
    """Return what of a plan is rehearsed, in the scratch work tree `code`; RefusedError where that is nothing."""
    steps = tuple(_rehearsed(step, plan.code, str(code)) for step in plan.steps)
    if all(step.left_out for step in steps):
        raise RefusedError("no step of this plan can be rehearsed", code="no-plan")
    environment = {**plan.environment, "COCKPIT_REHEARSAL": "1"}
    return msgspec.structs.replace(plan, code=str(code), steps=steps, environment=environment)


def _rehearsed(step: PlanStep, here: str, there: str) -> PlanStep:
    directory = there + step.directory.removeprefix(here) if step.directory.startswith(here) else step.directory
    beside = {"directory": directory, "done_when": "", "hosts": ()}
    if step.left_out or step.kind in {"checkout", "restore"}:
        return msgspec.structs.replace(step, **beside)
    if step.rehearse:
        return msgspec.structs.replace(step, **beside, command=step.rehearse, kind="run")
    if step.kind == "run" and step.effects == "none":
        return msgspec.structs.replace(step, **beside)
    return msgspec.structs.replace(step, left_out=_LEFT_OUT)


def rehearse(
    plan: Plan,
    identity: str,
    *,
    output: Path,
    databases: Databases,
    verifier: Verifier,
    cancel: threading.Event,
) -> RollbackRehearsed:
    """Carry out what can be rehearsed of a plan and return how it went; RefusedError where nothing can be."""
    started = time.monotonic()
    with _scratch_tree(Git(Path(plan.code), fetches=True), plan.from_commit) as tree:
        scratch = rehearsal_of(plan, tree)
        file = OutputFile(output)
        try:
            under_way = StepProcess(output.parent, identity)
            runner = StepRunner(scratch, file, under_way, verifier, databases, cancel)
            steps, detail = _carry_out(scratch, runner, file)
        finally:
            file.close()
    return RollbackRehearsed(
        tag=plan.tag,
        commit=plan.commit,
        from_tag=plan.from_tag,
        from_commit=plan.from_commit,
        ok=not detail,
        seconds=round(time.monotonic() - started, 3),
        detail=detail,
        steps=tuple(steps),
        dump=plan.dump if plan.restores and not detail else None,
    )


def _carry_out(plan: Plan, runner: StepRunner, output: OutputFile) -> tuple[list[RehearsedStep], str]:
    steps: list[RehearsedStep] = []
    for number, step in enumerate(plan.steps, 1):
        output.heading(f"{number}/{len(plan.steps)} {step.title}")
        begun = time.monotonic()
        result = StepResult("skipped", step.left_out) if step.left_out else runner.attempt(step)
        took = 0.0 if step.left_out else time.monotonic() - begun
        output.line(f"{result.outcome} {result.detail}".strip())
        steps.append(RehearsedStep(step.title, result.outcome, round(took, 3), result.detail))
        if result.outcome not in PASSED and not step.optional:
            return steps, f"step {number}, {step.title}: {result.detail or result.outcome}"
    return steps, ""


@contextlib.contextmanager
def _scratch_tree(git: Git, commit: str) -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="cockpit-rehearsal-"))
    tree = place / "tree"
    try:
        git.output(*NO_PROGRAMS, "worktree", "add", "--quiet", "--detach", str(tree), f"{object_id(commit)}^0")
        yield tree
    finally:
        with contextlib.suppress(CockpitError):
            git.output(*NO_PROGRAMS, "worktree", "remove", "--force", "--force", str(tree))
        shutil.rmtree(place, ignore_errors=True)
        with contextlib.suppress(CockpitError):
            git.output("worktree", "prune")

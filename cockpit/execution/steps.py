"""Runs one step of a plan, of whichever kind, and says how it went."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from cockpit import process
from cockpit.errors import CockpitError
from cockpit.execution.databases.commands import StepCommands
from cockpit.execution.leftover import StepProcess
from cockpit.execution.output import OutputFile
from cockpit.git.command import Git
from cockpit.git.worktree import checkout_detached
from cockpit.release.events import StepOutcome
from cockpit.release.plan import Plan, PlanStep
from cockpit.release.ports import Verifier
from cockpit.text import visible

_DONE_WHEN_TIMEOUT = 30.0


class StepResult(Struct, frozen=True):
    """How one attempt ended; the last three are told by steps that verify."""

    outcome: StepOutcome
    detail: str = ""
    code: int | None = None
    seconds: float = 0.0
    healthy: bool = False
    version_matches: bool = False
    version_seen: str = ""


class Databases(Protocol):
    """Dumps and restores databases, for one execution."""

    def backup(self, step: PlanStep, plan: Plan, commands: StepCommands) -> str:
        """Dump a step's database; return what is to be said of it. CockpitError where that fails."""

    def restore(self, step: PlanStep, plan: Plan, commands: StepCommands) -> str:
        """Put a step's database back; return what is to be said of it. CockpitError leaves the live one untouched."""


class StepRunner:
    """Runs the steps of one plan; `cancel` ends the one under way, its whole process group included."""

    def __init__(
        self,
        plan: Plan,
        output: OutputFile,
        under_way: StepProcess,
        verifier: Verifier,
        databases: Databases,
        cancel: threading.Event,
    ) -> None:
        self.plan = plan
        self._databases = databases
        self._output = output
        self._under_way = under_way
        self._verifier = verifier
        self._cancel = cancel

    def already_done(self, step: PlanStep) -> bool:
        """Whether the step's `done_when` says that it has taken effect."""
        return bool(step.done_when) and step.kind != "verify" and not step.hosts and self._is_done(step)

    def _is_done(self, step: PlanStep, host: str = "") -> bool:
        try:
            finished = process.run(
                process.shell(step.done_when),
                cwd=Path(step.directory),
                env=self._environment(host),
                timeout=min(step.timeout, _DONE_WHEN_TIMEOUT),
                cancel=self._cancel,
            )
        except CockpitError:
            return False
        return finished.ok

    def attempt(self, step: PlanStep) -> StepResult:
        """Run a step once; not at all where a person has called a halt."""
        if self._cancel.is_set():
            return StepResult("aborted", "stopped by a person")
        match step.kind:
            case "checkout":
                return self._checkout(step)
            case "verify":
                return self._verify(step)
            case "backup":
                return self._on_database(step, self._databases.backup)
            case "restore":
                return self._on_database(step, self._databases.restore)
            case _:
                return self._run(step)

    def on_hosts(self, step: PlanStep, done: Collection[str]) -> Iterator[tuple[str, StepResult]]:
        """Run a step on its hosts but those where it is `done`, a batch at a time, and yield how each ended.

        A batch is run to its end; none follows one that failed on a host, or a halt by a person.
        """
        waiting = [host for host in step.hosts if host not in done]
        first = True
        if (left := self._end_the_rest()) and waiting:
            yield waiting[0], StepResult("failed", left)
            return
        while waiting and not self._cancel.is_set():
            if not first and step.pause:
                self._output.line(f"the next batch in {step.pause:g} s")
                if self._cancel.wait(step.pause):
                    return
            first = False
            batch, waiting = waiting[: step.batch], waiting[step.batch :]
            mark = self._under_way.begin()
            well = True
            with ThreadPoolExecutor(len(batch)) as pool:
                running = {pool.submit(self._run_on_host, step, host, mark): host for host in batch}
                for future in as_completed(running):
                    result = future.result()
                    well = well and result.outcome in {"ok", "already"}
                    self._output.line(f"{running[future]}: {result.outcome} {result.detail}")
                    yield running[future], result
            if not (self._cancel.is_set() or not well) or not self._end_the_rest():
                self._under_way.ended()
            if not well:
                return

    def _run_on_host(self, step: PlanStep, host: str, mark: dict[str, str]) -> StepResult:
        if step.done_when and self._is_done(step, host):
            return StepResult("already", "it has taken effect already")
        if self._cancel.is_set():  # while that was asked
            return StepResult("aborted", "stopped by a person")
        return self._command(step, {**self._environment(host), **mark})

    def _run(self, step: PlanStep) -> StepResult:
        if left := self._end_the_rest():
            return StepResult("failed", left)
        result = self._command(step, {**self._environment(), **self._under_way.begin()})
        if result.outcome in {"aborted", "timed-out"} and (left := self._end_the_rest()):
            return msgspec.structs.replace(result, detail=f"{result.detail}; {left}")
        self._under_way.ended()
        return result

    def _command(self, step: PlanStep, environment: dict[str, str]) -> StepResult:
        try:
            finished = process.run(
                process.shell(step.command),
                cwd=Path(step.directory),
                env=environment,
                timeout=step.timeout,
                cancel=self._cancel,
                output_file=self._output.descriptor,
                on_start=self._under_way.began,
            )
        except CockpitError as error:
            return StepResult("failed", error.what)
        if finished.cancelled:
            return StepResult("aborted", "stopped by a person", None, finished.seconds)
        if finished.timed_out:
            return StepResult("timed-out", f"no end within {step.timeout:g} s", None, finished.seconds)
        if not finished.ok:
            return StepResult("failed", finished.ending, finished.code, finished.seconds)
        return StepResult("ok", "", finished.code, finished.seconds)

    def _end_the_rest(self) -> str:
        """End what is left of an attempt, such as a daemon; return what cannot be ended: no other one is made then."""
        try:
            self._under_way.end_leftover()
        except CockpitError as error:
            self._output.line(str(error))
            return error.what
        return ""

    def _checkout(self, step: PlanStep) -> StepResult:
        try:
            checkout_detached(Git(Path(self.plan.code), fetches=True), self.plan.commit, timeout=step.timeout)
        except CockpitError as error:
            self._output.line(str(error))
            return StepResult("failed", visible(error.what, limit=200))
        self._output.line(f"HEAD is now at {self.plan.commit[:12]}")
        return StepResult("ok", f"at {self.plan.commit[:8]}")

    def _verify(self, step: PlanStep) -> StepResult:
        verdict = self._verifier(step, self.plan, cancel=self._cancel, report=self._output.line)
        if self._cancel.is_set() and not verdict.passed:
            return StepResult("aborted", "stopped by a person")
        outcome: StepOutcome = "ok" if verdict.passed else "timed-out"
        return StepResult(
            outcome,
            visible(verdict.detail, limit=300),
            healthy=verdict.passed and bool(step.probes),
            version_matches=verdict.passed and verdict.version_matches,
            version_seen=verdict.version_seen,
        )

    def _on_database(self, step: PlanStep, act: Callable[[PlanStep, Plan, StepCommands], str]) -> StepResult:
        started = time.monotonic()
        commands = StepCommands(
            directory=Path(step.directory),
            environment=self._environment(),
            output=self._output,
            under_way=self._under_way,
            cancel=self._cancel,
            deadline=started + step.timeout,
        )
        try:
            said = act(step, self.plan, commands)
        except (CockpitError, OSError) as error:
            self._output.line(str(error))
            if isinstance(error, OSError):
                return StepResult("failed", visible(str(error), limit=300), seconds=time.monotonic() - started)
            outcomes: dict[str, StepOutcome] = {"aborted": "aborted", "timed-out": "timed-out"}
            outcome = outcomes.get(error.code, "failed")
            return StepResult(outcome, visible(error.what, limit=300), seconds=time.monotonic() - started)
        self._output.line(said)
        return StepResult("ok", visible(said, limit=300), seconds=time.monotonic() - started)

    def _environment(self, host: str = "") -> dict[str, str]:
        there = {"COCKPIT_HOST": host} if host else {}
        return {**os.environ, **self._under_way.environment, **self.plan.environment, **there}

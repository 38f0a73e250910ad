"""Which steps of a plan are only guessed: `cockpit init` wrote so beside them, and none of them has run well yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from cockpit.release.configuration import Configuration, Plans, Step
from cockpit.release.events import Direction
from cockpit.release.plan import PlanStep
from cockpit.release.planning import step_kind
from cockpit.release.run import ExecutionView

Tried = Callable[[str, Step], bool]  # whether that step of a rollback or deploy has run well, as it is written now


def untried(direction: str, step: Step) -> bool:  # noqa: ARG001 - it answers for whoever knows of no execution
    """Say of every step that it has not been tried."""
    return False


def tried_in(executions: Iterable[ExecutionView]) -> Tried:
    """Return what tells which steps ran well in these executions; as long as they do what they did then."""
    done: dict[tuple[str, str], list[PlanStep]] = {}
    for view in executions:
        for step in view.steps if view.plan is not None else ():
            if step.state == "ok" and view.plan is not None and step.index < len(view.plan.steps):
                planned = view.plan.steps[step.index]
                done.setdefault((view.direction, planned.id), []).append(planned)
    return lambda direction, step: any(_does(planned, step) for planned in done.get((direction, step.id), ()))


def _does(planned: PlanStep, step: Step) -> bool:
    if planned.kind != step_kind(step):
        return False
    own = planned.kind != "run" or planned.command == step.run
    return own and planned.backup == step.backup and planned.restore == step.restore


def assumed_words(why: str) -> str:
    """Return what is said beside a step that is only guessed."""
    return f"ASSUMED, never seen to run well: {why}"


def plans_of(configuration: Configuration) -> Iterator[tuple[Direction, Plans]]:
    """Yield how the service is rolled back, and how it is deployed."""
    yield "rollback", configuration.rollback
    yield "deploy", configuration.deploy


def assumed_in(configuration: Configuration, tried: Tried) -> dict[str, str]:
    """Return what is only guessed: its place in the file, such as `rollback.steps.stop`, and why it was."""
    found = {
        f"{direction}.steps.{step.id}": step.assumed
        for direction, plans in plans_of(configuration)
        for step in plans.steps
        if step.assumed and not tried(direction, step)
    }
    version = configuration.version
    return found | ({"version.command": version.assumed} if version is not None and version.assumed else {})


def assumed_anywhere(configurations: Iterable[Configuration], tried: Tried) -> dict[str, str]:
    """Return what is only guessed in any of the environments; what each of them has alike stands there once."""
    return {where: why for configuration in configurations for where, why in assumed_in(configuration, tried).items()}


def assumed_sum(assumed: Iterable[str]) -> str:
    """Return how many places are only guessed, and in which sections: `4 are ASSUMED (2 in rollback, 2 in deploy)`."""
    sections = Counter(where.partition(".")[0] for where in assumed)
    parts = ", ".join(f"{number} in {section}" for section, number in sections.items())
    number = sections.total()
    return f"{number} {'is' if number == 1 else 'are'} ASSUMED ({parts})"


def assumed_of(configuration: Configuration, direction: Direction, tried: Tried) -> dict[str, str]:
    """Return which steps of a plan are only guessed, and why, by their ids."""
    place = f"{direction}.steps."
    found = assumed_in(configuration, tried)
    return {where.removeprefix(place): why for where, why in found.items() if where.startswith(place)}

"""Decisions on procedures that are followed: one step after the other, each by a person's word; they need no run."""

from __future__ import annotations

from cockpit.durations import short_duration
from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.decisions.context import Context, Draft
from cockpit.release.decisions.incidents import find_open
from cockpit.release.decisions.wheel import require_wheel
from cockpit.release.emergencies import incident_for, present_use, runbook_of, trouble_since, waits
from cockpit.release.events import RunbookCommandStarted, RunbookEnded, RunbookStarted, RunbookStepSettled
from cockpit.release.intents import BeginCommand, EndRunbook, RunbookIntent, SettleStep, StartRunbook
from cockpit.release.library import Runbook, RunbookStep
from cockpit.release.run import Run
from cockpit.release.runbooks import RunbookUse, current_step, use_entity


def start(intent: StartRunbook, context: Context) -> list[Draft]:
    """Begin a procedure; one that goes on outside of an incident is begun anew."""
    runbook = find_runbook(context.run, intent.runbook)
    use = present_use(context.run, runbook.id, intent.incident)
    drafts = []
    if use is not None and use.incident:
        raise RefusedError(
            f"{use.by} follows it in this incident since {use.at[:16]}Z", fix="Go on with its next step", code="already"
        )
    if use is not None:
        drafts.append(context.draft(use.entity, RunbookEnded(), scope="service"))
    return [*drafts, _started(runbook, intent, context)]


def end(intent: EndRunbook, context: Context) -> list[Draft]:
    """Follow a procedure no more."""
    runbook = find_runbook(context.run, intent.runbook)
    use = present_use(context.run, runbook.id, intent.incident)
    if use is None:
        raise RefusedError(f"nobody follows {runbook.title}", fix="Nothing is left to do", code="already")
    if use.incident:
        raise RefusedError(
            "it is followed in an incident, and ends with that", fix="cockpit incident close TEXT", code="in-incident"
        )
    return [context.draft(use.entity, RunbookEnded(), scope="service")]


def settle(intent: SettleStep, context: Context) -> list[Draft]:
    """Say that a step is done, skipped with a reason, or open again; the steps before it come first.

    A step whose time has not come is done with a note that says why.
    """
    runbook, step = find_step(context.run, intent.runbook, intent.step)
    use = present_use(context.run, runbook.id, intent.incident)
    if intent.outcome != "open":
        use = _going_on(runbook, use)
    was = use.step(step.id).state if use is not None else "open"
    if was == intent.outcome:
        raise RefusedError(f"it is {was} already", fix="cockpit runbook NAME shows where it stands", code="already")
    note = None
    if intent.outcome == "skipped":
        note = context.reason(intent.note, "it is up again")
    elif intent.note.strip():
        note = context.seal(intent.note.strip())
    if intent.outcome != "open":
        _require_turn(runbook, step, use, context)
    left = waits(step, trouble_since(context.run, runbook, use), context.at)
    if intent.outcome == "done" and left and note is None:
        raise RefusedError(
            f"this step's time comes in {short_duration(left)}: it is for a trouble of more than {step.after}",
            fix="Wait, or say why you do it now: --note",
            code="too-early",
        )
    entity, drafts = _use(runbook, intent, use, context)
    data = RunbookStepSettled(outcome=intent.outcome, note=note)
    return [*drafts, context.draft(f"{entity}/{step.id}", data, scope="service")]


def begin_command(intent: BeginCommand, context: Context) -> list[Draft]:
    """Write down that a step's command was confirmed; what it changes is for whoever drives."""
    runbook, step = find_step(context.run, intent.runbook, intent.step)
    if not step.run:
        raise RefusedError(
            f"{step.text!r} has no command", fix="Do it by hand, and say that it is done", code="no-command"
        )
    use = _going_on(runbook, present_use(context.run, runbook.id, intent.incident))
    if step.effects != "none":
        require_wheel(context)
        _require_turn(runbook, step, use, context)
        _require_not_run_since(intent, use, step)
    entity, drafts = _use(runbook, intent, use, context)
    without = None
    if intent.trouble:
        without = context.reason(intent.without_lease, "the git host is down, Ben is on the phone")
    data = RunbookCommandStarted(context.seal(intent.command), without_lease=without, trouble=intent.trouble)
    return [*drafts, context.draft(f"{entity}/{step.id}", data, scope="service")]


def find_runbook(run: Run, wanted: str) -> Runbook:
    """Return the procedure of that id; NotFoundError lists those there are."""
    runbook = runbook_of(run, wanted)
    if runbook is None:
        known = ", ".join(one.id for one in run.library.runbooks) or "none is pinned"
        raise NotFoundError(f"no runbook {wanted!r}", fix=f"There is: {known}")
    return runbook


def find_step(run: Run, wanted: str, step: str) -> tuple[Runbook, RunbookStep]:
    """Return the step of that id, or of that number from 1; NotFoundError lists those there are."""
    runbook = find_runbook(run, wanted)
    for number, each in enumerate(runbook.steps, 1):
        if step in {each.id, str(number)}:
            return runbook, each
    known = ", ".join(f"{number} {each.id}" for number, each in enumerate(runbook.steps, 1))
    raise NotFoundError(f"{runbook.title} has no step {step!r}", fix=f"There is: {known}")


def last_run(run: Run, runbook: Runbook, step: RunbookStep, incident: str = "") -> str:
    """Return what tells the last run of a step's command from those before it; empty where it has not been run."""
    return _last_run(_going_on(runbook, present_use(run, runbook.id, incident)), step)


def _last_run(use: RunbookUse | None, step: RunbookStep) -> str:
    count = len(use.step(step.id).runs) if use is not None else 0
    return f"{use.entity} {count}" if use is not None and count else ""


def _require_not_run_since(intent: BeginCommand, use: RunbookUse | None, step: RunbookStep) -> None:
    """Refuse to run again what was run since a person was asked: they may not know of it."""
    if use is None or intent.seen is None or _last_run(use, step) in {"", intent.seen}:
        return
    last = use.step(step.id).runs[-1]
    raise RefusedError(
        f"{last.by} on {last.host} has run it since you were asked: {last.outcome or 'it has not ended yet'}",
        fix="Look at what came of it; then run it again, where it must be",
        code="overtaken",
    )


def _require_turn(runbook: Runbook, step: RunbookStep, use: RunbookUse | None, context: Context) -> None:
    """Refuse to pass over a step; what waits for its time, or what was settled before, is in nobody's way."""
    since = trouble_since(context.run, runbook, use)
    before = runbook.steps[: runbook.steps.index(step)]
    for number, each in enumerate(before, 1):
        if (use is None or use.step(each.id).state == "open") and not waits(each, since, context.at):
            raise RefusedError(
                f"step {number} comes first: {each.text}",
                fix=f"Do it, or skip it with a reason: cockpit runbook {runbook.id} {number} --skip --note ...",
                code="not-yet",
            )


def _going_on(runbook: Runbook, use: RunbookUse | None) -> RunbookUse | None:
    """Return the use, unless it was followed to its end outside of an incident: the next trouble is another."""
    return use if use is not None and (use.incident or current_step(runbook, use) is not None) else None


def _use(runbook: Runbook, intent: RunbookIntent, use: RunbookUse | None, context: Context) -> tuple[str, list[Draft]]:
    """Return the entity of the use that goes on, and what begins it where none does."""
    if use is not None:
        return use.entity, []
    started = _started(runbook, intent, context)
    return started.ent, [started]


def _started(runbook: Runbook, intent: RunbookIntent, context: Context) -> Draft:
    run = context.run
    incident = find_open(run, intent.incident) if intent.incident else incident_for(run, runbook.id)
    identity = incident.id if incident is not None else ""
    data = RunbookStarted(runbook=runbook.id, incident=identity)
    return context.draft(use_entity(identity or intent.fresh, runbook.id), data, scope="service")

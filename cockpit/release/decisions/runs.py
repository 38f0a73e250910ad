"""Decisions on the run as a whole, on tags, and on deploys."""

from __future__ import annotations

from cockpit.errors import RefusedError
from cockpit.release.decisions.context import OVER, Context, Draft
from cockpit.release.entities import RUN, SERVICE, item_entity
from cockpit.release.events import (
    DeploysUnlocked,
    ItemNotApplicable,
    LaunchMoved,
    RunMigrated,
    RunOpened,
    RunRetargeted,
    RunState,
    RunStateChanged,
    TagMarked,
)
from cockpit.release.intents import ChangeRunState, MarkTag, MigrateRun, MoveLaunch, OpenRun, Retarget, UnlockDeploys
from cockpit.release.registers import EMPTY

# To each state: from which ones it can be reached by a person.
_REACHED_FROM: dict[RunState, frozenset[str]] = {
    "active": frozenset({"planned", "held", "aborted", "superseded", "closed", "rolled-back"}),
    "held": frozenset({"planned", "active"}),
    "aborted": frozenset({"planned", "active", "held", "rolled-back"}),
    "superseded": frozenset({"planned", "active", "held", "rolled-back"}),
    "closed": frozenset({"active", "held", "rolled-back"}),
}


def open_run(intent: OpenRun, context: Context) -> list[Draft]:
    """Open a run with its files pinned; one without a launch time, or with one that has passed, is active at once.

    What does not apply to the service is marked so, by whoever opens it.
    """
    if context.run.opened_at:
        raise RefusedError(
            f"this stream holds the run {context.run.name} already",
            fix="Open it under an id of its own",
            code="already",
        )
    if not intent.name.strip():
        raise RefusedError("a run needs a name", fix="cockpit release open v2.4.1", code="no-name")
    pins = {path: context.seal(text.encode()) for path, text in sorted(intent.pins.items())}
    opened = RunOpened(
        name=intent.name.strip(),
        service=intent.service,
        environment=intent.environment,
        production=intent.production,
        timezone=intent.timezone,
        tag=intent.tag,
        commit=intent.commit,
        launch_at=intent.launch_at,
        checklists=intent.checklists,
        digest=intent.digest,
        pins=pins,
    )
    drafts = [context.draft(RUN, opened)]
    if not intent.launch_at or intent.launch_at <= context.now:
        drafts.append(context.draft(RUN, RunStateChanged(state="active")))
    reasons = {reason: context.seal(reason) for reason in dict.fromkeys(intent.not_applicable.values())}
    return drafts + [
        context.draft(item_entity(item_id), ItemNotApplicable(reason=reasons[reason], commit=intent.commit))
        for item_id, reason in intent.not_applicable.items()
    ]


def migrate(intent: MigrateRun, context: Context) -> list[Draft]:
    """Fly by other files from here on; refused while something executes by those of now."""
    context.require_run()
    run = context.run
    if run.current_execution is not None:
        raise RefusedError("an execution is not over yet", fix="See it: cockpit execution status", code="locked")
    if intent.seen not in {"", run.digest}:
        raise RefusedError(
            "somebody has migrated the run since you looked", fix="Look again at what would change", code="overtaken"
        )
    if intent.digest == run.digest and not context.contested("pins"):
        raise RefusedError(
            "the run flies by these very files already", fix="Edit the checklist or cockpit.yaml first", code="already"
        )
    pins = {path: context.seal(text.encode()) for path, text in sorted(intent.pins.items())}
    data = RunMigrated(digest=intent.digest, checklists=intent.checklists, pins=pins, detail=intent.detail)
    return [context.draft(RUN, data)]


def retarget(intent: Retarget, context: Context) -> list[Draft]:
    """Fly another tag."""
    context.require_run()
    # Where two have named two, the one that counts meanwhile must be confirmed, too.
    if (intent.tag, intent.commit) == (context.run.tag, context.run.commit) and not context.contested("target"):
        raise RefusedError(f"the run flies {intent.tag} already", fix="Name another tag", code="already")
    return [context.draft(RUN, RunRetargeted(tag=intent.tag, commit=intent.commit))]


def move_launch(intent: MoveLaunch, context: Context) -> list[Draft]:
    """Launch at another time."""
    context.require_run()
    return [context.draft(RUN, LaunchMoved(launch_at=intent.launch_at))]


def change_state(intent: ChangeRunState, context: Context) -> list[Draft]:
    """Move the run to another state, along the ways that exist."""
    run = context.run
    if not run.open:
        context.require_run()
    allowed = _REACHED_FROM.get(intent.state, frozenset())
    if run.state not in allowed and not _settles(intent, context):
        ways = ", ".join(state for state, sources in _REACHED_FROM.items() if run.state in sources)
        raise RefusedError(
            f"the run is {run.state}: it cannot become {intent.state}", fix=f"It can become: {ways}", code="conflicting"
        )
    if run.current_execution is not None and intent.state in OVER:
        raise RefusedError("an execution is not over yet", fix="See it: cockpit execution status", code="locked")
    reason = intent.reason.strip()
    if intent.state in {"held", "aborted"} and not reason:
        raise RefusedError("this needs a reason", fix='Say why: --reason "payment provider down"', code="no-reason")
    data = RunStateChanged(state=intent.state, reason=context.seal(reason) if reason else None, by_run=intent.by_run)
    return [context.draft(RUN, data)]


def _settles(intent: ChangeRunState, context: Context) -> bool:
    """Whether the run has been said to be in several states at once, and this is one of them."""
    heads = context.run.registers.get((RUN, "state"), EMPTY).heads
    said = {head.data.state for head in heads if isinstance(head.data, RunStateChanged)}
    return context.contested("state") and intent.state in said


def mark_tag(intent: MarkTag, context: Context) -> list[Draft]:
    """Mark a tag good or bad, with a reason; the mark is the service's and outlives the run."""
    reason = context.reason(intent.reason, "leaks connections under load")
    data = TagMarked(mark="good" if intent.good else "bad", commit=intent.commit, reason=reason)
    return [context.draft(f"tag:{intent.tag}", data, scope="service")]


def unlock_deploys(intent: UnlockDeploys, context: Context) -> list[Draft]:
    """Let deploys start again, with a reason."""
    if not context.run.deploys_locked:
        raise RefusedError("deploys are not locked", fix="Deploy: nothing is in the way", code="already")
    reason = context.reason(intent.reason, "fixed in v2.4.2")
    return [context.draft(SERVICE, DeploysUnlocked(reason=reason), scope="service")]

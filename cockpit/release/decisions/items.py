"""Decisions on single items."""

from __future__ import annotations

from cockpit.durations import parse_duration
from cockpit.errors import RefusedError, UsageError
from cockpit.release.agreement import is_contest
from cockpit.release.decisions.context import Context, Draft, scope_of, shown_time
from cockpit.release.decisions.incidents import find_incident
from cockpit.release.entities import RUN, item_entity
from cockpit.release.events import (
    EvidenceAttached,
    ItemAttested,
    ItemChallenged,
    ItemClaimed,
    ItemDeferred,
    ItemDone,
    ItemNotApplicable,
    ItemOverridden,
    ItemReopened,
    ItemUnclaimed,
    NoteAdded,
)
from cockpit.release.incidents import incident_entity
from cockpit.release.intents import (
    ATTACHMENT_LIMIT,
    AddNote,
    AnswerItem,
    AttachEvidence,
    ChallengeItem,
    ClaimItem,
    DeferItem,
    KeepDiff,
    MarkNotApplicable,
    OverrideItem,
    ReopenItem,
    TickItem,
    UnclaimItem,
)
from cockpit.release.item_state import CLOSED_BY_HAND, SETTLED, ItemState
from cockpit.release.moment import item_as_of
from cockpit.release.record import same_person
from cockpit.release.run import ItemView, Run
from cockpit.release.two_persons import is_other
from cockpit.times import epoch, rfc3339


def tick(intent: TickItem, context: Context) -> list[Draft]:
    """Tick an item that is not done yet."""
    view = item_as_of(context.item(intent.item), context.at)
    refuse_tick(view, context.run, until=intent.until)
    value = intent.value.strip()
    asks = view.item.evidence == "required" or view.item.expires or intent.until
    if asks and not value and not intent.link and not view.evidence_count:
        raise RefusedError(
            "this item asks for evidence" if view.item.evidence else "it is not said what was looked at",
            fix="Give the value you saw (--value), write a note, or attach a file",
            code="no-evidence",
        )
    return [context.item_draft(view, _word(intent, view, context))]


def refuse_tick(view: ItemView, run: Run, *, until: str = "") -> None:
    """Refuse to tick an item as it stands: its check says otherwise, its version is gone, or it is done already."""
    _refuse_against_check(view)
    _refuse_of_undone(view, run)
    renews = view.state is ItemState.ATTESTED and bool(until or view.item.expires)
    if view.state in CLOSED_BY_HAND and not renews:
        who = view.names or "somebody"
        at = shown_time(view.at or "", run)
        raise RefusedError(
            f"already done by {who}, {at}", fix="u undoes your own last record; reopen opens it", code="already"
        )


def _word(intent: TickItem | AnswerItem, view: ItemView, context: Context, *, answers: str = "") -> ItemDone:
    """Return what a person says: an attestation where it expires or has a link, else that it is done."""
    text, link = intent.value.strip(), intent.link.strip()
    value = context.seal(text) if text else None
    until = _ending(intent.until, context)
    if not until and view.item.expires:
        until = rfc3339(context.at + parse_duration(view.item.expires))
    if not until and not link:
        return ItemDone(value=value, answers=answers, bound=intent.bound)
    sealed = context.seal(link) if link else None
    return ItemAttested(value=value, answers=answers, bound=intent.bound, until=until, link=sealed)


def _refuse_of_undone(view: ItemView, run: Run) -> None:
    """Refuse a word on what a rollback has undone: it would be suspended as soon as it is said."""
    if run.state == "rolled-back" and view.item.binds in {"commit", "release"} and run.commit in {"", run.undone}:
        raise RefusedError(
            f"it speaks of {run.tag or 'the version'}, which was rolled back: suspended until the run has another",
            fix="Give the run its next version, and tick it for that: cockpit release retarget TAG",
            code="rolled-back",
        )


def _refuse_against_check(view: ItemView) -> None:
    if view.state in {ItemState.BLOCKED, ItemState.REGRESSED} and view.is_sensed:
        raise RefusedError(
            f"its check says otherwise: {view.detail}",
            fix="Mend it and verify, or go on without it for a reason: override",
            code="check-fails",
        )


def challenge(intent: ChallengeItem, context: Context) -> list[Draft]:
    """Put an item to the second person; whoever has done the first part says what they saw."""
    view = context.item(intent.item)
    if not view.item.two_person:
        raise RefusedError("this item asks for one person", fix="Tick it", code="not-two-person")
    if view.state in CLOSED_BY_HAND and not view.unverified_second:
        raise RefusedError("two persons have answered it already", fix="Reopen it to ask again", code="already")
    _refuse_of_undone(view, context.run)
    value = intent.value.strip()
    data = ItemChallenged(value=context.seal(value) if value else None, commit=context.run.commit)
    return [context.item_draft(view, data)]


def answer(intent: AnswerItem, context: Context) -> list[Draft]:
    """Answer as the second person, who must be another one, with the value seen."""
    view = item_as_of(context.item(intent.item), context.at)
    _refuse_against_check(view)
    _refuse_of_undone(view, context.run)
    asked = view.challenge
    if asked is None:
        raise RefusedError(
            "nothing waits for a second person here", fix="The first one asks: cockpit item challenge", code="not-asked"
        )
    if intent.challenge not in {"", asked.id}:
        raise RefusedError(
            "it was asked anew since you were shown it", fix="Look at what the first person saw, and answer that",
            code="overtaken",
        )  # fmt: skip
    if not is_other(asked, context.actor):
        raise RefusedError(
            "you are the first person: the second must be another one",
            fix="Let a colleague answer, in a cockpit of their own",
            code="same-person",
        )
    if asked.w == context.writer:
        raise RefusedError(
            "the first person has answered from this very cockpit",
            fix="The second one answers in a cockpit of their own, opened as themselves",
            code="same-writer",
        )
    commit = getattr(asked.data, "commit", "")
    if view.item.binds == "commit" and commit and commit != context.run.commit:
        raise RefusedError(
            "the run flies another commit than when it was asked", fix="Ask again: cockpit item challenge", code="stale"
        )
    value = intent.value.strip()
    if not value:
        raise RefusedError("an answer needs what you saw", fix='Give it: --value "receipt 49.90"', code="no-value")
    return [context.item_draft(view, _word(intent, view, context, answers=asked.id))]


def is_open(view: ItemView) -> bool:
    """Whether there is nothing about an item that opening it again would change."""
    closed_by_check = view.is_sensed and view.sensing is not None and view.sensing.closes
    said_nothing = view.register.winner is None or isinstance(view.register.winner.data, ItemReopened)
    return said_nothing and not is_contest(view.register) and not closed_by_check


def reopen(intent: ReopenItem, context: Context) -> list[Draft]:
    """Open an item again."""
    view = context.item(intent.item)
    if is_open(view):
        raise RefusedError("the item is open already", fix="Tick it, defer it or override it", code="already")
    reason = intent.reason.strip()
    return [context.item_draft(view, ItemReopened(reason=context.seal(reason) if reason else None))]


def defer(intent: DeferItem, context: Context) -> list[Draft]:
    """Put an item off, with a reason."""
    view = context.item(intent.item)
    until = _ending(intent.until, context)
    reason = context.reason(intent.reason, "to 4.1, the vendor's window")
    return [context.item_draft(view, ItemDeferred(reason=reason, until=until))]


def not_applicable(intent: MarkNotApplicable, context: Context) -> list[Draft]:
    """Say that an item does not apply, with a reason."""
    view = context.item(intent.item)
    until = _ending(intent.until, context)
    reason = context.reason(intent.reason, "this service takes no payments")
    return [context.item_draft(view, ItemNotApplicable(reason=reason, until=until))]


def override(intent: OverrideItem, context: Context) -> list[Draft]:
    """Go on without an item, with a reason."""
    view = context.item(intent.item)
    until = _ending(intent.until, context)
    reason = context.reason(intent.reason, "checked by the vendor on the phone, ticket 812")
    return [context.item_draft(view, ItemOverridden(reason=reason, until=until))]


def _ending(until: str, context: Context) -> str:
    if until and epoch(until) <= context.at:
        raise RefusedError(f"{until} is over already", fix="Name a time to come, or 30d", code="expired")
    return until


def claim(intent: ClaimItem, context: Context) -> list[Draft]:
    """Take an item on that nobody else holds."""
    view = context.item(intent.item)
    holder = view.claimed_by
    if view.state in SETTLED:
        raise RefusedError(f"it is {view.state} already: there is nothing to take on", code="already")
    if holder is not None:
        whose = "you have" if same_person(holder, context.actor) else f"{holder.name} has"
        raise RefusedError(f"{whose} claimed it already", fix="Let it go first: cockpit item unclaim", code="already")
    return [context.item_draft(view, ItemClaimed())]


def unclaim(intent: UnclaimItem, context: Context) -> list[Draft]:
    """Let an item go that somebody holds; also a colleague's, who may have gone home."""
    view = context.item(intent.item)
    if view.state in SETTLED:
        raise RefusedError(f"it is {view.state} already", code="already")
    if view.claimed_by is None:
        raise RefusedError("nobody has claimed it", fix="Take it on: cockpit item claim", code="already")
    ours = tuple(record.id for record in view.lost_claims if same_person(record.by, context.actor))
    if ours:
        # Whoever came too late lets go of their own claim; the colleague's stays.
        return [Draft(item_entity(view.id), ItemUnclaimed(), tuple(sorted(ours)))]
    return [context.item_draft(view, ItemUnclaimed())]


def add_note(intent: AddNote, context: Context) -> list[Draft]:
    """Write a note; a run that is over may still be annotated, as may an incident, which is the service's."""
    text = intent.text.strip()
    if not text:
        raise RefusedError("the note is empty", fix="Write what the next person should know", code="no-text")
    if intent.item and intent.incident:
        raise UsageError("a note is on an item or on an incident", fix="Write two notes")
    if intent.incident:
        ent = incident_entity(find_incident(context.run, intent.incident).id)
        return [context.draft(ent, NoteAdded(text=context.seal(text)), scope=scope_of(ent))]
    if not context.run.open and not intent.item:
        context.require_run()
    ent = RUN if not intent.item else item_entity(context.item(intent.item).id)
    return [context.draft(ent, NoteAdded(text=context.seal(text)))]


def _masked(content: bytes, context: Context) -> bytes:
    """Return a file with its secrets masked, where it is a text; others stay as they are."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return content
    return content if "\0" in text else context.redact(text).encode()


def _evidence(intent: AttachEvidence | KeepDiff, context: Context, *, path: str = "") -> EvidenceAttached:
    """Return a file as evidence: its masked content, or where that is too large to be kept, where it lies."""
    whole = intent.content
    content = _masked(whole, context) if whole is not None else None
    if content is None or len(content) > ATTACHMENT_LIMIT:
        return EvidenceAttached(name=intent.name, sha256=intent.sha256, size=intent.size, path=path)
    return EvidenceAttached(
        name=intent.name,
        blob=context.seal(content),
        sha256=intent.sha256,
        size=intent.size,
        masked=content != whole,
    )


def keep_diff(intent: KeepDiff, context: Context) -> list[Draft]:
    """Keep a work tree's changes as evidence of the run."""
    context.require_run()
    return [context.draft(RUN, _evidence(intent, context))]


def attach(intent: AttachEvidence, context: Context) -> list[Draft]:
    """Attach a file to an item."""
    view = context.item(intent.item)
    data = _evidence(intent, context, path=intent.path)
    if data.blob is None and not data.path and intent.content is not None:
        raise RefusedError(
            "that is more than the 1 MiB that can be kept, once its secrets are masked",
            fix="Attach less of it, or a file that stays where it is",
            code="too-large",
        )
    return [context.item_draft(view, data)]

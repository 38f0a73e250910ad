"""Announcing: a template filled in, the intention written down, the message sent, and what became of it written down.

Nothing leaves before its intention is on the disk. Where we die between sending and writing, the intention stays
without a result, is shown so, and only a person sends it again, unless its receiver can tell a repetition.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Collection, Mapping

from msgspec.structs import replace

from cockpit.bootstrap import now
from cockpit.comms.outgoing import Outgoing, Sent, Tools
from cockpit.comms.sending import send
from cockpit.errors import CockpitError, RefusedError, UsageError
from cockpit.net.trusted_roots import TrustedRoots
from cockpit.release.calls import Call, call_message, call_text
from cockpit.release.channels import Channel
from cockpit.release.decisions.incidents import find_incident
from cockpit.release.decisions.messages import find_channel, find_message, told_since
from cockpit.release.events import MessageEnded
from cockpit.release.filling import Filling, fill
from cockpit.release.intents import IntendMessage, IntendResending, Intent, RecordFact
from cockpit.release.library import MessageTemplate
from cockpit.release.messages import GIVEN_UP_AFTER, Message, message_entity
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.text import sendable, sendable_lines
from cockpit.times import epoch
from cockpit.workspace import Workspace, require_trust, require_writable

Clipboard = Callable[[str], None]
_LOOK = "look whether theirs arrived"
_OF_INCIDENT = frozenset({"description", "severity", "update", "resolution"})


def filled(
    workspace: Workspace, template: MessageTemplate, given: Mapping[str, str], incident: str = "", *, at: float
) -> Filling:
    """Return a template filled in as of `at` (epoch seconds), just as it would be sent.

    `incident` names one by the beginning of its id. Where none is named, a template on an incident is about the open
    one, or, telling how it ended, about the last that was closed. Raises UsageError where several are open.
    """
    run, masked = workspace.run, workspace.session.masked
    about = find_incident(run, incident).id if incident else _incident_for(run, template)
    found = fill(template, run, now=at, by=workspace.session.actor.name, given=given, incident=about)
    return replace(found, subject=sendable(masked(found.subject)), body=sendable_lines(masked(found.body)))


def _incident_for(run: Run, template: MessageTemplate) -> str:
    names = {field.name for field in template.fields}
    if not names & _OF_INCIDENT:
        return ""
    closed = [one for one in run.incidents.values() if one.closed is not None]
    if "resolution" in names and closed:
        return max(closed, key=lambda one: one.closed.at if one.closed is not None else "").id
    found = run.open_incidents
    if len(found) > 1:
        listing = ", ".join(f"{one.id} ({one.title})" for one in found)
        raise UsageError(
            "several incidents are open", fix=f"Name one with --incident: {listing}", code="several-incidents"
        )
    return found[0].id if found else ""


def require_sendable(workspace: Workspace, name: str) -> Channel:
    """Return the channel of that name; refuse one that may not be used here, before anything is written down."""
    channel = find_channel(workspace.run, name)
    require_writable(workspace)
    if channel.kind != "clipboard":
        # The file decides which variable's value goes to which address: that needs a person's word.
        require_trust(workspace)
    return channel


def announce(
    workspace: Workspace,
    filling: Filling,
    channel: str,
    *,
    clipboard: Clipboard | None = None,
    seen: Collection[str] | None = None,
) -> Message:
    """Send a filled template over a channel, and return the message with what became of it.

    `seen` are the ids of the messages that whoever sends it knew of, by default those that are known here: what was
    sent since, from another cockpit, is not sent a second time (`overtaken`). Raises RefusedError (`not-filled`) while
    a field is empty, (`untrue`) where the release is not in a state of the template's, (`not-trusted`) where the
    configuration is not trusted.
    """
    known = frozenset(workspace.run.messages if seen is None else seen)
    require_sendable(workspace, channel)
    if filling.untrue:
        fix = "Take another template: cockpit announce lists them"
        raise RefusedError(f"not sent: {filling.untrue}", fix=fix, code="untrue")
    if filling.missing:
        names = ", ".join(f"{field.name} ({field.hint})" for field in filling.missing)
        raise RefusedError(
            f"a field is empty: {names}", fix=f"Fill it in: --set {filling.missing[0].name}=TEXT", code="not-filled"
        )
    intent = IntendMessage(
        message=f"m-{secrets.token_hex(4)}",
        channel=channel,
        subject=filling.subject,
        body=filling.body,
        template=filling.template.id,
        incident=filling.incident,
        next_update_at=filling.next_update_at,
        seen=known,
    )
    return _deliver(workspace, intent, intent.message, clipboard)


def announce_again(workspace: Workspace, wanted: str, *, clipboard: Clipboard | None = None) -> Message:
    """Send a message again that was not delivered, or of which nobody knows; by a person who knows that."""
    message = find_message(workspace.run, wanted)
    require_sendable(workspace, message.channel)
    return _deliver(workspace, IntendResending(message.id), message.id, clipboard)


def call_out(workspace: Workspace, call: Call, channel: str, *, enough: Callable[[], bool]) -> Message:
    """Tell a channel of a call; the same call, told again, is the same message. `enough` ends its repeated tries."""
    require_sendable(workspace, channel)
    subject, body = call_text(call, workspace.run)
    intent = IntendMessage(
        message=call_message(call.key, channel),
        channel=channel,
        subject=sendable(subject),
        body=sendable_lines(body),
        call=call.key,
    )
    return _deliver(workspace, intent, intent.message, None, enough)


def _deliver(
    workspace: Workspace,
    intent: Intent,
    identity: str,
    clipboard: Clipboard | None,
    enough: Callable[[], bool] = lambda: False,
) -> Message:
    session = workspace.session
    known = session.run.messages.get(identity)
    before = frozenset(one.record for one in known.attempts) if known is not None else frozenset()
    (intention,) = session.act(intent)
    session.poll()
    message = session.run.messages[identity]
    yielded = _yielded(message, intention, before) or _yielded_to_the_same(intent, session.run)
    sent = yielded or _send(workspace, message, clipboard, enough)
    ended = MessageEnded(attempt=intention.id, outcome=sent.outcome, detail=sent.detail, tries=sent.tries)
    try:
        session.act(RecordFact(message_entity(identity), ended, of_service=True))
    except CockpitError as error:
        told = "it was sent" if sent.outcome == "sent" else f"it was not sent for certain: {sent.detail}"
        raise RefusedError(
            f"{told}, and that could not be written down: {error.what}", fix=error.fix, code=error.code
        ) from error
    return session.run.messages[identity]


def _yielded(message: Message, intention: Record, before: Collection[str]) -> Sent | None:
    """Return that we do not send where somebody else set out at the same moment: rather nobody than both.

    `before` are the attempts that were known when we set out. One that has come in since may be over already.
    """
    others = [one for one in message.attempts if one.record != intention.id and one.writer != intention.w]
    fresh = [
        one
        for one in others
        if (not one.outcome and abs(now() - epoch(one.at)) < GIVEN_UP_AFTER)
        or (one.record not in before and one.outcome not in {"", "failed"})
    ]
    if not fresh:
        return None
    return Sent("failed", f"{fresh[0].by.name} on {fresh[0].host} set out to send it at the same moment: {_LOOK}", 0)


def _yielded_to_the_same(intent: Intent, run: Run) -> Sent | None:
    """Return that we do not send where somebody has set out to send the same, of another id, at the same moment."""
    if not isinstance(intent, IntendMessage) or intent.seen is None:
        return None
    seen = intent.seen | {intent.message}
    told = told_since(run, intent.template, intent.channel, intent.incident, seen=seen)
    if told is None:
        return None
    return Sent("failed", f"{told.by.name} on {told.last.host} set out to send the same at the same moment: {_LOOK}", 0)


def _send(workspace: Workspace, message: Message, clipboard: Clipboard | None, enough: Callable[[], bool]) -> Sent:
    run = workspace.run
    outgoing = Outgoing(
        message.id,
        message.subject,
        message.body,
        f"{run.service}/{run.environment}",
        {
            "service": run.service,
            "environment": run.environment,
            "tag": run.tag,
            "run": run.id,
            "template": message.template,
            "channel": message.channel,
        },
    )
    tools = Tools(os.environ, workspace.root, TrustedRoots(workspace.root), clipboard)
    return asyncio.run(send(find_channel(run, message.channel), outgoing, tools, enough=enough))

"""Decisions on messages and calls; of the service, they need no run."""

from __future__ import annotations

from collections.abc import Collection

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.calls import Call, acknowledged, call_entity, calls_of
from cockpit.release.channels import Channel
from cockpit.release.decisions.context import Context, Draft, shown_time
from cockpit.release.events import CallAcknowledged, MessageIntended
from cockpit.release.intents import AcknowledgeCall, IntendMessage, IntendResending
from cockpit.release.messages import Message, message_entity
from cockpit.release.moment import as_of
from cockpit.release.run import Run


def intend(intent: IntendMessage, context: Context) -> list[Draft]:
    """Write down that a message is about to be sent; one of that id that may have arrived is not sent again."""
    channel = find_channel(context.run, intent.channel)
    knows = acknowledged(context.run, intent.call) if intent.call else None
    if knows is not None:
        raise RefusedError(f"{knows.by.name} knows of it already", code="already")
    known = context.run.messages.get(intent.message)
    if known is not None:
        _require_repeatable(known, channel, context, by_machine=True)
    if intent.seen is not None:
        told = told_since(context.run, intent.template, intent.channel, intent.incident, seen=intent.seen)
        if told is not None:
            raise RefusedError(
                f"not sent: {told.by.name} on {told.last.host} has sent the same to {told.channel} since you were"
                f" asked: {told.subject}",
                fix="Look at that: cockpit announce lists it. Where it must be said again, send it again",
                code="overtaken",
            )
    text = f"{intent.subject.strip()}\n\n{intent.body.strip()}"
    data = MessageIntended(
        channel=intent.channel,
        text=known.text if known is not None else context.seal(text),
        via=channel.kind,
        template=intent.template,
        call=intent.call,
        incident=intent.incident,
        next_update_at=intent.next_update_at,
    )
    return [context.draft(message_entity(intent.message), data, scope="service")]


def told_since(run: Run, template: str, channel: str, incident: str, *, seen: Collection[str]) -> Message | None:
    """Return a message of that template to that channel which is not among the `seen` ones, unless it failed."""
    return next(
        (
            one
            for one in run.messages.values()
            if (one.template, one.channel, one.incident) == (template, channel, incident)
            and one.id not in seen
            and any(each.may_have_arrived for each in one.attempts)
        ),
        None,
    )


def intend_again(intent: IntendResending, context: Context) -> list[Draft]:
    """Write down that a person sends a message again, who knows that it may have arrived already."""
    message = find_message(context.run, intent.message)
    channel = find_channel(context.run, message.channel)
    _require_repeatable(message, channel, context, by_machine=False)
    data = MessageIntended(
        channel=message.channel,
        text=message.text,
        via=channel.kind,
        template=message.template,
        call=message.call,
        incident=message.incident,
        next_update_at=message.next_update_at,
    )
    return [context.draft(message_entity(message.id), data, scope="service")]


def _require_repeatable(message: Message, channel: Channel, context: Context, *, by_machine: bool) -> None:
    state, last = message.state(context.at), message.last
    if not message.whole:
        raise RefusedError(
            f"its text cannot be read here: {message.subject}", fix="Announce it anew, or first: cockpit sync",
            code="no-text",
        )  # fmt: skip
    if state == "sent":
        raise RefusedError(f"{message.by.name} has sent it already", fix="Announce it anew", code="already")
    if state == "sending":
        raise RefusedError(f"{last.by.name} on {last.host} is sending it", fix="Wait for its result", code="already")
    if by_machine and state != "failed" and not channel.idempotent:
        raise RefusedError(
            "it may have arrived, so only a person sends it again", fix="cockpit announce --again ID", code="already"
        )


def acknowledge(intent: AcknowledgeCall, context: Context) -> list[Draft]:
    """Say that a person knows of a call; once is enough."""
    call = find_call(context.run, intent.call, context.at)
    known = acknowledged(context.run, call.key)
    if known is not None:
        raise RefusedError(
            f"{known.by.name} has acknowledged it already, {shown_time(known.at, context.run)}", code="already"
        )
    return [context.draft(call_entity(call.key), CallAcknowledged(call.title), scope="service")]


def find_channel(run: Run, name: str) -> Channel:
    """Return the channel of that name; NotFoundError lists those there are."""
    found = run.configuration.channels.get(name)
    if found is None:
        known = ", ".join(run.configuration.channels) or "none is configured: add channels to cockpit.yaml"
        raise NotFoundError(f"no channel {name!r}", fix=f"There is: {known}")
    return found


def find_message(run: Run, wanted: str) -> Message:
    """Return the message of that id, or of the beginning of one; NotFoundError says where they are listed."""
    exact = run.messages.get(wanted)
    found = [exact] if exact is not None else [one for key, one in run.messages.items() if key.startswith(wanted)]
    if len(found) != 1 or not wanted:
        raise NotFoundError(f"no message {wanted!r}", fix="cockpit announce lists those that were sent")
    return found[0]


def find_call(run: Run, wanted: str, now: float) -> Call:
    """Return the present call of that key, or of the beginning of one; NotFoundError says where they are listed."""
    found = [one for one in calls_of(as_of(run, now), now) if one.key.startswith(wanted)]
    exact = [one for one in found if one.key == wanted] or found
    if len(exact) != 1 or not wanted:
        raise NotFoundError(f"nothing calls by the key {wanted!r}", fix="cockpit announce lists what calls now")
    return exact[0]

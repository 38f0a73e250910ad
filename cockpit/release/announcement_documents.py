"""Messages, fillings and calls as plain values, for `--json`, and in a line each; fields are only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cockpit.release.messages import STATE_WORDS, Message
from cockpit.release.run import Run
from cockpit.release.updates import UpdateDue, updates_due
from cockpit.times import rfc3339

if TYPE_CHECKING:
    from cockpit.release.filling import Filling


def filling_document(filling: Filling) -> dict[str, Any]:
    """Return a filled template; `source` is set, state, default, or null where the field is still empty."""
    return {
        "template": filling.template.id,
        "title": filling.template.title,
        "subject": filling.subject,
        "body": filling.body,
        "incident": filling.incident or None,
        "next_update_at": filling.next_update_at or None,
        "fields": [
            {
                "name": field.name,
                "hint": field.hint,
                "value": field.value,
                "source": field.source or None,
                "choices": list(field.choices),
            }
            for field in filling.fields
        ],
        "missing": [field.name for field in filling.missing],
        "untrue": filling.untrue or None,
    }


def message_document(message: Message, *, now: float) -> dict[str, Any]:
    """Return one message with each attempt at sending it."""
    return {
        "id": message.id,
        "channel": message.channel,
        "via": message.via,
        "template": message.template or None,
        "call": message.call or None,
        "incident": message.incident or None,
        "subject": message.subject,
        "body": message.body,
        "state": message.state(now),
        "detail": message.detail,
        "by": message.by.name,
        "at": message.at,
        "next_update_at": message.next_update_at or None,
        "attempts": [
            {
                "by": one.by.name,
                "host": one.host,
                "at": one.at,
                "outcome": one.outcome or None,
                "detail": one.detail,
                "ended_at": one.ended_at or None,
            }
            for one in message.attempts
        ],
    }


def message_line(message: Message, *, now: float) -> str:
    """Return a message in one line: what became of it, where, and what it said."""
    detail = f" ({message.detail})" if message.detail and message.state(now) != "sent" else ""
    return f"{message.channel}: {STATE_WORDS[message.state(now)]}{detail}: {message.subject}"


def update_document(owed: UpdateDue, *, now: float) -> dict[str, Any]:
    """Return an update that is owed; `overdue_by` is in seconds, 0 while it is in time."""
    return {
        "title": owed.title,
        "due_at": rfc3339(owed.due_at),
        "overdue_by": max(round(now - owed.due_at), 0),
        "incident": owed.incident or None,
        "message": owed.message or None,
    }


def announcements_document(run: Run, *, now: float) -> dict[str, Any]:
    """Return templates, channels, what was sent, what is owed and what calls, of a run as it stands at `now`."""
    from cockpit.release.calls import calls_of

    return {
        "templates": [
            {"id": one.id, "title": one.title, "fields": [field.name for field in one.fields]}
            for one in run.library.templates
        ],
        "channels": [
            {"name": name, "kind": channel.kind, "title": channel.title or None, "where": channel.where}
            for name, channel in run.configuration.channels.items()
        ],
        "messages": [message_document(one, now=now) for one in run.messages.values()],
        "updates": [update_document(one, now=now) for one in updates_due(run)],
        "calls": [call_document(run, call.key, call.event, call.title, call.at) for call in calls_of(run, now)],
    }


def call_document(run: Run, key: str, event: str, title: str, at: float) -> dict[str, Any]:
    """Return one call, and who knows of it."""
    from cockpit.release.calls import acknowledged

    known = acknowledged(run, key)
    return {
        "key": key,
        "event": event,
        "title": title,
        "since": rfc3339(at),
        "acknowledged_by": known.by.name if known is not None else None,
        "acknowledged_at": known.at if known is not None else None,
    }

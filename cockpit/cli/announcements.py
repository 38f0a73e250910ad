"""`cockpit announce`: a message filled in from the release, looked at, and sent."""

from __future__ import annotations

import argparse
import base64
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.cli.common import (
    CommandTable,
    columns,
    open_here,
    print_json,
    publish,
    require_writing,
    say,
    settings_of,
    wants_json,
)
from cockpit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from cockpit.release.filling import Filling
    from cockpit.release.messages import Message
    from cockpit.workspace import Workspace

_LAST = 10  # messages that are listed for a person


def add_commands(table: CommandTable) -> None:
    """Add `announce`."""
    parser = table.add("announce", _announce, "fill a message in from the release, look at it, send it")
    parser.add_argument("template", nargs="?", default="", metavar="TEMPLATE", help="its id (default: list all)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", dest="values", help="fill a field in"
    )
    parser.add_argument("--incident", default="", metavar="ID", help="the incident it is about, where several are open")
    parser.add_argument(
        "--send", action="append", default=[], metavar="CHANNEL", help="send it there; may be given several times"
    )
    parser.add_argument("--again", default="", metavar="MESSAGE", help="send this message again")
    parser.add_argument("--ack", default="", metavar="CALL", help="know of a call: nobody is told of it any more")


def _announce(arguments: argparse.Namespace) -> ExitCode:
    if bool(arguments.template) + bool(arguments.again) + bool(arguments.ack) > 1:
        raise UsageError("a template, --again and --ack exclude each other", fix="Give one of them")
    if not arguments.template and (arguments.send or arguments.values or arguments.incident):
        raise UsageError("nothing is said to be filled in", fix="Name a template: cockpit announce lists them")
    if arguments.send or arguments.again or arguments.ack:
        require_writing(arguments)
    workspace = open_here(arguments, any_run=True)
    if arguments.again:
        return _again(arguments, workspace)
    if arguments.ack:
        return _acknowledge(arguments, workspace)
    if not arguments.template:
        return _list(arguments, workspace)
    return _fill(arguments, workspace)


def _fill(arguments: argparse.Namespace, workspace: Workspace) -> ExitCode:
    from cockpit.announcing import announce, filled, require_sendable
    from cockpit.release.announcement_documents import filling_document, message_document
    from cockpit.release.filling import template_of

    template = template_of(workspace.run, arguments.template)
    filling = filled(workspace, template, settings_of(arguments.values), arguments.incident, at=_now())
    for channel in arguments.send:  # all of them, before anything leaves
        require_sendable(workspace, channel)
    sent = [announce(workspace, filling, channel, clipboard=_clipboard()) for channel in dict.fromkeys(arguments.send)]
    if sent:
        publish(workspace)
    if wants_json(arguments):
        print_json({**filling_document(filling), "sent": [message_document(one, now=_now()) for one in sent]})
        return _status(sent)
    if not sent:
        _show(filling)
    return _told(sent)


def _show(filling: Filling) -> None:
    say(filling.subject)
    say()
    say(filling.body)
    if filling.untrue:
        say()
        say(f"Not to be sent: {filling.untrue}")
    if filling.missing:
        say()
        say("Still to be filled in:")
        for field in filling.missing:
            choices = f" ({', '.join(field.choices)})" if field.choices else ""
            say(f"  --set {field.name}=…  {field.hint}{choices}")


def _told(sent: list[Message]) -> ExitCode:
    from cockpit.release.announcement_documents import message_line

    for message in sent:
        say(message_line(message, now=_now()))
        if message.state(_now()) != "sent":
            say(f"  Where it has not arrived, send it again: cockpit announce --again {message.id}")
    return _status(sent)


def _status(sent: list[Message]) -> ExitCode:
    states = {message.state(_now()) for message in sent}
    if "failed" in states:
        return ExitCode.STEP_FAILED
    return ExitCode.OK if states <= {"sent"} else ExitCode.UNKNOWN


def _again(arguments: argparse.Namespace, workspace: Workspace) -> ExitCode:
    from cockpit.announcing import announce_again
    from cockpit.release.announcement_documents import message_document

    message = announce_again(workspace, arguments.again, clipboard=_clipboard())
    publish(workspace)
    if wants_json(arguments):
        print_json(message_document(message, now=_now()))
        return _status([message])
    return _told([message])


def _acknowledge(arguments: argparse.Namespace, workspace: Workspace) -> ExitCode:
    from cockpit.release.announcement_documents import call_document
    from cockpit.release.decisions.messages import find_call
    from cockpit.release.intents import AcknowledgeCall

    call = find_call(workspace.run, arguments.ack, _now())
    workspace.session.act(AcknowledgeCall(call.key))
    publish(workspace)
    if wants_json(arguments):
        print_json(call_document(workspace.run, call.key, call.event, call.title, call.at))
    else:
        say(f"acknowledged: {call.title}")
    return ExitCode.OK


def _list(arguments: argparse.Namespace, workspace: Workspace) -> ExitCode:
    from cockpit.release.announcement_documents import announcements_document, message_line
    from cockpit.release.calls import acknowledged, calls_of
    from cockpit.release.moment import as_of
    from cockpit.release.updates import updates_due

    at = _now()
    run = as_of(workspace.run, at)
    if wants_json(arguments):
        print_json(announcements_document(run, now=at))
        return ExitCode.OK
    channels = [[name, one.kind, one.where] for name, one in run.configuration.channels.items()]
    calls = [(call, acknowledged(run, call.key)) for call in calls_of(run, at)]
    for title, rows in (
        ("Templates", [[one.id, one.title] for one in run.library.templates]),
        ("Channels", channels or [["none: add channels to cockpit.yaml"]]),
        ("Sent", [[one.id, one.at[:16] + "Z", message_line(one, now=at)] for one in [*run.messages.values()][-_LAST:]]),
        ("Owed", [[one.words(at), one.title] for one in updates_due(run)]),
        ("Calling", [[_short(one.key), one.title, f"{by.by.name} knows" if by else ""] for one, by in calls]),
    ):
        if rows:
            say(title)
            say(columns([["  " + row[0], *row[1:]] for row in rows]))
    return ExitCode.OK


def _short(key: str) -> str:
    """Return as much of a call's key as tells it from others; `--ack` takes it."""
    event, _, rest = key.partition(":")
    return key if len(rest) < 32 else f"{event}:{rest[:12]}"


def _clipboard() -> Callable[[str], None] | None:
    """Return what gives text to this terminal's clipboard by OSC 52; None where there is no terminal."""
    if not sys.stderr.isatty():
        return None

    def give(text: str) -> None:
        encoded = base64.b64encode(text.encode()).decode("ascii")
        sys.stderr.write(f"\x1b]52;c;{encoded}\x07")
        sys.stderr.flush()

    return give


def _now() -> float:
    from cockpit.bootstrap import now

    return now()

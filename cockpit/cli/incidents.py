"""`cockpit incident`: open, tell, close, and the post-mortem of it."""

from __future__ import annotations

import argparse
import secrets
from typing import TYPE_CHECKING

from cockpit.cli.common import CommandTable, columns, open_here, print_json, publish, put, say, wants_json
from cockpit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from cockpit.release.incidents import Incident
    from cockpit.release.intents import Intent
    from cockpit.workspace import Workspace

_SEVERITIES = ("critical", "major", "minor")


def add_commands(table: CommandTable) -> None:
    """Add the commands of incidents."""
    group = table.group("incident", "open an incident, tell how it stands, close it, and its post-mortem")
    opening = group.add("open", _open, "open one: the timeline, the update clock and the gate know of it")
    opening.add_argument("title", metavar="TITLE", help="what is wrong, in a few words")
    opening.add_argument("--severity", choices=_SEVERITIES, default="major", help="how grave it is (default: major)")
    opening.add_argument("--component", default="", metavar="NAME", help="what is in trouble, such as a probe's name")
    opening.add_argument("--runbook", default="", metavar="NAME", help="the runbook that is followed")
    updating = group.add("update", _update, "tell how it stands; the next update is due some time after this")
    closing = group.add("close", _close, "say that it is over, and how")
    for parser in (updating, closing):
        parser.add_argument("text", metavar="TEXT", help="what people are to know")
        parser.add_argument("--incident", default="", metavar="ID", help="where several are open")
    updating.add_argument("--severity", choices=_SEVERITIES, default=None, help="what it is from now on")
    group.add("list", _list, "all incidents of the service, the newest last")
    for name, run, words in (
        ("show", _show, "one incident: the one that is open, or by its id"),
        ("export", _export, "the post-mortem of an incident as Markdown, from the timeline"),
    ):
        parser = group.add(name, run, words)
        parser.add_argument("id", nargs="?", default="", metavar="ID", help="its id, or its beginning")


def _open(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import OpenIncident

    identity = secrets.token_hex(4)
    return _act(
        arguments,
        OpenIncident(identity, arguments.title, arguments.severity, arguments.component, arguments.runbook),
        identity,
    )


def _update(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import UpdateIncident

    return _act(arguments, UpdateIncident(arguments.text, arguments.incident, arguments.severity))


def _close(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import CloseIncident

    return _act(arguments, CloseIncident(arguments.text, arguments.incident))


def _act(arguments: argparse.Namespace, intent: Intent, identity: str = "") -> ExitCode:
    from cockpit.release.incidents import INCIDENT_PREFIX

    workspace = open_here(arguments, any_run=True)
    (record,) = workspace.session.act(intent)
    publish(workspace)
    return _tell(arguments, workspace, workspace.run.incidents[identity or record.ent.removeprefix(INCIDENT_PREFIX)])


def _tell(arguments: argparse.Namespace, workspace: Workspace, incident: Incident) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.release.emergency_documents import incident_document, incident_line

    if wants_json(arguments):
        print_json(incident_document(workspace.run, incident, now=now()))
    else:
        say(incident_line(workspace.run, incident, now=now()))
    return ExitCode.OK


def _list(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.durations import short_duration
    from cockpit.release.emergency_documents import due_words, incident_document

    workspace = open_here(arguments, any_run=True)
    run, at = workspace.run, now()
    found = list(run.incidents.values())
    if wants_json(arguments):
        print_json([incident_document(run, one, now=at) for one in found])
    elif not found:
        say("No incident has been opened.")
    else:
        say(
            columns(
                [
                    [
                        one.id, one.at[:16] + "Z", one.severity, "OPEN" if one.open else "closed",
                        short_duration(one.lasted(at)), one.title, due_words(run, one, now=at) if one.open else "",
                    ]
                    for one in found
                ]
            )
        )  # fmt: skip
    return ExitCode.OK


def _chosen(arguments: argparse.Namespace, workspace: Workspace) -> Incident:
    """Return the incident that is named, else the open one, else the last one."""
    from cockpit.release.decisions.incidents import find_incident

    run = workspace.run
    if arguments.id:
        return find_incident(run, arguments.id)
    if len(run.open_incidents) > 1:
        listing = ", ".join(f"{one.id} ({one.title})" for one in run.open_incidents)
        raise UsageError("several incidents are open", fix=f"Name one: {listing}", code="several-incidents")
    found = run.open_incidents or tuple(run.incidents.values())[-1:]
    return found[0] if found else find_incident(run, "")


def _show(arguments: argparse.Namespace) -> ExitCode:
    workspace = open_here(arguments, any_run=True)
    incident = _chosen(arguments, workspace)
    _tell(arguments, workspace, incident)
    if not wants_json(arguments):
        from cockpit.release.emergency_documents import incident_notes

        told = [*incident.updates, *([incident.closed] if incident.closed is not None else [])]
        notes = incident_notes(workspace.run, incident.id)
        words = [
            *((one.at, one.by.name, one.text) for one in told),
            *((note.wall, note.by.name, f"noted: {note.text}") for note in notes),
        ]
        about = f" ({incident.component})" if incident.component else ""
        rows = [[f"  {incident.at[:19]}Z", incident.by.name, f"opened{about}"]]
        say(columns([*rows, *([f"  {at[:19]}Z", by, text] for at, by, text in sorted(words))]))
    return ExitCode.OK


def _export(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.reports.postmortem import postmortem_of, to_markdown

    workspace = open_here(arguments, any_run=True)
    page = postmortem_of(workspace.run, _chosen(arguments, workspace), workspace.session.text, now=now())
    if wants_json(arguments):
        print_json(page)
    else:
        put(to_markdown(page))
    return ExitCode.OK

"""`cockpit handover`: what the next shift must know."""

from __future__ import annotations

import argparse
import math
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, print_json, say, wants_json
from cockpit.errors import ExitCode, RefusedError, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.release.handover import Handover
    from cockpit.release.live import Live
    from cockpit.release.run import Run


def add_commands(table: CommandTable) -> None:
    """Add `handover`."""
    handover = table.add("handover", _handover, "what the next shift must know: reds, promises, claims, what is due")
    handover.add_argument(
        "--since", default="", metavar="WHEN",
        help="where the notes begin (default: when the wheel last changed hands, else 24h): 8h, or a time with offset",
    )  # fmt: skip
    handover.add_argument("--next", default="12h", metavar="SPAN", help="how long the next shift is (default: 12h)")


def _handover(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.cli.timeline import since_of
    from cockpit.durations import parse_duration
    from cockpit.handing_over import handover_at
    from cockpit.live_source import live_of
    from cockpit.times import rfc3339

    try:
        span = parse_duration(arguments.next)
    except ValueError as error:
        raise UsageError(str(error), fix="Write how long the next shift is, such as 8h") from None
    workspace = open_here(arguments)
    run, at = workspace.run, now()
    if not run.open:
        raise RefusedError("no release run is open", fix="Open one: cockpit release open NAME", code="no-run")
    live = live_of(workspace)
    since = rfc3339(since_of(arguments.since)) if arguments.since else ""
    found = handover_at(run, at, since=since, span=span)
    if wants_json(arguments):
        print_json(_document(run, live, found, at))
    else:
        say("\n".join(_lines(run, live, found, at)))
    return ExitCode.OK


def _document(run: Run, live: Live, found: Handover, at: float) -> dict[str, Any]:
    import msgspec

    from cockpit.release.emergency_documents import incident_document
    from cockpit.release.entities import ITEM_PREFIX
    from cockpit.release.incidents import INCIDENT_PREFIX
    from cockpit.status import driver_document, execution_document, item_document, status_document
    from cockpit.times import rfc3339

    def about(entity: str, prefix: str) -> str | None:
        return entity.removeprefix(prefix) if entity.startswith(prefix) else None

    status = status_document(run, live, now=at)
    return {
        **{key: status[key] for key in ("run", "gate", "readiness", "probes", "sync", "present", "deploys_locked")},
        "driver": driver_document(run),
        **{
            key: [item_document(view, now=at) for view in getattr(found, key)]
            for key in ("open_killers", "regressed", "contested", "claims")
        },
        "contests": status["contests"],
        "frozen": status["frozen"],
        "breaches": [{"trigger": name, "at": one.at, "detail": one.detail} for name, one in run.breaches.items()],
        "debt": msgspec.to_builtins(found.debt),
        "execution": execution_document(run),
        "incidents": [incident_document(run, one, now=at) for one in found.incidents],
        "updates": [
            {"title": one.title, "due_at": rfc3339(one.due_at), "overdue": one.due_at <= at,
             "incident": one.incident or None, "message": one.message or None}
            for one in found.updates
        ],
        "due": [
            {"id": one.id, "text": one.what, "due_at": rfc3339(one.at), "overdue": one.late} for one in found.due
        ],
        "endings": [
            {"kind": one.kind, "text": one.what, "by": one.by, "reason": one.reason,
             "until": rfc3339(one.until) if one.until < math.inf else None}
            for one in found.endings
        ],
        "on_call": [
            {"contact": contact.id, "name": contact.name, "starts": rfc3339(turn.start), "ends": rfc3339(turn.end)}
            for contact, turn in found.on_call
        ],
        "notes": [
            {"at": note.wall, "by": note.by.name, "item": about(note.ent, ITEM_PREFIX),
             "incident": about(note.ent, INCIDENT_PREFIX), "text": note.text}
            for note in found.notes
        ],
        "since": found.since,
        "until": rfc3339(found.until),
    }  # fmt: skip


def _lines(run: Run, live: Live, found: Handover, at: float) -> list[str]:
    from cockpit.handing_over import driver_line, parts_of
    from cockpit.status import presence_lines
    from cockpit.times import date_time, epoch

    environment = "PRODUCTION" if run.production else run.environment
    lines = [f"{run.service} {environment}  {run.tag or run.name}  {run.state}", driver_line(run)]
    lines += presence_lines(live, run, now=at)
    if found.deploys_locked:
        lines.append(f"deploys locked: {found.deploys_locked}")
    execution = found.execution
    if execution is not None:
        when = date_time(epoch(execution.wall), run.timezone)
        what = f"{execution.direction} to {execution.tag} by {execution.by.name}, {when}"
        lines.append(f"last execution: {what}: {execution.state} {execution.detail}".rstrip())
    lines = list(map(visible, lines))
    for part in parts_of(run, found, at):
        lines += ["", f"{part.title}:", columns([[f"  {row[0]}", *row[1:]] for row in part.rows])]
    return lines

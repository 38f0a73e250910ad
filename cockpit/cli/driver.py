"""`cockpit driver` and `handover`: who has the wheel, and what the next shift must know."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, print_json, publish, say, wants_json
from cockpit.errors import ExitCode, RefusedError
from cockpit.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from cockpit.release.handover import Handover
    from cockpit.release.intents import Intent
    from cockpit.release.live import Live
    from cockpit.release.run import Run
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add `driver` and `handover`."""
    driver = table.group("driver", "who has the wheel: while somebody drives, others confirm no rollback and no deploy")
    driver.add("show", _show, "who drives, and since when").set_defaults(verb="show")
    driver.add("take", _hand, "drive from now on, also where somebody else does; that is recorded").set_defaults(
        verb="take"
    )
    give = driver.add("give", _hand, "let somebody else drive")
    give.add_argument("name", metavar="NAME", help="whole, or the first word of the name of somebody who is known here")
    give.set_defaults(verb="give")
    driver.add("release", _hand, "drive no more").set_defaults(verb="release")
    handover = table.add("handover", _handover, "what the next shift must know")
    handover.add_argument(
        "--since", default="", metavar="WHEN",
        help="where the notes begin (default: when the wheel last changed hands, else 24h): 8h, or a time with offset",
    )  # fmt: skip


def _hand(arguments: argparse.Namespace) -> ExitCode:
    workspace = open_here(arguments)
    workspace.session.act(_intent(arguments, workspace))
    publish(workspace)
    return _tell(arguments, workspace.run)


def _intent(arguments: argparse.Namespace, workspace: Workspace) -> Intent:
    from cockpit.people import find_person, known_people
    from cockpit.release.intents import GiveWheel, ReleaseWheel, TakeWheel
    from cockpit.release.wheel import wheel_of

    match arguments.verb:
        case "take":
            return TakeWheel(seen=wheel_of(workspace.run).named)
        case "give":
            known = known_people(workspace.run, _live(workspace).present)
            return GiveWheel(find_person(arguments.name, known))
        case _:
            return ReleaseWheel()


def _show(arguments: argparse.Namespace) -> ExitCode:
    return _tell(arguments, _open(arguments).run)


def _open(arguments: argparse.Namespace) -> Workspace:
    workspace = open_here(arguments)
    if not workspace.run.open:
        raise RefusedError("no release run is open", fix="Open one: cockpit release open NAME", code="no-run")
    return workspace


def _tell(arguments: argparse.Namespace, run: Run) -> ExitCode:
    from cockpit.status import driver_document

    if wants_json(arguments):
        print_json(driver_document(run))
    else:
        say(_driver_line(run))
    return ExitCode.OK


def _driver_line(run: Run) -> str:
    from cockpit.release.wheel import wheel_of
    from cockpit.times import date_time, epoch

    wheel = wheel_of(run)
    if wheel.free:
        return "nobody drives: anybody may confirm a rollback or a deploy"
    since = f"since {date_time(epoch(wheel.since), run.timezone)}"
    if wheel.contested:
        return f"{visible(wheel.named)} took the wheel at the same time, {since}: one of them takes it first"
    given = f", given by {visible(wheel.given_by)}" if wheel.given_by else ""
    return f"{visible(wheel.driver)} drives {since}{given}"


def _live(workspace: Workspace) -> Live:
    from cockpit.live_source import LiveSource

    source = LiveSource(workspace)
    try:
        return source.read()
    finally:
        source.close()


def _handover(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.cli.timeline import since_of
    from cockpit.release.handover import handover_of, last_handover
    from cockpit.release.moment import as_of
    from cockpit.times import rfc3339

    workspace = _open(arguments)
    run, live = workspace.run, _live(workspace)
    since = rfc3339(since_of(arguments.since)) if arguments.since else last_handover(run) or rfc3339(now() - 86400.0)
    found = handover_of(as_of(run, now()), since=since)
    if wants_json(arguments):
        print_json(_document(run, live, found))
    else:
        say("\n".join(_lines(run, live, found)))
    return ExitCode.OK


def _document(run: Run, live: Live, found: Handover) -> dict[str, Any]:
    import msgspec

    from cockpit.bootstrap import now
    from cockpit.status import driver_document, execution_document, item_document, status_document

    status = status_document(run, live, now=now())
    return {
        **{key: status[key] for key in ("run", "gate", "readiness", "probes", "sync", "present", "deploys_locked")},
        "driver": driver_document(run),
        **{
            key: [item_document(view, now=now()) for view in getattr(found, key)]
            for key in ("open_killers", "regressed", "contested", "claims")
        },
        "contests": status["contests"],
        "debt": msgspec.to_builtins(found.debt),
        "execution": execution_document(run),
        "notes": [
            {"at": note.wall, "by": note.by.name, "item": note.ent.removeprefix("item:") if ":" in note.ent else None,
             "text": note.text}
            for note in found.notes
        ],
        "since": found.since,
    }  # fmt: skip


def _lines(run: Run, live: Live, found: Handover) -> list[str]:
    from cockpit.bootstrap import now
    from cockpit.status import presence_lines
    from cockpit.times import date_time, epoch

    def when(wall: str) -> str:
        return date_time(epoch(wall), run.timezone)

    environment = "PRODUCTION" if run.production else run.environment
    lines = [visible(f"{run.service} {environment}  {run.tag or run.name}  {run.state}"), _driver_line(run)]
    lines += presence_lines(live, run, now=now())
    if found.deploys_locked:
        lines.append(f"deploys locked: {visible(found.deploys_locked)}")
    execution = found.execution
    if execution is not None:
        what = f"{execution.direction} to {execution.tag} by {execution.by.name}, {when(execution.wall)}"
        lines.append(visible(f"last execution: {what}: {execution.state} {execution.detail}".rstrip()))
    for title, rows in (
        ("contested", [
            *([contest.title, contest.told] for contest in run.contests),
            *([view.item.text, view.detail] for view in found.contested),
        ]),
        ("regressed", [[view.item.text, view.detail] for view in found.regressed]),
        ("probes not well", [[one.name, one.state, when(one.wall), one.detail] for one in found.probes]),
        ("killer items open", [[view.item.text, view.state.value] for view in found.open_killers]),
        ("under way", _claims(found, when)),
        ("debt", [[debt.text, debt.kind, debt.by, debt.reason] for debt in found.debt]),
        (f"notes since {when(found.since)}", [
            [when(note.wall), note.by.name, note.text if note.text is not None else "(not here yet)"]
            for note in found.notes
        ]),
    ):  # fmt: skip
        if rows:
            lines += ["", f"{title}:", columns([[f"  {row[0]}", *row[1:]] for row in rows])]
    return lines


def _claims(found: Handover, when: Callable[[str], str]) -> list[list[str]]:
    return [
        [view.item.text, view.claimed_by.name, when(view.claimed_at or "")]
        for view in found.claims
        if view.claimed_by is not None
    ]

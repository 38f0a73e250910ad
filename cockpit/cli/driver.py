"""`cockpit driver`: who has the wheel."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cockpit.cli.common import CommandTable, open_here, print_json, publish, say, wants_json
from cockpit.cli.questions import confirm_at_terminal
from cockpit.errors import ExitCode, RefusedError

if TYPE_CHECKING:
    from cockpit.release.intents import Intent
    from cockpit.release.run import Run
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add `driver`."""
    driver = table.group("driver", "who has the wheel: while somebody drives, others confirm no rollback and no deploy")
    driver.add("show", _show, "who drives, and since when").set_defaults(verb="show")
    take = driver.add("take", _hand, "drive from now on, also where somebody else does; that is recorded")
    take.add_argument("--yes", action="store_true", help="take it from whoever drives without asking at a terminal")
    take.set_defaults(verb="take")
    give = driver.add("give", _hand, "let somebody else drive")
    give.add_argument("name", metavar="NAME", help="whole, or the first word of the name of somebody who is known here")
    give.set_defaults(verb="give")
    driver.add("release", _hand, "drive no more").set_defaults(verb="release")


def _hand(arguments: argparse.Namespace) -> ExitCode:
    workspace = open_here(arguments, looking=True)
    workspace.session.act(_intent(arguments, workspace))
    publish(workspace)
    return _tell(arguments, workspace.run)


def _intent(arguments: argparse.Namespace, workspace: Workspace) -> Intent:
    from cockpit.live_source import live_of
    from cockpit.people import find_person, known_people
    from cockpit.release.intents import GiveWheel, ReleaseWheel, TakeWheel
    from cockpit.release.record import same_name
    from cockpit.release.wheel import wheel_of

    match arguments.verb:
        case "take":
            wheel = wheel_of(workspace.run)
            others = [name for name in wheel.drivers if not same_name(name, workspace.session.actor.name)]
            if others and not wheel.contested:
                question = f"{others[0]} drives, and is told. Take the wheel?"
                confirm_at_terminal(arguments, question, "take", kept=f"{others[0]} still drives")
            return TakeWheel(seen=wheel.named)
        case "give":
            known = known_people(workspace.run, live_of(workspace).present)
            return GiveWheel(find_person(arguments.name, known))
        case _:
            return ReleaseWheel()


def _show(arguments: argparse.Namespace) -> ExitCode:
    return _tell(arguments, _open(arguments).run)


def _open(arguments: argparse.Namespace) -> Workspace:
    workspace = open_here(arguments, looking=True)
    if not workspace.run.open:
        raise RefusedError("no release run is open", fix="Open one: cockpit release open NAME", code="no-run")
    return workspace


def _tell(arguments: argparse.Namespace, run: Run) -> ExitCode:
    from cockpit.handing_over import driver_line
    from cockpit.status import driver_document

    if wants_json(arguments):
        print_json(driver_document(run))
    else:
        say(driver_line(run))
    return ExitCode.OK

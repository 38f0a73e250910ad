"""`cockpit item`: the checklist without the screen."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cockpit.cli.common import CommandTable, open_here, print_json, publish, say, wants_json, warn
from cockpit.cli.evidence import add_evidence
from cockpit.errors import ExitCode, NotFoundError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.release.intents import Intent
    from cockpit.release.record import Record
    from cockpit.workspace import Workspace

_VERBS = {
    "tick": "say that the item is done",
    "challenge": "put it to the second person, with what you saw (--value)",
    "answer": "answer as the second person, with what you saw (--value)",
    "reopen": "open the item again",
    "claim": "say that you are on it",
    "unclaim": "let it go",
    "defer": "put it off, with a reason",
    "na": "say that it does not apply, with a reason",
    "override": "go on without it, with a reason",
    "note": "write a note on it (--reason)",
    "attach": "attach a file (--file)",
    "undo": "reverse your own last record on it",
    "redo": "bring back what you have undone last on it",
}


def add_commands(table: CommandTable) -> None:
    """Add `item`."""
    items = table.group("item", "one item: tick, claim, defer and the like")
    for verb, help_text in _VERBS.items():
        parser = items.add(verb, _item, help_text)
        parser.add_argument("item", metavar="ITEM", help="its id, or an end of it that is unique")
        parser.add_argument("--reason", default="", metavar="TEXT", help="why")
        parser.add_argument("--value", default="", metavar="V", help="what you saw")
        parser.add_argument("--file", default="", metavar="F", help="a file to attach as evidence")
        if verb in {"tick", "answer", "defer", "na", "override"}:
            parser.add_argument("--until", default="", metavar="WHEN", help="how long that holds: 30d, or a time")
        if verb in {"tick", "answer"}:
            parser.add_argument("--link", default="", metavar="URL", help="where it is to be seen")
        parser.set_defaults(verb=verb)
    add_evidence(items)


def _item(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.binding import bound
    from cockpit.bootstrap import now
    from cockpit.cli.item_names import find_item
    from cockpit.release.events import EvidenceAttached
    from cockpit.release.instances import instance_view
    from cockpit.release.item_state import CLOSED_BY_HAND, ItemState
    from cockpit.release.moment import item_as_of

    workspace = open_here(arguments, looking=True)
    item = find_item(workspace.run, arguments.item, now=now())
    if not workspace.run.open and item in workspace.run.items:
        raise NotFoundError("no release run is open", fix="Open one: cockpit release open NAME", code="no-run")
    before = workspace.run.view_of(item)
    written = workspace.session.act(bound(_intent(arguments, item), workspace.run, workspace.code))
    if arguments.verb in {"undo", "redo"}:
        _tell_reversed(workspace, written)
    publish(workspace)
    found = workspace.run.items.get(item) or instance_view(workspace.run, item)
    if found is None:
        raise NotFoundError(f"no item {item!r} any more", fix="cockpit status --json lists them")
    view = item_as_of(found, now())
    if arguments.verb in {"defer", "na", "override"} and before is not None and before.by_hand in CLOSED_BY_HAND:
        warn(f"it was done by {before.names}: that is taken back; `cockpit item undo {item}` brings it back")
    for record in written:
        if isinstance(record.data, EvidenceAttached) and record.data.blob is None:
            name = visible(record.data.name)
            warn(f"only the hash of {name} is recorded, for it is too large: keep the file where it lies")
    if wants_json(arguments):
        from cockpit.status import item_document

        print_json(item_document(view, now=now()))
    else:
        say(view.state.value)
        if view.sides or (view.state is ItemState.CLAIMED and view.lost_claims):
            warn(view.detail)
    return ExitCode.OK


def _tell_reversed(workspace: Workspace, written: list[Record]) -> None:
    from cockpit.release.narrative import sentence

    run = workspace.run
    for record in written:
        redone = getattr(record.data, "redoes", "")
        meant = redone or getattr(record.data, "undoes", "") or getattr(record.data, "note", "")
        found = next((other for other in run.records if other.id == meant), None)
        if found is not None:
            warn(f"{'redone' if redone else 'undone'}: {sentence(found, run)}")


def _until(arguments: argparse.Namespace) -> str:
    from cockpit.bootstrap import now
    from cockpit.times import parse_until

    return parse_until(arguments.until, now()) if arguments.until else ""


def _intent(arguments: argparse.Namespace, item: str) -> Intent:
    from cockpit.attaching import attachment
    from cockpit.release import intents

    match arguments.verb:
        case "tick":
            return intents.TickItem(item, arguments.value, _until(arguments), arguments.link)
        case "challenge":
            return intents.ChallengeItem(item, arguments.value)
        case "answer":
            return intents.AnswerItem(item, arguments.value, _until(arguments), arguments.link)
        case "reopen":
            return intents.ReopenItem(item, arguments.reason)
        case "claim":
            return intents.ClaimItem(item)
        case "unclaim":
            return intents.UnclaimItem(item)
        case "defer":
            return intents.DeferItem(item, arguments.reason, _until(arguments))
        case "na":
            return intents.MarkNotApplicable(item, arguments.reason, _until(arguments))
        case "override":
            return intents.OverrideItem(item, arguments.reason, _until(arguments))
        case "note":
            return intents.AddNote(arguments.reason or arguments.value, item)
        case "undo":
            return intents.Undo(item)
        case "redo":
            return intents.Redo(item)
        case _:
            return attachment(item, arguments.file)

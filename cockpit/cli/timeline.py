"""`cockpit note` and `timeline`: what happened and what people wrote down, searched from the command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, print_json, publish, say, wants_json
from cockpit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from cockpit.release.record import Record
    from cockpit.release.run import ItemView, Run
    from cockpit.workspace import Workspace

_LAST = "last"


def add_commands(table: CommandTable) -> None:
    """Add `note` and `timeline`."""
    note = table.add("note", _note, "write a note on the release, an item or an incident; notes are found by timeline")
    note.add_argument("text", metavar="TEXT", help="what is to be remembered; secrets in it are masked")
    _subject(note, "what the note is about")
    timeline = table.add("timeline", _timeline, "everything that happened, oldest first, or what is searched for")
    timeline.add_argument(
        "--since", default="", metavar="WHEN",
        help="a duration such as 2h, a time with an offset, or last: what you have not seen"
    )  # fmt: skip
    timeline.add_argument("--grep", default="", metavar="RE", help="a regular expression: who, what, notes, reasons")
    timeline.add_argument("--notes", action="store_true", help="notes alone")
    _subject(timeline, "what it is about")


def _subject(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--item", default="", metavar="ID", help=f"{words}: an item's id, or an end of it")
    parser.add_argument("--incident", default="", metavar="ID", help=f"{words}: an incident's id, or its beginning")


def _note(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.cli.item_names import find_item
    from cockpit.release.incidents import INCIDENT_PREFIX
    from cockpit.release.intents import AddNote

    workspace = open_here(arguments, looking=True)
    item = find_item(workspace.run, arguments.item, now=now()) if arguments.item else ""
    (record,) = workspace.session.act(AddNote(arguments.text, item, arguments.incident))
    publish(workspace)
    if wants_json(arguments):
        written = next(note for note in workspace.run.notes if note.id == record.id)
        incident = record.ent.removeprefix(INCIDENT_PREFIX) if arguments.incident else None
        print_json(
            {"id": record.id, "at": record.wall, "by": record.by.name, "text": written.text, "item": item or None,
             "incident": incident}
        )  # fmt: skip
    else:
        say("noted")
    return ExitCode.OK


def since_of(text: str) -> float:
    """Return the epoch seconds that `--since` means: a duration back from now, or a time with an offset."""
    from cockpit.bootstrap import now
    from cockpit.durations import parse_duration
    from cockpit.times import epoch, parse_time

    if not text:
        return 0.0
    try:
        return now() - parse_duration(text)
    except ValueError:
        return epoch(parse_time(text))


def _unseen(workspace: Workspace) -> list[Record]:
    """Return what this person has not seen of the run, on a screen or by this command, and take it as seen."""
    from cockpit.bootstrap import now
    from cockpit.release.since import unseen
    from cockpit.seen import SeenStore

    run, person = workspace.run, workspace.session.actor.name
    store = SeenStore(workspace.store.location.common)
    seen = store.read(run.id, person)
    if not workspace.session.readonly:
        store.mark(run.id, person, run.records, now())
    return unseen(run.records, seen.heads if seen is not None else {})


def _timeline(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.item_story import story_of
    from cockpit.release.narrative import is_told
    from cockpit.times import epoch

    found_by = _search(arguments.grep)
    last = arguments.since == _LAST
    since = 0.0 if last else since_of(arguments.since)
    workspace = open_here(arguments, any_run=False)
    entity, item = _entity(arguments, workspace.run), _item(arguments, workspace.run)
    about = {one.id for one in story_of(item, workspace.run)} if item is not None else set()
    records = _unseen(workspace) if last else [one for one in workspace.run.records if epoch(one.wall) >= since]
    told = [one for one in records if is_told(one) and (not entity or one.ent == entity or one.id in about)]
    if arguments.notes:
        standing = {note.id for note in workspace.run.notes}
        told = [one for one in told if one.id in standing]
    documents = [_document(one, workspace, as_of_item=item is not None) for one in told]
    documents = [one for one in documents if found_by(f"{one['by']} {one['text']} {' '.join(one['words'].values())}")]
    if wants_json(arguments):
        print_json(documents)
    else:
        searched = bool(arguments.grep or arguments.notes or entity)
        nothing = "Nothing has happened since you looked." if last else "Nothing has happened yet."
        rows = [_row(one, workspace.run) for one in documents]
        say(columns(rows) if rows else "Nothing matches." if searched else nothing)
    return ExitCode.OK


def _search(pattern: str) -> Callable[[str], bool]:
    import re

    from cockpit.patterns import UNREADABLE, readable

    try:
        found = readable(pattern, re.IGNORECASE)
    except UNREADABLE as error:
        raise UsageError(
            f"{pattern!r} is no regular expression: {error}", fix=r"Write a plain word, or escape signs: \(500\)"
        ) from error
    return lambda text: found.search(text) is not None


def _entity(arguments: argparse.Namespace, run: Run) -> str:
    """Return the entity that is asked for; empty for all."""
    from cockpit.bootstrap import now
    from cockpit.cli.item_names import find_item
    from cockpit.release.decisions.incidents import find_incident
    from cockpit.release.entities import item_entity
    from cockpit.release.incidents import incident_entity

    if arguments.item and arguments.incident:
        raise UsageError("an item and an incident are two timelines", fix="Name one of them")
    if arguments.item:
        return item_entity(find_item(run, arguments.item, now=now()))
    return incident_entity(find_incident(run, arguments.incident).id) if arguments.incident else ""


def _item(arguments: argparse.Namespace, run: Run) -> ItemView | None:
    """Return the item that is asked for, if one is."""
    from cockpit.bootstrap import now
    from cockpit.cli.item_names import find_item

    return run.view_of(find_item(run, arguments.item, now=now())) if arguments.item else None


def _document(record: Record, workspace: Workspace, *, as_of_item: bool = False) -> dict[str, Any]:
    from cockpit.identity import is_shared
    from cockpit.release.item_story import story_sentence
    from cockpit.release.narrative import sentence
    from cockpit.release.record_texts import words_of

    run = workspace.run
    return {
        "id": record.id,
        "at": record.wall,
        "by": record.by.name,
        "host": record.host,
        "kind": record.kind,
        "entity": record.ent,
        "text": story_sentence(record, run) if as_of_item else sentence(record, run),
        "shared": is_shared(record.by.name, run.configuration),
        "words": words_of(record, run, workspace.session.text),
    }


def _row(one: dict[str, Any], run: Run) -> list[str]:
    from cockpit.release.record_texts import with_words
    from cockpit.times import date_time, epoch

    who = one["by"] + (" (shared account)" if one["shared"] else "")
    return [
        date_time(epoch(one["at"]), run.timezone, with_seconds=True),
        who,
        with_words(one["text"], one["words"].values()),
    ]

"""`cockpit contacts`: whom to call, in which order, and who is on call when."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, print_json, say, wants_json
from cockpit.errors import ExitCode, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cockpit.release.contacts import Callee, Purpose
    from cockpit.release.run import Run

_DAY = 86400.0


def add_commands(table: CommandTable) -> None:
    """Add `contacts`."""
    contacts = table.add("contacts", _contacts, "whom to call for what, in which order, and who is on call")
    contacts.add_argument("purpose", nargs="?", default="", metavar="PURPOSE", help="a part of what one calls for")
    contacts.add_argument("--at", default="", metavar="WHEN", help="as of a time with an offset, or in so long: 8h")


def _contacts(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.release.contacts import whom_to_call
    from cockpit.times import epoch, parse_until, zone

    workspace = open_here(arguments, any_run=True)
    run = workspace.run
    at = epoch(parse_until(arguments.at, now())) if arguments.at else now()
    purposes = whom_to_call(run, at, zone(run.timezone))
    wanted = arguments.purpose.strip().casefold()
    found = [one for one in purposes if wanted in one.title.casefold()]
    if wanted and not found:
        known = ", ".join(one.title for one in purposes) or "no contact is written down"
        raise NotFoundError(f"nobody is named for {arguments.purpose!r}", fix=f"There is: {known}")
    if wants_json(arguments):
        print_json(_document(run, found, at))
    elif not found:
        say("No contacts are written down: add `contacts:` to cockpit.yaml.")
    else:
        say("\n\n".join(_text(run, one, at) for one in found))
    return ExitCode.OK


def _text(run: Run, purpose: Purpose, at: float) -> str:
    from cockpit.reports.contacts import name_of, when_words

    rows = [
        [f"  {one.place}", name_of(one.contact), when_words(one, at, run.timezone), ", ".join(one.ways)]
        for one in purpose.callees
    ]
    return f"{purpose.title}:\n{columns(rows)}"


def _document(run: Run, purposes: Iterable[Purpose], at: float) -> dict[str, Any]:
    from cockpit.release.contacts import shifts_within
    from cockpit.times import rfc3339, zone

    shifts = shifts_within(run, at, at + 7 * _DAY, zone(run.timezone))
    return {
        "at": rfc3339(at),
        "purposes": [{"purpose": one.title, "contacts": list(map(_callee, one.callees))} for one in purposes],
        "shifts": [
            {"contact": contact.id, "name": contact.name, "starts": rfc3339(turn.start), "ends": rfc3339(turn.end)}
            for contact, turn in shifts
        ],
    }


def _callee(one: Callee) -> dict[str, Any]:
    from cockpit.times import rfc3339

    contact = one.contact
    return {
        "id": contact.id,
        "name": contact.name,
        "place": one.place,
        "on_call": one.on_call,
        "starts": rfc3339(one.turn.start) if one.turn is not None else None,
        "ends": rfc3339(one.turn.end) if one.turn is not None else None,
        "after_seconds": one.after,
        "reach": list(one.ways),
        "hint": contact.hint,
    }

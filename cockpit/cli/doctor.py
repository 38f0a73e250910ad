"""`cockpit doctor`: finds and mends the faults of the store; `--purge` forgets evidence."""

from __future__ import annotations

import argparse
import socket
from typing import TYPE_CHECKING

from cockpit.cli.common import CommandTable, options_of, print_json, say, wants_json
from cockpit.errors import ExitCode

if TYPE_CHECKING:
    from cockpit.store.doctor.examine import Examination
    from cockpit.store.doctor.finding import Finding


def add_commands(table: CommandTable) -> None:
    """Add `doctor`."""
    doctor = table.add("doctor", _doctor, "find and mend faults of the store; or forget evidence for ever")
    doctor.add_argument("--purge", nargs="+", default=[], metavar="SHA|NOTE|ITEM", help="forget these texts and files")
    doctor.add_argument("--reason", default="", metavar="TEXT", help="why they are purged")
    doctor.add_argument("--yes", action="store_true", help="purge without asking")


def _doctor(arguments: argparse.Namespace) -> ExitCode:
    if arguments.purge:
        from cockpit.cli.purging import purge

        return purge(arguments)
    options = options_of(arguments)
    from cockpit.bootstrap import now, open_store
    from cockpit.codec import named_blobs
    from cockpit.store.doctor.examine import examine

    location = open_store(options.repo).location
    found = examine(location, named=named_blobs, host=socket.gethostname(), mend=not options.readonly, now=now)
    if wants_json(arguments):
        print_json(_document(found))
    else:
        say("\n".join([*(line for finding in found.findings for line in _lines(finding)), _summary(found)]))
    return ExitCode.OK if found.well else ExitCode.FAILED


def _document(found: Examination) -> dict[str, object]:
    return {
        "well": found.well,
        "findings": [
            {
                "code": finding.code,
                "place": finding.place,
                "found": finding.found,
                "done": finding.done,
                "todo": finding.todo,
                "remains": finding.remains,
            }
            for finding in found.findings
        ],
        "events": found.events,
        "journals": found.journals,
        "blobs": found.blobs,
    }


def _lines(finding: Finding) -> list[str]:
    word = "TO DO" if finding.remains else "mended" if finding.done else "note"
    lines = [f"{word}: {finding.place}", f"  found: {finding.found}"]
    lines += [f"  done:  {finding.done}"] if finding.done else []
    lines += [f"  to do: {finding.todo}"] if finding.todo else []
    return lines


def _summary(found: Examination) -> str:
    looked = f"{found.events} events in {found.journals} journals and {found.blobs} pieces of evidence were looked at"
    left = sum(finding.remains for finding in found.findings)
    if left:
        return f"{looked}: {left} to do"
    mended = sum(bool(finding.done) for finding in found.findings)
    return f"{looked}: all is well" + (f", {mended} mended" if mended else "")

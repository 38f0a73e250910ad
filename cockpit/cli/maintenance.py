"""`cockpit maintenance`: what recurs, due and overdue first, or a year of it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, Final

from cockpit.cli.common import CommandTable, columns, open_here, print_json, say, wants_json
from cockpit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from cockpit.release.recurrence import Almanac, Occurrence
    from cockpit.release.run import Run
    from cockpit.release.year import YearRow

# One sign a period; the words stand below and beside.
_SIGNS: Final = {
    "done": "x", "overdue": "!", "due": "o", "missed": "-", "upcoming": ".", "none": " ", "na": "n", "deferred": ">",
    "overridden": "^",
}  # fmt: skip
_LEGEND: Final = "x done   ! overdue   o due   - missed   > deferred   ^ overridden   n not applicable   . to come"


def add_commands(table: CommandTable) -> None:
    """Add `maintenance`."""
    parser = table.add("maintenance", _maintenance, "what recurs: overdue, due, done and next")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="the past that is known, too")
    which.add_argument("--year", nargs="?", const="", default=None, metavar="YEAR", help="a year by period")


def _maintenance(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.release.recurrence import Almanac
    from cockpit.times import zone

    workspace = open_here(arguments)
    run = workspace.run
    at = now()
    almanac = Almanac(run, at, zone(run.timezone))
    if arguments.year is not None:
        _show_year(arguments, run, almanac)
        return ExitCode.OK
    found = almanac.all(everything=arguments.all)
    if wants_json(arguments):
        from cockpit.status import occurrence_document

        print_json([occurrence_document(one, now=at) for one in found])
    elif found:
        say(columns([_row(one, run) for one in found]))
    else:
        say("Nothing recurs: give items a cadence in the checklist.")
    return ExitCode.OK


def _row(one: Occurrence, run: Run) -> list[str]:
    from cockpit.durations import short_duration
    from cockpit.times import date_time, epoch

    view = one.view
    state = f"{one.state} {short_duration(one.overdue_by)}" if one.state == "overdue" else one.state
    if view.state.value not in {"open", one.state}:
        state += f", {view.state}"
    told = view.reading.told if view.is_sensed and view.reading is not None else None
    if told is not None:
        who = f"{view.detail} (on {told.observer} {date_time(epoch(told.wall), run.timezone)})"
    elif view.by is not None and view.state.value != "open":
        who = f"{view.names} {date_time(epoch(view.at or ''), run.timezone)}"
    else:
        # The last day on which it is in time, not the midnight after it.
        who = f"by {date_time(one.due_at - 1, run.timezone)[:10]}" + (f", {view.item.role}" if view.item.role else "")
    missed = f" ({one.missed} missed before)" if one.missed else ""
    return [state, one.id, f"{view.item.text}{missed}", who]


def _show_year(arguments: argparse.Namespace, run: Run, almanac: Almanac) -> None:
    from cockpit.release.year import year_of_cadences, year_of_items

    year = _year(arguments.year, almanac)
    items = year_of_items(run, almanac, year)
    together = year_of_cadences(items)
    if wants_json(arguments):
        print_json(
            {
                "year": year,
                "cadences": [_row_document(row) for row in together],
                "items": [{"item": row.item, "text": row.text, **_row_document(row)} for row in items],
            }
        )
        return
    say(f"{year}   {_LEGEND}")
    for row in together:
        say(f"\n{row.cadence}: {row.told}")
        rows = [row, *(one for one in items if one.cadence == row.cadence)]
        say(columns([[f"  [{_strip(one)}]", one.text if one.item else "together"] for one in rows]))


def _strip(row: YearRow) -> str:
    return "".join(_SIGNS[cell.state] for cell in row.cells)


def _row_document(row: YearRow) -> dict[str, Any]:
    return {
        "cadence": row.cadence,
        "periods": [
            {"period": cell.period.label, "state": cell.state, "done": cell.done, "total": cell.total}
            for cell in row.cells
        ],
    }


def _year(text: str, almanac: Almanac) -> int:
    if not text:
        return almanac.present("annually").year
    if not (text.isascii() and text.isdigit() and len(text) == 4 and 1970 <= int(text) <= 2999):
        raise UsageError(f"{text!r} is not a year", fix="Write it like 2026")
    return int(text)

"""`cockpit verify`: the sensed items, looked at now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import CommandTable, columns, open_here, print_json, publish, require_writing, say, wants_json
from cockpit.errors import ExitCode

if TYPE_CHECKING:
    from cockpit.release.run import Run
    from cockpit.verifying import Verified


def add_commands(table: CommandTable) -> None:
    """Add the command."""
    verify = table.add("verify", _verify, "run the checks of sensed items now, all or those named")
    verify.add_argument("items", nargs="*", metavar="ITEM", help="its id, or an end of it that is unique")


def _verify(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.verifying import verify

    require_writing(arguments)
    workspace = open_here(arguments)
    from cockpit.cli.item_names import find_item

    wanted = [find_item(workspace.run, item, now=now()) for item in arguments.items]
    results = verify(workspace, wanted)
    if results:
        publish(workspace)
    if wants_json(arguments):
        print_json([verified_document(result, workspace.run) for result in results])
    elif results:
        say(columns([_row(result, workspace.run) for result in results]))
    else:
        say("No item has a check: write some under checks: in cockpit.yaml.")
    states = {result.found.state if result.found is not None else "unknown" for result in results}
    if "failed" in states:
        return ExitCode.FAILED
    return ExitCode.UNKNOWN if "unknown" in states else ExitCode.OK


def verified_document(result: Verified, run: Run) -> dict[str, Any]:
    """Return one look as scripts read it."""
    from cockpit.bootstrap import now
    from cockpit.times import rfc3339

    found = result.found
    return {
        "id": result.item,
        "text": result.text,
        "check": result.check.kind,
        "closes": result.check.closes,
        "state": found.state if found is not None else "unknown",
        "expected": result.expected,
        "actual": found.actual if found is not None else "",
        "detail": found.detail if found is not None else _held(result),
        "at": rfc3339(result.at),
        "age": round(max(now() - result.at, 0.0), 3),
        "commit": (found.commit or None) if found is not None else None,
        "item_state": _item_state(result, run) or None,
    }


def _item_state(result: Verified, run: Run) -> str:
    from cockpit.bootstrap import now
    from cockpit.release.moment import item_as_of

    view = run.view_of(result.item)
    seen = view is not None and (run.open or bool(view.period))
    return item_as_of(view, now()).state.value if view is not None and seen else ""


def _held(result: Verified) -> str:
    return f"has effects ({result.check.effects}): name it to run it"


def _row(result: Verified, run: Run) -> list[str]:
    found = result.found
    if found is None:
        return ["unknown", _item_state(result, run), result.text, _held(result)]
    words = found.actual + (f": {found.detail}" if found.detail else "")
    if found.state != "ok":
        words += f" (expected {result.expected})"
    return [found.state, _item_state(result, run), result.text, words]

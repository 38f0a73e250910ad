"""`cockpit report`: the whole release on one page."""

from __future__ import annotations

import argparse

from cockpit.cli.common import CommandTable, open_here, print_json, put, require_writing, say, wants_json
from cockpit.errors import ExitCode


def add_commands(table: CommandTable) -> None:
    """Add `report`."""
    report = table.add("report", _report, "the whole release on one page: items, gates, debt, executions, timeline")
    report.add_argument("--format", choices=["md", "html", "json"], default="md", help="default: md")
    report.add_argument(
        "--offline", action="store_true", help="write the page for when all else is down, and say where it lies"
    )
    report.add_argument("--publish", action="store_true", help="commit it to the branch cockpit-report, and push that")


def _report(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.reporting import whole_report

    workspace = open_here(arguments)
    if arguments.offline:
        from cockpit.offline import write_offline_page

        require_writing(arguments)
        page, text = write_offline_page(workspace)
        if wants_json(arguments):
            print_json({"html": str(page), "text": str(text)})
        else:
            say(f"{page}\n{text}")
        return ExitCode.OK
    if arguments.publish:
        from cockpit.reporting import BRANCH, publish_report, push_report

        require_writing(arguments)
        commit = publish_report(workspace)
        push_report(workspace)
        if wants_json(arguments):
            print_json({"branch": BRANCH, "commit": commit})
        else:
            say(f"{BRANCH} is at {commit[:12]}" if commit else f"{BRANCH} says so already")
        return ExitCode.OK
    report = whole_report(workspace, now=now())
    if wants_json(arguments) or arguments.format == "json":
        print_json(report)
    elif arguments.format == "html":
        from cockpit.reports.html import to_html

        put(to_html(report))
    else:
        from cockpit.reports.markdown import to_markdown

        put(to_markdown(report))
    return ExitCode.OK

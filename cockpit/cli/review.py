"""`cockpit review`: what happened since the last completed review, and how well the service ran."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cockpit.cli.common import CommandTable, columns, open_here, print_json, publish, put, say, wants_json
from cockpit.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from cockpit.release.review import Review


def add_commands(table: CommandTable) -> None:
    """Add `review`."""
    review = table.add("review", _review, "the daily review: what happened, uptime, outages, errors, what is due")
    review.add_argument("--since", default="", metavar="WHEN",
                        help="24h, a time with an offset, last, launch or yesterday (default: last)")  # fmt: skip
    review.add_argument("--at", default="", metavar="TIME", help="as it stood then, by what is kept of it")
    review.add_argument("--done", action="store_true", help="record that it is complete: the next one begins here")
    review.add_argument("--format", choices=["md", "html", "json"], default="", help="default: lines for a terminal")


def _review(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import now
    from cockpit.recorder import past_run, past_time
    from cockpit.reviewing import completion, gather_review

    if arguments.done and arguments.at:
        raise UsageError("a review of the past is only looked at", fix="Leave out --at, or --done")
    workspace = open_here(arguments)
    until, run = now(), None
    if arguments.at:
        until = past_time(arguments.at, now())
        run = past_run(workspace, until)
    review = gather_review(workspace, since=arguments.since, until=until, run=run)
    if arguments.done:
        workspace.session.act(completion(review))
        publish(workspace)
    _show(arguments, review)
    return ExitCode.OK


def _show(arguments: argparse.Namespace, review: Review) -> None:
    if wants_json(arguments) or arguments.format == "json":
        from cockpit.reviewing import review_document

        print_json(review_document(review, completed=arguments.done))
    elif arguments.format == "html":
        from cockpit.reports.review import review_to_html

        put(review_to_html(review))
    elif arguments.format == "md":
        from cockpit.reports.review import review_to_markdown

        put(review_to_markdown(review))
    else:
        _say(review)
        if arguments.done:
            say("\nCompleted: the next review begins here.")


def _say(review: Review) -> None:
    from cockpit.release.review_told import sections_of, span_of, title_of

    say("\n".join((title_of(review), "", *review.summary, "", span_of(review))))
    for section in sections_of(review):
        if section.id == "summary":
            continue
        say(f"\n{section.title}: {section.told}" if section.told else f"\n{section.title}")
        if section.rows:
            heads = [["", *section.heads]] if any(section.heads) else []
            wide = [row for row in section.rows if len(row.cells) > 1]
            if wide:
                say(columns([*heads, *(["!" if row.grave else " ", *row.cells] for row in wide)]))
            for remark in (row for row in section.rows if len(row.cells) == 1):
                say(f"   {remark.cells[0]}")

"""What logs come to, printed: counts by level and format, patterns, templates, requests."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cockpit.cli.common import columns, print_json, say, wants_json
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.cli.log_choice import ChosenLog
    from cockpit.logs.query import LogQuery

_SHOWN = 20  # fingerprints and paths that are printed; --json has them all


def print_stats(arguments: argparse.Namespace, logs: Sequence[ChosenLog], query: LogQuery) -> None:
    """Print what the logs come to together."""
    from cockpit.logs.stats import Wanted, stats

    released = [log.released_at for log in logs if log.released_at is not None]
    wanted = Wanted(
        patterns=arguments.patterns,
        own_patterns={name: pattern for log in logs for name, pattern in log.patterns.items()},
        fingerprints=arguments.fingerprints,
        released_at=max(released, default=None),
        requests=arguments.requests,
    )
    found = stats(*(file for log in logs for file in log.files()), query=query, wanted=wanted)
    if wants_json(arguments):
        print_json(found)
        return
    levels = "  ".join(f"{level} {count}" for level, count in found["levels"].items() if count)
    say(f"{found['lines']} lines, {found['bytes']} bytes, {found['first_at']} to {found['last_at']}\n{levels}")
    formats = "  ".join(f"{name} {count}" for name, count in found["formats"].items())
    say(f"formats  {formats}")
    if found["own_traffic"]:
        own = f"{found['own_traffic']} lines are of the cockpit's own probes and checks"
        say(f"{own}; without them {found['errors']} errors, and no pattern or request counts them.")
    if arguments.patterns:
        say("\n" + columns([[name, str(count)] for name, count in found["patterns"].items()]))
    if arguments.fingerprints:
        _say_fingerprints(found)
    if arguments.requests:
        _say_requests(found["requests"])


def _say_fingerprints(found: dict[str, Any]) -> None:
    rows = [
        ["new" if one["new"] else "", one["level"], str(one["count"]), visible(one["template"])]
        for one in found["fingerprints"][:_SHOWN]
    ]
    say("\n" + columns(rows) if rows else "\nNo lines to tell apart.")
    more = len(found["fingerprints"]) - len(rows)
    if more > 0:
        say(f"and {more} more: --json has them all")
    if found["fingerprints_left_out"]:
        say(f"{found['fingerprints_left_out']} lines of rarer templates are left out: there are too many.")


def _say_requests(requests: dict[str, Any]) -> None:
    classes = "  ".join(f"{name} {count}" for name, count in requests["classes"].items())
    say(f"\nrequests  {classes}" if classes else "\nNo requests in it.")
    rows = [["path", "count", "5xx", "p50", "p95", "p99"]]
    for one in requests["endpoints"][:_SHOWN]:
        times = ["–" if one[key] is None else f"{one[key]:.0f} ms" for key in ("p50_ms", "p95_ms", "p99_ms")]
        rows.append([visible(one["endpoint"]), str(one["count"]), str(one["errors"]), *times])
    if len(rows) > 1:
        say(columns(rows))

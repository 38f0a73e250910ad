"""`--without-remote-lease --reason TEXT`: going on by this clone's lock alone, where the remote cannot be asked."""

from __future__ import annotations

import argparse

from cockpit.cli.common import Parser
from cockpit.errors import UsageError


def add_override(parser: Parser) -> None:
    """Add the option; the reason is the command's own."""
    parser.add_argument(
        "--without-remote-lease", action="store_true", help="go on where the remote cannot be asked, with --reason"
    )


def reason_to_go_without(arguments: argparse.Namespace) -> str:
    """Return the reason to go on without the remote's lease; empty where that was not said."""
    if not arguments.without_remote_lease:
        return ""
    reason: str = arguments.reason.strip()
    if not reason:
        raise UsageError(
            "--without-remote-lease needs a reason", fix='Say how you know that nobody else executes: --reason "…"'
        )
    return reason

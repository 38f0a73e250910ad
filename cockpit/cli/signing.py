"""`cockpit sign`: the release's sign-off, role by role."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cockpit.cli.common import CommandTable, columns, open_here, print_json, publish, say, wants_json
from cockpit.errors import ExitCode, NotFoundError, UsageError

if TYPE_CHECKING:
    from cockpit.release.run import Run
    from cockpit.release.signoffs import RoleStanding


def add_commands(table: CommandTable) -> None:
    """Add `sign`."""
    sign = table.add("sign", _sign, "sign off for a role; without one, how every role stands")
    sign.add_argument("role", nargs="?", default="", metavar="ROLE", help="dev, qa, security, ops, product, ...")
    sign.add_argument("--key", default="", metavar="FILE",
                      help="the SSH key (default: the one that git signs with, or the agent's)")  # fmt: skip
    sign.add_argument("--on-behalf", default="", metavar="NAME", help="who said so, where it was not you")
    sign.add_argument("--reason", default="", metavar="TEXT", help="why; a revocation needs one")
    sign.add_argument("--verify", action="store_true", help="exit 1 unless every role that is needed stands")
    sign.add_argument(
        "--revoke", default="", metavar="ROLE", help="take a role's sign-off back; signed by a key at hand"
    )


def _sign(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import RevokeSignOff, SignOff
    from cockpit.signing_off import act_signed

    wanted = [bool(arguments.role), bool(arguments.revoke), arguments.verify]
    if sum(wanted) > 1:
        raise UsageError("one thing at a time: sign, verify or revoke", fix="See: cockpit sign --help")
    workspace = open_here(arguments)
    if not workspace.run.open:
        raise NotFoundError("no release run is open", fix="Open one: cockpit release open NAME", code="no-run")
    if arguments.role:
        act_signed(workspace, SignOff(arguments.role, arguments.on_behalf, arguments.reason), arguments.key)
        publish(workspace)
    elif arguments.revoke:
        act_signed(workspace, RevokeSignOff(arguments.revoke, arguments.reason), arguments.key)
        publish(workspace)
    elif arguments.key or arguments.on_behalf or arguments.reason:
        raise UsageError("it is not said for which role", fix="cockpit sign ROLE")
    return _tell(arguments, workspace.run)


def _tell(arguments: argparse.Namespace, run: Run) -> ExitCode:
    from cockpit.release.signoffs import needed_roles, sign_off_of
    from cockpit.status import sign_off_document

    found = sign_off_of(run)
    needed = {role for view in run.phases for role in needed_roles(run, view.phase.id)} or {one.role for one in found}
    lacking = [one for one in found if one.role in needed and one.objection]
    if wants_json(arguments):
        print_json({"ok": not lacking, "roles": sign_off_document(run)})
    else:
        say(columns([_row(one) for one in found]) if found else "No role signs this release.")
    # Whoever signs for one role is not told that it failed because others have not yet.
    return ExitCode.FAILED if arguments.verify and lacking else ExitCode.OK


def _row(one: RoleStanding) -> list[str]:
    from cockpit.release.signoffs import signer_of

    given = one.given
    who = "" if given is None else signer_of(given)
    at = "" if given is None else f"{given.at[:16]}Z"
    also = f"also {', '.join(one.also)}" if one.also else ""
    told = one.objection if given is not None else ""
    if not one.objection:
        told = "; ".join(
            part for part in (f"{one.verdict.who} {one.verdict.key}".strip(), one.verdict.why, also) if part
        )
    return [one.title, one.state, who, at, told]

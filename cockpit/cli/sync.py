"""`cockpit sync`: exchanges the state with the remote now."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import msgspec

from cockpit.cli.common import CommandTable, options_of, print_json, publish, require_writing, say, wants_json, warn
from cockpit.errors import ExitCode, NotFoundError

if TYPE_CHECKING:
    from cockpit.workspace import Options


def add_commands(table: CommandTable) -> None:
    """Add `sync`."""
    sync = table.add("sync", _sync, "exchange the state with the remote now; the first time it is published there")
    sync.add_argument("--remote", default="", metavar="R", help="a git remote's name or an address")
    sync.add_argument("--branch", default="", metavar="B", help="the branch that carries it, for this once")


def _sync(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import open_store, remote_of
    from cockpit.store.remote import RemoteError, Trouble
    from cockpit.times import rfc3339

    require_writing(arguments)
    options = options_of(arguments)
    store = open_store(options.repo)
    remote = remote_of(options, store, named=arguments.remote, branch=arguments.branch)
    if remote is None:
        raise NotFoundError(
            "there is no remote to exchange the state with",
            fix="Name one: cockpit sync --remote R, or state_remote in cockpit.yaml; git remote add makes one",
            code="no-remote",
        )
    done = store.synchroniser(remote).exchange()
    status = done.status
    if status.state != "synced":
        raise RemoteError(status.reason, trouble=Trouble(status.state), fix=status.fix)
    _reconcile(options)
    if wants_json(arguments):
        document = msgspec.to_builtins(status)
        at = rfc3339(status.at)
        print_json(
            {
                **{key: document.get(key, "") for key in ("state", "remote", "address")},
                "at": at, "ahead": 0, "behind": 0, "received": done.received, "sent": done.sent,
                "diverged": list(done.diverged), "kept": done.kept,
            }
        )  # fmt: skip
        return ExitCode.OK
    what = {(True, True): "received and sent", (True, False): "received", (False, True): "sent"}
    say(f"in step with {status.remote} ({status.address}): {what.get((done.received, done.sent), 'nothing new')}")
    if done.kept:
        warn(done.kept)
    for path in done.diverged:
        say(f"  {path} was continued on two sides; both are kept, see cockpit doctor")
    return ExitCode.OK


def _reconcile(options: Options) -> None:
    """Say who else executed while this clone went on without the remote's lease."""
    from cockpit.bootstrap import open_workspace
    from cockpit.leasing.looking import reconcile

    try:
        workspace = open_workspace(options, any_run=True, any_env=True)
    except NotFoundError:  # a clone that nothing was ever configured or opened in
        return
    for found in reconcile(workspace):
        publish(workspace)
        if found.owner:
            warn(
                f"while you went on without the remote's lease, {found.owner} on {found.host} executed,"
                f" since {found.at}: {found.target}. Look at what the two of you have left behind"
            )

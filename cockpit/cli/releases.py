"""`cockpit release`: runs are opened, moved through their life, and listed."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cockpit.cli.common import (
    CommandTable,
    columns,
    open_here,
    print_json,
    publish,
    require_writing,
    say,
    shared_options,
    wants_json,
    warn,
    warn_of_unseen_remote,
)
from cockpit.errors import CockpitError, ExitCode, RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from cockpit.release.run import RunSummary
    from cockpit.workspace import Workspace


def add_commands(table: CommandTable) -> None:
    """Add `release` and its commands."""
    release = table.group("release", "open a release run, and move it through its life")
    opening = release.add("open", _open, "open a run; the configuration and checklists are pinned as they are now")
    opening.add_argument("name", metavar="NAME", help="its name; where it is a tag, the run flies that tag")
    opening.add_argument("--tag", default="", metavar="TAG", help="the tag it flies, which may come later")
    opening.add_argument("--launch", default="", metavar="TIME", help="RFC 3339 with an offset")
    opening.add_argument("--checklist", action="append", default=[], metavar="ID", help="only these checklists")
    retarget = release.add("retarget", _retarget, "fly another tag")
    retarget.add_argument("tag", metavar="TAG", help="the tag to fly from now on")
    move = release.add("move", _move, "launch at another time")
    move.add_argument("--launch", required=True, metavar="TIME", help="RFC 3339 with an offset")
    for name, help_text in (
        ("hold", "hold the run, with a reason"),
        ("resume", "make a planned or held run active"),
        ("abort", "abort the run, with a reason"),
        ("close", "close the run"),
        ("reopen", "make a run that is over active again"),
    ):
        change = release.add(name, _change_state, help_text)
        change.add_argument("--reason", default="", metavar="TEXT", help="why")
        change.set_defaults(verb=name)
    # Here `--by` names the run; who acts is said before the command's name.
    supersede = release.add(
        "supersede", _change_state, "another run takes this one's place", shared=shared_options(who=False)
    )
    supersede.add_argument("--by", required=True, metavar="RUN", dest="by_run", help="the run that does")
    supersede.add_argument("--reason", default="", metavar="TEXT", help="why")
    supersede.set_defaults(verb="supersede")
    migrating = release.add("migrate", _migrate, "fly by the files as they are now; what would change is shown first")
    migrating.add_argument("--yes", action="store_true", help="do it; without, what would change is shown, and exit 4")
    migrating.add_argument("--back", action="store_true", help="to the files before the last migration")
    release.add("list", _list, "list all runs")
    release.add("show", _show, "show the run in focus")


def _open(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.times import parse_time

    require_writing(arguments)
    launch = parse_time(arguments.launch) if arguments.launch else ""
    workspace = open_here(arguments, any_run=True)
    run = workspace.open_run(arguments.name, tag=arguments.tag, launch_at=launch, checklists=tuple(arguments.checklist))
    publish(workspace)
    page = _offline_page(workspace)
    if wants_json(arguments):
        print_json(run.summary())
    else:
        at = f" at {run.tag} ({run.commit[:8]})" if run.tag else ", without a tag yet"
        say(f"{run.id}: {run.name} of {run.service} in {run.environment}{at}, {run.state}")
        absent = [view for view in run.items.values() if view.state.value == "na"]
        if absent:
            why = ", ".join(dict.fromkeys(view.detail for view in absent))
            say(f"{len(absent)} items do not apply, by cockpit.yaml: {why}")
        if not workspace.trusted:
            say(
                "Its commands are not trusted on this host yet: look with `cockpit trust --show`, then `cockpit trust`."
            )
        if page is not None:
            say(f"To be read when all else is down, and to be copied elsewhere: {page}")
    return ExitCode.OK


def _offline_page(workspace: Workspace) -> Path | None:
    """Write the page for when everything else is down; warn where that cannot be, for the run is open all the same."""
    from cockpit.offline import write_offline_page

    try:
        return write_offline_page(workspace)[0]
    except (CockpitError, OSError) as error:
        warn(f"the offline page could not be written: {error}")
        return None


def _retarget(arguments: argparse.Namespace) -> ExitCode:
    from msgspec import to_builtins

    from cockpit.bootstrap import now
    from cockpit.git.resolve import resolve_tag
    from cockpit.release.asked_again import asked_again
    from cockpit.release.intents import Retarget
    from cockpit.text import visible

    workspace = open_here(arguments)
    commit = resolve_tag(workspace.code_git, arguments.tag)
    before = workspace.run.summary()
    again = asked_again(workspace.run, arguments.tag, commit, now=now())
    workspace.session.act(Retarget(arguments.tag, commit))
    publish(workspace)
    _offline_page(workspace)
    if wants_json(arguments):
        print_json({**to_builtins(workspace.run.summary()), "asked_again": list(again)})
        return ExitCode.OK
    flew = f"{before.tag or 'no tag yet'} {before.commit[:8]}".rstrip()
    say(f"it flew {flew}, and flies {arguments.tag} {commit[:8]} from here on")
    _show_summary(arguments, workspace.run.summary())
    for one in again:
        say(visible(f"- {one}"))
    return ExitCode.OK


def _move(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.intents import MoveLaunch
    from cockpit.times import parse_time

    workspace = open_here(arguments)
    workspace.session.act(MoveLaunch(parse_time(arguments.launch)))
    publish(workspace)
    return _show_summary(arguments, workspace.run.summary())


def _change_state(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.release.events import RunState
    from cockpit.release.intents import ChangeRunState

    states: dict[str, RunState] = {
        "hold": "held",
        "resume": "active",
        "abort": "aborted",
        "close": "closed",
        "reopen": "active",
        "supersede": "superseded",
    }
    workspace = open_here(arguments, any_run=arguments.verb == "reopen")
    past = [run for run in workspace.runs.values() if workspace.env in {"", run.environment}]
    if not workspace.run.open and arguments.verb == "reopen" and past:
        from cockpit.runs import pinned_of

        workspace.session.focus(past[-1].id, pinned_of(workspace.store, past[-1]))
    by_run = getattr(arguments, "by_run", "")
    workspace.session.act(ChangeRunState(states[arguments.verb], arguments.reason, by_run))
    publish(workspace)
    return _show_summary(arguments, workspace.run.summary())


def _migrate(arguments: argparse.Namespace) -> ExitCode:
    import msgspec

    from cockpit.migrating import migrate, propose

    require_writing(arguments)
    workspace = open_here(arguments)
    proposal = propose(workspace, back=arguments.back)
    document = {
        **msgspec.to_builtins(proposal.changes),
        "commands": {"new": proposal.new_commands, "gone": proposal.gone_commands},
        "trusted": proposal.trusted,
    }
    if not wants_json(arguments):
        say("\n".join(proposal.lines()))
    if not arguments.yes:
        what, fix = "nothing was changed: the run flies by its files as before", "Look at it, then say so: --yes"
        if wants_json(arguments):
            print_json({"error": {"code": "not-confirmed", "what": what, "fix": fix}, "changes": document})
        else:
            warn(f"cockpit: {what}\n  {fix}")
        return ExitCode.REFUSED
    run = migrate(workspace, proposal)
    publish(workspace)
    if wants_json(arguments):
        print_json({"run": run.summary(), "digest": run.digest, "changes": document})
    else:
        say(f"{run.id} flies by the files {run.digest[:8]} now; back: cockpit release migrate --back")
    return ExitCode.OK


def _list(arguments: argparse.Namespace) -> ExitCode:
    from cockpit.bootstrap import open_store
    from cockpit.cli.common import options_of
    from cockpit.runs import list_runs

    options = options_of(arguments)
    store = open_store(options.repo)
    every = list_runs(store).values()
    runs = [run for run in every if options.env in {"", run.environment} and options.run in {"", run.id, run.name}]
    if not every:
        warn_of_unseen_remote(arguments, store)
    if wants_json(arguments):
        print_json(runs)
    elif runs:
        say(columns([[run.id, run.environment, run.tag or "–", run.state, run.opened_at, run.name] for run in runs]))
    elif every:
        known = ", ".join(sorted({run.environment for run in every}))
        say(f"No such run; there are {len(every)} runs, in {known}: cockpit release list")
    else:
        say("No run has been opened: cockpit release open NAME")
    return ExitCode.OK


def _show(arguments: argparse.Namespace) -> ExitCode:
    workspace = open_here(arguments)
    if not workspace.run.open:
        raise RefusedError("no release run is open", fix="Open one: cockpit release open NAME", code="no-run")
    for contest in workspace.run.contests:
        warn(f"contested: {contest.title}: {contest.told}")
    return _show_summary(arguments, workspace.run.summary())


def _show_summary(arguments: argparse.Namespace, summary: RunSummary) -> ExitCode:
    if wants_json(arguments):
        print_json(summary)
    else:
        say(
            columns(
                [
                    ["run", summary.id],
                    ["name", summary.name],
                    ["service", f"{summary.service} in {summary.environment}"],
                    ["tag", f"{summary.tag or '–'} {summary.commit[:8]}"],
                    ["state", summary.state],
                    ["opened", summary.opened_at],
                    ["launch", summary.launch_at or "–"],
                ]
            )
        )
    return ExitCode.OK

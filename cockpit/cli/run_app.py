"""`cockpit` and `cockpit demo`: the full-screen app."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.common import (
    CommandTable,
    open_here,
    own_preferences,
    print_json,
    require_writing,
    say,
    status_of,
    wants_json,
    wants_mouse,
    while_read,
)
from cockpit.collection import hold_collector
from cockpit.errors import CockpitError, ExitCode, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.demo.demo import Demo
    from cockpit.identity import Doubt
    from cockpit.release.live import Presence
    from cockpit.tui.app import CockpitApp
    from cockpit.tui.tour import Tour
    from cockpit.tui.watched import Begun
    from cockpit.tui.welcome_app import WelcomeApp
    from cockpit.workspace import Workspace

IN_BROWSER = "COCKPIT_BROWSER"  # the variable by which `cockpit serve` tells how large a window shows it: "80x24"
_PATIENCE = 10.0  # seconds for a remote to answer before the screen opens without it


def add_commands(table: CommandTable) -> None:
    """Add `demo`."""
    demo = table.add("demo", _demo, "a throwaway release on real parts: fly it, break it, roll it back")
    demo.add_argument("--no-tour", action="store_true", help="without the line that says what to try; : tour begins it")
    demo.add_argument("--serve", default="", metavar="DIR", help="set it up in DIR and run it in the foreground")


def open_app(arguments: argparse.Namespace) -> ExitCode:
    """Open the full-screen app on this repository."""
    if IN_BROWSER not in os.environ:
        _require_terminal()
    hold_collector()
    try:
        workspace = _open(arguments)
    except CockpitError as error:
        unset = error.code in {"no-configuration", "no-repository"}
        if not unset or getattr(arguments, "readonly", False) or IN_BROWSER in os.environ:
            raise
        return _welcome(arguments, in_repository=error.code == "no-configuration")
    if not workspace.run.open and _took_in_what_others_have(workspace):
        workspace = _open(arguments)
    return fly(workspace)


def _welcome(arguments: argparse.Namespace, *, in_repository: bool) -> ExitCode:
    """Explain what this is, where nothing is set up yet; go on by what is chosen there."""
    from cockpit.cli.common import options_of
    from cockpit.content.proposal.markdown import find_markdown
    from cockpit.git.command import Git
    from cockpit.tui.welcome_app import WelcomeApp

    repo = options_of(arguments).repo
    top = Git(repo).run("rev-parse", "--show-toplevel").text.strip() if in_repository else ""
    root = Path(top) if top else repo
    preferences = own_preferences()
    app = WelcomeApp(str(root), (lambda: find_markdown(root)) if in_repository else None)
    app.begin_in(preferences.theme)
    _run(app, mouse=wants_mouse(preferences.mouse))
    if app.choice == "demo":
        arguments.serve, arguments.env, arguments.no_tour = "", "", False
        return _demo(arguments)
    if not app.choice:
        return status_of(app.return_code or 0)
    from cockpit.cli.init import set_up

    chosen = app.choice.removeprefix("import ") if app.choice.startswith("import ") else ""
    arguments.source, arguments.yes = str(root / chosen) if chosen else "", False
    if not set_up(arguments, offer_checklists=False):
        return ExitCode.OK  # a run opened now would pin files that the person is about to correct
    return open_app(arguments)


def _run(app: WelcomeApp | CockpitApp, size: tuple[int, int] | None = None, *, mouse: bool | None = None) -> None:
    """Run an app until it ends, on this terminal or, where a size is given, in a browser's window.

    `mouse` is what a person has chosen, who leaves it to the terminal or does not.
    """
    # Exported by some shells, and believed before the terminal itself: the screen would never follow its size.
    for name in ("COLUMNS", "LINES"):
        os.environ.pop(name, None)
    app.run(mouse=wants_mouse() if mouse is None else mouse, size=size)


def _open(arguments: argparse.Namespace) -> Workspace:
    try:
        return open_here(arguments)
    except UsageError as error:
        if error.code not in {"several-runs", "several-environments"} or IN_BROWSER in os.environ:
            raise
        answer = _ask_which(error)
        if error.code == "several-runs":
            arguments.run = answer
        else:
            arguments.env = answer
        return _open(arguments)


def _took_in_what_others_have(workspace: Workspace) -> bool:
    """Ask the remote for a release that colleagues have opened already, as in a fresh clone; never for long."""
    if workspace.session.readonly:
        return False
    from cockpit.syncing import exchange

    too_long = threading.Event()
    timer = threading.Timer(_PATIENCE, too_long.set)
    try:
        remote = workspace.state_remote()
        if remote is None:
            return False
        say(f"Asking {remote.name} whether a release is under way…")
        timer.start()
        return exchange(workspace, remote, begin=False, cancel=too_long).received
    except CockpitError as error:
        say(str(error))
        return False
    finally:
        timer.cancel()


def _ask_which(error: UsageError) -> str:
    """Ask which of several open runs is meant; without an answer it is the mistake that it would be in a script."""
    say(f"{error.what}.\n  {error.fix}")
    try:
        answer = input("Which? ").strip()
    except EOFError:
        answer = ""
    if not answer:
        raise error
    return answer


def _require_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "the screen needs a terminal", fix="Headless: cockpit status --json; all commands: cockpit --help"
        )


def fly(workspace: Workspace, tour: Tour | None = None) -> ExitCode:
    """Run the app until it ends, with a `tour` in the demo; its return code is ours, so that a crash is no success."""
    from cockpit.lean import import_lean_screen

    import_lean_screen("cockpit.tui.app")
    from cockpit.layouts import LayoutStore
    from cockpit.seen import SeenStore
    from cockpit.tui.app import CockpitApp

    window = os.environ.pop(IN_BROWSER, "")
    doubt = None if workspace.session.readonly else workspace.doubt(_people(workspace))
    if not window and not workspace.run.open and (doubt is None or _said_who(workspace, doubt)):
        doubt = None
        _offer_run(workspace)
    clone = workspace.store.location.common
    preferences, layouts = own_preferences(), LayoutStore(clone)
    taste = layouts.taste(workspace.session.actor.name)
    app = CockpitApp(
        workspace,
        begin=partial(_have_it_watched, workspace),
        doubt=doubt,
        seen=SeenStore(clone),
        theme=taste.theme or preferences.theme,
        preferences=preferences,
        layouts=layouts,
        tour=tour,
    )
    size = _show_in_browser(app, window) if window else None
    _run(app, size, mouse=size is not None or wants_mouse(taste.mouse, preferences.mouse))
    workspace.store.close()
    return status_of(app.return_code)


def _show_in_browser(app: CockpitApp, window: str) -> tuple[int, int]:
    """Let the app speak to a browser in place of the terminal; return the size of its window, in columns and rows."""
    from cockpit.tui.browser import BrowserDriver

    app.driver_class = BrowserDriver
    width, _, height = window.partition("x")
    return int(width), int(height)


def _have_it_watched(workspace: Workspace) -> Begun:
    """Start a watcher unless one runs; tell whether one did, or why there is none."""
    from cockpit.tui.watched import Begun
    from cockpit.watching.start import ensure_watcher

    if workspace.session.readonly:
        return Begun()
    try:
        workspace.store.share_places()
        return Begun(found_watcher=not ensure_watcher(workspace))
    except (CockpitError, OSError) as error:  # the screen shows NO WATCHER, and is of use all the same
        return Begun(trouble=f"no watcher could be started: {error}")


def _people(workspace: Workspace) -> tuple[Presence, ...]:
    """Return who is here, on this clone and on others."""
    from cockpit.company import Elsewhere
    from cockpit.presence import presence_directory, present

    return present(presence_directory(workspace.store.location)) + Elsewhere(workspace).others()


def _said_who(workspace: Workspace, doubt: Doubt) -> bool:
    """Ask who is at a shared account, before a run is opened in that name; an empty answer takes what is proposed."""
    from cockpit.identity import accepted_name

    proposed = f" [{doubt.proposed}]" if doubt.proposed else ""
    say(f"{doubt.why}.")
    while True:
        try:
            typed = input(f"Who are you?{proposed} ") or doubt.proposed
        except EOFError:
            return False
        if not typed:
            return False
        try:
            workspace.session.identify(accepted_name(typed, workspace.run.configuration))
        except UsageError as error:
            say(str(error))
        else:
            return True


def _offer_run(workspace: Workspace) -> None:
    from cockpit.cli.init import newest_tag

    if workspace.session.readonly:
        return
    tag = newest_tag(workspace.code)
    such = f"a tag will do, such as {visible(tag)}" if tag else "a tag will do"
    try:
        name = input(f"No release run is open. Name of the run to open ({such}; empty opens none): ").strip()
    except EOFError:
        return
    if name:
        workspace.open_run(name, tag="", launch_at="")


def _demo(arguments: argparse.Namespace) -> ExitCode:
    require_writing(arguments)
    from datetime import UTC, datetime

    from cockpit.content.shipped import shipped_directory
    from cockpit.demo.demo import Demo

    if getattr(arguments, "env", ""):
        raise UsageError("the demo has an environment of its own", fix="Leave --env out")
    if arguments.serve:
        _serve(arguments)
        return ExitCode.OK
    _require_terminal()
    say("setting up a shop, its tags and its customers...")  # a busy machine takes its seconds until there is a screen
    with Demo.create(now=datetime.now(UTC), checklists=shipped_directory()) as demo:
        workspace = prepare_demo(demo, own_state=True)
        demo.start()
        workspace.name_from = "by"  # it knows its own people
        from cockpit.tui.tour import Tour

        return fly(workspace, tour=Tour(begun=not arguments.no_tour))


def _serve(arguments: argparse.Namespace) -> None:
    from datetime import UTC, datetime

    from cockpit.content.shipped import shipped_directory
    from cockpit.demo.serve import serve

    document: dict[str, str] = {}

    def prepare(demo: Demo) -> None:
        prepare_demo(demo, own_state=False)
        if wants_json(arguments):
            document.update(
                url=f"http://127.0.0.1:{demo.port}/",
                repository=str(demo.repository),
                logs=str(demo.root / "var" / "logs"),
                database=str(demo.root / "var" / "data" / "shop.db"),
            )

    def tell(line: str) -> None:
        """Say where everything is, at once: a script waits for it."""
        if not wants_json(arguments):
            say(line)
        elif document:
            print_json(document)
            document.clear()
        sys.stdout.flush()

    with while_read():
        serve(Path(arguments.serve), now=datetime.now(UTC), say=tell, checklists=shipped_directory(), prepare=prepare)


def prepare_demo(demo: Demo, *, own_state: bool) -> Workspace:
    """Open the demo's run with its story so far, and trust its configuration.

    With `own_state` the trust is kept inside the demo and goes with it; a served demo is trusted as by its user, so
    that a cockpit in a second terminal may execute.
    """
    from cockpit.bootstrap import open_workspace
    from cockpit.demo.story import GOOD_TAG
    from cockpit.demo_story import play_story
    from cockpit.rehearsing import plan_to_rehearse, rehearse_rollback
    from cockpit.times import rfc3339
    from cockpit.workspace import Options

    os.environ.update(demo.environment())
    if own_state:
        os.environ["COCKPIT_STATE_DIR"] = str(demo.root / "var" / "state")
    workspace = open_workspace(Options(repo=demo.repository), any_run=True)
    is_new = not workspace.run.open
    if is_new:
        play_story(workspace)
    from cockpit.bootstrap import now

    workspace.trust.trust(workspace.run.digest, by="the demo", at=rfc3339(now()), repository=str(demo.repository))
    if is_new:
        # What the story says was ready is so: the restore is tried, in a scratch file.
        rehearse_rollback(workspace, plan_to_rehearse(workspace, GOOD_TAG), cancel=threading.Event())
    return workspace

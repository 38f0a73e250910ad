"""How one comes out of a rollback at the screen: the run's next version, and deploys that may start again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from textual.dom import DOMNode
from textual.screen import Screen

from cockpit.errors import CockpitError
from cockpit.release.asked_again import asked_again
from cockpit.release.intents import Retarget, UnlockDeploys
from cockpit.release.run import Run
from cockpit.tui.opening import newest_tag

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class GoingOnActions(DOMNode):
    """The actions of every full screen on what the run flies next, and on the lock of deploys."""

    def action_retarget(self) -> None:
        """Let the run fly another tag, after what that asks again was shown."""
        from cockpit.tui.dialogs.ask import AskDialog

        app, asker = cast("CockpitApp", self.app), self.screen
        run = app.present[0]
        if not run.open:
            app.tell("no run is open: : open a release run begins one")
            return

        def named(tag: str | None) -> None:
            if tag:
                app.run_worker(_confirm(asker, tag), group="ask", exclusive=True, exit_on_error=False)

        def propose() -> str:
            newest = newest_tag(app)
            return f"the tag, such as {newest}, the newest" if newest and newest != run.tag else ""

        title = f"Let {_named(run)} fly another tag than {run.tag or 'none'}"
        app.push_screen(AskDialog(title, "the tag", does="Enter shows what changes", propose=propose), named)

    def action_unlock(self) -> None:
        """Let deploys start again after a rollback, with the reason."""
        from cockpit.tui.dialogs.ask import AskDialog

        app = cast("CockpitApp", self.app)
        locked = app.present[0].deploys_locked
        if not locked:
            app.tell("deploys are not locked: nothing is in the way of one")
            return

        def write(reason: str | None) -> None:
            if reason:
                app.act(UnlockDeploys(reason), said="deploys are unlocked")

        title = f"Unlock deploys: {locked}"
        self.app.push_screen(AskDialog(title, "why one may start again", does="Enter unlocks"), write)


async def _confirm(asker: Screen[Any], tag: str) -> None:
    """Show what a retarget would ask again, and do it where a person says so."""
    from cockpit.git.resolve import resolve_tag
    from cockpit.tui.dialogs.ask import ConfirmDialog
    from cockpit.tui.dialogs.late import push_late

    app = cast("CockpitApp", asker.app)
    try:
        commit = await asyncio.to_thread(lambda: resolve_tag(app.workspace.code_git, tag))
    except (CockpitError, OSError) as error:
        app.tell(str(error), severity="warning")
        return
    run, _, now = app.present
    again = asked_again(run, tag, commit, now=now)

    def answered(yes: bool | None) -> None:
        if yes:
            app.act(Retarget(tag, commit), said="; ".join([f"{_named(run)} flies {tag} now", *again]))

    changes = "\n".join(f"- {one}" for one in again) or "Nothing that was done is asked again."
    question = f"Retarget {_named(run)} from {run.tag or 'no tag'} to {tag} ({commit[:8]})?\n\n{changes}"
    otherwise = f"you had gone on, so the retarget to {tag} was not asked about: : retarget does so"
    push_late(asker, ConfirmDialog(question, "Retarget"), answered, otherwise=otherwise)


def _named(run: Run) -> str:
    """Return the run in words; mostly it is called after its first tag, which says nothing more."""
    return "the run" if run.name == run.tag else f"the run {run.name}"

"""Opening a release run at the screen, where none is open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from cockpit.errors import CockpitError

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class OpeningActions(DOMNode):
    """The action of every full screen that opens a run."""

    def action_open_run(self) -> None:
        """Open a run by its name; where that is a tag, it flies that tag."""
        from cockpit.tui.dialogs.ask import AskDialog

        app = cast("CockpitApp", self.app)
        run = app.present[0]
        if run.open:
            app.tell(f"{run.name} is open already; cockpit release open NAME opens another beside it")
            return

        async def open_it(name: str) -> None:
            try:
                opened = await asyncio.to_thread(app.workspace.open_run, name, tag="", launch_at="")
            except (CockpitError, OSError) as error:
                app.tell(str(error), severity="warning")
                return
            app.tell(
                f"{opened.name} is {opened.state}" + (f" at {opened.tag}" if opened.tag else ", without a tag yet")
            )

        def named(name: str | None) -> None:
            if name:
                app.run_worker(open_it(name), group="act", exit_on_error=False)

        def propose() -> str:
            newest = newest_tag(app)
            return f"{hint}, such as {newest}, the newest" if newest else ""

        hint = "its name; a tag will do"
        app.push_screen(AskDialog("Open a release run", hint, does="Enter opens it", propose=propose), named)


def newest_tag(app: CockpitApp) -> str:
    """Return the highest version among the tags, as it is shown; empty where there are none, or git cannot tell."""
    from cockpit.git.tags import list_tags
    from cockpit.release.tags import order_tags

    workspace = app.workspace
    try:
        tags = order_tags(list_tags(workspace.code_git, workspace.run.configuration.code.tags))
    except (CockpitError, OSError):
        return ""
    return tags[0].display if tags else ""

"""Migrating the run at the screen: what would change is shown, and nothing else happens."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from cockpit.errors import CockpitError

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class MigrationActions(DOMNode):
    """The actions of every full screen on the files that the run flies by."""

    def action_migrate(self) -> None:
        """Fly by the work tree's files, after what would change was shown."""
        self.run_migration(back=False)

    def action_migrate_back(self) -> None:
        """Fly by the files before the last change again, after what would change was shown."""
        self.run_migration(back=True)

    def run_migration(self, *, back: bool) -> None:
        """Look at the files off the loop, show what differs, and do it where a person says so."""
        from cockpit.migrating import intent_of, propose
        from cockpit.tui.dialogs.late import push_late
        from cockpit.tui.dialogs.migration import MigrationDialog

        app, asker = cast("CockpitApp", self.app), self.screen

        async def look() -> None:
            try:
                proposal = await asyncio.to_thread(propose, app.workspace, back=back)
            except (CockpitError, OSError) as error:
                app.tell(str(error), severity="warning")
                return

            def answered(yes: bool | None) -> None:
                if yes:
                    app.act(intent_of(proposal), said=f"the run flies by the files {proposal.changes.after[:8]} now")

            again = f": migrate {'back' if back else 'the run'}"
            otherwise = f"you had gone on, so what would change was not shown: {again} does so"
            push_late(asker, MigrationDialog(proposal, back=back), answered, otherwise=otherwise)

        app.run_worker(look(), group="migrate", exclusive=True, exit_on_error=False)

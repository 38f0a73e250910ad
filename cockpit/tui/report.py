"""The report from the screen: written as one HTML page, whose place is told and copied."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from cockpit.errors import CockpitError

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class ReportActions(DOMNode):
    """The action of every full screen on the report."""

    def action_report(self) -> None:
        """Write the whole release as one HTML page."""
        app = cast("CockpitApp", self.app)

        async def write() -> None:
            from cockpit.reporting import write_report

            try:
                path = await asyncio.to_thread(write_report, app.workspace, now=app.now())
            except (CockpitError, OSError) as error:
                app.tell(f"the report could not be written: {error}", severity="warning")
                return
            app.copy(str(path), said=f"the report is at {path}")

        app.run_worker(write(), group="report", exclusive=True, exit_on_error=False)

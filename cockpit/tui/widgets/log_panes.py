"""The configured logs under their titles, side by side or one above the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.await_remove import AwaitRemove
from textual.containers import Container
from textual.message import Message
from textual.widget import AwaitMount

from cockpit.release.run import Run
from cockpit.times import rfc3339
from cockpit.tui.pages.base import Page
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import NO_LOGS, PaneTitle

if TYPE_CHECKING:
    from cockpit.logs.origin import LogOrigin
    from cockpit.tui.widgets.log_pane import LogPane
    from cockpit.tui.widgets.log_tail import LogTail


_BESIDE_SECONDS = 0.25  # between two paintings of a log that is beside something else
_OWN_SECONDS = 0.1  # and of one on its own page: no eye follows more, and keys come between


class LogPanes(Container):
    """The configured logs, the first `limit` of them; a filter holds for all.

    Where they stand `aside`, on a page about something else, they are painted less often while nobody is at the keys.
    """

    def __init__(self, *, limit: int = 8, aside: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._limit = limit
        self._aside = aside
        self._shown: tuple[LogOrigin, ...] | None = None
        self._is_together = False
        self._owes_focus = False
        self._said = ""  # of a filter that is not in force
        self._typed = ""
        self._until = 0.0  # of a past that is looked at, in epoch seconds: what came later is not shown

    def show(self, run: Run, *, trusted: bool) -> None:
        """Show the run's logs; panes are only made anew where the configuration has changed."""
        from cockpit.logs.origin import origins_of, together
        from cockpit.logs.sourced import logs_of
        from cockpit.tui.widgets.log_pane import LogPane

        page = self._page
        past = page.cockpit.past.shown
        until = past.at if past is not None else 0.0
        if until != self._until:
            self._until = until
            self.call_after_refresh(self._filter)  # once the panes are there
        root = page.cockpit.workspace.root
        sources, zone = logs_of(run.configuration), run.timezone
        if self._is_together:
            logs: tuple[LogOrigin, ...] = (together(sources, root, zone),)
        else:
            logs = origins_of(sources, root, trusted=trusted, timezone=zone)[: self._limit]
        if logs == self._shown:
            return
        self._shown = logs
        # Until the new panes are there the focus may be nowhere; it comes back also to whoever changes them twice.
        self._owes_focus = self._owes_focus or self.has_focus_within
        removed = self.remove_children()
        if logs:
            clock = page.cockpit.now
            panes = [LogPane(log.name, log, run.timezone, clock=clock, beside=n > 0) for n, log in enumerate(logs)]
            paces = [pane.view.pace for pane in panes]
            for pane in panes:
                pane.view.pace.beside = paces
                pane.view.pace.least = _BESIDE_SECONDS if self._aside else _OWN_SECONDS
                if self._aside:
                    pane.view.pace.is_calm = page.cockpit.is_calm
            mounted = self.mount_all(panes)
            self.call_later(self._give_focus_back, removed, mounted)
        else:
            title = PaneTitle("logs")
            self.mount(title)
            title.show(left=[(f"none yet: {NO_LOGS}", inks_of(self.app).muted)])

    async def _give_focus_back(self, removed: AwaitRemove, mounted: AwaitMount) -> None:
        await removed
        await mounted
        self._filter()  # new panes know of none
        if self._owes_focus and self.panes and not self.has_focus_within:
            self.panes[0].view.focus()
        self._owes_focus = False

    def toggle_together(self) -> None:
        """Show all files as one, in the order of their times, or each in a pane of its own, from the next `show` on."""
        self._is_together = not self._is_together

    # By their names: what a log is shown in is loaded when the first one is.

    def on_log_tail_evidence_chosen(self, message: LogTail.EvidenceChosen) -> None:
        from cockpit.tui.widgets.log_evidence import attach_lines

        attach_lines(self._page.cockpit, message.name, message.text)

    @property
    def _page(self) -> Page:
        return next(node for node in self.ancestors if isinstance(node, Page))

    @property
    def panes(self) -> list[LogPane]:
        """The panes, in the configuration's order."""
        from cockpit.tui.widgets.log_pane import LogPane

        return list(self.query(LogPane))

    def on_log_pane_too_slow(self, message: LogPane.TooSlow) -> None:
        """Say it once, not once a log."""
        said, self._said = self._said, str(message.trouble)
        if said != self._said:
            self.post_message(self.Refused(self._said))

    class Refused(Message):
        """A filter is not in force; `why` says what to do."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def apply_filter(self, text: str) -> None:
        """Filter every log shown."""
        self._typed = text
        self._filter()

    def _filter(self) -> None:
        self._said = ""
        until = f"until:{rfc3339(self._until + 0.001)}" if self._until else ""
        text = f"{self._typed} {until}" if self._typed and until else self._typed or until
        for pane in self.panes:
            pane.view.apply_filter(text)

"""Tells whoever comes back what has changed, and remembers on the disk what was seen."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from textual.widgets import Input

from cockpit.release.live import Live
from cockpit.release.run import Run
from cockpit.seen import SeenStore
from cockpit.tui.attention import Attention, Summary
from cockpit.tui.widgets.since import SincePanel

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

_MARK_EVERY = 10.0  # seconds: so much of what was seen is told again where the line is cut


class SinceTeller:
    """For the app's loop. Without a store of what was seen it remembers nothing beyond the session."""

    def __init__(self, app: CockpitApp, store: SeenStore | None) -> None:
        self._app = app
        self._store = store
        run, _, now = app.present
        self.attention = Attention(run, now)
        self._last: Summary | None = None
        self._marked: tuple[Run | None, float] = (None, float("-inf"))
        self._opened = store is None

    async def open(self) -> None:
        """Find out what this person had seen before."""
        if self._store is None:
            return
        store, run = self._store, self._app.present[0]
        seen = await asyncio.to_thread(store.read, run.id, self._app.me)
        if seen is not None:
            self.attention.opened(seen.heads, seen.at, self._app.now())
        self._opened = True
        self.tick()

    def look(self, *, focused: bool) -> None:
        """The terminal has got or lost the focus, as far as it tells."""
        run, _, now = self._app.present
        if focused:
            self.attention.back("blurred", now)
        else:
            self.attention.leave("blurred", run, now)
        self.tick()

    def suspend(self, *, suspended: bool) -> None:
        """The app was put to the background, or brought back."""
        run, _, now = self._app.present
        if suspended:
            self.attention.leave("suspended", run, now)
        else:
            self.attention.back("suspended", now)

    def hear(self, live: Live) -> None:
        """The exchange with others stands like this."""
        run, _, now = self._app.present
        if live.sync.troubled:
            self.attention.leave("offline", run, now)
        elif live.sync.state == "synced":
            self.attention.back("offline", now)

    def touch(self) -> None:
        """A key was pressed; after long without one, what changed is told in passing: nobody's key is swallowed."""
        run, _, now = self._app.present
        summary = self.attention.touch(run, now, me=self._app.me)
        if summary is not None:
            self._last = summary
            self._app.tell(f"since you were here: {summary.count} by {summary.by}; `: since you looked` lists them")

    def tick(self) -> None:
        """Tell what is to be told, where nobody is disturbed by it, and remember what was seen."""
        run, _, now = self._app.present
        self.attention.tick(run, now)
        if self.attention.due(now) and self._undisturbing(now):
            self._show(self.attention.summary(run, me=self._app.me))
        marked, at = self._marked
        if marked is not run and now - at >= _MARK_EVERY and self._is_seen(now):
            self._marked = (run, now)
            self._app.run_worker(asyncio.to_thread(self._mark, run), exit_on_error=False)

    def show_again(self) -> None:
        """Show the last summary once more."""
        if self._last is None:
            self._app.tell("nobody else has changed anything since you looked")
        else:
            self._show(self._last)

    def close(self) -> None:
        """Remember what was seen."""
        run, _, now = self._app.present
        if self._is_seen(now):
            self._mark(run)

    def _is_seen(self, now: float) -> bool:
        """Whether what is on the screen is seen by somebody.

        A screen that was left behind, as in a detached multiplexer, must not take news from whoever opens another.
        """
        return self._opened and self.attention.looking and not self.attention.idle(now)

    def _mark(self, run: Run) -> None:
        if self._store is not None and not self._app.workspace.session.readonly:
            with contextlib.suppress(OSError):  # it costs a summary at the next start, nothing else
                self._store.mark(run.id, self._app.me, run.records, self._app.now())

    def _undisturbing(self, now: float) -> bool:
        shown = self._app.shown
        # A screen that is not there yet still gives the focus to something of its own.
        if shown is None or shown is not self._app.screen or shown.focused is None:
            return False
        return not isinstance(shown.focused, Input) and not self.attention.touched_lately(now)

    def _show(self, summary: Summary | None) -> None:
        screen = self._app.shown
        if summary is None or screen is None:
            return
        self._last = summary
        before = screen.focused
        for panel in screen.query(SincePanel):
            before = panel.before if before is panel else before  # that one is gone by the time this one closes
            panel.remove()
        run, _, now = self._app.present
        screen.mount(SincePanel(summary, run, now, before=before))

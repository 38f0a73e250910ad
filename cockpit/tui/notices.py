"""What the screen has told: in view for a while, put away by Esc, and kept to be read again."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.notifications import Notification
from textual.timer import Timer

from cockpit.tui.widgets.notice_line import NoticeLine

_KEPT = 200
_UNREAD = 1.0  # seconds: what has come since then nobody has read when they press Esc
_SOON = 0.05  # seconds
_LONGEST_WAIT = 30.0  # seconds: what nobody has seen by then behind newer ones is only to be read again


class Notices:
    """The messages of an app: each screen that is in view has the line they are shown in.

    The time of a message begins when it is in view, so that it does not go unseen behind a newer one; what is said
    again and again is there once.
    """

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._timer: Timer | None = None
        self._seen: set[str] = set()
        self.kept: deque[Notification] = deque(maxlen=_KEPT)  # the newest first, as they were told

    def keep(self, one: Notification) -> None:
        """Keep a message, to be read again; it takes the place of the same one before it."""
        for other in self._fresh():
            if (other.message, other.severity) == (one.message, one.severity):
                self._app._unnotify(other, refresh=False)
        if self.kept and (self.kept[0].message, self.kept[0].severity) == (one.message, one.severity):
            self.kept.popleft()
        self.kept.appendleft(replace(one))

    def show(self) -> None:
        """Show what was told a short time ago on the screen in view, and there alone."""
        app = self._app
        if app._disable_notifications or not app.is_running or not app.screen_stack:
            return
        told = self._fresh()[::-1]
        line = self._line(told)
        if line is not None:
            line.show(told)
            self._let_wait(told, line.in_view)
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if told:
            wait = max(min(one.time_left for one in told), 0.0) + _SOON
            self._timer = app.set_timer(wait if line is not None else _SOON, self.show)

    def _fresh(self) -> list[Notification]:
        """Return what is not over, the oldest first."""
        # Of the collection itself `list` asks the length, too, and each question drops what is over by then.
        return list(iter(self._app._notifications))

    def _line(self, told: Sequence[Notification]) -> NoticeLine | None:
        """Return the line of the screen in view, once it is there; those of the others are emptied."""
        shown = self._app.screen
        for screen in self._app.screen_stack:
            for other in screen.query(NoticeLine) if screen is not shown else ():
                other.show(())
        line = next(iter(shown.query(NoticeLine)), None)
        if line is None and told and shown.is_mounted:
            line = NoticeLine(over=True)
            shown.mount(line)
        return line

    def _let_wait(self, told: Sequence[Notification], in_view: Sequence[Notification]) -> None:
        now = time.time()
        for one in in_view:
            one.raised_at = min(one.raised_at, now)
        until = now + max((one.time_left for one in in_view), default=0.0)
        self._seen = {one.identity for one in told if one.identity in self._seen or one in in_view}
        patient = {one.identity for one in self.kept if one.raised_at > now - _LONGEST_WAIT}
        for one in told:
            if one.identity not in self._seen:
                one.raised_at = until if one.identity in patient else min(one.raised_at, now)

    def put_away(self) -> None:
        """Take away what has been in view long enough to be read; then what waits is shown."""
        before = time.time() - _UNREAD
        read = [one for one in self._fresh() if one.raised_at < before and one.identity in self._seen]
        for one in read:
            self._app._unnotify(one, refresh=False)
        if read:
            self.show()


class NoticeActions(DOMNode):
    """The action of every full screen on what was told."""

    def action_notices(self) -> None:
        """Read again what was told."""
        from cockpit.tui.dialogs.notices import NoticesDialog

        self.app.push_screen(NoticesDialog())

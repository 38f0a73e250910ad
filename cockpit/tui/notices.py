"""What the screen has told: in view for a while, put away by Esc, and kept to be read again."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.notifications import Notification
from textual.timer import Timer

from cockpit.tui.widgets.notice_line import NoticeLine

_KEPT = 200
_UNREAD = 1.0  # seconds: what has come since then nobody has read when they press Esc
_SOON = 0.05  # seconds


class Notices:
    """The messages of an app: each screen that is in view has the line they are shown in."""

    def __init__(self, app: App[Any]) -> None:
        self._app = app
        self._timer: Timer | None = None
        self.kept: deque[Notification] = deque(maxlen=_KEPT)  # the newest first

    def keep(self, one: Notification) -> None:
        """Keep a message, to be read again."""
        self.kept.appendleft(one)

    def show(self) -> None:
        """Show what was told a short time ago on the screen in view, and there alone."""
        app = self._app
        if app._disable_notifications or not app.is_running or not app.screen_stack:
            return
        told = list(app._notifications)[::-1]
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if told:
            wait = max(min(one.time_left for one in told), 0.0) + _SOON
            self._timer = app.set_timer(wait if app.screen.is_mounted else _SOON, self.show)
        for screen in app.screen_stack:
            line = next(iter(screen.query(NoticeLine)), None)
            if screen is not app.screen:
                told_here: list[Notification] = []
            else:
                told_here = told
                if line is None and told and screen.is_mounted:
                    line = NoticeLine(over=True)
                    screen.mount(line)
            if line is not None:
                line.show(told_here)

    def put_away(self) -> None:
        """Take away what has been in view long enough to be read."""
        before = time.time() - _UNREAD
        read = [one for one in self._app._notifications if one.raised_at < before]
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

"""Sending messages from the screen: off its loop, each channel's result told, whatever is shown meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.announcing import announce, announce_again
from cockpit.errors import CockpitError
from cockpit.release.announcement_documents import message_line
from cockpit.release.messages import Message
from cockpit.tui.dialogs.message import Sending

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class MessageSender:
    """For one app; what it began goes on to its end."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app

    def send(self, sending: Sending) -> None:
        """Send a filled message over its channels, one after the other."""
        for channel in sending.channels:
            self._begin(
                lambda to=channel: announce(  # type: ignore[misc]
                    self._app.workspace, sending.filling, to, clipboard=self._clipboard, seen=sending.seen
                )
            )

    def send_again(self, message: Message) -> None:
        """Send one again that may not have arrived."""
        self._begin(lambda: announce_again(self._app.workspace, message.id, clipboard=self._clipboard))

    def _begin(self, work: Callable[[], Message]) -> None:
        async def carry_out() -> None:
            try:
                message = await asyncio.to_thread(work)
            except (CockpitError, OSError) as error:
                self._app.tell(str(error), severity="warning")
                return
            now = self._app.now()
            well = message.state(now) == "sent"
            self._app.tell(message_line(message, now=now), severity="information" if well else "warning")

        self._app.run_worker(carry_out(), group="send", exit_on_error=False)

    def _clipboard(self, text: str) -> None:
        self._app.call_from_thread(self._app.copy_to_clipboard, text)

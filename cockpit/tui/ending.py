"""However an app ends, the terminal is left as it was found, and its return code tells how."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from types import FrameType

from textual.app import App

from cockpit.tui.crash import crash_report

_ENDING = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)


class EndingApp(App[int], inherit_bindings=False):
    """An app that ends by a signal as by a key: with the terminal restored, and 128 and its number as the code."""

    _mask: Callable[[str], str] | None = None
    _is_ended_by_signal = False

    def on_load(self) -> None:
        """Take the signals before the terminal is taken: unhandled, they would leave it in the app's mode."""
        loop = asyncio.get_running_loop()
        for number in _ENDING:
            loop.add_signal_handler(number, self._end_by_signal, number)
            if not self.is_headless and number != signal.SIGINT:
                # Comes first, and comes through where the loop waits for a dead terminal to take its output.
                signal.signal(number, _end_without_terminal)

    def masked(self, text: str) -> str:
        """Return text with the secrets masked that are known here."""
        if self._mask is None:
            from cockpit.masking import Mask  # the first frame needs none

            self._mask = Mask()  # a log asks for every line: it looks through the environment once
        return self._mask(text)

    def _end_by_signal(self, number: int) -> None:
        self._is_ended_by_signal = True
        self.exit(return_code=128 + number)

    def _handle_exception(self, error: Exception) -> None:
        if self._is_ended_by_signal:
            self._close_messages_no_wait()  # a screen that was only half there by then misses its other half
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Say why the app crashed; Textual would show every variable's value, and with them secrets."""
        try:
            self.bell()
            if not self._exit_renderables:  # what crashes later does so because of the first
                self._exit_renderables.append(crash_report(self.masked))
        finally:
            self._close_messages_no_wait()


def _end_without_terminal(number: int, _frame: FrameType | None) -> None:
    """End at once where the terminal is gone: nothing is left to restore, and all that was done is on the disk."""
    if not os.isatty(2):
        os._exit(128 + number)

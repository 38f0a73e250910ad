"""The driver of an app that a browser shows, through `cockpit serve`."""

from __future__ import annotations

from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Textual's driver for the web; its app ends where its input does, for then there is no browser any more."""

    def run_input_thread(self) -> None:
        """Hand on what the browser says, until it says no more."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.call_later(self._app.exit)  # as if left: nothing has failed

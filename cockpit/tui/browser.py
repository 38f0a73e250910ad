"""The driver of an app that a browser shows, through `cockpit serve`."""

from __future__ import annotations

from textual.drivers.web_driver import WebDriver

from cockpit.tui.themed import ThemedApp


class BrowserDriver(WebDriver):
    """Textual's driver for the web; its app ends where its input does, for then there is no browser any more."""

    def run_input_thread(self) -> None:
        """Hand on what the browser says, until it says no more."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self._app.call_later(self._leave)

    def _leave(self) -> None:
        """Exit as if left, for nothing has failed; not while the screens are put together, which then would."""
        if isinstance(self._app, ThemedApp):
            self._app.after_first_frame(self._app.exit)
        else:
            self._app.exit()

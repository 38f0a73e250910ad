"""The terminal of an app that may be far away: nothing waits for it, and it is never given more than it takes."""

from __future__ import annotations

import os
import select
import signal
import time
from typing import Any

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from cockpit.tui.glyphs import locale_is_utf8
from cockpit.tui.outlet import Outlet
from cockpit.tui.pacing import Pacer
from cockpit.tui.typed import Typed

_ASK = "\x1b[6n"  # where the cursor is: answered by xterm, tmux, screen and the Linux console alike
_NO_MOUSE_PIXELS = "\x1b[?1016l"
_SLACK = 1024  # bytes that wait to be written before a frame is held back
_LOOK = 0.1  # seconds of silence after which a lone Esc is one
_READ = 4096  # bytes
_LAST_ANSWER = 5.0  # seconds at the end for an answer that is due: it would be typed into the shell
_FIRST_ANSWER = 1.0  # where none ever came


class CaughtUp(Message):
    """The terminal has taken what was drawn."""


class PacedDriver(LinuxDriver):
    """Textual's driver, but for both ways: frames are held back (`is_behind`) instead of queued, and nothing that a
    terminal sends ends the app.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.owed = False  # whether a frame was held back, and `CaughtUp` is awaited
        self._pacer = Pacer()
        self._outlet: Outlet | None = None

    @property
    def is_behind(self) -> bool:
        """Whether a frame drawn now would only wait behind others."""
        backlog = self._outlet.backlog if self._outlet is not None else 0
        return backlog > _SLACK or self._pacer.is_behind(time.monotonic())

    def write(self, data: str) -> None:
        """Write to the terminal; never waits."""
        if self._outlet is not None:
            self._pacer.sent(self._outlet.put(data))

    def end_frame(self) -> None:
        """Ask the terminal to tell when it has come so far."""
        if self._pacer.ask(time.monotonic()):
            self.write(_ASK)

    def forget(self) -> None:
        """Wait for no answer: this may be another terminal by now."""
        self._pacer.forget()

    def start_application_mode(self) -> None:
        """Take the terminal."""
        file = self._file
        self._pacer.forget()
        if file is not None:
            errors = file.errors or "backslashreplace"
            # PYTHONIOENCODING speaks of what scripts print; what is drawn was chosen by the locale.
            encoding = "utf-8" if locale_is_utf8() else file.encoding
            self._outlet = Outlet(file.fileno(), encoding=encoding, errors=errors, drained=self._tell)
            self._outlet.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        self.end_frame()

    def run_input_thread(self) -> None:
        """Hand on what the terminal sends, until the end; in a thread of its own."""
        typed = Typed(self.process_message, debug=self._debug)
        while not self.exit_event.is_set():
            readable, _, _ = select.select([self.fileno], [], [], _LOOK)
            if readable:
                data = self._read()
                if not data:
                    os.kill(os.getpid(), signal.SIGHUP)  # as the kernel does, but only where it is the session's own
                    break
                typed.take(data)
            typed.wait()
        typed.end()

    def _read(self) -> bytes:
        """Return what has come, or nothing where there is no terminal any more."""
        try:
            return os.read(self.fileno, _READ)
        except OSError:
            return b""

    def process_message(self, message: Message) -> None:
        """Take in what the terminal says; runs in the thread that reads it."""
        if isinstance(message, events.CursorPosition):
            self._pacer.answered(time.monotonic())
            self.end_frame()  # what was drawn before the first answer came has not been asked for
            self._tell()
        else:
            super().process_message(message)

    def disable_input(self) -> None:
        """Stop reading, once what the terminal was asked is answered."""
        patience = _LAST_ANSWER if self._pacer.answers else _FIRST_ANSWER
        while (asked := self._pacer.last_asked) is not None and time.monotonic() - asked < patience:
            if self._key_thread is None or not self._key_thread.is_alive():
                break
            time.sleep(0.01)
        if self._mouse_pixels:
            self.write(_NO_MOUSE_PIXELS)
        super().disable_input()

    def close(self) -> None:
        """Let go of the terminal, once it has taken everything, or takes nothing."""
        if self._outlet is not None:
            self._outlet.close()
            self._outlet = None
        super().close()

    def _sigcont_application(self, *arguments: object) -> None:
        if self._must_signal_resume or not self._auto_restart:
            super()._sigcont_application(*arguments)  # it was this app that had stopped
        else:
            # Not from within a signal: what it came upon may hold a lock.
            self._loop.call_soon_threadsafe(self._take_again)

    def _take_again(self) -> None:
        """Take the terminal anew after a stop that nobody announced: meanwhile a shell may have had it.

        Textual would take it once more without letting go, with a thread more that reads the keys, and in the end would
        leave it as raw as it is now. In the background it is left alone: another signal comes with `fg`.
        """
        if self._outlet is None or not _is_in_foreground(self.fileno):
            return
        self.forget()
        self.suspend_application_mode()
        self._must_signal_resume = True
        self.start_application_mode()

    def _tell(self) -> None:
        if self.owed and not self.is_behind:
            self.send_message(CaughtUp())


def _is_in_foreground(descriptor: int) -> bool:
    """Whether the terminal is this process's to write to."""
    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False

"""How a signal ends a command: temporary files and commands go with it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from types import FrameType

_ENDING = (signal.SIGHUP, signal.SIGTERM)
_ONE_WORD = 1.0  # seconds: a terminal that goes away says so more than once, which must not end the tidying up
_UNHEARD = 0.05  # seconds: by then the main thread has taken a signal, or knows of none


class _Ending:
    """The handler: ends what runs, once for all signals that come together."""

    def __init__(self) -> None:
        self._since: float | None = None
        self.heard = False  # no event: a signal that comes while another one is handled would wait for its lock

    def awaits(self, number: int) -> bool:
        """Whether this signal is still for us to hear."""
        return not self.heard and number in _ENDING and signal.getsignal(number) is self

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        self.heard = True
        now = time.monotonic()
        if self._since is None or now - self._since >= _ONE_WORD:
            self._since = now
            sys.exit(128 + number)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let a terminal that goes away, or SIGTERM, end what runs as Ctrl-C does: temporary files and commands go with it.

    The exit status is 128 and the signal's number; a signal that is ignored, as after `nohup`, stays so. Who takes the
    signals in the meantime keeps them.
    """
    ending = _Ending()
    numbers = []
    if threading.current_thread() is threading.main_thread():
        numbers = [number for number in _ENDING if signal.getsignal(number) is signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, ending)
    try:
        with _woken_for(ending) if numbers else nullcontext():
            yield
    finally:
        for number in numbers:
            if signal.getsignal(number) is ending:
                signal.signal(number, signal.SIG_DFL)


@contextmanager
def _woken_for(ending: _Ending) -> Iterator[None]:
    """Wake the main thread where a signal comes to another one, as the second of two does that come at once.

    The handler is the main thread's to call, which sleeps on: whatever it waits for, nothing tells it.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_wake, args=(reading, ending), name="signals", daemon=True).start()
    try:
        yield
    finally:
        now = signal.set_wakeup_fd(before)
        if now != writing:
            signal.set_wakeup_fd(now)  # somebody else's
        os.close(writing)


def _wake(reading: int, ending: _Ending) -> None:
    with open(reading, "rb", buffering=0) as told:
        while told_of := told.read(1):
            number = told_of[0]
            while ending.awaits(number):
                time.sleep(_UNHEARD)
                if ending.awaits(number):
                    signal.pthread_kill(threading.main_thread().ident or 0, number)


@contextmanager
def ended_at_once() -> Iterator[None]:
    """Let these signals end the process on the spot again: what only looks on has nothing to tidy up."""
    before = {number: signal.getsignal(number) for number in _ENDING}
    before = {number: handler for number, handler in before.items() if isinstance(handler, _Ending)}
    for number in before:
        signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

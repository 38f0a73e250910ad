"""How a signal ends a command: temporary files and commands go with it."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGHUP, signal.SIGTERM)
_ONE_WORD = 1.0  # seconds: a terminal that goes away says so more than once, which must not end the tidying up


class _Ending:
    """The handler: ends what runs, once for all signals that come together."""

    def __init__(self) -> None:
        self._since: float | None = None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
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
        yield
    finally:
        for number in numbers:
            if signal.getsignal(number) is ending:
                signal.signal(number, signal.SIG_DFL)


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

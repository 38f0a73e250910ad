"""Signals that ask for an end: who looks at the event they set ends in his own time."""

from __future__ import annotations

import _thread
from collections.abc import Callable
from threading import Event
from types import FrameType


def setting(event: Event) -> Callable[[int, FrameType | None], object]:
    """Return a handler that sets an event, whatever the main thread is at.

    A handler runs within the main thread, which may hold the event's lock, in a `wait` or in a `set` of the signal
    before, and would wait for itself: so another thread sets it. No `threading.Thread`: to start one takes locks, too.
    """
    return lambda _number, _frame: _thread.start_new_thread(event.set, ())

"""Python's cyclic garbage collector while much is read that will stay."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 5000  # so many more than have gone, after which the collector looks through them; Python's own is 700
_EVERY = 60.0  # seconds between walks through what is not left alone, some milliseconds each
_WHOLE_EVERY = 600.0  # seconds between walks through all there is, a tenth of a second each; the first comes sooner
_BETWEEN_KEYS = 1.0  # seconds without a key, after which the next one seldom comes at once
_AWAY = 10.0  # seconds without one, after which nobody is taken to be at the keys


@contextmanager
def collector_paused() -> Iterator[None]:
    """Let the collector rest, and leave alone for good what is there afterwards.

    It would walk all that has been read again and again, now and in every pause later on, and find nothing to free:
    what was read holds no cycles. Of several threads at once, the first to come lets it go on.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()


def hold_collector() -> None:
    """Let the collector rest while a program loads itself, until `let_collector_go_on`."""
    gc.disable()


def let_collector_go_on() -> None:
    """Let the collector go on where it was held, and leave alone for good what was loaded."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def leave_alone_what_is_over() -> None:
    """Let the process end: Python would look through all that is there once more for what it may free."""
    gc.freeze()


def leave_alone_what_stays() -> None:
    """Never look again through what is there now, and less often through what is new.

    Of a screen that has been put together nothing is garbage. Each walk through it would take as long as several frames
    do, and comes with every few frames: what they are drawn from is many small objects.
    """
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.freeze()


class IdleCollector:
    """Frees what holds itself, at moments in which nobody waits for the screen.

    By itself the collector hardly ever comes to what has grown old before it was dropped: on a screen that is laid out
    anew now and then it piles up by the hour. And it never comes to what was left alone, and dropped since.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._due = monotonic() + _EVERY
        self._whole_due = self._due

    def look(self, touched_at: float) -> None:
        """Collect where it is time to; a key came last at `touched_at`, in seconds of the same clock."""
        now = self._monotonic()
        untouched = now - touched_at
        if now >= self._whole_due and untouched >= _AWAY:
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            self._due, self._whole_due = now + _EVERY, now + _WHOLE_EVERY
        elif now >= self._due and untouched >= _BETWEEN_KEYS:
            gc.collect()
            self._due = now + _EVERY

"""Python's cyclic garbage collector while much is read that will stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 5000  # so many more than have gone, after which the collector looks through them; Python's own is 700


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

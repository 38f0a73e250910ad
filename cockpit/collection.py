"""Python's cyclic garbage collector while much is read that will stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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

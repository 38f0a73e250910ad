"""Calls that may hang for ever, each in a thread of its own, which nobody waits for: not even the program's end.

A thread of a pool is joined when the interpreter ends, and one that the kernel does not let go keeps its place in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from cockpit.durations import short_duration

_Result = TypeVar("_Result")


class HeldUpError(Exception):
    """A call was not begun; the text says why."""


class Apart:
    """Makes `places` calls at once; one that is given up leaves its place to others, and none alike is begun beside it.

    Bound to the event loop it is first used on.
    """

    def __init__(self, places: int) -> None:
        self._places = asyncio.Semaphore(places)
        self._lock = threading.Lock()
        self._running: set[threading.Thread] = set()
        self._left: dict[threading.Thread, str] = {}  # given up, and not back yet, by what it is alike

    async def call(self, alike: str, work: Callable[[], _Result], *, queue: float, within: float) -> _Result:
        """Return what `work` returns, or raise what it raises; TimeoutError where it takes longer than `within`.

        HeldUpError where there is no place for it within `queue` seconds, or where one that is alike still hangs.
        """
        try:
            async with asyncio.timeout(queue):
                await self._places.acquire()
        except TimeoutError:
            raise HeldUpError(f"too many other looks were under way for {short_duration(queue)}") from None
        try:
            return await self._begun(alike, work, within)
        finally:
            self._places.release()

    async def _begun(self, alike: str, work: Callable[[], _Result], within: float) -> _Result:
        loop = asyncio.get_running_loop()
        back: asyncio.Future[_Result] = loop.create_future()

        def carry_out() -> None:
            try:
                tell = partial(_return, back, work())
            except Exception as error:  # whoever waits gets it
                tell = partial(_raise, back, error)
            with self._lock:
                self._running.discard(thread)
                self._left.pop(thread, None)
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(tell)

        thread = threading.Thread(target=carry_out, name="probe", daemon=True)
        with self._lock:
            if alike in self._left.values():
                raise HeldUpError("the look before still hangs")
            thread.start()
            self._running.add(thread)
        try:
            async with asyncio.timeout(within):
                return await back
        finally:
            with self._lock:
                if thread in self._running:
                    self._left[thread] = alike

    async def aclose(self, patience: float) -> None:
        """Wait for calls that are on their way back, `patience` seconds at the most."""
        with self._lock:
            running = list(self._running)
        if running:
            await asyncio.to_thread(_join, running, time.monotonic() + patience)


def _join(threads: list[threading.Thread], deadline: float) -> None:
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0.0))


def _return(back: asyncio.Future[_Result], result: _Result) -> None:
    if not back.done():
        back.set_result(result)


def _raise(back: asyncio.Future[_Result], error: Exception) -> None:
    if not back.done():
        back.set_exception(error)

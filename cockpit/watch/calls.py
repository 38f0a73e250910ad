"""What calls people wherever they are: looked for at every beat, each told once to each channel that is to know."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Protocol

from cockpit.release.calls import Call
from cockpit.watch.troubles import Troubles

_AT_ONCE = 4  # messages that are under way together


class CallSurroundings(Protocol):
    """What the composition root gives: what is to be sent now, and a way to send it, which may take long."""

    def due(self) -> Iterable[tuple[Call, str]]: ...
    def tell(self, call: Call, channel: str) -> str: ...  # returns what is to be said of it, or nothing
    def hurry(self) -> None: ...  # what is under way is tried no more


class CallWatch:
    """Runs until cancelled; a receiver that does not answer holds up no other."""

    def __init__(self, around: CallSurroundings, *, say: Callable[[str], None], beat: float = 1.0) -> None:
        self._around = around
        self._say = say
        self._beat = beat
        self._troubles = Troubles(say)
        self._said: dict[tuple[str, str], str] = {}
        self._going: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def watch(self) -> None:
        """Look and send, again and again; at the end what is under way comes to its end, and is written down."""
        try:
            while True:
                await self._look()
                await asyncio.sleep(self._beat)
        finally:
            self._around.hurry()
            await asyncio.gather(*self._going.values(), return_exceptions=True)

    async def _look(self) -> None:
        due: list[tuple[Call, str]] = []
        with self._troubles.attempt("", "nobody is told of what calls"):
            due = await asyncio.to_thread(lambda: list(self._around.due()))
        for call, channel in due:
            key = (call.key, channel)
            if key not in self._going and len(self._going) < _AT_ONCE:
                self._going[key] = asyncio.create_task(self._send(call, channel))

    async def _send(self, call: Call, channel: str) -> None:
        key = (call.key, channel)
        told = ""
        try:
            with self._troubles.attempt(f"{channel} {call.key}", f"{channel} was not told of {call.title}"):
                told = await asyncio.to_thread(self._around.tell, call, channel)
        finally:
            self._going.pop(key, None)
        if told and self._said.get(key) != told:  # it may be the same at every beat
            self._said[key] = told
            self._say(told)

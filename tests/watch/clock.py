"""A clock that only moves when told to, with sleepers that wake in order."""

from __future__ import annotations

import asyncio
import heapq
import itertools


class VirtualClock:
    """Stands in for time.monotonic and asyncio.sleep; `now` is what sleepers go by."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._jumped = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def monotonic(self) -> float:
        return self.now + self._jumped

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), waking))
        await waking

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, waking each sleeper at its own time."""
        end = self.now + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _, waking = heapq.heappop(self._sleepers)
            self.now = max(self.now, at)
            if not waking.done():
                waking.set_result(None)
                await self.settle()
        self.now = end

    def jump(self, seconds: float) -> None:
        """Move what the clock shows and nothing else: forward as after a suspend, or back."""
        self._jumped += seconds

    async def settle(self) -> None:
        """Let every task run until it sleeps or waits."""
        for _ in range(12):
            await asyncio.sleep(0)

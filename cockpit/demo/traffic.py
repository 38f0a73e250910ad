"""The demo's customers: `python -m cockpit.demo.traffic PORT`, a steady pace, whatever the shop does meanwhile."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Iterator

from cockpit.demo.journeys import Visit, visits

PER_SECOND = 14.0
PATIENCE = 5.0  # seconds until a customer gives a request up
_AT_ONCE = 10  # customers in the shop
_MOST_WAITING = 80  # requests under way; beyond that nobody else comes in
_TRIES = 3  # of a request that the shop failed
_TRIES_TO_PAY = 60  # nobody gives up an order already placed


async def request(port: int, visit: Visit, step: int) -> int:
    """Send one request of a visit and return the status; raises OSError, TimeoutError or ValueError."""
    async with asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(visit.head(visit.calls[step]))
            answer = await reader.read()
        finally:
            writer.close()
    _, status, _ = answer.split(b" ", 2)
    return int(status)


class Customers:
    """Everybody in the shop: each waits for the answer to a request before making the next one."""

    def __init__(self, port: int, coming: Iterator[Visit]) -> None:
        self._port = port
        self._coming = coming
        self._idle: deque[tuple[Visit, int, int]] = deque()  # a visit, its next step, how often that one has failed
        self._waiting: set[asyncio.Task[None]] = set()

    def next_request(self) -> None:
        """Let the customer who has waited longest make a request; somebody new comes in where there is room."""
        if len(self._waiting) >= _MOST_WAITING:
            return
        if len(self._idle) < _AT_ONCE:
            self._idle.append((next(self._coming), 0, 0))
        task = asyncio.create_task(self._step(*self._idle.popleft()))
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)

    async def _step(self, visit: Visit, step: int, failed: int) -> None:
        try:
            status = await request(self._port, visit, step)
        except (OSError, TimeoutError, ValueError):
            return  # the shop is away or too slow: this customer leaves
        tries = _TRIES_TO_PAY if visit.calls[step].path == "/payment" else _TRIES
        if status >= 500 and failed + 1 < tries:
            self._idle.append((visit, step, failed + 1))
        elif status < 500 and step + 1 < len(visit.calls):
            self._idle.append((visit, step + 1, 0))


async def flow(port: int) -> None:
    """Make requests at the pace, without end; a late tick is not made up for."""
    customers = Customers(port, visits())
    clock = asyncio.get_running_loop().time
    due = clock()
    while True:
        customers.next_request()
        due = max(due + 1 / PER_SECOND, clock())
        await asyncio.sleep(due - clock())


if __name__ == "__main__":
    asyncio.run(flow(int(sys.argv[1])))

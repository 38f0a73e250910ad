"""When each probe runs: at its interval, never beside itself, never all at once, never twice to catch up.

Only one clock is looked at, the monotonic one; a wall clock that jumps changes nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.errors import NotFoundError
from cockpit.release.probes import Probe

CONCURRENCY = 128  # a third of 300 probes may hang until their time-out, and the others keep theirs
_FIRST_RUNS = 2.0  # seconds over which the first runs are spread: a board fills soon after the start
_LONGEST_SLEEP = 1.0  # seconds after which new jobs and jumps of the clock are noticed


class Job(Struct, frozen=True):
    """What runs every `interval` seconds; one that waits for a person is only held at each, never run by the timer."""

    name: str
    interval: float
    waits_for_person: bool = False


def probe_jobs(probes: Mapping[str, Probe], *, production: bool) -> tuple[Job, ...]:
    """Return the jobs of configured probes: in production only those without effects run by themselves.

    Raises ValueError where an interval is no duration.
    """
    return tuple(
        Job(name, parse_duration(probe.interval), production and probe.effects != "none")
        for name, probe in probes.items()
    )


class _Slot:
    """A job's place in the schedule."""

    def __init__(self, job: Job, now: float) -> None:
        self.task: asyncio.Task[None] | None = None
        self.asked = False
        self.plan(job, now)

    def plan(self, job: Job, now: float) -> None:
        """Take a job in, or another one of the same name; a run under way goes on."""
        self.job = job
        self.interval = max(job.interval, 0.1)
        # The same name always gets the same share of the interval, so that probes stay spread after a restart.
        share = int.from_bytes(hashlib.sha256(job.name.encode()).digest()[:4]) / 2**32
        self._anchor = now + share * self.interval
        self.due = now + share * min(self.interval, _FIRST_RUNS)

    @property
    def running(self) -> bool:
        return self.task is not None and not self.task.done()

    def advance(self, now: float) -> None:
        """Move to the next place on the job's grid that is half an interval away or more, whatever was missed."""
        earliest = now + self.interval / 2
        self.due = self._anchor + math.ceil((earliest - self._anchor) / self.interval) * self.interval


class Schedule:
    """Calls `run(name)` for each job at its time, and `hold(name)` instead for one that waits for a person.

    `fault(name, error)` gets what they raise; the schedule goes on. Use it from one event loop.
    """

    def __init__(
        self,
        run: Callable[[str], Awaitable[None]],
        *,
        hold: Callable[[str], Awaitable[None]],
        fault: Callable[[str, Exception], None],
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        concurrency: int = CONCURRENCY,
    ) -> None:
        self._run = run
        self._hold = hold
        self._fault = fault
        self._monotonic = monotonic
        self._sleep = sleep
        self._places = asyncio.Semaphore(concurrency)
        self._slots: dict[str, _Slot] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    def update(self, jobs: Iterable[Job]) -> None:
        """Replace all jobs; one that is unchanged keeps its time, and the run of one that is gone is cancelled."""
        now = self._monotonic()
        before, self._slots = self._slots, {}
        for job in jobs:
            slot = before.pop(job.name, None) or _Slot(job, now)
            if slot.job != job:
                slot.plan(job, now)
            self._slots[job.name] = slot
        for slot in before.values():
            if slot.task is not None and slot.running:
                slot.task.cancel()
                self._leaving.add(slot.task)
                slot.task.add_done_callback(self._leaving.discard)

    def trigger(self, name: str) -> None:
        """Run one job now because a person asked, or once more after the run under way, which began before."""
        slot = self._slots.get(name)
        if slot is None:
            raise NotFoundError(f"No probe is called {name!r}", fix=f"Known: {', '.join(self._slots) or 'none'}")
        slot.asked = True
        if not slot.running:
            self._start(slot)

    async def serve(self) -> None:
        """Run jobs until cancelled; then none is left running."""
        try:
            while True:
                now = self._monotonic()
                for slot in self._slots.values():
                    self._look_at(slot, now)
                nearest = min((slot.due for slot in self._slots.values()), default=math.inf)
                await self._sleep(min(max(nearest - self._monotonic(), 0.001), _LONGEST_SLEEP))
        finally:
            await self._stop()

    def _look_at(self, slot: _Slot, now: float) -> None:
        if slot.due - now > 2 * slot.interval:
            slot.advance(now)  # the clock went back
        if now < slot.due:
            return
        if slot.running:
            slot.advance(now)  # a slow run leaves its next turn out
        else:
            self._start(slot)

    def _start(self, slot: _Slot) -> None:
        slot.advance(self._monotonic())
        slot.task = asyncio.create_task(self._turn(slot), name=f"probe {slot.job.name}")

    async def _turn(self, slot: _Slot) -> None:
        """Run once, and once more where a person asked meanwhile."""
        while True:
            async with self._places:
                call = self._hold if slot.job.waits_for_person and not slot.asked else self._run
                slot.asked = False
                try:
                    await call(slot.job.name)
                except Exception as error:  # one probe's fault must not end the watch over the others
                    self._fault(slot.job.name, error)
            if not slot.asked:
                return

    async def _stop(self) -> None:
        tasks = [slot.task for slot in self._slots.values() if slot.task is not None] + list(self._leaving)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

"""The watcher: one process a clone that probes, counts, and commits the state, whether or not anybody looks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable

import msgspec
from msgspec import Struct

from cockpit.errors import NotFoundError
from cockpit.release.events import ProbeChanged
from cockpit.release.health import Debounced, ProbeResult, ProbeState, Transition, advance, paused
from cockpit.release.planned import PlannedWork, Underway
from cockpit.release.probes import Probe
from cockpit.watch.asks import ProbeNow
from cockpit.watch.counting import LogCounting
from cockpit.watch.schedule import Schedule, probe_jobs
from cockpit.watch.surroundings import Samples, Surroundings
from cockpit.watch.triggers import TriggerWatch
from cockpit.watch.troubles import Troubles

_PRUNE_EVERY = 3600.0  # seconds
_IN_STEP = 600.0  # seconds in which the clocks have kept step: a host may boot with any time, and put it right later
_JUMP = 2.0  # seconds by which the wall clock leaves the steady one, which stands still while the host sleeps


class Pace(Struct, frozen=True):
    """How often, and how long, in seconds."""

    beat: float = 1.0  # between heartbeats, flushes and looks around
    commit_after: float = 1.5  # a change, so that a burst is one commit
    exchange: float = 0.2  # between looks whether the state is to be exchanged
    farewell: float = 5.0  # for the last exchange, at the end
    triggers: float = 5.0  # between looks at the rollback triggers
    alone: float = 10.0  # without a screen, until a watcher that nobody started by hand ends


class Watcher:
    """Runs until `stop()`; `run_probe` takes one look."""

    def __init__(
        self,
        around: Surroundings,
        samples: Samples,
        run_probe: Callable[[str, Probe], Awaitable[ProbeResult]],
        *,
        by_hand: bool,
        say: Callable[[str], None],
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        pace: Pace = Pace(),  # noqa: B008
    ) -> None:
        self._around = around
        self._samples = samples
        self._run_probe = run_probe
        self._by_hand = by_hand
        self._say = say
        self._now = now
        self._monotonic = monotonic
        self._pace = pace
        self._troubles = Troubles(say)
        self._clocks: tuple[float, float] | None = None  # the wall's and the steady one, at the last beat
        self._in_step_since = 0.0  # by the steady clock, as the next one
        self._prune_at = 0.0
        self._states: dict[str, Debounced] = dict(around.last_states())
        self._details: dict[str, str] = {}
        self._expected: set[str] = set()  # the probes whose latest look fell into planned maintenance
        self._planned = PlannedWork(self._states)
        self._triggers = TriggerWatch(around, troubles=self._troubles, every=pace.triggers)
        self._counting = LogCounting(samples)
        self._stopping = asyncio.Event()
        self.homeless = False  # the repository was moved or deleted: there is nowhere left to write to
        self._schedule = Schedule(self._probe, hold=self._hold, fault=self._fault)

    def stop(self) -> None:
        """End at the next turn, everything written."""
        self._stopping.set()

    async def watch(self) -> None:
        """Watch until stopped or left alone."""
        self._plan()
        serving = asyncio.create_task(self._schedule.serve())
        exchanging = asyncio.create_task(self._exchange_on())
        try:
            await self._beat_on()
        finally:
            serving.cancel()
            self._stopping.set()
            await asyncio.gather(serving, return_exceptions=True)
            if not self.homeless:
                self._samples.leave(self._around.host)
                await self._publish()
            await self._say_farewell(exchanging)

    async def _exchange_on(self) -> None:
        """Exchange the state in a turn of its own: no remote, however slow, holds up a probe."""
        while not self._stopping.is_set():
            if await self._exchange_due():
                await self._in_touch(self._around.exchange)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._pace.exchange)
        if not self.homeless:
            await self._in_touch(self._around.leave)

    async def _exchange_due(self) -> bool:
        with self._troubles.attempt("whether to exchange", "the store could not be read"):
            return await asyncio.to_thread(self._around.exchange_due)
        return False

    async def _in_touch(self, work: Callable[[], None]) -> None:
        with self._troubles.attempt("the exchange", "the state was not exchanged"):
            await asyncio.to_thread(work)

    async def _say_farewell(self, exchanging: asyncio.Task[None]) -> None:
        """Let what was written last go out, for as long as may be waited for it."""
        _, pending = await asyncio.wait([exchanging], timeout=self._pace.farewell)
        if pending:
            self._around.stop_exchanging()
        await asyncio.gather(exchanging, return_exceptions=True)

    def _plan(self) -> None:
        probes = self._around.probes()
        self._schedule.update(probe_jobs(probes, production=self._around.production))
        self._samples.retain(probes.keys())

    async def _beat_on(self) -> None:
        last_seen = time.monotonic()
        changed_at: float | None = None
        while not self._stopping.is_set():
            if where := await self._gone():
                self.homeless = True
                self._say(f"{where} was moved or deleted: nothing more is watched here")
                return
            await self._look_around()
            self._counting.take(self._around.log_totals(), self._now())
            self._keep_samples()
            await self._triggers.look(self._down(), self._now())
            if self._around.unpublished():
                changed_at = changed_at if changed_at is not None else time.monotonic()
                if time.monotonic() - changed_at >= self._pace.commit_after:
                    changed_at = None
                    await self._publish()
            if self._anybody_here():
                last_seen = time.monotonic()
            elif not self._by_hand and time.monotonic() - last_seen > self._pace.alone:
                return
            try:
                await asyncio.wait_for(self._stopping.wait(), self._pace.beat)
            except TimeoutError:
                continue

    async def _gone(self) -> str:
        with self._troubles.attempt("the repository", "the repository could not be looked at"):
            return await asyncio.to_thread(self._around.gone)
        return ""

    def _anybody_here(self) -> bool:
        with self._troubles.attempt("the people", "it is not known who is here"):
            return self._around.anybody_here()
        return True  # nobody is left alone for that

    async def _look_around(self) -> None:
        asks: list[ProbeNow] = []
        with self._troubles.attempt("the store", "the store could not be read"):  # it may be at the next beat
            if await asyncio.to_thread(self._around.look_around):
                self._plan()
            asks = await asyncio.to_thread(lambda: list(self._around.asks()))
        for wanted in asks:
            self._trigger(wanted.probe)

    def _keep_samples(self) -> None:
        now, steady = self._now(), self._monotonic()
        self._samples.beat(self._around.host, os.getpid(), now)
        self._samples.flush()
        if self._prune_is_due(now, steady):
            self._samples.prune(now)
        self._troubles.tell("the samples", self._samples.trouble)

    def _prune_is_due(self, now: float, steady: float) -> bool:
        """Whether what is old may go now: by a clock that is wrong, all of it were old."""
        before, self._clocks = self._clocks, (now, steady)
        if before is None or abs((now - before[0]) - (steady - before[1])) > _JUMP:
            self._in_step_since = steady
        if steady - self._in_step_since < _IN_STEP or steady < self._prune_at:
            return False
        self._prune_at = steady + _PRUNE_EVERY
        return True

    async def _publish(self) -> None:
        # Where it fails the events are safe in the journals: it is tried again after the next one.
        with self._troubles.attempt("the commit", "the state was not committed"):
            await asyncio.to_thread(self._around.publish)

    def _trigger(self, name: str) -> None:
        try:
            self._schedule.trigger(name)
        except NotFoundError as error:
            self._say(str(error))

    async def _probe(self, name: str) -> None:
        probe = self._around.probes().get(name)
        if probe is None:
            return
        wall, steady = self._now(), self._monotonic()
        result = await self._run_probe(name, probe)
        jumped = (self._now() - wall) - (self._monotonic() - steady)
        if abs(jumped) > _JUMP:
            # What a connection says that slept with its host is no word about the target.
            detail = "this host slept, or its clock jumped, during the look"
            result = msgspec.structs.replace(result, state=ProbeState.UNKNOWN, latency_ms=None, detail=detail)
        await self._take_in(probe, result)

    async def _hold(self, name: str) -> None:
        probe = self._around.probes().get(name)
        if probe is not None:
            detail = f"has effects ({probe.effects}): waits for a person"
            await self._take_in(probe, paused(name, detail, at=self._now(), observer=self._around.host))

    async def _executing(self) -> Underway | None:
        """What is under way now: what began a moment ago may be what brought a probe down."""
        # A look counts, whatever else cannot be read.
        with self._troubles.attempt("what is under way", "the store could not be read"):
            return await asyncio.to_thread(self._around.executing)
        return None

    async def _take_in(self, probe: Probe, result: ProbeResult) -> None:
        around = self._around
        executing = await self._executing() if result.state is ProbeState.DOWN else None
        planned = self._planned.of(result, around.window(result.name), executing)
        result = msgspec.structs.replace(result, planned=planned)
        before = self._states.get(result.name)
        after, transition = advance(before, result, probe.failures, probe.passes)
        self._states[result.name] = after
        self._details[result.name] = result.detail
        (self._expected.add if planned else self._expected.discard)(result.name)
        self._samples.record(result, after)
        if transition is not None:
            await asyncio.to_thread(self._record, transition)
        self._troubles.well(f"the probe {result.name}")

    def _record(self, transition: Transition) -> None:
        event = ProbeChanged(
            state=transition.after.value,
            previous=transition.before.value,
            detail=transition.detail,
            observer=self._around.host,
        )
        subject = f"the transition of {transition.name}"
        with self._troubles.attempt(subject, f"{subject} was not recorded"):
            self._around.record(transition.name, event)

    def _down(self) -> dict[str, str]:
        """The probes that are down, unexpectedly, with what was seen of each."""
        return {
            name: self._details.get(name, "down")
            for name, state in self._states.items()
            if state.state == "down" and name not in self._expected
        }

    def _fault(self, name: str, error: Exception) -> None:
        self._troubles.tell(f"the probe {name}", f"the probe {name} could not be run: {error!r}")

"""The watcher's sensed items: each check at its interval, its word written down where it is news or due again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Protocol

from cockpit.durations import parse_duration
from cockpit.release.checks import Check
from cockpit.release.intents import Intent, RecordFact
from cockpit.release.ports import Observed, Observer, Situation
from cockpit.release.sensing import Seen, word_of
from cockpit.watch.schedule import Job, Schedule
from cockpit.watch.troubles import Troubles


class CheckSurroundings(Protocol):
    """What the composition root gives: the run's checks by item, and who may run them."""

    host: str

    @property
    def production(self) -> bool: ...
    def checks(self) -> Mapping[str, Check]: ...  # none while they are not trusted, or no run is under way
    def situation(self) -> Situation: ...
    def occasion(self) -> object: ...  # changes where all that was seen may have changed at once
    def last_word(self, item: str) -> Seen | None: ...  # of this host
    def act(self, intent: Intent) -> object: ...


class CheckWatch:
    """Runs until cancelled; then no check is left running."""

    def __init__(
        self,
        around: CheckSurroundings,
        observer: Observer,
        *,
        say: Callable[[str], None],
        now: Callable[[], float] = time.time,
        beat: float = 1.0,
    ) -> None:
        self._around = around
        self._observer = observer
        self._troubles = Troubles(say)
        self._now = now
        self._beat = beat
        self._checks: dict[str, Check] = {}
        self._occasion: object = None
        self._schedule = Schedule(self._look, hold=self._hold, fault=self._fault)

    async def watch(self) -> None:
        """Look at everything at its time."""
        serving = asyncio.create_task(self._schedule.serve())
        try:
            while True:
                with self._troubles.attempt("", "which checks there are could not be told"):
                    self._plan()
                await asyncio.sleep(self._beat)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    def _plan(self) -> None:
        checks = dict(self._around.checks())
        if checks != self._checks:
            self._checks = checks
            production = self._around.production
            self._schedule.update(
                Job(item, parse_duration(check.interval), check.waits_for_person(production=production))
                for item, check in checks.items()
            )
        occasion = self._around.occasion()
        if occasion != self._occasion:
            before, self._occasion = self._occasion, occasion
            # What was seen of the version before says nothing of this one: nobody waits an interval for it.
            for item, check in checks.items() if before is not None else ():
                if not check.waits_for_person(production=self._around.production):
                    self._schedule.trigger(item)

    async def _look(self, item: str) -> None:
        check = self._checks.get(item)
        # Trust may have been taken back a moment ago.
        if check is not None and self._around.checks().get(item) == check:
            found = await self._observer.observe(check, self._around.situation())
            await self._write_down(item, check, found)
        self._troubles.well(item)

    async def _hold(self, item: str) -> None:
        """Of a check that waits for a person, only see whether what it is bound to has moved."""
        await self._see_whether_moved(item)
        self._troubles.well(item)

    async def _see_whether_moved(self, item: str) -> None:
        check, before = self._checks.get(item), self._around.last_word(item)
        if check is None or before is None or not before.bound or before.moved:
            return
        bound = await self._observer.bound(check)
        if bound and bound != before.bound:
            moved = f"{', '.join(check.paths)} changed since"
            found = Observed("unknown", before.actual, before.detail, before.commit, bound)
            await self._write_down(item, check, found, moved=moved)

    async def _write_down(self, item: str, check: Check, found: Observed, *, moved: str = "") -> None:
        if self._checks.get(item) != check:
            return  # another run came into focus, or trust was taken back
        before = self._around.last_word(item)
        word = word_of(check, found, observer=self._around.host, before=before, now=self._now(), moved=moved)
        with self._troubles.attempt(f"the word of {item}", f"what was seen of {item} was not recorded"):
            if word is None:
                return  # all that was seen stands on the record
            output = None if word.renewal else found.output
            await asyncio.to_thread(self._around.act, RecordFact(f"item:{item}", word, output))

    def _fault(self, item: str, error: Exception) -> None:
        self._troubles.tell(item, f"the check of {item} could not be run: {error!r}")

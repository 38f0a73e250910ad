"""Days that are over: summed up once into the store, for whoever has no samples of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from cockpit.release.day_sums import day_entity
from cockpit.release.events import DaySummed
from cockpit.release.intents import Intent, RecordFact
from cockpit.watch.rounds import rounds
from cockpit.watch.troubles import Troubles

EVERY = 600.0  # seconds
_FAILED = "what was seen of a day was not recorded"


class DaySurroundings(Protocol):
    """What the composition root gives: the sums that are to be told, and a place to tell them."""

    def due(self) -> Iterable[DaySummed]: ...
    def act(self, intent: Intent) -> object: ...


class DayWatch:
    """Runs until cancelled."""

    def __init__(self, around: DaySurroundings, *, say: Callable[[str], None], every: float = EVERY) -> None:
        self._around = around
        self._troubles = Troubles(say)
        self._every = every

    async def watch(self) -> None:
        """Look for days that are over, again and again."""
        await rounds(self.look, self._every, self._troubles, _FAILED)

    def look(self) -> None:
        """Tell of each day that is due."""
        with self._troubles.attempt("a day", _FAILED):
            for summed in self._around.due():
                entity = day_entity(summed.day, summed.observer)
                self._around.act(RecordFact(entity, summed, of_service=True))

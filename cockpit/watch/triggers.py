"""The watcher's look at rollback triggers: it calls people where one is breached; nothing is executed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from cockpit.release.events import TriggerBreached, TriggerCleared
from cockpit.release.triggers import Sustained, Trigger
from cockpit.watch.surroundings import Surroundings
from cockpit.watch.troubles import Troubles


class TriggerWatch:
    """Follows the declared triggers for one watcher; `every` is in seconds."""

    def __init__(self, around: Surroundings, *, troubles: Troubles, every: float) -> None:
        self._around = around
        self._troubles = troubles
        self._every = every
        self._sustained = Sustained()
        self._looked_at = 0.0

    async def look(self, down: Mapping[str, str], now: float) -> None:
        """Record what is breached now, and what is not any more; `down` are the probes that are, with what was seen."""
        triggers = self._around.triggers()
        if not triggers or abs(now - self._looked_at) < self._every:
            return
        self._looked_at = now
        with self._troubles.attempt("the triggers", "the rollback triggers could not be looked at"):
            await self._look(triggers, down, now)

    async def _look(self, triggers: Mapping[str, Trigger], down: Mapping[str, str], now: float) -> None:
        targets = await asyncio.to_thread(lambda: list(self._around.targets())) if _by_target(triggers) else []
        sustained = self._sustained.look(triggers, down, targets, now)
        breached = self._around.breached()
        events: dict[str, TriggerBreached | TriggerCleared] = {
            name: TriggerBreached(words, self._around.host) for name, words in sustained.items() if name not in breached
        }
        holding = self._sustained.holding
        events |= {name: TriggerCleared(self._around.host) for name in breached if name not in holding}
        for name, event in events.items():
            with self._troubles.attempt(f"the trigger {name}", f"the trigger {name} was not recorded"):
                await asyncio.to_thread(self._around.record_trigger, name, event)


def _by_target(triggers: Mapping[str, Trigger]) -> bool:
    return any(trigger.target for trigger in triggers.values())

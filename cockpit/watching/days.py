"""The surroundings of the watcher's sums of days, on a workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cockpit.bootstrap import now as present
from cockpit.live_source import heartbeat_key
from cockpit.measuring import sample_key
from cockpit.release.day_sums import days_due, summed
from cockpit.release.events import DaySummed
from cockpit.release.intents import Intent
from cockpit.release.stretches import clipped, total
from cockpit.samples.looking_back import LookingBack
from cockpit.samples.reader import SampleReader
from cockpit.times import zone
from cockpit.workspace import Workspace


class AroundDays:
    """What this host's samples say of days that are over."""

    def __init__(self, workspace: Workspace, *, now: Callable[[], float] = present) -> None:
        self._workspace = workspace
        self._now = now

    def due(self) -> Iterator[DaySummed]:
        """Yield the sums that have not been told yet."""
        run, host = self._workspace.run, self._workspace.host
        days = days_due(run.records, host, self._now(), zone(run.timezone))
        with SampleReader(self._workspace.store.location.root) as reader:
            back = LookingBack(reader)
            for day in days:
                lived = back.watched(day.start, day.end).get(heartbeat_key(run, host), [])
                watched = total(clipped(lived, day.start, day.end))
                if not watched:
                    continue
                rollups = {}
                for name in run.configuration.probes:
                    rollups[name] = back.rollup(sample_key(run, name), day.start, day.end)
                    if back.trouble:
                        return  # a sum is told once: not by halves
                told = summed(day, host, watched, rollups)
                if told is not None:
                    yield told

    def act(self, intent: Intent) -> object:
        """Write it down."""
        return self._workspace.session.act(intent)

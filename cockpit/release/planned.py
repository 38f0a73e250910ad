"""Planned maintenance: what a team has announced, and what a rollback or deploy brings with it; pure.

Its time counts neither as up nor as down. Of an execution only what it brings down itself is planned: an outage that
was there before it stays one until the service has been well again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from msgspec import Struct

from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.run import Run
from cockpit.release.turns import is_within
from cockpit.release.windows import MaintenanceWindow
from cockpit.times import epoch

_UP = frozenset({ProbeState.OK, ProbeState.DEGRADED})
LONGEST_EXECUTION = 3600.0  # seconds of one that count: what takes longer was not planned so


def window_at(run: Run, probe: str, now: float, zone: tzinfo) -> MaintenanceWindow | None:
    """Return the maintenance window that a probe is in at `now` (epoch seconds); `zone` is the service's."""
    return next(
        (
            window
            for window in run.configuration.maintenance_windows
            if (not window.probes or probe in window.probes) and is_within(window, now, zone)
        ),
        None,
    )


class Underway(Struct, frozen=True):
    """What executes, such as `rollback to v1.2`, and since when in epoch seconds."""

    told: str
    since: float


def execution_at(run: Run, now: float) -> Underway | None:
    """Return what executes at `now` (epoch seconds), None where nothing does, or does for too long."""
    execution = run.current_execution
    if execution is None or execution.state != "running":
        return None
    since = epoch(execution.wall)
    return Underway(f"{execution.direction} to {execution.tag}", since) if now - since <= LONGEST_EXECUTION else None


class PlannedWork:
    """Tells for one watcher which looks fell into planned maintenance; `states` are those it begins with."""

    def __init__(self, states: Mapping[str, Debounced]) -> None:
        # Since when each probe has been down on end, in epoch seconds.
        self._fell = {name: state.since for name, state in states.items() if state.held is ProbeState.DOWN}

    def of(self, result: ProbeResult, window: str, execution: Underway | None) -> str:
        """Return the maintenance that a look fell into, empty where into none; `window` is the one its probe is in."""
        if result.state in _UP:
            self._fell.pop(result.name, None)
        if result.state is not ProbeState.DOWN:
            return window
        fell = self._fell.setdefault(result.name, result.at)
        return window or (execution.told if execution is not None and fell >= execution.since else "")

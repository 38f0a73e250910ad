"""Planned maintenance: what a team has announced, and what a rollback or deploy brings with it; pure.

Its time counts neither as up nor as down. Of an execution only what it brings down itself is planned: an outage that
was there before it stays one until the service has been well again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.run import Run
from cockpit.release.sensing import epoch_of
from cockpit.release.turns import is_within
from cockpit.release.windows import MaintenanceWindow

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


def execution_at(run: Run, now: float) -> str:
    """Return what executes at `now` (epoch seconds), such as `rollback to v1.2`; empty where nothing does."""
    execution = run.current_execution
    if execution is None or execution.state != "running" or now - epoch_of(execution.wall) > LONGEST_EXECUTION:
        return ""
    return f"{execution.direction} to {execution.tag}"


class PlannedWork:
    """Tells for one watcher which looks fell into planned maintenance."""

    def __init__(self) -> None:
        self._executing = ""
        self._fallen: set[str] = set()  # what was down before the execution began, and has not been well since

    def of(self, result: ProbeResult, window: str, executing: str, states: Mapping[str, Debounced]) -> str:
        """Return the maintenance that a look fell into, empty where into none.

        `window` is the one that the probe is in, `executing` what executes, each empty for none; `states` are the
        lasting states before this look.
        """
        if executing != self._executing:
            self._executing = executing
            self._fallen = {name for name, state in states.items() if ProbeState.DOWN in {state.state, state.raw}}
        if result.state is ProbeState.OK:
            self._fallen.discard(result.name)
        if window:
            return window
        if executing and result.state is ProbeState.DOWN and result.name not in self._fallen:
            return executing
        return ""

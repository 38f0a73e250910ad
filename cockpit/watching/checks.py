"""The surroundings of the watcher's checks, on a workspace."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.bootstrap import now
from cockpit.release.checks import Check
from cockpit.release.decisions.context import OVER
from cockpit.release.intents import Intent
from cockpit.release.ports import Situation
from cockpit.release.recurrence import Almanac
from cockpit.release.run import ItemView, Run
from cockpit.release.sensing import Seen, Sensing
from cockpit.times import zone
from cockpit.workspace import Workspace

_RECKONED_EVERY = 10.0  # seconds: by then a period may have begun


class AroundChecks:
    """The surroundings of the watcher's checks, on a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.host = workspace.host
        self._instances: list[ItemView] = []
        self._reckoned_of: Run | None = None
        self._reckoned_at = 0.0

    @property
    def production(self) -> bool:
        return self._workspace.run.production

    def checks(self) -> Mapping[str, Check]:
        # Trust may be given or lost while we watch, and a run with other files may come into focus.
        run = self._workspace.run
        if not self._workspace.trust.trusted(run.digest):
            return {}
        flown = run.items.values() if run.open and run.state not in OVER else ()
        views = [*flown, *self._recurring(run)]
        sensed = ((view.id, view.sensing) for view in views)
        return {item: sensing.check for item, sensing in sensed if sensing is not None and not _rests(sensing, run)}

    def _recurring(self, run: Run) -> list[ItemView]:
        # What recurs is looked at with a run or without; one beat of the watcher must not reckon it anew.
        at = now()
        if run is not self._reckoned_of or not 0.0 <= at - self._reckoned_at < _RECKONED_EVERY:
            almanac = Almanac(run, at, zone(run.timezone))
            self._instances = [one.view for one in almanac.sensed_now()]
            self._reckoned_of, self._reckoned_at = run, at
        return self._instances

    def situation(self) -> Situation:
        return self._workspace.situation

    def occasion(self) -> object:
        run = self._workspace.run
        return run.id, run.tag, run.commit, run.state, sum(view.over for view in run.executions)

    def last_word(self, item: str) -> Seen | None:
        view = self._workspace.run.view_of(item)
        words = view.sensing.seen if view is not None and view.sensing is not None else ()
        return next((word for word in words if word.observer == self.host), None)

    def act(self, intent: Intent) -> object:
        return self._workspace.session.act(intent)


def _rests(sensing: Sensing, run: Run) -> bool:
    """Whether it speaks of a version that was rolled back, or that a rollback is just leaving, whatever lies there."""
    execution = run.current_execution
    leaving = execution is not None and execution.direction == "rollback"
    return sensing.rests or (leaving and sensing.of_version)

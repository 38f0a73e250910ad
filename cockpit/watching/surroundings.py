"""The watcher's surroundings, on a workspace."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from cockpit.bootstrap import now
from cockpit.live_source import asks_directory
from cockpit.measuring import Measurer, sample_key
from cockpit.presence import presence_directory, present
from cockpit.release.decisions.context import OVER
from cockpit.release.entities import probe_entity, trigger_entity
from cockpit.release.events import ProbeChanged, TriggerBreached, TriggerCleared
from cockpit.release.health import Debounced
from cockpit.release.intents import RecordFact
from cockpit.release.planned import Underway, execution_at, window_at
from cockpit.release.probes import Probe
from cockpit.release.registers import EMPTY
from cockpit.release.targets import TargetResult
from cockpit.release.triggers import Trigger
from cockpit.samples.reader import SampleReader
from cockpit.store.lock import holder_of
from cockpit.times import zone
from cockpit.turning import NewestRun
from cockpit.watch.asks import ProbeNow, take_asks
from cockpit.watch.surroundings import LogTotals
from cockpit.watching.logs import FollowedLogs
from cockpit.watching.outward import Outward
from cockpit.workspace import Workspace


class Around(Outward):
    """The watcher's surroundings, on a workspace."""

    def __init__(self, workspace: Workspace, say: Callable[[str], None]) -> None:
        super().__init__(workspace, say)
        self.host = workspace.host
        self._place = _place(workspace.store.location.common)
        self._newest = NewestRun(workspace)
        self._logs = FollowedLogs(workspace)
        self._logs.follow()

    @property
    def production(self) -> bool:
        return self._workspace.run.production

    def probes(self) -> Mapping[str, Probe]:
        return self._workspace.run.configuration.probes

    def last_states(self) -> Mapping[str, Debounced]:
        """Return the lasting states that were recorded last, so that a new watcher does not record them anew."""
        with contextlib.closing(SampleReader(self._workspace.store.location.root)) as reader:
            current = reader.current()
        run = self._workspace.run
        keys = {name: sample_key(run, name) for name in run.configuration.probes}
        known = {name: current[key].debounced for name, key in keys.items() if key in current}
        recorded = self._workspace.run.probes
        return {
            name: state for name, state in known.items() if name in recorded and recorded[name].state == state.state
        }

    def gone(self) -> str:
        """Return where the repository was, once it was moved or deleted, also where another has come in its place."""
        common = self._workspace.store.location.common
        return "" if _place(common) == self._place else str(common)

    def look_around(self) -> bool:
        """Take in what others wrote; turn to a run that was opened meanwhile."""
        digest = self._workspace.run.digest
        self._workspace.session.poll()
        self._newest.look()
        if self._workspace.run.digest != digest:
            self._logs.follow()
            return True
        return False

    def record(self, probe: str, event: ProbeChanged) -> None:
        run = self._workspace.run
        entity = f"probe:{probe}" if run.open else probe_entity(run.environment, probe)
        self._workspace.session.act(RecordFact(entity, event, of_service=not run.open))

    def window(self, probe: str) -> str:
        run = self._workspace.run
        found = window_at(run, probe, now(), zone(run.timezone))
        return found.title if found is not None else ""

    def executing(self) -> Underway | None:
        self._workspace.session.poll()
        run, location = self._workspace.run, self._workspace.store.location
        underway = execution_at(run, now())
        here = run.current_execution is not None and run.current_execution.host == self.host
        # A worker that died leaves an execution that is under way for ever.
        gone = here and holder_of(location.lock(self._workspace.execution_lock)) is None
        return None if gone else underway

    def triggers(self) -> Mapping[str, Trigger]:
        run = self._workspace.run
        return run.configuration.triggers if run.open and run.state not in OVER else {}

    def targets(self) -> Iterable[TargetResult]:
        with Measurer(self._workspace, now=now) as measurer:
            return measurer.targets()

    def breached(self) -> Collection[str]:
        """Those that stand: breached, or decided on and not clear again since."""
        run = self._workspace.run
        standing = []
        for name in run.configuration.triggers:
            winner = run.registers.get((trigger_entity(name), "trigger"), EMPTY).winner
            if winner is not None and not isinstance(winner.data, TriggerCleared):
                standing.append(name)
        return standing

    def record_trigger(self, trigger: str, event: TriggerBreached | TriggerCleared) -> None:
        self._workspace.session.act(RecordFact(trigger_entity(trigger), event))

    def asks(self) -> Iterable[ProbeNow]:
        return take_asks(asks_directory(self._workspace))

    def anybody_here(self) -> bool:
        return any(one.kind == "screen" for one in present(presence_directory(self._workspace.store.location)))

    def log_totals(self) -> Mapping[str, LogTotals]:
        return self._logs.totals()

    def close(self) -> None:
        """Stop following logs."""
        self._logs.close()


def _place(directory: Path) -> tuple[int, int] | None:
    """Return what tells one directory from another at the same path, None where there is none."""
    try:
        status = directory.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_dev, status.st_ino

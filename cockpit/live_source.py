"""Reads the feeds beside the run: samples, presence, readiness; used by one thread at a time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cockpit.ahead import Ahead
from cockpit.company import Elsewhere
from cockpit.durations import parse_duration
from cockpit.edited import EditedLook
from cockpit.errors import NotFoundError, RefusedError
from cockpit.execution.readiness import Obstacles, readiness
from cockpit.execution.surroundings import host_warnings
from cockpit.health.beats import Beat, beat_path, write_beat
from cockpit.leasing.looking import LeaseSight, look_at_lease
from cockpit.measuring import Measurer, sample_key
from cockpit.presence import presence_directory, present
from cockpit.release.live import LeaseFeed, Live, ProbeFeed, Readiness, SyncFeed
from cockpit.release.run import Run
from cockpit.release.running import Sighting
from cockpit.release.targets import TargetResult
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import Current
from cockpit.samples.windows import SampleWindows, Window
from cockpit.sighting import last_sighting
from cockpit.store.location import StoreLocation
from cockpit.store.lock import holder_of
from cockpit.store.sync_status import read_status
from cockpit.watch.asks import ProbeNow, ask
from cockpit.workspace import Workspace

if TYPE_CHECKING:
    from cockpit.execution.databases.room import Room, RoomLook
    from cockpit.release.plan import Plan

WATCHER_LOCK = "watcher"

POINTS = 120  # samples a sparkline may show
_WINDOW = 3600.0  # seconds that they may go back
_TARGETS_EVERY = 5.0  # seconds between looks at the targets
_PATIENCE = 3.0  # seconds for a database to say how large it is
_READINESS_EVERY = 3.0  # seconds between looks at git; more where git is slow


def asks_directory(workspace: Workspace) -> Path:
    """Return where screens leave what they ask of the watcher."""
    return workspace.store.location.run / f"asks{_of_environment(workspace.run)}"


def watcher_lock(run: Run) -> str:
    """Return the name of the lock that whoever watches this run's environment holds."""
    return f"{WATCHER_LOCK}{_of_environment(run)}"


def heartbeat_key(run: Run, host: str) -> str:
    """Return under what a watcher of this run's environment tells that it is alive."""
    return f"{host}{_of_environment(run)}"


def _of_environment(run: Run) -> str:
    # Where one configuration describes several, each has a watcher of its own in a clone.
    return f"-{run.environment}" if run.configuration.environments else ""


def ask_for_probe(workspace: Workspace, name: str) -> None:
    """Ask the watcher to run one probe at once; RefusedError where this cockpit is read-only or nobody watches."""
    workspace.session.require_writing()
    if holder_of(workspace.store.location.lock(watcher_lock(workspace.run))) is None:
        raise RefusedError("no watcher runs on this clone", fix="Start one: cockpit watch", code="no-watcher")
    ask(asks_directory(workspace), ProbeNow(name))


def report_beat(
    workspace: Workspace, name: str, *, ok: bool = True, message: str = "", seconds: float | None = None
) -> Beat:
    """Keep that a job ran, for its probe of kind heartbeat; NotFoundError where there is none of that name."""
    if workspace.session.readonly:
        raise RefusedError("this cockpit is read-only", fix="Start it without --readonly", code="readonly")
    probes = workspace.run.configuration.probes
    if name not in probes or not probes[name].heartbeat:
        known = ", ".join(each for each, probe in probes.items() if probe.heartbeat) or "none is configured"
        raise NotFoundError(f"no heartbeat {name!r}", fix=f"There is: {known}")
    beat = Beat(time.time(), ok=ok, message=message, seconds=seconds)
    write_beat(beat_path(workspace.store.location.root, workspace.run.environment, name), beat)
    return beat


class LiveSource:
    """Gathers `Live`; its SQLite connection belongs to the thread that reads first."""

    def __init__(self, workspace: Workspace, *, watcher_due: float = 0.0) -> None:
        self._workspace = workspace
        self._watcher_due = watcher_due
        self._samples = SampleReader(workspace.store.location.root)
        self._measurer = Measurer(workspace, now=time.time, samples=self._samples)
        self._targets: tuple[TargetResult, ...] = ()
        self._targets_due = 0.0
        self._elsewhere = Elsewhere(workspace)
        self._windows = SampleWindows(self._samples, points=POINTS, span=_WINDOW)
        self._feeds: tuple[ProbeFeed, ...] = ()
        self._made_of: dict[str, tuple[Current | None, Window, ProbeFeed]] = {}
        self._feeds_of = ("", "")
        self._readiness = Readiness(False, ("not looked yet",))
        self._readiness_due = 0.0
        self._seen = Sighting()
        self._seen_of: Run | None = None
        self._lease: LeaseFeed | None = None
        self._rooms: RoomLook | None = None
        self._edited = EditedLook(workspace)
        self._edited_paths: tuple[str, ...] = ()

    def _look_for_room(self, plan: Plan, root: Path) -> tuple[Room, ...]:
        from cockpit.execution.databases.room import RoomLook  # who may carry nothing out has no room to look for

        self._rooms = self._rooms or RoomLook(patience=_PATIENCE)
        return self._rooms(plan, root)

    def read(self, *, force: bool = False) -> Live:
        """Return the feeds as they are now; what is costly to find out is only looked at now and then."""
        run = self._workspace.run
        due = force or time.monotonic() >= self._readiness_due
        sight = Ahead(lambda: look_at_lease(self._workspace)) if due else None  # git is asked while the rest is read
        changed = self._samples.changed()
        if changed or self._feeds_of != (run.digest, run.environment) or force:
            if self._feeds_of != (run.digest, run.environment):
                self._made_of.clear()
            self._feeds = self._probe_feeds(run)
            self._feeds_of = (run.digest, run.environment)
        self._look_at_targets(force=force)
        watcher = heartbeat_key(run, self._workspace.host)
        beats = [beat.at for beat in self._samples.heartbeats() if beat.host == watcher]
        trusted = self._workspace.trusted
        if changed or due or run is not self._seen_of:
            self._seen, self._seen_of = last_sighting(run, self._samples, now=time.time()), run
        seen, known = self._seen, self._readiness.running
        if due or seen.version != known.seen.version:
            self._readiness = self._look_at_readiness(run, trusted, seen, sight)
        elif seen != known.seen:
            self._readiness = replace(self._readiness, running=replace(known, seen=seen))
        return Live(
            probes=self._feeds,
            targets=self._targets,
            present=present(presence_directory(self._workspace.store.location)) + self._elsewhere.others(),
            readiness=self._readiness,
            watcher_at=max(beats, default=0.0),
            watcher_due=self._watcher_due,
            trusted=trusted,
            host=self._workspace.host,
            code=str(self._workspace.code),
            edited=self._edited_paths,
            sync=sync_feed(self._workspace.store.location),
            lease=self._lease,
            executing=holder_of(self._workspace.store.location.lock(self._workspace.execution_lock)) is not None,
        )

    def close(self) -> None:
        """Close the samples."""
        self._samples.close()

    def _look_at_readiness(self, run: Run, trusted: bool, seen: Sighting, ahead: Ahead[LeaseSight] | None) -> Readiness:
        started = time.monotonic()
        self._edited_paths = self._edited.paths()
        held = holder_of(self._workspace.store.location.lock(self._workspace.execution_lock))
        who = f"{held.owner}: {held.reason}" if held is not None else ""
        sight = ahead.get() if ahead is not None else look_at_lease(self._workspace)
        lease = self._lease = sight.lease
        leased = ""
        if lease is not None and not lease.ours:
            leased = f"{lease.owner} on {lease.host} since {lease.at}: {lease.reason}"
            if lease.stale(time.time()):
                leased += " (STALE)"
        found = readiness(
            run,
            self._workspace.code,
            Obstacles(
                trusted=trusted,
                held=who,
                leased=leased,
                unreachable=sight.trouble,
                root=self._workspace.root,
                host=host_warnings(),
                rooms=self._look_for_room,
                seen=seen,
            ),
        )
        trouble = self._workspace.session.pins_trouble
        if trouble:
            found = replace(found, notes=(*found.notes, f"the run was migrated: {trouble}"))
        took = time.monotonic() - started
        # A large repository must not spend its disk on our light: at most a tenth of the time.
        self._readiness_due = time.monotonic() + max(_READINESS_EVERY, 10 * took)
        return found

    def _look_at_targets(self, *, force: bool) -> None:
        if force or time.monotonic() >= self._targets_due:
            started = time.monotonic()
            self._targets = self._measurer.targets()
            # A week of many probes is no small matter: at most a twentieth of the time.
            self._targets_due = time.monotonic() + max(_TARGETS_EVERY, 20 * (time.monotonic() - started))

    def _probe_feeds(self, run: Run) -> tuple[ProbeFeed, ...]:
        keys = {name: sample_key(run, name) for name in run.configuration.probes}
        current = self._samples.current()
        windows = self._windows.read(keys.values(), current, time.time())
        before, self._made_of = self._made_of, {}
        for name, key in keys.items():
            seen, window = current.get(key), windows[key]
            made = before.get(name)
            if made is None or made[1] is not window or made[0] != seen:
                made = seen, window, probe_feed(run, name, seen, window)
            self._made_of[name] = made
        return tuple(feed for _, _, feed in self._made_of.values())


def live_of(workspace: Workspace) -> Live:
    """Return the feeds as they are now, for a command that looks once."""
    source = LiveSource(workspace)
    try:
        return source.read()
    finally:
        source.close()


def sync_feed(location: StoreLocation) -> SyncFeed:
    """Return how the exchange with the remote stands on this clone."""
    status = read_status(location)
    return SyncFeed(
        status.state, status.remote, status.at, status.trouble_since, status.reason, status.fix, status.ahead,
        status.behind,
    )  # fmt: skip


def probe_feed(run: Run, name: str, current: Current | None, window: Window) -> ProbeFeed:
    """Return a probe as last seen; one without any sample is unknown and says so."""
    probe = run.configuration.probes[name]
    interval = parse_duration(probe.interval)
    title = probe.title or name
    if current is None:
        return ProbeFeed(
            name, title, "unknown", 0.0, "unknown", None, "no sample yet: is a watcher running?", 0.0, interval
        )
    result, debounced = current.result, current.debounced
    return ProbeFeed(
        name=name,
        title=title,
        state=debounced.state.value,
        since=debounced.since,
        raw=result.state.value,
        latency_ms=result.latency_ms,
        detail=result.detail,
        at=result.at,
        interval=interval,
        streak=debounced.streak,
        failures=probe.failures,
        latencies=window.latencies,
        states=window.states,
        conditions=result.conditions,
        timings=result.timings,
        observer=result.observer,
    )

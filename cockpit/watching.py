"""Puts the watcher together and runs it; and starts one for a screen that finds none."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from cockpit import process
from cockpit.binding import AroundBonds
from cockpit.bootstrap import make_checker, make_prober, now
from cockpit.company import Company
from cockpit.errors import CockpitError
from cockpit.live_source import asks_directory, heartbeat_key, watcher_lock
from cockpit.logs.buffer import LogBuffer
from cockpit.logs.feeds import CommandFeed, Feed, MergedFeed, is_glob
from cockpit.logs.follow import FollowState
from cockpit.logs.reader import LogReader
from cockpit.measuring import Measurer, sample_key
from cockpit.offline import OfflineKeeper
from cockpit.presence import presence_directory, present
from cockpit.release.checks import Check
from cockpit.release.configuration import LogSource
from cockpit.release.decisions.context import OVER
from cockpit.release.entities import probe_entity, trigger_entity
from cockpit.release.events import ProbeChanged, TriggerBreached, TriggerCleared
from cockpit.release.health import Debounced, ProbeResult
from cockpit.release.intents import Intent, RecordFact
from cockpit.release.ports import Situation
from cockpit.release.probes import Probe
from cockpit.release.recurrence import Almanac
from cockpit.release.registers import EMPTY
from cockpit.release.run import ItemView, Run
from cockpit.release.sensing import Seen
from cockpit.release.targets import TargetResult
from cockpit.release.triggers import Trigger
from cockpit.reporting import Reporter
from cockpit.samples.reader import SampleReader
from cockpit.samples.writer import SampleWriter
from cockpit.store import files
from cockpit.store.lock import FileLock, Held, holder_of
from cockpit.syncing import Exchanger
from cockpit.times import rfc3339, zone
from cockpit.watch.asks import ProbeNow, take_asks
from cockpit.watch.bonds import BondWatch
from cockpit.watch.checks import CheckWatch
from cockpit.watch.surroundings import LogTotals
from cockpit.watch.watcher import Pace, Watcher
from cockpit.workspace import Workspace, choose_run, list_runs, pinned_of

_RECKONED_EVERY = 10.0  # seconds: by then a period may have begun
_LOOKS = 3  # for a newly opened run


def ensure_watcher(workspace: Workspace) -> bool:
    """Start a watcher for this clone unless one runs; return whether one was started."""
    if holder_of(workspace.store.location.lock(watcher_lock(workspace.run))) is not None:
        return False
    # Of several environments it watches this one, and stays with it.
    env = workspace.run.environment if workspace.run.configuration.environments else workspace.env
    process.spawn_detached(
        # -P: nothing that lies in the work tree is ever imported.
        [
            *(sys.executable, "-P", "-m", "cockpit", "watch", "--attached", f"--repo={workspace.root}"),
            *([f"--env={env}"] if env else []),
        ],
        cwd=workspace.root,
        log=workspace.store.location.run / "watcher.log",
    )
    return True


class RunSamples:
    """The samples of the run in focus: the same file serves other environments, under other keys."""

    def __init__(self, writer: SampleWriter, workspace: Workspace) -> None:
        self._writer = writer
        self._workspace = workspace

    @property
    def trouble(self) -> str:
        return self._writer.trouble

    def record(self, result: ProbeResult, debounced: Debounced) -> None:
        key = sample_key(self._workspace.run, result.name)
        self._writer.record(msgspec.structs.replace(result, name=key), debounced)

    def count(self, log: str, minute: int, *, lines: int, errors: int, warnings: int) -> None:
        self._writer.count(sample_key(self._workspace.run, log), minute, lines=lines, errors=errors, warnings=warnings)

    def beat(self, host: str, pid: int, at: float) -> None:
        self._writer.beat(heartbeat_key(self._workspace.run, host), pid, at)

    def flush(self) -> None:
        self._writer.flush()

    def prune(self, now: float) -> None:
        self._writer.prune(now)

    def retain(self, names: Collection[str]) -> None:
        """Forget the probes of this run's environment that are not named any more; others keep theirs."""
        run = self._workspace.run
        with contextlib.closing(SampleReader(self._workspace.store.location.root)) as reader:
            others = {key for key in reader.current() if not key.startswith(sample_key(run, ""))}
        self._writer.retain({sample_key(run, name) for name in names} | others)

    def leave(self, host: str) -> None:
        self._writer.leave(heartbeat_key(self._workspace.run, host))


class Around:
    """The watcher's surroundings, on a workspace."""

    def __init__(self, workspace: Workspace, say: Callable[[str], None]) -> None:
        self._workspace = workspace
        self.host = workspace.host
        self._changed = True
        self._streams: Collection[str] = ()
        self._looks_left = 0
        self._readers: dict[str, LogReader] = {}
        self._feeds: dict[str, Feed] = {}
        workspace.session.subscribe(lambda _run, _records: self._note_change())
        self._company = Company(workspace)
        self._exchanger = Exchanger(workspace, company=self._company.there)
        self._only_tell = False
        self._reporter = Reporter(workspace, say)
        self._offline = OfflineKeeper(workspace, say)
        self._follow_logs()

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

    def look_around(self) -> bool:
        """Take in what others wrote; turn to a run that was opened meanwhile."""
        digest = self._workspace.run.digest
        self._workspace.session.poll()
        streams = self._workspace.store.streams()
        if streams != self._streams:
            self._streams, self._looks_left = streams, _LOOKS
        if self._looks_left:
            # A stream is there a moment before the event that opens its run.
            self._looks_left -= 1
            self._turn_to_newest()
        if self._workspace.run.digest != digest:
            self._follow_logs()
            return True
        return False

    def _turn_to_newest(self) -> None:
        runs = list_runs(self._workspace.store)
        try:
            chosen = choose_run(runs, run="", env=self._workspace.env)
        except CockpitError:  # several are open: stay with the one we have
            return
        if chosen is not None and chosen.id != self._workspace.run.id:
            self._workspace.session.focus(chosen.id, pinned_of(self._workspace.store, chosen))

    def _note_change(self) -> None:
        self._changed = True
        self._exchanger.note_change()

    def unpublished(self) -> bool:
        return self._changed

    def publish(self) -> None:
        self._changed = False
        self._workspace.store.commit("cockpit: state")
        self._offline.refresh()

    def exchange_due(self) -> bool:
        self._workspace.session.poll()  # what a screen wrote should not wait for the next beat
        exchange_due = self._exchanger.due()
        self._only_tell = not exchange_due
        return exchange_due or self._company.due()

    def exchange(self) -> None:
        only_tell, self._only_tell = self._only_tell, False
        try:
            if not only_tell:
                self._exchanger.exchange()
        finally:
            self._reporter.refresh()
        self._company.tell()

    def leave(self) -> None:
        self._only_tell = False
        try:
            self._exchanger.exchange()
        finally:
            self._reporter.refresh()
            self._offline.refresh(last=True)
        self._company.leave()

    def stop_exchanging(self) -> None:
        self._exchanger.cancel.set()

    def record(self, probe: str, event: ProbeChanged) -> None:
        run = self._workspace.run
        entity = f"probe:{probe}" if run.open else probe_entity(run.environment, probe)
        self._workspace.session.act(RecordFact(entity, event, of_service=not run.open))

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

    def _follow_logs(self) -> None:
        self.close()
        run = self._workspace.run
        for name, source in run.configuration.logs.items():
            path = self._log_path(name, source)
            if path is None:
                continue
            reader = LogReader(
                name,
                path,
                buffer=LogBuffer(1),
                on_news=lambda: None,
                zone=zone(run.timezone),
                tail=0,
                poll_seconds=0.2,
                tagged=bool(source.file) and is_glob(source.file),
                encoding="" if source.file and is_glob(source.file) else source.encoding,
            )
            reader.start()
            self._readers[name] = reader

    def _log_path(self, name: str, source: LogSource) -> Path | None:
        """Where a log can be read, once what is no file is fed into one; None where its command is not trusted."""
        root = self._workspace.root
        if source.command and not self._workspace.trusted:
            return None
        if source.file and not is_glob(source.file):
            return root / source.file
        feed: Feed
        if source.command:
            feed = CommandFeed(name, process.shell(source.command), cwd=root)
        else:
            feed = MergedFeed(name, [(name, str(root / source.file))], encodings={name: source.encoding})
        feed.start()
        self._feeds[name] = feed
        return feed.path

    def log_totals(self) -> Mapping[str, LogTotals]:
        totals = {}
        for name, reader in self._readers.items():
            status, feed = reader.status, self._feeds.get(name)
            counts = status.counts
            errors = counts.levels.get("error", 0) + counts.levels.get("fatal", 0)
            followed = status.state is FollowState.FOLLOWING and not (feed and feed.trouble)
            totals[name] = LogTotals(counts.lines, errors, counts.levels.get("warning", 0), followed)
        return totals

    def close(self) -> None:
        """Stop following logs."""
        for reader in self._readers.values():
            reader.stop()
        self._readers.clear()
        for feed in self._feeds.values():
            feed.stop()
        self._feeds.clear()


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
        return {view.id: view.sensing.check for view in views if view.sensing is not None}

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


def watch(workspace: Workspace, *, by_hand: bool, say: Callable[[str], None]) -> None:
    """Watch in the foreground until SIGTERM, SIGINT or, unless started by hand, until nobody is here any more.

    Raises RefusedError (`locked`) where another watcher runs on this clone.
    """
    if workspace.run.configuration.environments:
        workspace.env = workspace.run.environment
    location = workspace.store.location
    files.make_directories(location.locks, below=location.common, share=location.share)
    workspace.store.share_places()
    holder = Held(
        workspace.session.actor.name, workspace.host, os.getpid(), rfc3339(now()), "watching", secrets.token_hex(8)
    )
    with FileLock(location.lock(watcher_lock(workspace.run)), holder, share=location.share):
        asyncio.run(keep_watch(workspace, by_hand=by_hand, say=say))


async def keep_watch(
    workspace: Workspace,
    *,
    by_hand: bool,
    say: Callable[[str], None],
    pace: Pace = Pace(),  # noqa: B008
) -> None:
    """Watch in the main thread's event loop, as `watch` does; the lock is the caller's matter."""
    around = Around(workspace, say)
    samples = SampleWriter(workspace.store.location.root)
    async with (
        make_prober(workspace) as prober,
        make_checker(workspace) as checker,
    ):

        async def look(name: str, probe: Probe) -> ProbeResult:
            # Trust may be given while we watch, and a run with other files may come into focus. The prober looks at
            # it before it waits for anything.
            run = workspace.run
            prober.trusted = run.configuration.probes.get(name) == probe and workspace.trust.trusted(run.digest)
            return await prober.run(name, probe, now())

        watcher = Watcher(around, RunSamples(samples, workspace), look, by_hand=by_hand, say=say, now=now, pace=pace)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, watcher.stop)
        loop.add_signal_handler(signal.SIGHUP, lambda: None)  # it outlives the terminal it was started from
        sensed = AroundChecks(workspace)
        counted = f"{len(around.probes())} probes and {len(sensed.checks())} checks"
        say(f"watching {counted} of {workspace.run.service}; Ctrl-C ends it")
        checking = asyncio.create_task(CheckWatch(sensed, checker, say=say, now=now, beat=pace.beat).watch())
        binding = asyncio.create_task(BondWatch(AroundBonds(workspace), say=say).watch())
        try:
            await watcher.watch()
        finally:
            checking.cancel()
            binding.cancel()
            await asyncio.gather(checking, binding, return_exceptions=True)
            around.close()
            samples.close()

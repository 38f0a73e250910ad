"""Puts the watcher together and runs it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import Callable

from cockpit.allocation import give_back_what_is_free
from cockpit.binding import AroundBonds
from cockpit.bootstrap import make_checker, make_prober, now
from cockpit.live_source import watcher_lock
from cockpit.notifying import AroundCalls
from cockpit.release.health import ProbeResult
from cockpit.release.probes import Probe
from cockpit.samples.writer import SampleWriter
from cockpit.store import files
from cockpit.store.lock import FileLock, Held
from cockpit.times import rfc3339
from cockpit.watch.bonds import BondWatch
from cockpit.watch.calls import CallWatch
from cockpit.watch.checks import CheckWatch
from cockpit.watch.days import DayWatch
from cockpit.watch.watcher import Pace, Watcher
from cockpit.watching.checks import AroundChecks
from cockpit.watching.days import AroundDays
from cockpit.watching.samples import RunSamples
from cockpit.watching.surroundings import Around
from cockpit.watching.versions import watch_version
from cockpit.workspace import Workspace


def watch(workspace: Workspace, *, by_hand: bool, say: Callable[[str], None]) -> None:
    """Watch in the foreground until SIGTERM, SIGINT or, unless started by hand, until nobody is here any more.

    Raises RefusedError (`locked`) where another watcher runs on this clone.
    """
    give_back_what_is_free()
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

    def told(line: str) -> None:
        with contextlib.suppress(OSError):  # what cannot be said ends nothing
            say(line)

    around = Around(workspace, told)
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

        kept = RunSamples(samples, workspace)
        watcher = Watcher(around, kept, look, by_hand=by_hand, say=told, now=now, pace=pace)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, watcher.stop)
        loop.add_signal_handler(signal.SIGHUP, lambda: None)  # it outlives the terminal it was started from
        sensed = AroundChecks(workspace)
        counted = f"{len(around.probes())} probes and {len(sensed.checks())} checks"
        told(f"watching {counted} of {workspace.run.service}; Ctrl-C ends it")
        checking = asyncio.create_task(CheckWatch(sensed, checker, say=told, now=now, beat=pace.beat).watch())
        binding = asyncio.create_task(BondWatch(AroundBonds(workspace), say=told).watch())
        calling = asyncio.create_task(CallWatch(AroundCalls(workspace), say=told, beat=pace.beat).watch())
        summing = asyncio.create_task(DayWatch(AroundDays(workspace), say=told).watch())
        seeing = asyncio.create_task(watch_version(workspace, prober, kept, say=told, now=now, beat=pace.beat))
        beside = (checking, binding, calling, summing, seeing)
        try:
            await watcher.watch()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            around.close()
            if watcher.homeless:
                samples.abandon()
            samples.close()

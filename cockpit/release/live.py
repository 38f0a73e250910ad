"""`Live`: immutable feeds beside the `Run`, of what is sampled rather than decided."""

from __future__ import annotations

from msgspec import Struct

from cockpit.release.health import ConditionResult, Timing
from cockpit.release.running import Running
from cockpit.release.targets import TargetResult

LEASE_STALE_AFTER = 600.0  # seconds without a sign of its holder


class ProbeFeed(Struct, frozen=True, gc=False):
    """A probe as last seen: its debounced state, the raw latest result, and recent latencies, oldest first."""

    name: str
    title: str
    state: str
    since: float  # epoch seconds
    raw: str
    latency_ms: float | None
    detail: str
    at: float  # epoch seconds of the latest result; 0 where there is none
    interval: float  # seconds
    streak: int = 0  # results in a row against the present state
    failures: int = 3
    latencies: tuple[float | None, ...] = ()
    states: tuple[str, ...] = ()
    conditions: tuple[ConditionResult, ...] = ()
    timings: tuple[Timing, ...] = ()
    observer: str = ""

    def stale(self, now: float) -> bool:
        """Whether so many intervals have passed without a result that its state says nothing any more."""
        return now - self.at > max(3 * self.interval, 10.0)

    def reliable(self, now: float) -> str:
        """Return the state as far as it may be relied on: unknown where nothing is observed any more."""
        blind = self.raw == "unknown" or self.stale(now)
        return "unknown" if blind and self.state != "paused" else self.state


HERE_FOR = 60.0  # seconds after the last sign of life from another clone


class Presence(Struct, frozen=True, omit_defaults=True):
    """Somebody who has the cockpit open; times are in epoch seconds.

    Those of this clone are here as long as they are listed. A `remote` one is on another clone, and `seen` is when
    word of it last came.
    """

    name: str
    host: str
    writer: str
    kind: str  # screen, watcher or worker
    since: float
    looking_at: str = ""
    seen: float = 0.0
    remote: bool = False

    def here(self, now: float) -> bool:
        """Whether it is to be taken that this person is still there."""
        return not self.remote or now - self.seen <= HERE_FOR


class LeaseFeed(Struct, frozen=True):
    """Whose the remote's lease was when it was last heard of: since when, for what, and when they were last there.

    `at` is RFC 3339, `seen` epoch seconds, 0 where nothing can be read of it; `ours` is this clone's.
    """

    owner: str
    host: str
    at: str
    seen: float
    reason: str
    ours: bool = False

    def stale(self, now: float) -> bool:
        """Whether its holder was not seen for so long that it may be broken."""
        return now - self.seen >= LEASE_STALE_AFTER


class Readiness(Struct, frozen=True):
    """The rollback light: ready, or every reason why not; `notes` are what a start would ask, and is no obstacle."""

    ready: bool
    reasons: tuple[str, ...] = ()
    target: str = ""  # the last good tag
    why_target: str = ""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()  # what a person should know of the host and the dump, and is no obstacle either
    running: Running = Running()  # what it leads away from


class SyncFeed(Struct, frozen=True):
    """How the exchange with the remote stands: `none`, `unpublished`, `synced`, or what is wrong with it.

    `at` is the last success, `since` when the trouble began, in epoch seconds, 0 where there is none.
    """

    state: str = "none"
    remote: str = ""
    at: float = 0.0
    since: float = 0.0
    reason: str = ""
    fix: str = ""
    ahead: int = 0
    behind: int = 0

    @property
    def troubled(self) -> bool:
        """Whether something keeps the two sides apart."""
        return self.state not in {"none", "unpublished", "synced"}


def edited_words(paths: tuple[str, ...]) -> str:
    """Return what was edited, with its verb: `cockpit.yaml was`, `cockpit.yaml and 2 more were`."""
    more = len(paths) - 1
    return f"{paths[0]} and {more} more were" if more else f"{paths[0]} was"


class Live(Struct, frozen=True):
    """All feeds of one moment."""

    probes: tuple[ProbeFeed, ...] = ()
    present: tuple[Presence, ...] = ()
    readiness: Readiness = Readiness(False, ("not looked yet",))
    watcher_at: float = 0.0  # epoch seconds of the watcher's last heartbeat
    trusted: bool = False
    host: str = ""
    sync: SyncFeed = SyncFeed()
    lease: LeaseFeed | None = None  # None where nobody holds it, or nothing is shared
    targets: tuple[TargetResult, ...] = ()
    watcher_due: float = 0.0  # epoch seconds until which one that has just been started may still be coming
    executing: bool = False  # whether a worker on this host holds the execution lock
    edited: tuple[str, ...] = ()  # files that the run flies by, and that read otherwise now
    code: str = ""  # the work tree that executions from this clone lead, absolute

    def watcher_alive(self, now: float) -> bool:
        """Whether the watcher has beaten lately."""
        return now - self.watcher_at < 10.0

    def watcher_missing(self, now: float) -> bool:
        """Whether nobody watches, and nobody is on the way to it."""
        return not self.watcher_alive(now) and now >= self.watcher_due

"""What the watcher is given: where samples go, and the store, logs and people around it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from msgspec import Struct

from cockpit.release.events import ProbeChanged, TriggerBreached, TriggerCleared
from cockpit.release.health import Debounced, ProbeResult
from cockpit.release.log_digest import LogDigest
from cockpit.release.planned import Underway
from cockpit.release.probes import Probe
from cockpit.release.targets import TargetResult
from cockpit.release.triggers import Trigger
from cockpit.watch.asks import ProbeNow


class Samples(Protocol):
    """Where samples go; nothing it does raises, `trouble` says what is wrong."""

    @property
    def trouble(self) -> str: ...
    def record(self, result: ProbeResult, debounced: Debounced) -> None: ...
    def count(self, log: str, minute: int, *, lines: int, errors: int, warnings: int, own: int) -> None: ...
    def digest(self, log: str, at: float, digest: LogDigest) -> None: ...
    def beat(self, host: str, pid: int, at: float) -> None: ...
    def flush(self) -> None: ...
    def prune(self, now: float) -> None: ...
    def retain(self, names: Collection[str]) -> None: ...
    def leave(self, host: str) -> None: ...


class LogTotals(Struct, frozen=True):
    """How much one log has brought since the watcher began; `followed` says whether it is read now.

    Lines of our `own` traffic are left out of the others.
    `digest` is what its lines meant that came since the last time.
    """

    lines: int
    errors: int
    warnings: int
    followed: bool = True
    own: int = 0
    digest: LogDigest = LogDigest()


class Surroundings(Protocol):
    """What the watcher is given by the composition root."""

    host: str

    @property
    def production(self) -> bool: ...
    def probes(self) -> Mapping[str, Probe]: ...
    def last_states(self) -> Mapping[str, Debounced]: ...  # as the watcher before us left them
    def gone(self) -> str: ...  # where the repository was, once it is no longer there; looks at the disk
    def look_around(self) -> bool: ...  # take in the store; whether the probes are others now
    def unpublished(self) -> bool: ...
    def publish(self) -> None: ...
    def exchange_due(self) -> bool: ...  # looks at the store
    def exchange(self) -> None: ...  # with the remote; may take long
    def leave(self) -> None: ...  # exchange for the last time, and be there no more
    def stop_exchanging(self) -> None: ...  # ends one that is under way
    def record(self, probe: str, event: ProbeChanged) -> None: ...  # of the run, or else of the service
    def window(self, probe: str) -> str: ...  # the maintenance window it is in; empty for none
    def executing(self) -> Underway | None: ...  # the rollback or deploy under way; looks at the store
    def triggers(self) -> Mapping[str, Trigger]: ...  # none where no run is open
    def targets(self) -> Iterable[TargetResult]: ...
    def breached(self) -> Collection[str]: ...  # those that wait for a decision, or have been decided on
    def record_trigger(self, trigger: str, event: TriggerBreached | TriggerCleared) -> None: ...
    def asks(self) -> Iterable[ProbeNow]: ...
    def log_totals(self) -> Mapping[str, LogTotals]: ...
    def anybody_here(self) -> bool: ...

"""A host that sleeps during a look: the result is no word about the target."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from cockpit.release.events import ProbeChanged, TriggerBreached, TriggerCleared
from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.log_digest import LogDigest
from cockpit.release.probes import Probe
from cockpit.release.targets import TargetResult
from cockpit.release.triggers import Trigger
from cockpit.watch.asks import ProbeNow
from cockpit.watch.surroundings import LogTotals
from cockpit.watch.watcher import Pace, Watcher

PROBE = Probe(http="http://shop.example/", interval="100ms")


class Kept:
    """Samples, kept in a list."""

    trouble = ""

    def __init__(self) -> None:
        self.results: list[ProbeResult] = []
        self.pruned: list[float] = []

    def record(self, result: ProbeResult, debounced: Debounced) -> None:
        self.results.append(result)

    def count(self, log: str, minute: int, *, lines: int, errors: int, warnings: int, own: int) -> None: ...
    def digest(self, log: str, at: float, digest: LogDigest) -> None: ...
    def beat(self, host: str, pid: int, at: float) -> None: ...
    def flush(self) -> None: ...

    def prune(self, now: float) -> None:
        self.pruned.append(now)

    def retain(self, names: Collection[str]) -> None: ...
    def leave(self, host: str) -> None: ...


class Alone:
    """Surroundings with one probe and nobody else."""

    host = "laptop"
    production = False

    def __init__(self) -> None:
        self.transitions: list[ProbeChanged] = []

    def probes(self) -> Mapping[str, Probe]:
        return {"api": PROBE}

    def last_states(self) -> Mapping[str, Debounced]:
        return {}

    def gone(self) -> str:
        return ""

    def look_around(self) -> bool:
        return False

    def unpublished(self) -> bool:
        return False

    def window(self, probe: str) -> str:
        return ""

    def executing(self) -> None: ...

    def publish(self) -> None: ...

    def exchange_due(self) -> bool:
        return False

    def exchange(self) -> None: ...
    def leave(self) -> None: ...
    def stop_exchanging(self) -> None: ...

    def record(self, probe: str, event: ProbeChanged) -> None:
        self.transitions.append(event)

    def triggers(self) -> Mapping[str, Trigger]:
        return {}

    def targets(self) -> Iterable[TargetResult]:
        return ()

    def breached(self) -> Collection[str]:
        return ()

    def record_trigger(self, trigger: str, event: TriggerBreached | TriggerCleared) -> None: ...

    def asks(self) -> Iterable[ProbeNow]:
        return ()

    def log_totals(self) -> Mapping[str, LogTotals]:
        return {}

    def anybody_here(self) -> bool:
        return True


async def test_a_look_that_slept_with_its_host_says_nothing() -> None:
    kept, around = Kept(), Alone()
    wall = [1_800_000_000.0]
    looks: list[str] = []

    async def look(name: str, probe: Probe) -> ProbeResult:
        looks.append(name)
        slept = len(looks) == 2
        wall[0] += 7200.0 if slept else 0.05
        state = ProbeState.DOWN if slept else ProbeState.OK
        if len(looks) == 4:
            watcher.stop()
        return ProbeResult(name, state, 12.0, "the connection was lost" if slept else "200 OK", wall[0])

    steady = [50.0]

    def monotonic() -> float:
        steady[0] += 0.025
        return steady[0]

    watcher = Watcher(
        around, kept, look, by_hand=True, say=lambda text: None, now=lambda: wall[0], monotonic=monotonic,
        pace=Pace(beat=0.01),
    )  # fmt: skip
    await watcher.watch()
    states = [result.state for result in kept.results[:3]]
    assert states == [ProbeState.OK, ProbeState.UNKNOWN, ProbeState.OK]
    assert "slept" in kept.results[1].detail
    assert [event.state for event in around.transitions] == ["ok"], "and nobody is called"


async def test_what_is_old_goes_by_a_clock_that_has_kept_step_and_by_no_other() -> None:
    begun, steady = 1_800_000_000.0, 50.0

    def wall() -> float:
        wrong = steady < 300 or 4500 <= steady < 4560  # at boot, and for the one beat at which it is due again
        return begun + steady + (300_000_000.0 if wrong else 0.0)

    class Beaten(Kept):
        def flush(self) -> None:
            nonlocal steady
            steady += 60.0
            if steady > 12_000:
                watcher.stop()

    async def look(name: str, probe: Probe) -> ProbeResult:
        return ProbeResult(name, ProbeState.OK, 12.0, "200 OK", wall())

    kept = Beaten()
    watcher = Watcher(
        Alone(), kept, look, by_hand=True, say=lambda text: None, now=wall, monotonic=lambda: steady,
        pace=Pace(beat=0.0),
    )  # fmt: skip
    await watcher.watch()
    assert [at - begun for at in kept.pruned] == [950.0, 5210.0, 8810.0]

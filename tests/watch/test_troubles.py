"""What goes wrong beside the looks: it is said once, again after it was well, and ends nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping

import pytest

from cockpit.errors import RefusedError
from cockpit.health.probes import Prober
from cockpit.release.checks import Check, CommandCheck
from cockpit.release.health import ProbeResult, ProbeState
from cockpit.release.intents import Intent
from cockpit.release.ports import Observed
from cockpit.release.probes import Probe
from cockpit.release.targets import TargetResult
from cockpit.release.triggers import Trigger
from cockpit.samples.writer import SampleWriter
from cockpit.watch.checks import CheckWatch
from cockpit.watch.rounds import rounds
from cockpit.watch.troubles import Troubles
from cockpit.watch.watcher import Pace, Watcher
from cockpit.watching.samples import RunSamples
from cockpit.watching.versions import watch_version
from cockpit.workspace import Workspace
from tests.execution.flight import Flight
from tests.watch.test_checks import Always, Around
from tests.watch.test_jumps import Alone, Kept
from tests.watch.test_watcher import eventually

FULL = (28, "No space left on device")
TOLD = "[Errno 28] No space left on device"


def test_a_trouble_is_said_once_and_again_after_it_was_well() -> None:
    said: list[str] = []
    troubles = Troubles(said.append)
    for _ in range(3):
        for subject in ("store", "samples"):
            troubles.tell(subject, f"{subject} is full")
    assert said == ["store is full", "samples is full"]
    troubles.well("store")
    troubles.tell("samples", "samples is full")
    troubles.tell("store", "store is full")
    assert said == ["store is full", "samples is full", "store is full"]
    troubles.tell("store", "samples is full")
    assert len(said) == 3, "that stands already"


def test_of_whatever_kind_a_fault_is_it_ends_nothing() -> None:
    said: list[str] = []
    troubles = Troubles(said.append)
    for error in (RefusedError("it is locked"), OSError(*FULL), KeyError("k"), OSError(*FULL)):
        with troubles.attempt("store", "not written"):
            raise error
    with troubles.attempt("store", "not written"):
        pass
    with troubles.attempt("store", "not written"):
        raise OSError(*FULL)
    full = f"not written: {TOLD}"
    assert said == ["not written: it is locked", full, "not written: KeyError('k')", full, full]
    with pytest.raises(asyncio.CancelledError), troubles.attempt("store", "not written"):
        raise asyncio.CancelledError


class Troubled(Alone):
    """Surroundings in which what a test names goes wrong at some beats, until the last one."""

    def __init__(self, *, beats: int, wrong: Callable[[int], bool]) -> None:
        super().__init__()
        self.beats, self.beat, self.wrong = beats, 0, wrong
        self.last: Callable[[], None] = lambda: None

    def look_around(self) -> bool:
        self.beat += 1
        if self.beat == self.beats:
            self.last()
        return False

    def fail(self) -> None:
        if self.wrong(self.beat):
            raise OSError(*FULL)


async def watched(around: Troubled, kept: Kept) -> list[str]:
    """Watch to the last beat, and return what was said."""
    said: list[str] = []

    async def look(name: str, probe: Probe) -> ProbeResult:
        around.fail()
        return ProbeResult(name, ProbeState.OK, 12.0, "200 OK", 1_800_000_000.0)

    clock = iter(range(1_800_000_000, 1_900_000_000))
    pace = Pace(beat=0.01, commit_after=0.0, triggers=0.0)
    watcher = Watcher(
        around, kept, look, by_hand=True, say=said.append, now=lambda: next(clock), monotonic=lambda: next(clock),
        pace=pace,
    )  # fmt: skip
    around.last = watcher.stop
    await watcher.watch()
    return said


async def test_troubles_that_alternate_are_each_said_once() -> None:
    class Full(Troubled):
        def unpublished(self) -> bool:
            return True

        def publish(self) -> None:
            self.fail()

        def exchange_due(self) -> bool:
            raise OSError(*FULL)

    kept = Kept()
    kept.trouble = "samples cannot be written"
    around = Full(beats=30, wrong=lambda beat: beat <= 10 or 20 < beat < 30)
    said = [line for line in await watched(around, kept) if "probe" not in line]
    assert sorted(said) == [
        "samples cannot be written",
        *[f"the state was not committed: {TOLD}"] * 2,
        f"the store could not be read: {TOLD}",
    ]


async def test_a_probe_that_cannot_be_run_is_said_once_until_it_can() -> None:
    said = await watched(Troubled(beats=60, wrong=lambda beat: beat < 60), Kept())
    assert said == [f"the probe api could not be run: {OSError(*FULL)!r}"]


async def test_a_trigger_that_cannot_be_looked_at_ends_no_watch() -> None:
    class Triggered(Troubled):
        def triggers(self) -> Mapping[str, Trigger]:
            return {"slow": Trigger(target="available")}

        def targets(self) -> Iterable[TargetResult]:
            self.fail()
            return ()

    around = Triggered(beats=30, wrong=lambda beat: beat <= 10 or 20 < beat < 30)
    said = [line for line in await watched(around, Kept()) if "probe" not in line]
    assert said == [f"the rollback triggers could not be looked at: {TOLD}"] * 2
    assert around.beat == 30


async def test_a_round_that_fails_is_said_and_the_next_one_is_taken() -> None:
    said: list[str] = []
    looks: list[int] = []
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def look() -> None:
        looks.append(len(looks))
        if len(looks) == 8:
            loop.call_soon_threadsafe(enough.set)
        if len(looks) in {1, 2, 5}:
            raise OSError(*FULL)

    going = asyncio.create_task(rounds(look, 0.001, Troubles(said.append), "not looked at"))
    await asyncio.wait_for(enough.wait(), 20)
    going.cancel()
    await asyncio.gather(going, return_exceptions=True)
    assert said == [f"not looked at: {TOLD}"] * 2


async def test_checks_that_cannot_be_told_are_looked_at_later() -> None:
    class Later(Around):
        asked = 0

        def checks(self) -> Mapping[str, Check]:
            self.asked += 1
            if self.asked <= 3:
                raise OSError(*FULL)
            return super().checks()

    around, said = Later(), list[str]()
    watch = asyncio.create_task(CheckWatch(around, Always(), say=said.append, now=around.now, beat=0.001).watch())
    await eventually(lambda: around.written() or watch.done())
    assert not watch.done()
    watch.cancel()
    await asyncio.gather(watch, return_exceptions=True)
    assert said == [f"which checks there are could not be told: {TOLD}"]


async def test_of_a_check_that_waits_for_a_person_a_trouble_goes_with_the_next_good_look() -> None:
    class Failing(Always):
        looks = 0

        async def bound(self, check: Check) -> str:
            self.looks += 1
            if self.looks in {1, 2, 5}:
                raise OSError(*FULL)
            return await super().bound(check)

    pay = Check(
        command=CommandCheck(run="pay"), closes=True, effects="money", binds="paths", paths=("pay.py",), interval="0.1s"
    )
    around, eye, said = Around(pay), Failing(), list[str]()
    watch = CheckWatch(around, eye, say=said.append, now=around.now, beat=0.001)
    watch._plan()
    await watch._look("k")  # a person's
    watching = asyncio.create_task(watch.watch())
    await eventually(lambda: eye.looks >= 6 or watching.done())
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    assert said == [f"the check of k could not be run: {OSError(*FULL)!r}"] * 2


async def test_a_word_that_was_not_recorded_is_no_trouble_once_nothing_is_to_be_said() -> None:
    class Full(Around):
        full = False

        def act(self, intent: Intent) -> object:
            if self.full:
                raise OSError(*FULL)
            return super().act(intent)

    around, eye, said = Full(), Always(), list[str]()
    watch = CheckWatch(around, eye, say=said.append, now=around.now)
    watch._plan()
    await watch._look("k")
    well, around.full = eye.sees, True
    for sees in (Observed("failed", "broken", bound="one"), well) * 2:
        eye.sees = sees
        await watch._look("k")
    assert said == [f"what was seen of k was not recorded: {TOLD}"] * 2


@pytest.mark.full
async def test_a_version_that_cannot_be_written_down_is_looked_at_again(flight: Flight) -> None:
    class Failing(RunSamples):
        def __init__(self, writer: SampleWriter, workspace: Workspace) -> None:
            super().__init__(writer, workspace)
            self.seen: list[str] = []

        def see(self, version: str, at: float, trouble: str) -> None:
            self.seen.append(version)
            if len(self.seen) < 4:
                raise OSError(*FULL)

    workspace = flight.begin()
    said: list[str] = []
    with SampleWriter(workspace.store.location.root) as writer:
        samples = Failing(writer, workspace)
        async with Prober(observer="web1", directory=flight.repo) as prober:
            watch = asyncio.create_task(
                watch_version(workspace, prober, samples, say=said.append, now=lambda: 0.0, beat=0.0001)
            )
            await eventually(lambda: len(samples.seen) >= 6 or watch.done())
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
    assert samples.seen[:6] == ["v2"] * 6
    assert said == [f"which version answers could not be looked at: {TOLD}"]

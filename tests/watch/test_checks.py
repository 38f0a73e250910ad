"""The watcher's sensed items, on a real clone: when a word is written down, and by whose leave a check runs."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from cockpit.release.checks import Check, CommandCheck
from cockpit.release.events import ItemObserved
from cockpit.release.intents import ChangeRunState, EndExecution, Intent, Retarget
from cockpit.release.moment import item_as_of
from cockpit.release.ports import Observed, Situation
from cockpit.release.sensing import Seen
from cockpit.watch.checks import CheckWatch
from cockpit.watching.checks import AroundChecks
from cockpit.workspace import Workspace
from tests.execution.flight import Flight, alive
from tests.release.sensed import CLOSING, at, flying
from tests.watch.test_watcher import eventually, watching

pytestmark = pytest.mark.full

LOOK = "day/before/look"


def command(flight: Flight, script: str, **more: Any) -> dict[str, Any]:
    return {LOOK: {"command": {"run": flight.sh(script)}, "interval": "100ms", "closes": True, **more}}


def up(flight: Flight, **more: Any) -> dict[str, Any]:
    return command(flight, 'echo looked >> "$V/looks"; test -f "$V/up" && echo it is up', **more)


def looks(flight: Flight) -> int:
    path = flight.var / "looks"
    return len(path.read_text().splitlines()) if path.exists() else 0


def observations(workspace: Workspace) -> list[ItemObserved]:
    workspace.session.poll()
    return [record.data for record in workspace.run.records if isinstance(record.data, ItemObserved)]


def state(workspace: Workspace) -> str:
    workspace.session.poll()
    return workspace.run.items[LOOK].state.value


async def more_looks(flight: Flight, number: int = 3) -> None:
    before = looks(flight)
    await eventually(lambda: looks(flight) >= before + number)


async def test_an_item_is_sensed_and_regresses_and_only_what_is_news_is_written(flight: Flight) -> None:
    workspace = flight.begin([], checks=up(flight))
    async with watching(flight):
        await eventually(lambda: state(workspace) == "sensed")
        await more_looks(flight)
        (flight.var / "up").unlink()
        await eventually(lambda: state(workspace) == "regressed")
        await more_looks(flight)
        (flight.var / "up").touch()
        await eventually(lambda: state(workspace) == "sensed")
    seen = observations(workspace)
    assert [each.state for each in seen] == ["ok", "failed", "ok"]
    assert (seen[0].actual, seen[0].observer, seen[0].commit) == ("it is up", workspace.host, workspace.run.commit)
    view = workspace.run.items[LOOK]
    assert view.reading is not None
    assert view.reading.told is not None
    assert view.reading.told.output is not None
    assert workspace.session.text(view.reading.told.output) == "it is up\n"


async def test_a_second_watcher_on_the_same_host_writes_nothing_that_is_known(flight: Flight) -> None:
    workspace = flight.begin([], checks=up(flight))
    for _ in range(2):
        async with watching(flight):
            await more_looks(flight)
    assert len(observations(workspace)) == 1


async def test_nothing_runs_without_trust_and_runs_once_it_is_given(flight: Flight) -> None:
    workspace = flight.begin([], checks=up(flight), trust=False)
    async with watching(flight):
        await asyncio.sleep(0.4)
        assert (looks(flight), state(workspace)) == (0, "unknown")
        flight.trust(workspace)
        await eventually(lambda: state(workspace) == "sensed")


async def test_what_has_effects_never_runs_by_itself_in_production(flight: Flight) -> None:
    environment = {"name": "production", "production": True}
    workspace = flight.begin([], checks=up(flight, effects="writes"), environment=environment)
    async with watching(flight):
        await asyncio.sleep(0.5)
    assert (looks(flight), observations(workspace)) == (0, [])


async def test_a_run_that_is_over_is_not_looked_at(flight: Flight) -> None:
    workspace = flight.begin([], checks=up(flight))
    workspace.session.act(ChangeRunState("closed"))
    async with watching(flight):
        await asyncio.sleep(0.4)
    assert looks(flight) == 0


async def test_another_target_is_looked_at_at_once(flight: Flight) -> None:
    workspace = flight.begin([], checks=up(flight, interval="1h", expires="3h", binds="commit"))
    async with watching(flight):
        await eventually(lambda: state(workspace) == "sensed")
        flight.release("v3")
        workspace.session.act(Retarget("v3", flight.git.text("rev-parse", "v3^{commit}")))
        assert state(workspace) == "stale"
        await eventually(lambda: state(workspace) == "sensed")
    assert len({each.commit for each in observations(workspace)}) == 2


async def test_a_version_that_was_rolled_back_is_not_looked_for(flight: Flight) -> None:
    workspace = flight.begin([flight.step("go")], checks={LOOK: {"git": {"tag": "run"}, "interval": "1h"}})
    around = AroundChecks(workspace)
    assert set(around.checks()) == {LOOK}
    identity = flight.request(workspace)
    assert set(around.checks()) == set(), "a rollback is about to leave it"
    workspace.session.act(EndExecution(identity, "aborted", "the wrong tag"))
    assert set(around.checks()) == {LOOK}
    identity = flight.request(workspace)
    workspace.session.act(EndExecution(identity, "succeeded", ""))
    assert workspace.run.state == "rolled-back"
    assert set(around.checks()) == set()
    flight.release("v3")
    workspace.session.act(Retarget("v3", flight.git.text("rev-parse", "v3^{commit}")))
    assert set(around.checks()) == {LOOK}


async def test_a_watcher_that_ends_leaves_no_check_running(flight: Flight) -> None:
    flight.begin([], checks=command(flight, 'echo $$ > "$V/pid"; sleep 60'))
    async with watching(flight):
        await eventually(lambda: (flight.var / "pid").exists() and (flight.var / "pid").read_text())
        pid = int((flight.var / "pid").read_text())
        assert alive(pid)
    assert not alive(pid)


class Around:
    """A run in memory, whose clock a test moves."""

    host = "web1"
    production = True

    def __init__(self, check: Check = CLOSING) -> None:
        self.person = flying(k=check)
        self.time = self.person.at / 1000
        self.check = check

    def now(self) -> float:
        return self.time

    def later(self, seconds: float) -> None:
        self.time += seconds
        self.person.at = round(self.time * 1000)

    def checks(self) -> Mapping[str, Check]:
        return {"k": self.check}

    def situation(self) -> Situation:
        return Situation()

    def occasion(self) -> object:
        return None

    def last_word(self, item: str) -> Seen | None:
        sensing = self.person.run.items[item].sensing
        return next((seen for seen in sensing.seen), None) if sensing is not None else None

    def act(self, intent: Intent) -> object:
        return self.person.act(intent)

    def written(self) -> list[ItemObserved]:
        return [each.data for each in self.person.run.records if isinstance(each.data, ItemObserved)]


class Always:
    """An observer that always sees the same, or what a test has set."""

    def __init__(self) -> None:
        self.sees = Observed("ok", "fine", bound="one")
        self.paths = "one"

    async def observe(self, check: Check, situation: Situation) -> Observed:
        return self.sees

    async def bound(self, check: Check) -> str:
        return self.paths


async def test_what_holds_is_renewed_at_half_of_its_validity_and_not_before() -> None:
    around, eye = Around(), Always()
    watch = CheckWatch(around, eye, say=print, now=around.now)
    watch._plan()
    for _ in range(14):  # 70 minutes, at 5 minutes and a second a look
        await watch._look("k")
        around.later(301)
    assert [each.renewal for each in around.written()] == [False, True, True]
    assert at(around.person, "k", around.time).state == "sensed"
    around.later(3600)
    assert item_as_of(around.person.run.items["k"], around.time).state == "unknown"
    await watch._look("k")
    assert not around.written()[-1].renewal, "a word after silence is news"


async def test_of_a_check_that_waits_for_a_person_only_what_it_is_bound_to_is_watched() -> None:
    check = Check(command=CommandCheck(run="pay"), closes=True, effects="money", binds="paths", paths=("pay.py",))
    around, eye = Around(check), Always()
    watch = CheckWatch(around, eye, say=print, now=around.now)
    watch._plan()
    await watch._hold("k")
    assert around.written() == []
    await watch._look("k")
    await watch._hold("k")
    assert at(around.person, "k", around.time).state == "sensed"
    eye.paths = "two"
    await watch._hold("k")
    await watch._hold("k")
    view = at(around.person, "k", around.time)
    assert (view.state, view.detail) == ("stale", "pay.py changed since")
    assert len(around.written()) == 2

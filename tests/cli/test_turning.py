"""A cockpit turns to the run that was opened elsewhere once its own is over; as long as that is open, it stays."""

from __future__ import annotations

from cockpit.tui.app import CockpitApp
from cockpit.turning import NewestRun
from tests.cli.conftest import Console
from tests.execution.flight import Flight
from tests.tui.painted import lines, until


def test_it_stays_with_an_open_run_and_turns_from_one_that_is_over(flight: Flight) -> None:
    workspace = flight.begin([])
    console = Console(flight.repo)
    newest, first = NewestRun(workspace), workspace.run.id
    assert newest.look() is None
    second = console.json("release", "open", "hotfix")["id"]
    workspace.session.poll()
    assert [newest.look() for _ in range(9)] == [None] * 9
    assert workspace.run.id == first
    console.json("release", "close", "--run", first)
    workspace.session.poll()
    turned = newest.look()
    assert turned is not None
    assert (turned.id, workspace.run.name) == (second, "hotfix")
    assert newest.look() is None


async def test_the_screen_says_that_it_has_turned(flight: Flight) -> None:
    workspace = flight.begin([])
    name = workspace.run.name
    console = Console(flight.repo)
    app = CockpitApp(workspace)
    async with app.run_test(size=(110, 30), notifications=True) as pilot:
        await until(pilot, lambda: workspace.run.state == "active")
        console.json("release", "close")
        await until(pilot, lambda: workspace.run.state == "closed")
        console.json("release", "open", "hotfix")
        await until(pilot, lambda: workspace.run.name == "hotfix")
        told = f"{name} is closed, and hotfix has been opened: this screen flies hotfix from here on"
        await until(pilot, lambda: told in [toast.message for toast in app._notifications])
        await until(pilot, lambda: "hotfix" in lines(app)[0])

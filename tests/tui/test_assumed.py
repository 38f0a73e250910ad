"""What `cockpit init` guessed of a way back is said where it is confirmed, until it has run well once."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from msgspec import structs

from cockpit.release.intents import EndExecution
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from tests.tui import moments
from tests.tui.painted import settle, text_in, until
from tests.tui.scenes import CONFIGURATION, EXECUTION, Scene, build_repository

WHY = "a unit shop.service; no unit, compose file or script is here"
GUESSED = CONFIGURATION.replace('run: "echo started; true"', f'run: "echo started; true", assumed: "{WHY}"')


@pytest.fixture
def guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A calm scene whose last step was guessed."""
    assert GUESSED != CONFIGURATION
    build_repository(tmp_path / "template", GUESSED)
    scene = Scene(tmp_path, tmp_path / "template").enter(monkeypatch)
    moments.calm(scene)
    return scene


async def test_a_guessed_step_says_so_in_the_plan_that_is_confirmed(guessed: Scene) -> None:
    app = guessed.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("4", "enter", "tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
        app.screen.query_one("#plan-steps").scroll_end(animate=False)
        await settle(pilot)
        told = " ".join(text_in(app, app.screen.region).split())
        assert f"ASSUMED, never seen to run well: {WHY}"[:50] in told


def test_a_step_that_ran_well_is_called_assumed_no_more_until_it_is_another_one(guessed: Scene) -> None:
    assert guessed.workspace.assumed(guessed.plan()) == {"start": WHY}
    moments.running(guessed)
    guessed.stop(3, "start", "port 8080 is in use")
    assert guessed.workspace.assumed(guessed.plan()) == {"start": WHY}, "it has run, and not well"
    guessed.begin(3, "start")
    guessed.end(3, "start")
    guessed.act(EndExecution(EXECUTION, "succeeded", "v2.4.0 is seen", "v2.4.0"))
    assert guessed.workspace.assumed(guessed.plan()) == {}

    tried = guessed.workspace.tried()
    (step,) = (one for one in guessed.run.configuration.rollback.steps if one.id == "start")
    assert tried("rollback", step)
    assert not tried("deploy", step)
    assert not tried("rollback", structs.replace(step, run="systemctl start shop"))


def test_what_ran_well_in_another_run_counts_too(guessed: Scene) -> None:
    moments.running(guessed)
    guessed.end(3, "start")
    guessed.act(EndExecution(EXECUTION, "succeeded", "v2.4.0 is seen", "v2.4.0"))
    with contextlib.chdir(guessed.repo):
        guessed.workspace.open_run("v2.4.2", tag="v2.4.1", launch_at="2026-03-12T13:02:00.000Z")
    assert not guessed.run.executions
    assert guessed.workspace.assumed(guessed.plan()) == {}

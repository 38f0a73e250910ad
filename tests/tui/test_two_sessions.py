"""Two sessions of one person: what the other one did shows here, and what was asked before that is not answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from cockpit.release.entities import execution_entity
from cockpit.release.events import ExecutionStopped, RunbookCommandEnded, StepEnded, StepStarted, WorkerStarted
from cockpit.release.intents import BeginCommand, ClaimItem, RecordFact, TickItem
from cockpit.seen import SeenStore
from cockpit.session import Session
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.since import SinceTeller
from cockpit.tui.widgets.since import SincePanel
from tests.tui import moments
from tests.tui.moments import LOGS, TIMES
from tests.tui.painted import settle, text_of, until
from tests.tui.scenes import EXECUTION, Scene
from tests.tui.test_runbooks_page import open_step, press_button, step_of

pytestmark = pytest.mark.full


def told(app: CockpitApp) -> str:
    return "\n".join(notification.message for notification in app._notifications)


def hint_of(app: CockpitApp) -> str:
    return " ".join(text_of(app, ".dialog-hint").split())


async def later(scene: Scene, app: CockpitApp, pilot: Pilot[int], seconds: float) -> None:
    scene.clock.time += seconds
    app.tick_clock()
    await settle(pilot)


def go_on(beside: Session) -> None:
    """Let the other session's worker try the step again, and stop at it for another reason."""
    for event in (
        WorkerStarted(pid=4712, step=3),
        StepStarted(index=3, step="start", attempt=2),
        StepEnded(index=3, step="start", attempt=2, outcome="failed", detail="exit status 4"),
        ExecutionStopped(index=3, reason="start failed: exit status 4: the disk is full"),
    ):
        beside.act(RecordFact(execution_entity(EXECUTION), event))


async def test_what_she_does_in_the_other_one_shows_here_and_is_told_as_nobodys(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        app.watch_app_focus(False)
        beside = scene.again_beside()
        beside.act(TickItem(LOGS))
        beside.act(ClaimItem(TIMES))
        scene.session.poll()
        await settle(pilot)
        assert scene.run.items[LOGS].state == "done"
        assert "CLAIMED" in text_of(app, "#items")
        await later(scene, app, pilot, 3600.0)
        app.watch_app_focus(True)
        await later(scene, app, pilot, 5.0)
        assert not app.screen.query(SincePanel)
        assert told(app) == ""
        await pilot.press("u")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmDialog)
        assert "claimed Check response times" in text_of(app, ".dialog-title")


async def test_a_screen_that_was_left_behind_takes_no_news_from_the_one_that_is_opened_next(
    scene: Scene, tmp_path: Path
) -> None:
    scene.seen = SeenStore(tmp_path, tmp_path / "seen")
    left = scene.app()
    async with left.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("down")
        await later(scene, left, pilot, 30.0)
        await later(scene, left, pilot, 30.0)
        for _ in range(20):
            await later(scene, left, pilot, 50.0)
        scene.colleague().act(TickItem(LOGS))
        scene.session.poll()
        await settle(pilot)
        for _ in range(3):
            await later(scene, left, pilot, 50.0)
        opened = scene.app()
        opened.since = SinceTeller(opened, scene.seen)
        await opened.since.open()
        summary = opened.since.attention.summary(scene.run, me=left.me)
        assert summary is not None
        assert summary.by == "Ben Okafor"


async def test_an_answer_to_go_on_is_not_taken_where_the_other_one_has_gone_on_meanwhile(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.stopped(scene)
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("X")
        await until(pilot, lambda: isinstance(app.screen, ExecutionScreen))
        await settle(pilot)
        await pilot.press("r")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmDialog)
        go_on(scene.again_beside())
        scene.session.poll()
        await settle(pilot)
        before = len(scene.run.records)
        await press_button(pilot, "Go on")
        await until(pilot, lambda: "somebody has gone on with it since you were asked" in told(app))
        assert len(scene.run.records) == before


RUNBOOK = """\
id: restart
title: A restart
steps:
  - {id: mend, text: Mend, run: "echo mended"}
"""


async def test_a_command_that_the_other_one_has_run_meanwhile_runs_again_only_by_a_second_press(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    directory = scene.repo / "checklists" / "runbooks"
    directory.mkdir(parents=True)
    (directory / "restart.yaml").write_text(RUNBOOK)
    moments.calm(scene)
    app = scene.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await open_step(app, pilot)
        beside = scene.again_beside()
        begun = beside.act(BeginCommand("restart", "0a1b2c3d", step="mend", command="echo mended"))[-1]
        beside.act(RecordFact(begun.ent, RunbookCommandEnded("ok", 0, 1.0, ""), of_service=True))
        scene.session.poll()
        await settle(pilot)
        await press_button(pilot, "Run it")
        await until(pilot, lambda: "has run it since you were asked: ok" in hint_of(app))
        assert len(step_of(scene.run, "mend").runs) == 1
        await until(pilot, lambda: not app.screen.query_one("#run").has_class("-active"))
        await press_button(pilot, "Run it")
        await until(pilot, lambda: "exit status 0" in text_of(app, ".dialog-hint"))
        assert len(step_of(scene.run, "mend").runs) == 2

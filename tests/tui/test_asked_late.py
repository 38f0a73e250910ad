"""Dialogs over a repository that takes its time: only what was asked last opens, and only over who asked for it."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from cockpit import migrating
from cockpit.content.shipped import shipped_directory
from cockpit.git.command import Git
from cockpit.identity import Doubt
from cockpit.migrating import Proposal, propose
from cockpit.pinning import read_work_tree
from cockpit.release.intents import TickItem
from cockpit.release.item_state import ItemState
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.dialogs.identity import IdentityDialog
from cockpit.tui.dialogs.migration import MigrationDialog
from cockpit.tui.screens.flight import FlightScreen
from cockpit.workspace import Workspace
from tests.tui.moments import LOGS
from tests.tui.painted import settle, text_in, text_of, until
from tests.tui.scenes import CONFIGURATION, Scene, build_repository
from tests.tui.test_migration import edit
from tests.tui.test_people import told

pytestmark = pytest.mark.full

# It says that it waits, and waits as long as the gate is shut.
_WRAPPER = """\
#!/bin/sh
if [ -e "{gate}" ]; then
    : > "{gate}.$$"
    while [ -e "{gate}" ]; do sleep 0.01; done
    rm -f "{gate}.$$"
fi
exec "{git}" "$@"
"""


class SlowGit:
    """A git before the real one on the path, which answers only while its gate is open."""

    def __init__(self, home: Path) -> None:
        git = shutil.which("git")
        assert git is not None
        self._gate = home / "gate"
        wrapper = home / "git"
        wrapper.write_text(_WRAPPER.format(gate=self._gate, git=git))
        wrapper.chmod(0o755)

    def shut(self) -> None:
        self._gate.touch()

    def open(self) -> None:
        self._gate.unlink(missing_ok=True)

    @property
    def waiting(self) -> int:
        """How many calls wait now."""
        return len(list(self._gate.parent.glob("gate.*")))


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SlowGit:
    home = tmp_path / "slow"
    home.mkdir()
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    return SlowGit(home)


def stack(app: CockpitApp, kind: type[Screen[Any]]) -> list[Screen[Any]]:
    return [screen for screen in app.screen_stack if isinstance(screen, kind)]


def title(app: CockpitApp) -> str:
    return text_of(app, ".dialog-title")


async def open_card(app: CockpitApp, pilot: Pilot[int]) -> CardDialog:
    """Open the card of v2.4.0."""
    await pilot.press("4")
    await settle(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, CardDialog))
    await settle(pilot)
    assert isinstance(app.screen, CardDialog)
    return app.screen


async def press(app: CockpitApp, pilot: Pilot[int], button: str) -> None:
    pressed = app.screen.query_one(f"#{button}")
    await until(pilot, lambda: not pressed.has_class("-active"))  # a second press right after the first does nothing
    app.screen.set_focus(pressed)
    await pilot.press("space")
    await pilot.pause()


async def open_card_of_a_plan_under_way(app: CockpitApp, pilot: Pilot[int], slow: SlowGit) -> CardDialog:
    """Open the card, and ask for the rollback, whose plan waits for git."""
    card = await open_card(app, pilot)
    slow.shut()
    await press(app, pilot, "rollback")
    await until(pilot, lambda: slow.waiting == 1)
    return card


@pytest.fixture
def both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A run with steps for a deploy, too."""
    template = tmp_path / "template"
    build_repository(template, CONFIGURATION + "deploy: {steps: [{id: out, title: Go there, checkout: true}]}\n")
    scene = Scene(tmp_path, template).enter(monkeypatch)
    scene.open()
    return scene


@pytest.mark.parametrize("first", ["deploy", "rollback"])
async def test_of_two_ways_from_a_card_only_the_one_asked_last_opens(
    both_ways: Scene, slow: SlowGit, first: str
) -> None:
    app = both_ways.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        card = await open_card(app, pilot)
        slow.shut()
        await press(app, pilot, first)
        await until(pilot, lambda: slow.waiting == 1)
        await press(app, pilot, "rollback")
        await until(pilot, lambda: slow.waiting == 2)
        slow.open()
        await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
        await settle(pilot)
        assert len(stack(app, ConfirmPlanDialog)) == 1
        assert "ROLL BACK" in title(app)
        await pilot.press("escape")
        await settle(pilot)
        assert app.screen is card


async def test_another_question_of_the_card_takes_the_place_of_a_plan_under_way(scene: Scene, slow: SlowGit) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await open_card_of_a_plan_under_way(app, pilot, slow)
        await until(pilot, lambda: "the rollback to v2.4.0 is being planned" in told(app))
        await press(app, pilot, "bad")
        await until(pilot, lambda: isinstance(app.screen, AskDialog))
        slow.open()
        await until(pilot, lambda: slow.waiting == 0)
        await settle(pilot)
        assert isinstance(app.screen, AskDialog)
        await pilot.press(*"slow", "enter")
        await until(pilot, lambda: scene.run.marks)
        await settle(pilot)
        assert isinstance(app.screen, FlightScreen)


async def test_a_plan_does_not_come_upon_what_was_opened_meanwhile_and_that_is_said(
    scene: Scene, slow: SlowGit
) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        card = await open_card_of_a_plan_under_way(app, pilot, slow)
        await app.push_screen(ConfirmDialog("what came meanwhile", "Yes"))
        slow.open()
        await until(pilot, lambda: "the rollback to v2.4.0 was not opened" in told(app))
        await settle(pilot)
        assert not stack(app, ConfirmPlanDialog)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is card)


async def test_whoever_has_left_the_card_is_not_called_back(scene: Scene, slow: SlowGit) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await open_card_of_a_plan_under_way(app, pilot, slow)
        await pilot.press("escape")
        slow.open()
        await until(pilot, lambda: slow.waiting == 0)
        await settle(pilot)
        assert isinstance(app.screen, FlightScreen)


async def test_a_dialog_leaves_by_itself_and_takes_away_nothing_that_lies_above(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        answers: list[bool | None] = []
        above = ConfirmDialog("above?", "Yes")
        below = ConfirmDialog("below?", "Yes")
        await app.push_screen(below, answers.append)
        await app.push_screen(above)
        below.dismiss(True)
        below.dismiss(None)
        await settle(pilot)
        assert app.screen is above
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FlightScreen))
        assert answers == [True], "the first answer holds"
        above.dismiss(True)
        await settle(pilot)
        assert isinstance(app.screen, FlightScreen)


@pytest.mark.parametrize("action", ["open_run", "retarget"])
async def test_a_name_can_be_typed_at_once_and_what_is_proposed_comes_beside_it(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: SlowGit, action: str
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    if action == "retarget":
        scene.open()
        Git(scene.repo).output("tag", "v2.4.2")
    else:
        scene.session.focus("", read_work_tree(scene.workspace.root).pinned)
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        slow.shut()
        await app.run_action(f"screen.{action}")
        await pilot.press(*"jq9")
        asked = app.screen
        assert isinstance(asked, AskDialog)
        assert asked.query_one(Input).value == "jq9", "keys typed ahead are meant for it"
        await until(pilot, lambda: slow.waiting == 1)
        slow.open()
        await settle(pilot)
        assert app.screen is asked
        assert asked.query_one(Input).value == "jq9"
        await pilot.press("ctrl+u")
        await settle(pilot)
        newest = "v2.4.2" if action == "retarget" else "v2.4.1"
        assert f"such as {newest}, the newest" in text_in(app, app.screen.region)


async def test_a_retarget_does_not_come_under_what_is_typed_elsewhere(scene: Scene, slow: SlowGit) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await app.run_action("screen.retarget")
        await settle(pilot)
        slow.shut()
        await pilot.press(*"v2.4.0", "enter")
        await until(pilot, lambda: slow.waiting == 1)
        await pilot.press("slash", *"log")
        assert isinstance(app.focused, Input)
        slow.open()
        await until(pilot, lambda: "retarget to v2.4.0" in told(app))
        await pilot.press("l", "space", "enter")
        await settle(pilot)
        assert not stack(app, ConfirmDialog)
    assert scene.run.tag == "v2.4.1"


async def test_a_migration_is_not_shown_over_another_dialog(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(scene)
    gate = threading.Event()

    def held(workspace: Workspace, *, back: bool = False) -> Proposal:
        gate.wait()  # a disk that takes its time
        return propose(workspace, back=back)

    monkeypatch.setattr(migrating, "propose", held)
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        try:
            await app.run_action("screen.migrate")
            await app.run_action("screen.retarget")
            await until(pilot, lambda: isinstance(app.screen, AskDialog))
        finally:
            gate.set()
        await until(pilot, lambda: "migrate the run" in told(app))
        await settle(pilot)
        assert not stack(app, MigrationDialog)
        assert isinstance(app.screen, AskDialog)


async def test_who_one_is_is_asked_at_once_and_not_when_the_repository_has_answered(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slow: SlowGit
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    text = (shipped_directory() / "production-deployment.yaml").read_text()
    before, item, after = text.partition(f"          - id: {LOGS}\n")
    assert item
    after = after.replace("binds: commit", 'binds: paths\n            paths: ["migrations/*"]', 1)
    (scene.repo / "checklists").mkdir()
    (scene.repo / "checklists" / "production-deployment.yaml").write_text(before + item + after)
    scene.open()
    scene.doubt = Doubt("root is an account that several people use")
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, IdentityDialog))
        await pilot.press("escape")
        await settle(pilot)
        slow.shut()
        app.act(TickItem(LOGS))
        await pilot.press(*"Dora", "enter")
        await until(pilot, lambda: slow.waiting)
        slow.open()
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.DONE)
    assert scene.run.records[-1].by.name == "Dora"

"""What the Tags page, the cards and the strip say of the version that answers, beside what is checked out."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Button

from cockpit.git.command import Git
from cockpit.git.facts import head_commit
from cockpit.git.running import what_runs
from cockpit.git.tags import list_tags
from cockpit.release.intents import EndExecution, TickItem
from cockpit.release.live import Live
from cockpit.release.running import Sighting
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.messages import LiveChanged
from cockpit.tui.pages.tags import TagPicker
from tests.tui.moments import DAY, READY, live, running
from tests.tui.painted import assert_safe, lines, settle, text_of, until
from tests.tui.scenes import EXECUTION, NOW, Scene

pytestmark = pytest.mark.full

VERIFIED = f"{DAY}/post-deployment-verification/test-login-logout"


@pytest.fixture
def scene(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    scene.clock.time = NOW - 60
    scene.open()
    scene.clock.time = NOW
    return scene


def seeing(version: str, *, ago: float = 4.0) -> Live:
    """The feeds of a moment in which the watcher saw that version last."""
    seen = Sighting(version, NOW - 600, NOW - ago, "version", lasting=True)
    git = Git(Path())
    return live(readiness=replace(READY, running=what_runs(git, list_tags(git), head_commit(git), "v2.4.1", seen)))


def state(app: CockpitApp, tag: str) -> str:
    """Return what the list says of a tag, up to the kind of it."""
    (row,) = (line for line in text_of(app, "#tag-list").splitlines() if f" {tag} " in line)
    return row.partition(tag)[2].partition("annot")[0].strip()


async def turn_to_tags(app: CockpitApp, pilot: Pilot[int]) -> None:
    """Turn to the page, and wait until it says what runs."""
    await pilot.press("4")
    await until(pilot, lambda: "running" in text_of(app, "#tags-title"))
    await settle(pilot)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_after_a_rollback_it_is_said_what_was_done_and_nothing_is_proposed(
    scene: Scene, size: tuple[int, int]
) -> None:
    running(scene)
    scene.end(3, "start")
    scene.act(EndExecution(EXECUTION, "succeeded", "v2.4.0 is seen", "v2.4.0"))
    scene.clock.time = NOW
    scene.live = seeing("v2.4.0")
    app = scene.app()
    async with app.run_test(size=size) as pilot:
        await turn_to_tags(app, pilot)
        assert "running v2.4.0 since 14:16 (rolled back by Ana Lima), HEAD" in text_of(app, "#tags-title")
        assert "rolled back to v2.4.0 at 14:16, verified" in text_of(app, "#proposal")
        assert (state(app, "v2.4.0"), state(app, "v2.3.0")) == ("running", "")
        assert "READY" not in text_of(app, "#tabs")
        assert ("rolled back to v2.4.0 at 14:16, verified" if size[0] > 80 else "rolled back") in text_of(app, "#tabs")
        current = app.screen.query_one(TagPicker).highlighted
        assert current is not None
        assert current.name == "v2.4.0"
        await pilot.press("j", "enter")
        await until(pilot, lambda: isinstance(app.screen, CardDialog) and "direction" in text_of(app, "CardPane"))
        await until(pilot, lambda: not app.screen.query_one("#rollback", Button).disabled)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_what_answers_runs_and_what_is_checked_out_is_head(scene: Scene, size: tuple[int, int]) -> None:
    scene.live = seeing("v2.4.0")
    app = scene.app()
    async with app.run_test(size=size) as pilot:
        await turn_to_tags(app, pilot)
        assert "running v2.4.0, seen since 14:06, HEAD v2.4.1" in text_of(app, "#tags-title")
        assert "this run flies v2.4.1, not deployed yet: v2.4.0 answers" in text_of(app, "#answering")
        assert (state(app, "v2.4.1"), state(app, "v2.4.0"), state(app, "v2.3.0")) == ("HEAD", "running", "")
        assert "proposed v2.4.0: still answers, and v2.4.1 is only checked out" in text_of(app, "#proposal")
        assert not [line for line in lines(app) if "WRONG VERSION" in line], "before the deploy it is no alarm"
        app.post_message(LiveChanged(seeing("v2.4.1", ago=200.0)))
        await until(pilot, lambda: "running v2.4.1, last seen 3m ago" in text_of(app, "#tags-title"))
        await settle(pilot)
        assert (state(app, "v2.4.1"), state(app, "v2.4.0")) == ("running", "proposed")
        assert not app.screen.query_one("#answering").display
        assert_safe(app)


async def test_where_nothing_reports_a_version_it_is_only_said_to_be_checked_out(scene: Scene) -> None:
    scene.live = live()
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until(pilot, lambda: "checked out v2.4.1" in text_of(app, "#tags-title"))
        await settle(pilot)
        assert (state(app, "v2.4.1"), state(app, "v2.4.0")) == ("checked out", "proposed")
        assert "running" not in text_of(app, "#tags-title")
        assert not app.screen.query_one("#answering").display


async def test_a_card_says_whether_its_version_answers(scene: Scene) -> None:
    scene.live = seeing("v2.4.0")
    app = scene.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await turn_to_tags(app, pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CardDialog) and "direction" in text_of(app, "CardPane"))
        await settle(pilot)
        assert "this version answers now" in text_of(app, "CardPane")
        await pilot.press("escape", "g", "enter")
        await until(pilot, lambda: isinstance(app.screen, CardDialog) and "direction" in text_of(app, "CardPane"))
        await settle(pilot)
        told = text_of(app, "CardPane")
        assert "going there is going FORWARD" in told
        assert "v2.4.0 answers, and v2.4.1 is checked out" in told
        labels = [str(button.label) for button in app.screen.query(Button)]
        assert [label.rstrip("…") for label in labels[:3]] == ["Cancel", "Deploy", "Roll back"]
        await pilot.press("tab", "tab", "enter")
        await until(pilot, lambda: app.screen.query("PlanPane"))
        await settle(pilot)
        assert "from v2.4.0 to v2.4.1" in text_of(app, ".dialog-title")


async def test_once_the_deploy_is_verified_by_hand_another_version_is_an_alarm(scene: Scene) -> None:
    scene.act(TickItem(VERIFIED))
    scene.live = seeing("v2.4.0")
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "WRONG VERSION" in text_of(app, "#identity")
        await pilot.press("4")
        await until(pilot, lambda: app.screen.query_one("#answering").display)
        await settle(pilot)
        assert "this run flies v2.4.1, ticked as verified, and v2.4.0 answers" in text_of(app, "#answering")
        await pilot.press("enter", "tab", "enter")
        await until(pilot, lambda: app.screen.query("PlanPane"))
        await settle(pilot)
        assert "and v2.4.0 answers" in text_of(app, "PlanPane").replace("\n", " ")

"""The way out of a rollback, from the screen: the run's next version, and deploys that may start again."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from cockpit.git.command import Git
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.abnormal import AbnormalDialog
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog
from cockpit.tui.dialogs.poll import PollDialog
from cockpit.tui.palette import Palette
from cockpit.tui.widgets.row_list import RowList
from tests.tui.moments import done
from tests.tui.painted import settle, text_in, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import type_in

pytestmark = pytest.mark.full


@pytest.fixture
def back(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A release that was rolled back, with a tag that is not flown yet."""
    scene = Scene(tmp_path, template).enter(monkeypatch)
    done(scene)
    git = Git(scene.repo)
    git.output("tag", "-m", "a fix", "v2.4.2", git.text("commit-tree", "-p", "HEAD", "-m", "a fix", "HEAD^{tree}"))
    return scene


def dialog(app: CockpitApp) -> str:
    """What is on the screen, as one line without borders."""
    return " ".join(text_in(app, app.screen.region).replace("│", " ").split())


async def choose(app: CockpitApp, pilot: Pilot[int], listed: str, words: str) -> None:
    """Put a dialog's cursor on the line with those words, and press Enter."""
    found = app.screen.query_one(listed, RowList)
    await until(pilot, lambda: bool(found.rows))
    await pilot.press("g")
    for _ in found.rows:
        if words in " ".join(map(str, (found.current,))):
            break
        await pilot.press("j")
    await pilot.press("enter")


async def by_palette(app: CockpitApp, pilot: Pilot[int], name: str) -> None:
    await pilot.press("colon")
    await until(pilot, lambda: isinstance(app.screen, Palette))
    await type_in(pilot, name)
    await until(pilot, lambda: name in dialog(app).partition("does")[0] and len(app.screen.query("CommandList")) == 1)
    await settle(pilot)
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, AskDialog))


async def test_the_next_version_is_named_from_the_poll_and_what_it_asks_again_is_said_before_and_after(
    back: Scene,
) -> None:
    app = back.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("P")
        assert isinstance(app.screen, PollDialog)
        assert "rolled back; for its next version: cockpit release retarget TAG" in dialog(app)
        await choose(app, pilot, "ReasonList", "release retarget")
        await until(pilot, lambda: isinstance(app.screen, AskDialog))
        assert "such as v2.4.2, the newest" in dialog(app)
        await type_in(pilot, "v9")
        await pilot.press("enter")
        await until(pilot, lambda: "v9" in dialog(app) and not isinstance(app.screen, AskDialog))
        await by_palette(app, pilot, "retarget")
        await type_in(pilot, "v2.4.2")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await settle(pilot)
        assert isinstance(app.focused, Button)
        assert app.focused.id == "cancel"
        assert "Retarget the run from v2.4.1 to v2.4.2 (" in dialog(app)
        assert "stays suspended until done for v2.4.2" in dialog(app)
        assert back.run.tag == "v2.4.1"
        await pilot.press("tab", "enter")
        await until(pilot, lambda: back.run.tag == "v2.4.2")
        await until(pilot, lambda: "the run flies v2.4.2 now; " in dialog(app))


async def test_deploys_are_unlocked_by_the_palette_and_from_what_is_abnormal(back: Scene) -> None:
    app = back.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await by_palette(app, pilot, "unlock")
        assert "Unlock deploys: rolled back from v2.4.1 to v2.4.0" in dialog(app)
        await pilot.press("escape", "exclamation_mark")
        assert isinstance(app.screen, AbnormalDialog)
        assert "rolled back from v2.4.1 to v2.4.0; : unlock deploys" in dialog(app)
        await choose(app, pilot, "AlarmList", "deploys locked")
        await until(pilot, lambda: isinstance(app.screen, AskDialog))
        await type_in(pilot, "fixed in v2.4.2")
        await pilot.press("enter")
        await until(pilot, lambda: not back.run.deploys_locked)
        await until(pilot, lambda: "deploys are unlocked" in dialog(app))

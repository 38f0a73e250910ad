"""What a newcomer's reflex does: words go where they are looked for, Space presses, and nothing leads where one is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from cockpit.git.command import Git
from cockpit.release.live import Live, Readiness
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.abnormal import AbnormalDialog
from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.pages.tags import TagPicker
from cockpit.tui.widgets.strip import PageTabs
from tests.tui import moments
from tests.tui.painted import lines, settle, text_in, text_of, until
from tests.tui.scenes import Scene

pytestmark = pytest.mark.full


@asynccontextmanager
async def on_tags(scene: Scene) -> AsyncIterator[tuple[CockpitApp, Pilot[int], TagPicker]]:
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("4")
        await settle(pilot)
        yield app, pilot, app.screen.query_one(TagPicker)


def name_under_cursor(picker: TagPicker) -> str:
    return picker.highlighted.name if picker.highlighted is not None else ""


async def test_space_presses_the_button_with_the_focus(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("q")
        assert isinstance(app.screen, ConfirmDialog)
        await pilot.press("space")
        await settle(pilot)
        assert not isinstance(app.screen, ConfirmDialog), "Space pressed Cancel"
        await pilot.press("q", "tab", "space")
    assert app.return_code == 0


async def test_the_page_begins_on_the_proposed_tag_each_time_one_turns_to_it(scene: Scene) -> None:
    async with on_tags(scene) as (_, pilot, picker):
        assert name_under_cursor(picker) == "v2.4.0"
        await pilot.press("j")
        assert name_under_cursor(picker) == "v2.3.0"
        Git(Path()).output("tag", "v2.9.0")
        await pilot.press("R")
        await until(pilot, lambda: len(picker.rows) == 4)
        assert name_under_cursor(picker) == "v2.3.0", "where a person put it, it stays by its name"
        await pilot.press("1", "4")
        assert name_under_cursor(picker) == "v2.4.0"


async def test_what_is_checked_out_already_is_not_gone_back_to(scene: Scene) -> None:
    async with on_tags(scene) as (app, pilot, picker):
        picker.action_first()
        while name_under_cursor(picker) != "v2.4.1":
            picker.action_move(1)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CardDialog))
        await settle(pilot)
        back = app.screen.query_one("#rollback", Button)
        assert str(back.label) == "Is checked out"
        assert back.disabled
        assert not app.screen.query_one("#deploy", Button).display
        await pilot.press("tab", "enter")
        await settle(pilot)
        assert not isinstance(app.screen, ConfirmPlanDialog)
        await pilot.press("escape", "escape")


async def test_what_cannot_begin_now_says_so_before_anything_is_typed(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.stopped(scene)
    async with on_tags(scene) as (app, pilot, _):
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CardDialog))
        await settle(pilot)
        await pilot.press("tab", "enter")
        told = "a rollback to v2.4.0 by Ana Lima is stopped"
        await until(pilot, lambda: any(told in one.message for one in app._notifications))
        assert isinstance(app.screen, CardDialog)


async def test_a_card_names_the_command_of_its_own_tag(scene: Scene) -> None:
    async with on_tags(scene) as (app, pilot, _):
        await pilot.press("enter")
        await settle(pilot)
        assert "cockpit rollback v2.4.0 --rehearse" in text_in(app, app.screen.region)


async def test_a_plan_says_which_of_its_steps_are_in_view(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 18)) as pilot:
        await pilot.press("4")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
        await settle(pilot)
        assert "of 4: PageDown shows more" in text_of(app, "#plan-place")
        await pilot.press("pagedown", "pagedown", "pagedown")
        await settle(pilot)
        assert "-4 of 4: PageUp shows what is before" in text_of(app, "#plan-place")


@pytest.mark.parametrize(
    ("width", "ready"),
    [(80, True), *(pytest.param(*case, marks=pytest.mark.full) for case in ((80, False), (60, True), (40, True)))],
)
async def test_the_last_page_and_the_light_do_not_run_into_each_other(scene: Scene, width: int, ready: bool) -> None:
    scene.live = Live(readiness=Readiness(ready, ("why",), notes=("no lease",)))
    app = scene.app()
    async with app.run_test(size=(width, 24)) as pilot:
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
        line = lines(app)[app.screen.query_one(PageTabs).region.y]
        assert " READY" in line or " NOT READY" in line
        if ready and width == 80:
            assert "0Review READY NO LEASE " in line


async def test_probes_that_were_not_looked_at_yet_are_not_none(scene: Scene) -> None:
    scene.live = Live()
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "reading" in text_of(app, "#probe-strip")
        assert "No probes" not in text_of(app, "#probe-strip")


async def test_a_log_that_is_not_there_is_among_what_is_not_as_it_should_be(scene: Scene) -> None:
    (scene.repo / "logs" / "app.log").unlink()
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "does not exist yet" in "\n".join(lines(app)))
        await pilot.press("exclamation_mark")
        await until(pilot, lambda: isinstance(app.screen, AbnormalDialog))
        await pilot.pause()
        assert "log app not read  does not exist yet" in text_in(app, app.screen.region)

"""Lines of a log become evidence of an item, through the session, and panes say why a log is not read."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from cockpit.release.events import EvidenceAttached
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.item import ItemDialog
from cockpit.tui.dialogs.pick_item import PickItemDialog
from cockpit.tui.widgets.log_tail import LogTail
from tests.tui.painted import lines, settle, text_of, until
from tests.tui.scenes import Scene

pytestmark = pytest.mark.full


@asynccontextmanager
async def flown(scene: Scene) -> AsyncIterator[tuple[CockpitApp, Pilot[int]]]:
    app = scene.app()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        yield app, pilot


async def test_selected_lines_are_attached_to_the_item_picked(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("e")
        await settle(pilot)
        await pilot.press("J", "v")
        await until(pilot, lambda: isinstance(app.screen, PickItemDialog))
        await pilot.press(*"response", "enter")
        await until(pilot, lambda: any(isinstance(record.data, EvidenceAttached) for record in scene.run.records))
        await pilot.press("1", "slash", *"response times", "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, ItemDialog))
        await until(pilot, lambda: text_of(app, "ItemFacts").count("payment gateway timeout"))
    (record,) = [record for record in scene.run.records if isinstance(record.data, EvidenceAttached)]
    assert isinstance(record.data, EvidenceAttached)
    assert record.data.name.startswith("app-")
    (item,) = [view for view in scene.run.items.values() if record in view.attachments]
    assert item.item.text == "Check response times"
    expected = (scene.repo / "logs" / "app.log").read_text().splitlines()
    at = next(index for index, line in enumerate(expected) if "payment gateway timeout" in line)
    content = "\n".join(expected[at : at + 2]) + "\n"
    assert record.data.sha256 == hashlib.sha256(content.encode()).hexdigest()


async def test_all_files_are_one_by_time_and_each_by_itself_again(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("I")
        await until(pilot, lambda: len(app.screen.query(LogTail)) >= 1 and "access | " in "\n".join(lines(app)))
        shown = [line for line in lines(app) if " | " in line]
        clocks = [line.split()[0].lstrip("!") for line in shown if line[3:4] == ":"]
        assert clocks == sorted(clocks)
        await until(pilot, lambda: isinstance(app.focused, LogTail))
        await pilot.press("I")
        await until(pilot, lambda: "access | " not in "\n".join(lines(app)))


async def test_whoever_changes_their_mind_at_once_keeps_the_focus(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("2")
        await until(pilot, lambda: isinstance(app.focused, LogTail))
        for times in (1, 2, 3):
            await pilot.press(*["I"] * times)
            await settle(pilot)
            await until(pilot, lambda: isinstance(app.focused, LogTail) and app.focused.is_attached)
        assert "access | " not in "\n".join(lines(app)), "six times: each by itself again"


async def test_a_filter_that_is_no_pattern_says_so_and_is_looked_for_as_it_stands(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("slash", "left_square_bracket", "b", "a", "d", "enter")
        said = "'[bad' is no regular expression (unterminated character set at position 0): it is looked for as plain"
        await until(pilot, lambda: any(said in one.message for one in app.notices.kept))

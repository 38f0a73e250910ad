"""The change freeze by the palette; opening an item again and attaching evidence by their keys."""

from __future__ import annotations

import pytest

from cockpit.release.intents import TickItem
from cockpit.release.item_state import ItemState
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import AskDialog, WaiverDialog
from tests.tui.moments import BACKUP, FLOWS
from tests.tui.painted import text_in, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import flown, on_item, told, type_in
from tests.tui.test_people import by_palette

pytestmark = pytest.mark.full  # the palette is typed into, letter by letter


async def test_the_freeze_is_set_and_lifted_by_the_palette_each_with_a_reason(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await by_palette(pilot, "freeze the service")
        await until(pilot, lambda: isinstance(app.screen, AskDialog))
        await pilot.press("enter")
        assert isinstance(app.screen, AskDialog), "a freeze has a reason"
        assert scene.run.frozen is None
        await type_in(pilot, "stocktaking")
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.frozen is not None)
        assert scene.run.frozen is not None
        assert scene.run.frozen.reason == "stocktaking"
        await until(pilot, lambda: "NO-GO" in text_of(app, "#pause-point"))
        await by_palette(pilot, "freeze the service")
        await until(pilot, lambda: "change freeze by Ana Lima" in told(app))
        await by_palette(pilot, "lift the freeze")
        await until(pilot, lambda: isinstance(app.screen, AskDialog))
        await type_in(pilot, "counted")
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.frozen is None)


async def test_a_done_item_is_opened_again_by_its_key(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, BACKUP)
        await pilot.press("O")
        await until(pilot, lambda: scene.run.items[BACKUP].state is ItemState.OPEN)
        await until(pilot, lambda: "open again: it was done by Ana Lima. u takes that back" in told(app))


@pytest.mark.parametrize("key", ["d", "x", "o"])
async def test_no_key_takes_a_tick_silently(scene: Scene, key: str) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, BACKUP)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, WaiverDialog))
        assert "it is done by Ana Lima" in text_of(app, ".dialog-title")
        assert "would be taken back" in " ".join(text_of(app, ".dialog-title").split())
        await pilot.press("escape")
        on_item(app, FLOWS)
        await pilot.press(key)
        await until(pilot, lambda: isinstance(app.screen, WaiverDialog))
        scene.act(TickItem(FLOWS))
        await type_in(pilot, "later")
        await pilot.press("enter")
        await until(pilot, lambda: "that would be taken back" in told(app))
        assert scene.run.items[FLOWS].state is ItemState.DONE, "it was ticked while the reason was typed"


def said_of_attachments(app: CockpitApp) -> list[str]:
    """The lines below what is attached, without the dialog's frame."""
    framed = [row.split("│") for row in text_in(app, app.screen.region).splitlines()]
    rows = [row[1].strip().split("  ")[0] for row in framed if len(row) > 1]
    at = rows.index("shot.txt") if "shot.txt" in rows else len(rows)
    return [f" {row}" for row in rows[at : at + 2]]


async def test_a_file_is_attached_by_its_path_and_one_that_is_not_there_is_told(scene: Scene) -> None:
    (scene.repo / "shot.txt").write_text("seen")
    async with flown(scene) as (app, pilot):
        on_item(app, BACKUP)
        await pilot.press("v")
        await type_in(pilot, "nowhere.txt")
        await pilot.press("enter")
        await until(pilot, lambda: "there is no file nowhere.txt" in told(app))
        await pilot.press("v")
        await pilot.press("ctrl+u")
        await type_in(pilot, "~no-such-user/x")
        await pilot.press("enter")
        await until(pilot, lambda: "there is no file ~no-such-user/x" in told(app))
        await pilot.press("v")
        await pilot.press("ctrl+u")  # what was typed is there to be mended
        await type_in(pilot, "shot.txt")
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.items[BACKUP].attachments)
        await pilot.press("enter")
        await until(pilot, lambda: said_of_attachments(app) == [" shot.txt", " seen"])
        await pilot.press("escape")
        (scene.repo / "dump.sql").write_bytes(b"x" * 1_100_000)
        await pilot.press("v")
        await type_in(pilot, "dump.sql")
        await pilot.press("enter")
        await until(pilot, lambda: "only its hash is recorded, keep the file: dump.sql" in told(app))


async def test_a_waiver_may_have_an_end_and_one_that_cannot_be_read_keeps_the_field(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, FLOWS)
        await pilot.press("o")
        await until(pilot, lambda: isinstance(app.screen, WaiverDialog))
        await pilot.press("enter")
        await until(pilot, lambda: "write why" in text_in(app, app.screen.region))
        await type_in(pilot, "by hand at the vendor's")
        await pilot.press("tab")
        await type_in(pilot, "soon")
        await pilot.press("enter")
        await until(pilot, lambda: "says not how long" in text_in(app, app.screen.region))
        await pilot.press("ctrl+u")
        await type_in(pilot, "2h")
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.items[FLOWS].state is ItemState.OVERRIDDEN)
        assert scene.run.items[FLOWS].detail == "by hand at the vendor's"
        assert scene.run.items[FLOWS].holds_until == app.now() + 7200


async def test_the_clock_is_held_with_a_reason_and_resumed_by_the_palette(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await by_palette(pilot, "hold the run")
        await until(pilot, lambda: isinstance(app.screen, AskDialog))
        await type_in(pilot, "waiting for the vendor")
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.state == "held")
        await until(pilot, lambda: "HELD" in text_of(app, "#identity"))
        await by_palette(pilot, "planned or held run go on")
        await until(pilot, lambda: scene.run.state == "active")

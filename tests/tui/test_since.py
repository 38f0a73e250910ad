"""Coming back to the screen: what others changed is told once, and never in the way of what one types."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from msgspec import structs
from textual.pilot import Pilot

from cockpit.release.intents import AddNote, ClaimItem, TickItem
from cockpit.release.live import SyncFeed
from cockpit.seen import SeenStore
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.base import Dialog
from cockpit.tui.messages import LiveChanged
from cockpit.tui.widgets.checklist import ItemList
from cockpit.tui.widgets.since import SincePanel
from tests.tui.moments import LOGS, TIMES, VERIFY
from tests.tui.painted import lines, settle, text_of, until
from tests.tui.scenes import NOW, Scene

pytestmark = pytest.mark.full


@asynccontextmanager
async def flown(scene: Scene, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[CockpitApp, Pilot[int]]]:
    app = scene.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield app, pilot


def told(app: CockpitApp) -> str:
    return "\n".join(notification.message for notification in app._notifications)


def app_name(scene: Scene) -> str:
    return scene.session.actor.name


def panels(app: CockpitApp) -> int:
    return len(app.screen_stack[0].query(SincePanel))


async def later(scene: Scene, app: CockpitApp, pilot: Pilot[int], seconds: float) -> None:
    """Let time go by, with a tick of the clock at its end."""
    scene.clock.time += seconds
    app.tick_clock()
    await settle(pilot)


async def bens(scene: Scene, pilot: Pilot[int], *intents: AddNote | ClaimItem | TickItem) -> None:
    ben = scene.colleague()
    for intent in intents:
        ben.act(intent)
    scene.session.poll()
    await settle(pilot)


async def test_opening_again_tells_what_happened_meanwhile_and_only_once(look: Callable[[str], Scene]) -> None:
    scene = look("returned")
    async with flown(scene) as (app, pilot):
        await until(pilot, lambda: panels(app) == 1)
        shown = text_of(app, "SincePanel")
        assert "Since you looked, 2h ago: 8 changes by Ben Okafor and 2 others" in shown
        assert shown.index("CONTESTED") < shown.index("ticked Verify deployment")
        await pilot.press("escape")
        await settle(pilot)
        assert panels(app) == 0
        assert app.focused is not None
        assert app.focused.id == "items"


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_after_a_second_summary_upon_the_first_one_is_where_one_was(
    look: Callable[[str], Scene], size: tuple[int, int]
) -> None:
    async with flown(look("returned"), size=size) as (app, pilot):
        await until(pilot, lambda: panels(app) == 1)
        app.since.show_again()
        await settle(pilot)
        assert panels(app) == 1
        await pilot.press("escape")
        await settle(pilot)
        assert panels(app) == 0
        assert app.focused is not None
        assert app.focused.id == "items"


@pytest.mark.parametrize(("size", "has_room"), [((80, 24), False), ((200, 50), True)])
async def test_its_heading_says_how_to_go_on_where_there_is_room_for_all_of_it(
    look: Callable[[str], Scene], size: tuple[int, int], has_room: bool
) -> None:
    async with flown(look("returned"), size=size) as (app, pilot):
        await until(pilot, lambda: panels(app) == 1)
        shown = text_of(app, "SincePanel")
        assert ("Esc goes on" in shown, "Esc" in shown) == (has_room, has_room)
        assert "Esc go on" in lines(app)[-1]


async def test_a_key_that_goes_elsewhere_goes_there_and_the_summary_goes_away(look: Callable[[str], Scene]) -> None:
    async with flown(look("returned")) as (app, pilot):
        await until(pilot, lambda: panels(app) == 1)
        await pilot.press("4")
        await settle(pilot)
        assert panels(app) == 0
        assert app.shown is not None
        assert app.shown.place.startswith("tags")


async def test_space_on_the_summary_ticks_nothing(look: Callable[[str], Scene]) -> None:
    scene = look("returned")
    async with flown(scene) as (app, pilot):
        await until(pilot, lambda: panels(app) == 1)
        before = len(scene.run.records)
        await pilot.press("space")
        await settle(pilot)
        assert (panels(app), len(scene.run.records)) == (0, before)
        assert "the summary is closed, nothing else was done: press again" in told(app)
        await pilot.press("space")
        await until(pilot, lambda: "read-only" in told(app))  # this one would have been a tick


@pytest.mark.parametrize(("key", "moves"), [("G", "last"), ("j", "next"), ("d", "defers"), ("i", "notes")])
async def test_a_key_of_the_list_below_does_there_what_it_does(
    look: Callable[[str], Scene], key: str, moves: str
) -> None:
    async with flown(look("returned")) as (app, pilot):
        await until(pilot, lambda: panels(app) == 1)
        items = app.screen.query_one("#items", ItemList)
        at = items.cursor
        await pilot.press(key)
        await settle(pilot)
        assert (panels(app), told(app)) == (0, "")
        asks = isinstance(app.screen, Dialog)
        assert (asks, items.cursor > at) == (moves in {"defers", "notes"}, moves in {"last", "next"})


async def test_a_long_summary_scrolls_by_the_arrows(look: Callable[[str], Scene]) -> None:
    async with flown(look("returned"), size=(80, 16)) as (app, pilot):
        await until(pilot, lambda: panels(app) == 1)
        panel = app.screen.query_one(SincePanel)
        assert panel.max_scroll_y > 0
        await pilot.press("down", "down")
        await until(pilot, lambda: panel.scroll_y > 0)
        assert panels(app) == 1


async def test_what_was_seen_is_remembered_to_the_next_start(scene: Scene) -> None:
    scene.seen = SeenStore(scene.repo, scene.state)
    async with flown(scene) as (app, _):
        assert panels(app) == 0, "who was never here has nothing to catch up with"
    ben = scene.colleague()
    ben.act(TickItem(LOGS))
    scene.session.poll()
    scene.clock.time += 3600
    async with flown(scene) as (app, pilot):
        await until(pilot, lambda: panels(app) == 1)
        assert "1h ago: 1 change by Ben Okafor" in text_of(app, "SincePanel")
    scene.act(TickItem(VERIFY))
    async with flown(scene) as (app, _):
        assert panels(app) == 0


async def test_getting_the_focus_back_after_a_while_tells_and_after_a_moment_does_not(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        app.app_focus = False
        await later(scene, app, pilot, 30)
        await bens(scene, pilot, TickItem(LOGS))
        app.app_focus = True
        await later(scene, app, pilot, 5)
        assert panels(app) == 0
        app.app_focus = False
        await later(scene, app, pilot, 50)
        await bens(scene, pilot, TickItem(VERIFY), AddNote("look here"))
        await later(scene, app, pilot, 50)
        app.app_focus = True
        await until(pilot, lambda: panels(app) == 1)
        shown = text_of(app, "SincePanel")
        assert "2 changes by Ben Okafor" in shown
        assert "Check application logs" not in shown, "that was seen"


async def test_a_machine_that_slept_tells_what_it_slept_through(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await later(scene, app, pilot, 1)
        scene.clock.time += 4000
        await bens(scene, pilot, TickItem(LOGS))
        await later(scene, app, pilot, 0)
        assert panels(app) == 0, "it may take a moment to arrive"
        await later(scene, app, pilot, 3)
        await until(pilot, lambda: panels(app) == 1)


async def test_what_a_reconnection_brings_is_told_and_nobody_is_interrupted(scene: Scene) -> None:
    live = scene.live
    async with flown(scene) as (app, pilot):
        app.post_message(LiveChanged(structs.replace(live, sync=SyncFeed("offline", "origin", NOW, NOW))))
        await settle(pilot)
        await later(scene, app, pilot, 20)
        app.post_message(LiveChanged(structs.replace(live, sync=SyncFeed("synced", "origin", NOW))))
        await settle(pilot)
        await bens(scene, pilot, TickItem(LOGS), ClaimItem(TIMES))
        await pilot.press("slash")
        await later(scene, app, pilot, 10)
        assert panels(app) == 0, "somebody types into the filter"
        await pilot.press("escape")
        await later(scene, app, pilot, 10)
        await until(pilot, lambda: panels(app) == 1)
        assert "2 changes by Ben Okafor" in text_of(app, "SincePanel")


async def test_opening_while_offline_tells_what_is_here_and_later_what_comes_in(scene: Scene) -> None:
    scene.seen = SeenStore(scene.repo, scene.state)
    scene.seen.mark(scene.run.id, app_name(scene), scene.run.records, NOW - 3600)
    ben = scene.colleague()
    ben.act(TickItem(LOGS))
    scene.session.poll()
    live = scene.live
    scene.live = structs.replace(live, sync=SyncFeed("offline", "origin", NOW, NOW))
    async with flown(scene) as (app, pilot):
        app.post_message(LiveChanged(scene.live))
        await until(pilot, lambda: panels(app) == 1)
        assert "1 change by Ben Okafor" in text_of(app, "SincePanel")
        await pilot.press("escape")
        ben.act(TickItem(VERIFY))
        app.post_message(LiveChanged(structs.replace(live, sync=SyncFeed("synced", "origin", NOW))))
        await settle(pilot)
        scene.session.poll()
        await settle(pilot)
        await later(scene, app, pilot, 10)
        await until(pilot, lambda: panels(app) == 1)
        shown = text_of(app, "SincePanel")
        assert "ticked Verify deployment" in shown
        assert "Check application logs" not in shown


async def test_after_long_without_a_key_it_is_told_in_passing_and_listed_on_demand(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("j")
        for _ in range(20):
            await later(scene, app, pilot, 40)
        await bens(scene, pilot, TickItem(LOGS))
        await pilot.press("j")
        await settle(pilot)
        assert "1 by Ben Okafor" in told(app)
        assert panels(app) == 0
        app.shown.action_since()  # type: ignore[union-attr]
        await until(pilot, lambda: panels(app) == 1)

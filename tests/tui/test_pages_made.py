"""The pages that are not in view at first are made one by one, behind the first frame, while keys come already."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from textual import events
from textual.widgets import ContentSwitcher, Static

from cockpit.layouts import Layout
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.help import HelpDialog
from cockpit.tui.screens.flight import FlightScreen
from cockpit.tui.widgets.strip import PAGES
from tests.tui.painted import until
from tests.tui.scenes import Scene


def before_they_are_made(scene: Scene, happens: Callable[[FlightScreen], object]) -> CockpitApp:
    """An app in which something happens as soon as the first frame is there."""

    class Early(CockpitApp):
        def complete_styles(self) -> None:
            super().complete_styles()
            screen = self.screen
            assert isinstance(screen, FlightScreen)
            happens(screen)

    app = scene.app()
    app.__class__ = Early
    return app


async def once(holds: Callable[[], bool]) -> None:
    """Let the loop go on until something holds."""
    async with asyncio.timeout(20):
        for _ in iter(holds, True):
            await asyncio.sleep(0)


def made(app: CockpitApp) -> list[str | None]:
    return [page.id for page in app.screen.query_one(ContentSwitcher).children]


async def test_the_one_that_is_asked_for_comes_first(scene: Scene) -> None:
    app = before_they_are_made(scene, lambda screen: screen.action_page("tags"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(made(app)) == len(PAGES))
        assert made(app)[:3] == ["checklist", "tags", "logs"]
        assert isinstance(app.screen, FlightScreen)
        assert app.screen.page.id == "tags"


async def test_a_layout_that_comes_back_takes_nobody_away_from_the_page_that_they_asked_for(scene: Scene) -> None:
    def happens(screen: FlightScreen) -> None:
        screen.lay_out(Layout("probes", "", "", False, ""))
        screen.action_page("tags")

    app = before_they_are_made(scene, happens)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(made(app)) == len(PAGES))
        assert isinstance(app.screen, FlightScreen)
        assert app.screen.page.id == "tags"


async def test_a_key_comes_between_them(scene: Scene) -> None:
    async def press(screen: FlightScreen) -> None:
        await once(lambda: len(made(app)) == 3)
        screen.app.simulate_key("0")

    tasks = list[asyncio.Task[None]]()
    app = before_they_are_made(scene, lambda screen: tasks.append(asyncio.create_task(press(screen))))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: len(made(app)) == len(PAGES))
        assert made(app).index("review") < 6
        assert isinstance(app.screen, FlightScreen)
        assert app.screen.page.id == "review"
    await tasks[0]


@pytest.mark.parametrize("with_frame", [False, True])
@pytest.mark.parametrize(("last", "page", "dialogs"), [("q", "checklist", []), ("question_mark", "tags", [HelpDialog])])
async def test_what_is_typed_ahead_is_meant_for_the_page_that_was_asked_for(
    scene: Scene, last: str, page: str, dialogs: list[type], with_frame: bool
) -> None:
    class TypedInto(CockpitApp):
        def on_mount(self) -> None:
            if with_frame:
                self.after_first_frame(self.type_ahead)
            else:
                self.type_ahead()
            super().on_mount()

        def type_ahead(self) -> None:
            self.simulate_key("4")
            self.simulate_key(last)

    app = scene.app()
    app.__class__ = TypedInto
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.flight is not None
        flight = app.flight
        await until(pilot, lambda: flight.query(f"#{PAGES[-1][1]}"))
        await pilot.pause()
        assert flight.page.id == page
        assert [type(screen) for screen in app.screen_stack[1:]] == dialogs
        titles = app.screen.query(".dialog-title").results(Static)
        assert [str(title.content) for title in titles] == ["Keys on Tags and rollback"] * len(dialogs)


async def test_who_waits_for_a_page_before_the_first_frame_holds_nothing_up(scene: Scene) -> None:
    class Impatient(CockpitApp):
        async def on_event(self, event: events.Event) -> None:
            await super().on_event(event)
            if isinstance(event, events.Mount):
                assert self.flight is not None
                self.flight.action_page("tags")
                async with asyncio.timeout(20):
                    await self.flight.wait_for_page()
                assert self.flight.page.id == "tags"
                self.exit(None, 7)

    app = scene.app()
    app.__class__ = Impatient
    async with app.run_test(size=(80, 24)):
        await once(lambda: not app.is_running)
    assert (app._exception, app.return_code) == (None, 7)


@pytest.mark.parametrize("count", [1, 2, 4])
async def test_one_may_leave_while_they_are_made(scene: Scene, count: int) -> None:
    async def leave(screen: FlightScreen) -> None:
        screen.action_page("tags")
        await once(lambda: len(made(app)) == count)
        app.exit(None, 7)

    tasks = list[asyncio.Task[None]]()

    def happens(screen: FlightScreen) -> None:
        tasks.append(asyncio.create_task(leave(screen)))
        if count == 1:
            app.exit(None, 7)

    app = before_they_are_made(scene, happens)
    async with app.run_test(size=(80, 24)):
        await once(lambda: not app.is_running)
    assert tasks
    tasks[0].cancel()
    assert (app._exception, app.return_code) == (None, 7)

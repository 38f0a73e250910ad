"""Leaving the execution's screen takes that screen away and no other, however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.screens.flight import FlightScreen
from tests.tui.painted import settle
from tests.tui.scenes import Scene


async def test_what_leaves_it_a_second_time_leaves_nothing_else(look: Callable[[str], Scene]) -> None:
    app = look("stopped").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("X")
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, ExecutionScreen)
        # A key that waited while the first one was dealt with, or a dialog's answer that comes late.
        screen.action_leave()
        screen.action_up_a_level()
        screen.action_page("tags")
        await settle(pilot)
        assert isinstance(app.screen, FlightScreen)
        assert app.screen.page.id == "tags"

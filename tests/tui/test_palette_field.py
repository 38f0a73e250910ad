"""The palette's field shows what is pasted into it, and obeys none of it."""

from __future__ import annotations

from textual import events
from textual.command import CommandInput

from cockpit.tui.palette import Palette
from tests.tui.painted import assert_safe, settle
from tests.tui.scenes import Scene


async def test_what_is_pasted_into_the_palette_is_shown_escaped(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("colon")
        await pilot.pause()
        app.post_message(events.Paste("hold\u202e\x1b"))
        await pilot.pause()
        assert_safe(app)
        assert app.screen.query_one(CommandInput).value == "hold\\u202e␛"
        await pilot.press(*["backspace"] * 7)
        await settle(pilot)
        assert app.screen.query_one(CommandInput).value == "hold"


async def test_the_palette_opens_again_while_the_one_before_is_still_being_taken_down(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("colon")
        await pilot.pause()
        before = app.screen
        before.dismiss()
        app.action_command_palette()
        await settle(pilot)
        assert isinstance(app.screen, Palette)
        assert app.screen is not before

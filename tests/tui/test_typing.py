"""What is typed into a field is text, and what is pasted beside one is nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events
from textual.keys import key_to_character
from textual.widgets import Input

from cockpit.tui.commands import COMMANDS
from tests.tui.painted import settle, until
from tests.tui.scenes import Scene
from tests.tui.test_snapshots import PICTURES, SIZES, reach

pytestmark = pytest.mark.full

Look = Callable[[str], Scene]
# A picture with a field that has the focus, of each kind.
_FIELDS = (
    "filter_wrong", "freeze", "defer", "item_attest", "message_form", "who_are_you", "confirm_plan_typed", "palette",
    "logs_attach",
)  # fmt: skip
_NAMES = {"slash": "/", "plus": "+", "minus": "-"}
# Every key of the table that is a character, at most once.
_LETTERS = sorted(
    {character for command in COMMANDS for key in command.keys
     if (character := _NAMES.get(key) or key_to_character(key)) and character.isprintable() and character != " "}
)  # fmt: skip


@pytest.mark.parametrize("name", _FIELDS)
async def test_single_keys_are_text_in_every_field(name: str, look: Look) -> None:
    picture = PICTURES[name]
    scene = look(picture.moment)
    app = scene.app()
    async with app.run_test(size=SIZES["200x50"]) as pilot:
        await reach(picture)(pilot)
        field = next(one for one in app.screen.query(Input) if one.display and not one.disabled)
        app.screen.set_focus(field)
        field.max_length = None
        field.value = ""
        await settle(pilot)
        before = (app.screen, len(scene.run.records))
        for letter in _LETTERS:
            await pilot.press(letter)
        await until(pilot, lambda: field.value == "".join(_LETTERS))
        assert (app.screen, len(scene.run.records)) == before


async def test_a_paste_beside_a_field_does_nothing_on_any_page(look: Look) -> None:
    scene = look("calm")
    app = scene.app()
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await settle(pilot)
        for key in "2345678901":
            await pilot.press(key)
            await settle(pilot)
            assert app.flight is not None
            here = app.flight.page.id
            app.screen.focused.post_message(events.Paste("q\nd x o u:?1!\x1b " + "".join(_LETTERS)))  # type: ignore[union-attr]
            app.post_message(events.Paste("q\r \x1b2"))
            await settle(pilot)
            assert (app.screen, app.flight.page.id) == (app.flight, here)
            assert not app.screen.query_one("#filter", Input).value

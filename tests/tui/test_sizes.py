"""Every page at every size, and while the terminal is being resized: it never refuses to draw."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.widgets import Input

from tests.tui.painted import assert_safe, lines, settle, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_snapshots import PAGES, PICTURES, reach

pytestmark = pytest.mark.full

Look = Callable[[str], Scene]
# From the large one down to what is hardly a terminal, and back.
_SIZES = ((200, 50), (120, 40), (80, 24), (60, 15), (40, 10), (20, 5), (12, 2), (80, 24))


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_follows_every_size(name: str, look: Look) -> None:
    picture = PICTURES[name]
    app = look(picture.moment).app()
    async with app.run_test(size=_SIZES[0]) as pilot:
        await reach(picture)(pilot)
        focused = app.screen.focused
        for width, height in _SIZES:
            await pilot.resize_terminal(width, height)
            await until(pilot, lambda size=(width, height): app.size == size and len(lines(app)) == size[1])  # type: ignore[misc]
            await settle(pilot)
            assert_safe(app)
            assert lines(app)[0].startswith(" shop"), "the identity is the last to go"
            if height >= 5:
                # Something of the page itself is in view, with the row that one is at.
                assert focused is not None
                assert text_of(app, f"#{app.flight.page.id}").strip()  # type: ignore[union-attr]
                assert app.screen.focused is focused
        assert "q back" in text_of(app, "#hints")


@pytest.mark.parametrize("name", ["palette", "execution_stopped", "confirm_plan_typed", "message_form", "help"])
async def test_what_lies_above_a_page_outlives_every_size(name: str, look: Look) -> None:
    picture = PICTURES[name]
    app = look(picture.moment).app()
    async with app.run_test(size=(80, 24)) as pilot:
        await reach(picture)(pilot)
        before, typed = (app.screen, app.screen.focused), [field.value for field in app.screen.query(Input)]
        for size in ((20, 5), (12, 2), (3, 60), (5, 2), (2, 1), (1, 1), (80, 24)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            assert (app.screen, app.screen.focused) == before
        assert app.size == (80, 24)
        assert [field.value for field in app.screen.query(Input)] == typed

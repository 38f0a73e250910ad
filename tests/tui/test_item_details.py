"""What an item's details say of the file that it was imported from."""

from __future__ import annotations

from typing import cast

import msgspec
from textual.app import App

from cockpit.release.item_state import ItemState
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.checklist import detail_lines
from tests.tui.moments import LOGS
from tests.tui.painted import settle
from tests.tui.scenes import Scene


async def test_a_tick_in_the_imported_file_is_shown_as_nobodys(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        inks = inks_of(cast("App[object]", app))
    plain = scene.run.items[LOGS]
    assert plain.state is ItemState.OPEN
    ticked = msgspec.structs.replace(plain, item=msgspec.structs.replace(plain.item, checked=True))
    done = msgspec.structs.replace(ticked, state=ItemState.DONE)

    def said(view: object) -> str:
        assert isinstance(view, type(plain))
        lines = detail_lines(view, inks, timezone="UTC", now=0.0, width=100)
        return "\n".join("".join(text for text, _ in line) for line in lines)

    assert "ticked in the file it was imported from; in this run nobody has done it" in said(ticked)
    assert "ticked in the file" not in said(plain)
    assert "ticked in the file" not in said(done)

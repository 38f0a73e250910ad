"""Attesting at the screen: what was looked at, where, and how long that holds."""

from __future__ import annotations

from textual.widgets import Button, Input, Static

from cockpit.release.item_state import ItemState
from cockpit.times import epoch
from cockpit.tui.dialogs.item import ItemDialog
from cockpit.tui.screens.flight import FlightScreen
from tests.tui.moments import LOGS
from tests.tui.painted import settle, text_of, until
from tests.tui.scenes import NOW, Scene
from tests.tui.test_checklist_page import flown, items, on_item


async def test_an_attestation_is_shown_and_goes_stale_before_ones_eyes(scene: Scene) -> None:
    async with flown(scene, size=(120, 40)) as (app, pilot):
        on_item(app, LOGS)
        await pilot.press("enter")
        dialog = app.screen
        assert isinstance(dialog, ItemDialog)
        dialog.query_one("#until", Input).value = "soon"
        dialog.query_one("#tick", Button).press()
        await settle(pilot)
        assert isinstance(app.screen, ItemDialog)
        assert "'soon' says not how long" in str(dialog.query_one("#item-trouble", Static).render())
        dialog.query_one("#until", Input).value = "2h"
        dialog.query_one("#tick", Button).press()
        await settle(pilot)
        assert "Say what you looked at" in str(dialog.query_one("#item-trouble", Static).render())
        assert app.focused is dialog.query_one("#value")
        dialog.query_one("#value", Input).value = "no error since 14:00"
        dialog.query_one("#link", Input).value = "https://logs.example/q/1"
        dialog.query_one("#tick", Button).press()
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.ATTESTED)
        await until(pilot, lambda: "ATTESTED no error" in text_of(app, "#items"))
        assert isinstance(app.screen, FlightScreen)
        detail = text_of(app, "#item-detail")
        assert "https://logs.example/q/1" in detail
        assert "until 2026-03-10 16:" in detail
        scene.clock.time = NOW + 7201
        app.tick_clock()
        await until(pilot, lambda: items(app).item and items(app).item.state is ItemState.STALE)  # type: ignore[union-attr]
        assert "STALE" in text_of(app, "#items")
        assert "STALE held until" in text_of(app, "#items")
    assert scene.run.items[LOGS].holds_until <= NOW + 7200
    assert epoch(scene.run.items[LOGS].at or "") > 0

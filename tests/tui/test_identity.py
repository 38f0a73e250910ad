"""A shared account asks who sits there, once a session; until it is said one looks, and writes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from cockpit.errors import RefusedError
from cockpit.identity import Doubt
from cockpit.release.item_state import ItemState
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.identity import IdentityDialog
from cockpit.tui.widgets.checklist import ItemList
from cockpit.workspace import require_writable
from tests.tui.moments import LOGS
from tests.tui.painted import settle, text_of, until
from tests.tui.scenes import Scene

pytestmark = pytest.mark.full


@asynccontextmanager
async def flown(scene: Scene, doubt: Doubt) -> AsyncIterator[tuple[CockpitApp, Pilot[int]]]:
    app = CockpitApp(scene.workspace, now=scene.clock, feeding=False, doubt=doubt)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        await until(pilot, lambda: isinstance(app.screen, IdentityDialog))
        yield app, pilot


async def test_it_asks_first_and_what_is_done_then_is_that_persons(scene: Scene) -> None:
    scene.session.identify("root")
    async with flown(scene, Doubt("root is an account that several people use")) as (app, pilot):
        assert "root is an account" in text_of(app, ".dialog-title")
        assert "Ben Okafor" in app.screen.query_one(Input).placeholder, "who has written here is known"
        await pilot.press(*"root", "enter")
        await settle(pilot)
        assert isinstance(app.screen, IdentityDialog), "an account is no person"
        app.screen.query_one(Input).value = "Dora"
        await pilot.press("enter")
        await settle(pilot)
        assert not isinstance(app.screen, IdentityDialog)
        app.screen.query_one(ItemList).go_to(LOGS)
        await pilot.press("space")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.DONE)
    view = scene.run.items[LOGS]
    assert view.by is not None
    assert view.by.name == "Dora"


async def test_without_an_answer_one_looks_and_is_asked_again_before_anything_is_written(scene: Scene) -> None:
    scene.session.identify("root")
    async with flown(scene, Doubt("root is an account that several people use")) as (app, pilot):
        await pilot.press("escape")
        await settle(pilot)
        count = len(scene.run.records)
        with pytest.raises(RefusedError, match="it is not clear who you are"):
            require_writable(scene.workspace)
        app.screen.query_one(ItemList).go_to(LOGS)
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.screen, IdentityDialog))
        assert len(scene.run.records) == count
        await pilot.press(*"Dora", "enter")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.DONE)
    assert scene.run.records[-1].by.name == "Dora"


async def test_the_same_person_once_more_confirms_with_enter_alone(scene: Scene) -> None:
    doubt = Doubt("Ana Lima has a cockpit open already, on bridge for 14m", "Ana Lima")
    async with flown(scene, doubt) as (app, pilot):
        await pilot.press("enter")
        await settle(pilot)
        assert app.me == "Ana Lima"
        assert scene.session.actor.email, "it is who git knows"
        require_writable(scene.workspace)

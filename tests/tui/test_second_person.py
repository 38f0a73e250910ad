"""Challenge and response at the screen: the first asks, another one answers, and nobody answers themselves."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from cockpit.release.asked import asked
from cockpit.release.gates import debt_of
from cockpit.release.intents import ChallengeItem, TickItem
from cockpit.release.item_state import ItemState
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.abnormal import AbnormalDialog
from cockpit.tui.dialogs.item import ItemDialog
from cockpit.tui.dialogs.second_person import SecondPersonDialog
from cockpit.tui.screens.flight import FlightScreen
from tests.tui.moments import LOGS, PAYMENT
from tests.tui.painted import settle, text_in, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import flown, on_item, told, type_in

pytestmark = pytest.mark.full


def shown(app: CockpitApp) -> str:
    return text_in(app, app.screen.region)


async def asked_by_ben(scene: Scene, app: CockpitApp, pilot: Pilot[int]) -> None:
    scene.colleague().act(ChallengeItem(PAYMENT, "paid 49.90"))
    scene.session.poll()
    on_item(app, PAYMENT)
    await until(pilot, lambda: "ASKED" in text_of(app, "#items"))


async def test_p_puts_an_item_to_the_second_person_and_the_first_cannot_be_both(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, PAYMENT)
        await pilot.press("p")
        assert isinstance(app.screen, SecondPersonDialog)
        await type_in(pilot, "paid 49.90")
        await pilot.press("enter")
        await until(pilot, lambda: asked(scene.run.items[PAYMENT]) is not None)
        await until(pilot, lambda: "you asked: another one" in text_of(app, "#items"))
        assert "YOUR ANSWER" not in text_of(app, "#identity"), "it is not one's own answer that is awaited"
        before = len(scene.run.records)
        await pilot.press("p")
        await until(pilot, lambda: "the second person is another one" in told(app))
        # Nor does another name help, at the same screen.
        scene.session.identify("Ben Okafor")
        await pilot.press("p")
        assert isinstance(app.screen, SecondPersonDialog)
        await type_in(pilot, "receipt")
        await pilot.press("enter")
        await until(pilot, lambda: "from this very cockpit" in told(app))
    assert len(scene.run.records) == before
    assert scene.run.items[PAYMENT].state is ItemState.OPEN


async def test_whoever_is_asked_sees_it_everywhere_and_answers_without_seeing_the_first_value(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await asked_by_ben(scene, app, pilot)
        assert "YOUR ANSWER: Verify payment processing" in text_of(app, "#identity")
        assert "your answer: p (Ben" in text_of(app, "#items")
        await pilot.press("3")
        await settle(pilot)
        assert "YOUR ANSWER" in text_of(app, "#identity"), "on every page"
        await pilot.press("exclamation_mark")
        await settle(pilot)
        assert isinstance(app.screen, AbnormalDialog)
        assert "Ben Okafor asks; p answers" in shown(app)
        await pilot.press("enter", "p")
        await settle(pilot)
        assert isinstance(app.screen, SecondPersonDialog)
        assert "49.90" not in shown(app)
        assert app.screen.query_one(Input).value == ""
        await pilot.press("enter")
        assert isinstance(app.screen, SecondPersonDialog), "an answer needs a value"
        await type_in(pilot, "receipt 49.90")
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.items[PAYMENT].state is ItemState.DONE)
        await until(pilot, lambda: "YOUR ANSWER" not in text_of(app, "#identity"))
    view = scene.run.items[PAYMENT]
    assert (view.detail, view.unverified_second) == ("receipt 49.90", False)
    assert view.first is not None
    assert (view.first.by, view.first.said) == ("Ben Okafor", "paid 49.90")


async def test_the_detail_offers_what_is_possible_and_a_tick_alone_says_so(scene: Scene) -> None:
    async with flown(scene, size=(120, 40)) as (app, pilot):
        on_item(app, PAYMENT)
        await pilot.press("enter")
        assert isinstance(app.screen, ItemDialog)
        assert [str(one.label) for one in app.screen.query(Button)] == ["Ask the second person", "Tick alone", "Close"]
        app.screen.query_one("#tick", Button).press()
        await until(pilot, lambda: "one person alone: it stands as debt" in told(app))
        await until(pilot, lambda: "ONE OF TWO" in text_of(app, "#items"))
    assert [debt.kind for debt in debt_of(scene.run) if debt.item == PAYMENT] == ["second person unverified"]


async def test_a_colleagues_lone_tick_is_answered_from_the_detail_by_p(scene: Scene) -> None:
    async with flown(scene, size=(120, 40)) as (app, pilot):
        scene.colleague().act(TickItem(PAYMENT, "paid 49.90"))
        scene.session.poll()
        on_item(app, PAYMENT)
        await until(pilot, lambda: "ONE OF TWO" in text_of(app, "#items"))
        await pilot.press("enter")
        app.screen.query_one("#cancel").focus()
        await pilot.press("p")
        assert isinstance(app.screen, ItemDialog), "it asks for the value first"
        assert isinstance(app.focused, Input)
        await type_in(pilot, "receipt 49.90")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: not scene.run.items[PAYMENT].unverified_second)
        assert isinstance(app.screen, FlightScreen)


async def test_p_on_an_item_of_one_person_says_so(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        await pilot.press("p")
        await until(pilot, lambda: "this item asks for one person" in told(app))


async def test_p_from_any_other_item_answers_what_waits_for_oneself(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await asked_by_ben(scene, app, pilot)
        on_item(app, LOGS)
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, SecondPersonDialog))
        assert "Verify payment processing" in shown(app)
        await type_in(pilot, "receipt 49.90")
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.items[PAYMENT].state is ItemState.DONE)

"""Who is here, and who drives: the strip at any width, the list, and the wheel by keys and palette."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from msgspec import structs
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Button, Input

from cockpit.errors import UsageError
from cockpit.people import find_person, short_names
from cockpit.release.intents import AddNote, GiveWheel, TakeWheel
from cockpit.release.live import Live, Presence
from cockpit.release.wheel import Wheel, wheel_of
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import ConfirmDialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.dialogs.handover import HandoverDialog
from cockpit.tui.dialogs.people import PeopleDialog, PeopleList
from cockpit.tui.pages.items import ItemPage
from cockpit.tui.people import people_lines, widest_fitting
from tests.tui.moments import COMPANY, LOGS, TIMES
from tests.tui.painted import settle, text_of, until
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


async def by_palette(pilot: Pilot[int], words: str) -> None:
    await pilot.press("colon", *("space" if letter == " " else letter for letter in words))
    await until(pilot, lambda: pilot.app.screen.query("CommandList"))
    await pilot.pause(0.3)
    await pilot.press("enter")
    await settle(pilot)


def crowd(*names: str, gone: tuple[str, ...] = ()) -> Live:
    return Live(
        present=tuple(
            Presence(name, "h", f"{n:032x}", "screen", n, seen=0.0 if name in gone else NOW, remote=True)
            for n, name in enumerate(names)
        )
    )


def variants(live: Live, *drivers: str) -> list[str]:
    return list(people_lines(live, Wheel(drivers), NOW, sign="@"))


def test_those_who_are_here_get_ever_fewer_letters() -> None:
    assert variants(Live()) == []
    assert variants(crowd("ana", "ben")) == ["ana+ben", "2 people"]
    assert variants(crowd("ana", "ben", "cleo")) == ["ana+ben+cleo", "ana+2", "3 people"]
    assert variants(crowd("ana", "ben", "cleo"), "ben") == ["@ben+ana+cleo", "@ben+2"]
    assert variants(crowd("ana", "ben", gone=("ben",))) == ["ana"]
    assert variants(crowd("ana", "ben", gone=("ben",)), "ben") == ["ana (@ben)", "(@ben)"]
    assert variants(Live(), "ben") == ["(@ben)", "(@ben)"]
    assert variants(crowd("ana", "ben"), "ana", "ben") == ["@ana+@ben", "@ana+@ben"]
    lines = variants(crowd("ana", "ben", "cleo"))
    fitting = [widest_fitting(iter(lines), room) for room in (12, 11, 5, 4)]
    assert fitting == ["ana+ben+cleo", "ana+2", "ana+2", ""]


def on_item(app: CockpitApp, item: str) -> None:
    assert app.flight is not None
    page = app.flight.page
    assert isinstance(page, ItemPage)
    page.go_to_item(item)


async def test_a_colleagues_note_on_what_one_looks_at_is_told_as_it_comes(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, TIMES)
        await settle(pilot)
        ben = scene.colleague()
        ben.act(AddNote("p95 is at 812 ms", TIMES))
        ben.act(AddNote("nothing to see", LOGS))
        scene.session.poll()
        await until(pilot, lambda: "noted on Check response times: p95 is at 812 ms" in told(app))
        assert "nothing to see" not in told(app)


@pytest.mark.parametrize(
    ("names", "called"),
    [
        (["Ana Lima", "Ben"], ["Ana", "Ben"]),
        (["Ana Lima", "Ana Roth", "Ana"], ["AnaL", "AnaR", "Ana"]),
        (["Maximiliana de la Torre"], ["Mdl"]),
        (["ana.maria.lopez@example.org"], ["ana"]),
        (["Bartholomeus"], ["Bartholom…"]),
        (["", "Ana"], ["?", "Ana"]),
    ],
)
def test_a_name_is_short_and_reads_like_no_other(names: list[str], called: list[str]) -> None:
    assert list(short_names(names).values()) == called


def test_a_person_is_meant_by_the_first_name_in_any_case() -> None:
    known = ["Ana Lima", "Ben Okafor", "Ana Roth", "ben"]
    assert [find_person(typed, known) for typed in ("ana lima", "Ben", "Dora", " Ana Roth ")] == [
        "Ana Lima", "ben", "Dora", "Ana Roth",
    ]  # fmt: skip
    with pytest.raises(UsageError, match="Ana Lima or Ana Roth"):
        find_person("ana", known)


@pytest.mark.parametrize("width", [40, 60, 70, 80, 100, 200])
async def test_the_strip_never_cuts_a_name(look: Callable[[str], Scene], width: int) -> None:
    scene = look("driven")
    async with flown(scene, size=(width, 24)) as (app, _):
        strip = text_of(app, "#identity")
        assert cell_len(strip) == width
        shown = [word for word in strip.split() if "Ben" in word or "Ana" in word or "⊛" in word]
        assert shown in (["⊛Ben+Ana"], ["⊛Ben+1"], [])
        assert shown == ["⊛Ben+Ana"] or width < 80


async def test_the_list_tells_where_everybody_is(look: Callable[[str], Scene]) -> None:
    async with flown(look("driven")) as (app, pilot):
        await pilot.press("W")
        await settle(pilot)
        listed = text_of(app, "PeopleList")
        assert "Ana Lima (you)" in listed
        assert "Ben Okafor       laptop-ben 14:11 drives tags: v2.4.0" in listed
        assert "last seen 3m ago" in listed
        await pilot.press("W")
        await settle(pilot)
        assert not isinstance(app.screen, PeopleDialog)


async def test_the_wheel_is_taken_by_palette_and_from_somebody_only_after_a_question(scene: Scene) -> None:
    ben = scene.colleague()
    ben.act(TakeWheel())
    scene.session.poll()
    scene.live = structs.replace(scene.live, present=COMPANY)
    async with flown(scene) as (app, pilot):
        await by_palette(pilot, "take the wheel")
        assert isinstance(app.screen, ConfirmDialog)
        assert "Ben Okafor drives, and is here: on laptop-ben at tags: v2.4.0" in text_of(app, ".dialog-title").replace(
            "\n", " "
        )
        assert isinstance(app.focused, Button)
        assert app.focused.id == "cancel"
        await pilot.press("enter")
        await settle(pilot)
        assert wheel_of(scene.run).driver == "Ben Okafor"
        await by_palette(pilot, "take the wheel")
        await pilot.press("tab", "enter")
        await until(pilot, lambda: wheel_of(scene.run).driver == "Ana Lima")
        await until(pilot, lambda: "⊛Ana+Ben" in text_of(app, "#identity"))
        await by_palette(pilot, "let go of the wheel")
        await until(pilot, lambda: wheel_of(scene.run).free)


async def test_the_wheel_is_given_from_the_list_or_by_name(scene: Scene) -> None:
    scene.live = structs.replace(scene.live, present=COMPANY)
    async with flown(scene) as (app, pilot):
        await pilot.press("W", "t")
        await until(pilot, lambda: wheel_of(scene.run).driver == "Ana Lima")
        await pilot.press("W")
        await settle(pilot)
        assert app.screen.query_one(PeopleList).go_to("b" * 32)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, HandoverDialog))
        await settle(pilot)
        assert "Give the wheel to Ben Okafor? What they must know" in text_of(app, ".dialog-title")
        assert "killer items open" in text_of(app, "HandoverText")
        await pilot.press("enter")  # the focus is on Cancel
        await settle(pilot)
        assert wheel_of(scene.run).driver == "Ana Lima"
        await pilot.press("W")
        await settle(pilot)
        app.screen.query_one(PeopleList).go_to("b" * 32)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: wheel_of(scene.run).driver == "Ben Okafor")
        scene.act(TakeWheel(seen="Ben Okafor"))
        await settle(pilot)
        await by_palette(pilot, "give the wheel")
        app.screen.query_one(Input).value = "ben"
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("right", "enter")
        await until(pilot, lambda: wheel_of(scene.run).driver == "Ben Okafor")


async def test_whoever_gets_or_loses_the_wheel_is_told(scene: Scene) -> None:
    ben = scene.colleague()
    async with flown(scene) as (app, pilot):
        ben.act(GiveWheel("Ana Lima"))
        scene.session.poll()
        await until(pilot, lambda: "Ben Okafor gave you the wheel" in told(app))
        ben.poll()
        ben.act(TakeWheel(seen="Ana Lima"))
        scene.session.poll()
        await until(pilot, lambda: "Ben Okafor took the wheel from you" in told(app))


async def test_a_rollback_is_not_confirmed_while_another_drives_until_the_wheel_is_taken(scene: Scene) -> None:
    ben = scene.colleague()
    ben.act(TakeWheel())
    scene.session.poll()
    async with flown(scene) as (app, pilot):
        await pilot.press("4")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("tab", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmPlanDialog)
        go = app.screen.query_one("#go", Button)
        assert "Ben Okafor drives: take the wheel first" in text_of(app, "#confirm-ask")
        await pilot.press(*"v2.4.0")
        await settle(pilot)
        assert go.disabled
        app.screen.query_one("#wheel", Button).press()
        await until(pilot, lambda: not go.disabled)
        assert "Type v2.4.0" in text_of(app, "#confirm-ask").replace("  ", " ")
        assert wheel_of(scene.run).driver == "Ana Lima"
        ben.poll()
        ben.act(TakeWheel(seen="Ana Lima"))
        scene.session.poll()
        await until(pilot, lambda: go.disabled)

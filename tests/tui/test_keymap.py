"""A person's own keys: they hold everywhere that keys are told, and what cannot be had is refused with its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cockpit.content.personal import KeyChoice
from cockpit.preferences import Preferences
from cockpit.release.item_state import ItemState
from cockpit.release.run import ItemView
from cockpit.tui.commands import COMMANDS
from cockpit.tui.keymap import Keymap, keymap_of, named, written
from cockpit.tui.widgets.checklist import ItemList
from tests.tui.painted import lines, settle, text_of, until
from tests.tui.scenes import Scene

pytestmark = pytest.mark.full

Look = Callable[[str], Scene]


def chosen(**keys: str) -> Preferences:
    """Preferences as a keymap.yaml of these lines makes them; `__` stands for the dot."""
    choices = [
        KeyChoice(command.replace("__", "."), tuple(text.split()), line, 1)
        for line, (command, text) in enumerate(keys.items(), 1)
    ]
    return Preferences(keys=tuple(choices), keymap="/k.yaml")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("x", "x"), ("X", "X"), ("?", "question_mark"), (",", "comma"), ("Space", "space"), ("ctrl-d", "ctrl+d"),
        ("Ctrl+D", "ctrl+d"), ("C-d", "ctrl+d"), ("esc", "escape"), ("PgUp", "pageup"), ("F5", "f5"),
        ("S-Tab", "shift+tab"), ("shift+x", "X"), ("alt+x", "alt+x"), ("-", "minus"), ("+", "plus"), ("ä", "ä"),
        ("question_mark", "question_mark"),
    ],
)  # fmt: skip
def test_a_key_is_written_as_people_do(text: str, key: str) -> None:
    assert named(text) == key


@pytest.mark.parametrize(
    "text",
    ["ctrl+s", "ctrl-q", "ctrl+a", "ctrl+b", "ctrl+j", "ctrl+c", "ctrl+z", "ctrl+i", "ctrl+m", "ctrl+1",
     "ctrl+enter", "ctrl+shift+x", "super+x", "hyper-x", "meta+x", "shift+1", "shift+space", "shift+alt+up", "f99",
     "nokey", "aa", ""],
)  # fmt: skip
def test_a_key_that_no_terminal_sends_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        named(text)


@pytest.mark.parametrize("command", [one for one in COMMANDS if one.keys], ids=lambda one: one.full_id)
def test_every_key_of_the_table_could_be_chosen(command: object) -> None:
    for key in command.keys:  # type: ignore[attr-defined]
        assert named(written(key)) == key


def test_what_cannot_be_had_is_told_with_its_place_and_the_rest_holds() -> None:
    keymap, complaints = keymap_of(
        chosen(checklist__claim="C", checklist__tock="t", checklist__defer="ctrl+s", checklist__override="space",
               logs__toggle_wrap="z", everywhere__note="C")
    )  # fmt: skip
    assert keymap == Keymap({"checklist.claim": ("C",), "logs.toggle_wrap": ("z",)})
    assert sorted(one.split(" ", 1)[0] for one in complaints) == [f"/k.yaml:{line}:1:" for line in (2, 3, 4, 6)]
    assert "no command is called checklist.tock" in complaints[0]
    assert any("Space belongs to checklist.tick already" in one for one in complaints)
    assert any("C belongs to checklist.claim already" in one for one in complaints)


def test_keys_can_be_swapped_and_reused_where_they_never_hold_together() -> None:
    keymap, complaints = keymap_of(chosen(checklist__defer="x", checklist__not_applicable="d", probes__probe_now="x"))
    assert complaints == ()
    assert keymap.chosen["checklist.defer"] == ("x",)


def test_a_refused_swap_leaves_both_as_they_were() -> None:
    """Taking one choice back brings the other into conflict with what is there again."""
    keymap, complaints = keymap_of(chosen(checklist__defer="x", checklist__not_applicable="o"))
    assert keymap == Keymap({})
    assert len(complaints) == 2


async def test_chosen_keys_hold_and_are_told_wherever_keys_are(scene: Scene) -> None:
    preferences = chosen(checklist__tick="t", everywhere__leave="Z", everywhere__freeze="B", everywhere__help="f1")
    app = scene.app(preferences=preferences)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "t tick" in text_of(app, "#hints")
        assert "F1 help  Z back" in text_of(app, "#hints")
        items = app.screen.query_one(ItemList)
        views = [row for row in items.rows if isinstance(row, ItemView)]
        items.go_to(next(view.id for view in views if view.state is ItemState.OPEN and not view.item.killer))
        here = items.item
        assert here is not None
        await pilot.press("space", "q")
        await settle(pilot)
        assert app.workspace.run.view_of(here.id).state is ItemState.OPEN  # type: ignore[union-attr]
        await pilot.press("t")
        await until(pilot, lambda: app.workspace.run.view_of(here.id).state is ItemState.DONE)  # type: ignore[union-attr]
        await pilot.press("f1")
        await settle(pilot)
        told = "\n".join(lines(app))
        assert "t        Tick the item" in told
        await pilot.press("i")
        await settle(pilot)
        assert "t        checklist.tick" in "\n".join(lines(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.flight)
        await pilot.press("B")  # a command of the palette has got a key
        await settle(pilot)
        assert "Freeze" in "\n".join(lines(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.flight)
        await pilot.press("colon", *"tick")
        await until(pilot, lambda: any("t \u00b7 Checklist" in line for line in lines(app)))


async def test_keys_that_look_like_markup_are_shown_as_they_are(look: Look) -> None:
    app = look("calm").app(preferences=chosen(everywhere__abnormal="left_square_bracket B right_square_bracket"))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("colon")
        await until(pilot, lambda: any("abnormal  ([ B ])" in line for line in lines(app)))
        await pilot.press(*"abnormal")
        await until(pilot, lambda: any("[ B ] \u00b7 " in line for line in lines(app)))


async def test_mistakes_are_told_once_at_the_start(look: Look) -> None:
    app = look("calm").app(preferences=chosen(checklist__tock="t"))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, lambda: any("/k.yaml:1:1: no command is" in line for line in lines(app)))
        assert len(app._notifications) == 1

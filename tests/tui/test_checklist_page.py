"""Flying the checklist by keys: what a key does, what it refuses, and what it leaves alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual import events
from textual.command import CommandList
from textual.pilot import Pilot
from textual.widgets import Button, Input

from cockpit.release.item_state import ItemState
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import ConfirmDialog, WaiverDialog
from cockpit.tui.dialogs.help import HelpDialog
from cockpit.tui.dialogs.item import ItemDialog
from cockpit.tui.dialogs.poll import PollDialog
from cockpit.tui.pages.checklist import ChecklistPage
from cockpit.tui.palette import Palette
from cockpit.tui.screens.flight import FlightScreen
from cockpit.tui.widgets.checklist import ItemList, PausePoint
from cockpit.tui.widgets.log_tail import LogTail
from tests.tui import moments
from tests.tui.moments import BACKUP, FLOWS, LOGS, NOTIFY, RATES, TIMES, VERIFY
from tests.tui.painted import lines, settle, text_in, text_of, until
from tests.tui.scenes import Scene


@asynccontextmanager
async def flown(scene: Scene, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[CockpitApp, Pilot[int]]]:
    app = scene.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await settle(pilot)
        yield app, pilot


def items(app: CockpitApp) -> ItemList:
    return app.screen_stack[0].query_one(ItemList)


def listed(app: CockpitApp) -> list[str]:
    return [row.id for row in items(app).rows if hasattr(row, "id")]


def on_item(app: CockpitApp, item: str) -> None:
    assert items(app).go_to(item)


def told(app: CockpitApp) -> str:
    return "\n".join(notification.message for notification in app._notifications)


async def type_in(pilot: Pilot[int], text: str) -> None:
    await pilot.press(*("space" if letter == " " else letter for letter in text))


async def test_space_ticks_a_plain_item_and_a_second_tick_is_refused_with_a_reason(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        await pilot.press("space")
        await until(pilot, lambda: items(app).item and items(app).item.state is ItemState.DONE)  # type: ignore[union-attr]
        count = len(scene.run.records)
        await pilot.press("space")
        await until(pilot, lambda: "already done by Ana Lima, 2026-03-10 1" in told(app))
    assert scene.run.items[LOGS].state is ItemState.DONE
    assert len(scene.run.records) == count


async def test_space_on_a_killer_item_opens_it_and_ticks_nothing_by_itself(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, VERIFY)
        await pilot.press("space")
        assert isinstance(app.screen, ItemDialog)
        assert isinstance(app.focused, Input), "what is typed on belongs into the field"
        await pilot.press("enter", "enter")
        assert isinstance(app.screen, ItemDialog), "no reflex ticks it, and none closes it"
        assert "Type what you saw" in text_in(app, app.screen.region)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, FlightScreen)
        assert scene.run.items[VERIFY].state is ItemState.OPEN

        await pilot.press("space")
        assert "Tab to Tick" in text_in(app, app.screen.region)
        await type_in(pilot, "12.50 EUR seen")
        await pilot.press("tab", "tab", "tab")
        assert isinstance(app.focused, Button)
        assert app.focused.id == "tick"
        await pilot.press("space")
        await until(pilot, lambda: scene.run.items[VERIFY].state is ItemState.DONE)
    assert scene.run.items[VERIFY].detail == "12.50 EUR seen"


@pytest.mark.parametrize(
    ("key", "state"), [("d", ItemState.DEFERRED), ("x", ItemState.NA), ("o", ItemState.OVERRIDDEN)]
)
async def test_what_lets_an_item_through_asks_for_the_reason_and_records_it(
    key: str, state: ItemState, scene: Scene
) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, TIMES)
        await pilot.press(key)
        assert isinstance(app.screen, WaiverDialog)
        await pilot.press("enter")
        assert isinstance(app.screen, WaiverDialog), "an empty reason is none"
        await type_in(pilot, "the vendor said so")
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.items[TIMES].state is state)
    assert scene.run.items[TIMES].detail == "the vendor said so"


async def test_leaving_the_field_records_nothing(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, TIMES)
        before = len(scene.run.records)
        for key in ("d", "x", "o", "i"):
            await pilot.press(key, *"half", "escape")
            await settle(pilot)
            assert isinstance(app.screen, FlightScreen)
    assert len(scene.run.records) == before


async def test_a_note_is_written_on_the_item_under_the_cursor(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, TIMES)
        await pilot.press("i")
        await type_in(pilot, "p95 is 240 ms")
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.items[TIMES].notes)
    assert scene.run.items[TIMES].notes[0].text == "p95 is 240 ms"


async def test_the_filter_lists_what_matches_inverts_and_is_cleared(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        everything = listed(app)
        await pilot.press("slash")
        await type_in(pilot, "deferred")
        assert listed(app) == [RATES]
        await pilot.press("enter")
        assert app.focused is items(app)
        assert "deferred" in text_of(app, "#filter")
        await pilot.press("slash", "home", "exclamation_mark")
        await settle(pilot)
        assert listed(app) == [item for item in everything if item != RATES]
        await pilot.press("escape")
        await settle(pilot)
        assert listed(app) == everything
        assert not app.screen.query_one("#filter").display
        assert app.focused is items(app)


async def test_arrows_change_the_phase_and_stop_at_the_ends(scene: Scene) -> None:
    async with flown(scene, size=(80, 30)) as (app, pilot):
        seen = []
        for key in ("right", "right", "right", "left", "left", "left", "left", "left"):
            await pilot.press(key)
            seen.append(text_of(app, "#items-title")[3])
        assert "".join(seen) == "45543211"


async def test_in_another_phase_the_cursor_is_on_what_is_open(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, listed(app)[-1])
        await pilot.press("left", "right")
        await settle(pilot)
        view = items(app).item
        assert view is not None
        assert view.state is not ItemState.DONE
        waiting = [row for row in listed(app) if scene.run.items[row].state in {ItemState.OPEN, ItemState.CLAIMED}]
        assert listed(app).index(view.id) <= listed(app).index(waiting[0])


async def test_the_dot_goes_to_the_next_open_item_also_in_a_later_phase_and_around(scene: Scene) -> None:
    async with flown(scene, size=(80, 30)) as (app, pilot):
        on_item(app, VERIFY)
        await pilot.press("full_stop")
        assert items(app).item is not None
        assert items(app).item.id == LOGS  # type: ignore[union-attr]
        on_item(app, listed(app)[-1])
        await pilot.press("full_stop")
        assert text_of(app, "#items-title").startswith("── 4 ")
        await pilot.press("right")
        await settle(pilot)
        on_item(app, listed(app)[-1])
        await pilot.press("full_stop")
        assert items(app).item.id == VERIFY  # type: ignore[union-attr]


async def test_mine_lists_what_i_wrote_and_all_again(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        everything = listed(app)
        await pilot.press("m")
        mine = listed(app)
        assert BACKUP in mine
        assert NOTIFY not in mine, "it is Ben's"
        assert FLOWS not in mine
        await pilot.press("m")
        assert listed(app) == everything


async def test_undo_shows_the_record_first_and_only_reverses_it_on_yes(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("u")
        assert isinstance(app.screen, ConfirmDialog)
        assert "deferred Monitor error rates" in text_in(app, app.screen.region)
        await pilot.press("enter")
        await settle(pilot)
        assert scene.run.items[RATES].state is ItemState.DEFERRED, "the focus starts on Cancel"
        await pilot.press("u", "right", "enter")
        await until(pilot, lambda: scene.run.items[RATES].state is ItemState.OPEN)
        # The screen must have heard of the undo before it can show what comes back.
        await until(pilot, lambda: app.run_now is not None and app.run_now.items[RATES].state is ItemState.OPEN)
        await pilot.press("U")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        assert "deferred Monitor error rates" in text_in(app, app.screen.region)
        await pilot.press("right", "enter")
        await until(pilot, lambda: scene.run.items[RATES].state is ItemState.DEFERRED)
        await pilot.press("U")
        await until(pilot, lambda: "nothing to redo" in str([toast.message for toast in app._notifications]))


async def test_claiming_and_letting_go(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        await pilot.press("c")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.CLAIMED)
        await until(pilot, lambda: "CLAIMED" in text_of(app, "#items"))
        await pilot.press("c")
        await until(pilot, lambda: scene.run.items[LOGS].state is ItemState.OPEN)


async def test_what_a_colleague_writes_comes_to_the_screen(scene: Scene) -> None:
    ben = scene.colleague()
    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        from cockpit.release.intents import TickItem

        ben.act(TickItem(LOGS))
        scene.session.poll()
        await until(pilot, lambda: items(app).item and items(app).item.state is ItemState.DONE)  # type: ignore[union-attr]
        assert "Ben Okafor" in text_of(app, "#item-detail")


async def test_help_lists_the_keys_of_what_has_the_focus(scene: Scene) -> None:
    async with flown(scene, size=(120, 100)) as (app, pilot):
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpDialog)
        shown = text_in(app, app.screen.region)
        assert "Tick the item" in shown
        assert "Go to the next error" not in shown
        await pilot.press("escape", "2")
        await settle(pilot)
        assert isinstance(app.focused, LogTail)
        await pilot.press("question_mark")
        shown = text_in(app, app.screen.region)
        assert "Go to the next error" in shown
        assert "Tick the item" not in shown


async def test_the_palette_can_be_paged_through_in_the_least_of_windows(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("colon")
        found = app.screen.query_one(CommandList)
        await until(pilot, lambda: found.option_count)
        await pilot.resize_terminal(1, 1)
        await pilot.pause()
        found.clear_options()
        found.add_options(["one", "two"])
        for key in ("pageup", "pagedown"):
            await pilot.press(key)
        assert isinstance(app.screen, Palette)


async def test_the_palette_finds_a_command_and_carries_it_out(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        await pilot.press("colon")
        await type_in(pilot, "claim")
        await until(pilot, lambda: "Say that you are on it" in text_in(app, app.screen.region))
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.items[LOGS].claimed_by is not None)


async def test_single_keys_are_inert_in_text_fields(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        before = len(scene.run.records)
        for opener in ("slash", "d"):
            on_item(app, LOGS)
            await pilot.press(opener)
            await type_in(pilot, "ucdxoq18.:?! R+-")
            await settle(pilot)
            assert (
                app.screen.query_one("#filter" if opener == "slash" else ".dialog-input", Input).value
                == "ucdxoq18.:?! R+-"
            )
            assert len(app.screen_stack) == (1 if opener == "slash" else 2)
            await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, FlightScreen)
        assert app.screen.page.id == "checklist"
    assert len(scene.run.records) == before


async def test_what_is_pasted_outside_a_field_does_nothing(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        before = len(scene.run.records)
        for page in ("1", "2", "3", "4", "5", "8"):
            await pilot.press(page)
            await settle(pilot)
            focused = app.focused
            app.post_message(events.Paste("q\nd x o u\n:?1\x1b"))
            await settle(pilot)
            assert len(app.screen_stack) == 1, page
            assert app.focused is focused, page
    assert len(scene.run.records) == before


async def test_the_item_keys_do_not_reach_the_list_from_a_log_beside_it(scene: Scene) -> None:
    async with flown(scene, size=(200, 50)) as (app, pilot):
        on_item(app, LOGS)
        before = len(scene.run.records)
        app.screen.query_one(ChecklistPage).query(LogTail).first().focus()
        await pilot.press("space", "c", "d", "x", "o")
        await settle(pilot)
        assert isinstance(app.screen, FlightScreen)
    assert len(scene.run.records) == before


async def test_ctrl_c_ends_nothing_and_q_asks_first(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("ctrl+c")
        await until(pilot, lambda: "q leaves the cockpit" in told(app))
        await pilot.press("q", "enter")
        await settle(pilot)
        assert app.is_running
        await pilot.press("q", "right", "enter")
        await pilot.pause()
    assert app.return_code == 0


async def test_escape_never_leaves_and_always_ends_at_the_list(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("3", "escape", "escape", "1", "tab", "escape", "escape")
        await settle(pilot)
        assert app.is_running
        assert app.focused is items(app)


async def test_a_read_only_cockpit_refuses_every_write(scene: Scene) -> None:
    scene.session.readonly = True
    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        before = len(scene.run.records)
        await pilot.press("space")
        await until(pilot, lambda: "read-only" in told(app))
    assert len(scene.run.records) == before


async def test_enter_on_the_pause_point_opens_the_poll_with_every_reason(look: Callable[[str], Scene]) -> None:
    app = look("red").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        line = text_of(app, "#pause-point")
        assert "NO-GO" in line
        assert "a rollback is stopped, checkout is down +10 more" in line, "the gravest, as many as there is room for"
        await pilot.press("tab")
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, PollDialog)
        said = "\n".join(lines(app))
        for why in ("errors: contested", "payment processing: open", "checkout is down", "a rollback is stopped"):
            assert why in said
        await pilot.press(*"jjjjj", "enter")
        await settle(pilot)
        item = app.screen.query_one(ItemList).item
        assert item is not None
        assert item.item.text == "Verify payment processing"
        assert app.screen.query_one(ItemList).has_focus
        await pilot.press("P", "j", "enter")
        await settle(pilot)
        assert app.screen.query_one("#probes").display


async def test_what_a_tail_counts_is_counted_by_the_apps_clock(look: Callable[[str], Scene]) -> None:
    app = look("calm").app()
    async with app.run_test(size=(200, 50)) as pilot:
        await settle(pilot)
        assert " 1 errors/min" in text_of(app, "#tails")


async def test_a_zoomed_pane_hides_neither_place_nor_alarm(scene: Scene) -> None:
    scene.live = moments.live(moments.RED)
    async with flown(scene) as (app, pilot):
        await until(pilot, lambda: "DOWN" in text_of(app, "#banner"))
        focused = app.screen.focused
        assert focused is not None
        before = focused.region
        await pilot.press("plus")
        await until(pilot, lambda: focused.region.height > before.height)
        top = lines(app)[:2]
        assert "PROD" in top[0]
        assert "DOWN" in top[1]
        assert "help" in lines(app)[-1]
        assert focused.region.bottom <= app.size.height - 1
        assert focused.region.y >= 2


async def test_a_page_key_leaves_the_zoom_so_that_keys_act_on_what_is_seen(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("plus")
        await until(pilot, lambda: app.screen.maximized is not None)
        await pilot.press("3")
        await until(pilot, lambda: app.screen.query_one("#all-probes-title").region.height == 1)
        assert app.screen.maximized is None


async def test_a_line_of_its_own_is_not_zoomed_into_an_empty_screen(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        app.screen.query_one(PausePoint).focus()
        await pilot.press("plus")
        await until(pilot, lambda: "no more of it" in str([toast.message for toast in app._notifications]))
        assert app.screen.maximized is None
        assert app.screen.query_one("#items").region.height > 3

from __future__ import annotations

import re
import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.style import Style
from textual.app import ComposeResult
from textual.events import MouseScrollUp

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.classify import Classifier
from cockpit.logs.follow import FollowState
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.log_status import LogStatus
from cockpit.tui.widgets.log_view import LogView
from tests.tui.painted import until

SIZE = (60, 12)  # ten rows within the border
HEIGHT = 10
LEVELS = ("INFO", "DEBUG", "WARNING", "INFO", "ERROR")
HOSTILE = [
    "\x1b]2;title\x07 \x1b]52;c;aGk=\x07 \x1b[31mred\x1b[0m",
    "C1 \x9b31m \x90 \x85 and NUL \x00 and bell \x07",
    "bidi \u202e\u2066 marks \u200f and lines \u2028\u2029 and BOM \ufeff",
    "[/nope] [bold]markup[/] [@click=app.quit]press[/] $error",
    "tab\there, CR\rhere, surrogate \udc80",
    "x" * 1_000_000,
]
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


class LogApp(ThemedApp):
    def __init__(self, view: LogView) -> None:
        super().__init__()
        self.view = view
        self.told: list[LogStatus] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_log_status(self, message: LogStatus) -> None:
        self.told.append(message)


def lines(start: int, end: int) -> list[str]:
    """One line a second; every fifth is an error: 4, 9, 14."""
    return [
        f"2026-07-01 12:{number // 60:02}:{number % 60:02},000 {LEVELS[number % 5]} shop: line {number}"
        for number in range(start, end)
    ]


def feed(buffer: LogBuffer, texts: list[str]) -> None:
    classifier = Classifier("app", clock=lambda: 0.0)
    buffer.append([classifier.classify(text) for text in texts])


def filled(count: int) -> LogView:
    buffer = LogBuffer()
    feed(buffer, lines(0, count))
    return LogView("app", buffer=buffer)


def drawn(view: LogView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(HEIGHT)]


def numbers(view: LogView) -> list[int]:
    """The numbers of the lines on the screen."""
    return [int(text.rsplit(" ", 1)[1]) for text in drawn(view) if " line " in text]


def subtitle(view: LogView) -> str:
    return str(view.border_subtitle or "")


async def test_it_follows_the_end_and_shows_time_level_and_message() -> None:
    view = filled(30)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        assert numbers(view) == list(range(20, 30))
        assert drawn(view)[-5:] == [
            " 12:00:25 INFO  shop: line 25",
            " 12:00:26 DEBUG shop: line 26",
            " 12:00:27 WARN  shop: line 27",
            " 12:00:28 INFO  shop: line 28",
            "!12:00:29 ERROR shop: line 29",
        ]
        feed(view.buffer, lines(30, 33))
        view.show_news()
        await pilot.pause()
        assert numbers(view) == list(range(23, 33))
        assert subtitle(view) == ""


async def test_times_are_in_the_zone_given() -> None:
    buffer = LogBuffer()
    feed(buffer, lines(0, 1))
    view = LogView("app", buffer=buffer, timezone=ZoneInfo("Asia/Kolkata"))
    async with LogApp(view).run_test(size=SIZE):
        assert drawn(view)[0].startswith(" 17:30:00 INFO")


async def test_scrolling_up_pauses_and_the_end_follows_again() -> None:
    view = filled(30)
    app = LogApp(view)
    async with app.run_test(size=SIZE) as pilot:
        view.focus()
        await pilot.press("up")
        assert not view.follow
        assert numbers(view) == list(range(19, 29))
        assert subtitle(view) == "paused"
        feed(view.buffer, lines(30, 37))
        view.show_news()
        await pilot.pause()
        assert numbers(view) == list(range(19, 29))
        assert subtitle(view) == "7 new"
        assert (app.told[-1].follow, app.told[-1].new, app.told[-1].name) == (False, 7, "app")
        await pilot.press("end")
        await pilot.pause()
        assert view.follow
        assert numbers(view) == list(range(27, 37))
        assert subtitle(view) == ""
        await pilot.pause()
        assert (app.told[-1].follow, app.told[-1].new) == (True, 0)


async def test_reaching_the_end_by_scrolling_follows_again() -> None:
    view = filled(40)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        view.focus()
        await pilot.press("pageup", "pageup")
        assert (view.follow, numbers(view)[0]) == (False, 10)
        await pilot.press("pagedown")
        assert not view.follow
        await pilot.press("pagedown")
        assert view.follow
        await pilot.press("home")
        assert (view.follow, numbers(view)[0]) == (False, 0)


async def test_the_wheel_pauses_too() -> None:
    view = filled(40)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        view.post_message(MouseScrollUp(view, 5, 5, 0, -1, 0, False, False, False))
        await until(pilot, lambda: not view.follow)
        assert numbers(view)[-1] < 39


async def test_follow_is_toggled_where_one_stands() -> None:
    view = filled(30)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        view.action_toggle_follow()
        feed(view.buffer, lines(30, 32))
        view.show_news()
        await pilot.pause()
        assert (view.follow, numbers(view)[-1], subtitle(view)) == (False, 29, "2 new")
        view.action_toggle_follow()
        await pilot.pause()
        assert (view.follow, numbers(view)[-1], subtitle(view)) == (True, 31, "")


async def test_a_growing_or_shrinking_pane_does_not_pause() -> None:
    view = filled(40)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        await pilot.resize_terminal(60, 30)
        await pilot.pause()
        assert view.follow
        await pilot.resize_terminal(60, 8)
        await pilot.pause()
        assert view.follow
        assert view.render_line(5).text.rstrip().endswith("line 39")


async def test_a_reader_stays_with_the_lines_while_old_ones_are_dropped() -> None:
    view = LogView("app", buffer=LogBuffer(capacity=50))
    async with LogApp(view).run_test(size=SIZE) as pilot:
        feed(view.buffer, lines(0, 50))
        view.show_news()
        view.action_page_up()
        await pilot.pause()
        assert numbers(view) == list(range(30, 40))
        feed(view.buffer, lines(50, 60))
        view.show_news()
        await pilot.pause()
        assert view.buffer.extent.first == 10
        assert numbers(view) == list(range(30, 40))
        feed(view.buffer, lines(60, 200))
        assert drawn(view) == [""] * HEIGHT  # dropped, and not yet told
        view.show_news()
        await pilot.pause()
        assert numbers(view) == list(range(150, 160))


async def test_errors_are_jumped_to_and_marked() -> None:
    view = filled(100)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        view.action_previous_error()
        await pilot.pause()
        marked = [text for text in drawn(view) if text.startswith(">")]
        assert marked == [">12:01:39 ERROR shop: line 99"]
        assert not view.follow
        view.action_previous_error()
        view.action_previous_error()
        await pilot.pause()
        assert [text for text in drawn(view) if text.startswith(">")] == [">12:01:29 ERROR shop: line 89"]
        view.action_next_error()
        await pilot.pause()
        assert [text for text in drawn(view) if text.startswith(">")] == [">12:01:34 ERROR shop: line 94"]
        view.action_scroll_home()
        view.action_next_error()
        await pilot.pause()
        assert [text for text in drawn(view) if text.startswith(">")] == [">12:00:04 ERROR shop: line 4"]
        view.action_previous_error()
        await pilot.pause()
        assert subtitle(view) == "no earlier error · paused"
        view.action_scroll_end()
        view.action_previous_error()
        await pilot.pause()
        assert drawn(view)[-1].startswith(">")
        view.action_scroll_end()
        await pilot.pause()
        assert drawn(view)[-1].startswith("!")


async def test_a_filter_shows_what_matches_and_clears() -> None:
    view = filled(100)
    app = LogApp(view)
    async with app.run_test(size=SIZE) as pilot:
        view.apply_filter("error")
        await until(pilot, lambda: numbers(view) == list(range(54, 100, 5)))
        assert app.told[-1].filter == "error"
        assert view.follow
        feed(view.buffer, lines(100, 110))
        view.show_news()
        await pilot.pause()
        assert numbers(view)[-2:] == [104, 109]
        view.apply_filter("!line [0-9]$")
        await until(pilot, lambda: numbers(view)[-1] == 109)
        view.apply_filter("nowhere [")
        await until(pilot, lambda: drawn(view)[0].startswith("none of 110 lines matches nowhere ["))
        view.apply_filter("")
        await until(pilot, lambda: numbers(view) == list(range(100, 110)))
        assert app.told[-1].filter == ""


async def test_a_reader_stays_near_the_line_while_the_filter_changes() -> None:
    view = filled(100)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        view.action_page_up()
        view.action_page_up()
        view.action_page_up()
        assert numbers(view)[0] == 60
        view.apply_filter("!ERROR")
        await until(pilot, lambda: 64 not in numbers(view))
        assert (view.follow, numbers(view)[0], subtitle(view)) == (False, 60, "paused")
        view.apply_filter("")
        await until(pilot, lambda: 64 in numbers(view))
        assert numbers(view)[0] == 60


async def test_long_lines_are_scrolled_sideways() -> None:
    buffer = LogBuffer()
    feed(buffer, [f"2026-07-01 12:00:00,000 INFO shop: {'x' * 100} the end"])
    view = LogView("app", buffer=buffer)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert "the end" not in drawn(view)[0]
        view.scroll_to(x=999, animate=False)
        await pilot.pause()
        assert drawn(view)[0].endswith("x the end")


async def test_the_filter_typed_last_wins() -> None:
    view = filled(5_000)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        for typed in ("e", "er", "err", "erro", "error", "line 42$"):
            view.apply_filter(typed)
        await pilot.app.workers.wait_for_complete()
        await until(pilot, lambda: numbers(view) == [42])


def colours(view: LogView, y: int) -> set[tuple[str, str]]:
    styles = [segment.style for segment in view.render_line(y) if isinstance(segment.style, Style) and segment.text]
    return {(str(style.color and style.color.name), str(style.bgcolor and style.bgcolor.name)) for style in styles}


async def test_errors_stand_on_a_ground_of_their_own() -> None:
    view = filled(30)
    async with LogApp(view).run_test(size=SIZE):
        grounds = [{ground for _, ground in colours(view, y)} for y in range(5, 10)]
        assert grounds[0] == grounds[1] == grounds[2] == grounds[3]
        assert not grounds[3] & grounds[4]
        texts = [{text for text, _ in colours(view, y)} for y in range(5, 8)]
        assert texts[0] != texts[1] != texts[2] != texts[0]


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_hostile_text_is_shown_and_obeyed_by_nobody(ascii_only: bool) -> None:
    buffer = LogBuffer()
    feed(buffer, HOSTILE)
    feed(buffer, [f"2026-07-01 12:00:00,000 ERROR shop: {text}" for text in HOSTILE])
    feed(buffer, [f"Traceback (most recent call last):\n  {text}" for text in HOSTILE])
    feed(buffer, [*HOSTILE, *lines(0, 1)])
    view = LogView("app", buffer=buffer, ascii_only=ascii_only)
    async with LogApp(view).run_test(size=(60, 40)) as pilot:
        for x in (0, 30, 4000):
            view.scroll_to(x=x, y=0, animate=False, force=True)
            await pilot.pause()
            texts = [view.render_line(y).text for y in range(38)]
            for strip in pilot.app.screen._compositor.render_strips():
                assert not CONTROL.search(strip.text)
            for text in texts:
                assert not CONTROL.search(text)
                assert len(text) <= 60
        view.scroll_to(x=0, y=0, animate=False)
        whole = "\n".join(view.render_line(y).text for y in range(38))
        assert "[/nope] [bold]markup[/] [@click=app.quit]press[/]" in whole
        assert ("\\e]52;c;aGk=" if ascii_only else "␛]52;c;aGk=") in whole
        assert "line 0" in whole
        view.apply_filter("[/nope]\x1b]52;c;x\x07")
        await until(pilot, lambda: "none of" in view.render_line(0).text)
        assert not CONTROL.search(view.render_line(0).text)
        assert pilot.app.is_running


async def test_a_file_is_waited_for_and_followed(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    view = LogView("app", path, clock=lambda: 1_000_000.0)
    app = LogApp(view)
    async with app.run_test(size=(200, 12)) as pilot:
        await until(pilot, lambda: drawn(view)[0] == f"waiting for {path}: does not exist yet")
        assert subtitle(view) == "waiting"
        path.touch()
        await until(pilot, lambda: drawn(view)[0] == f"{path} is empty so far")
        with path.open("a") as file:
            file.write("\n".join(lines(0, 20)) + "\nbegun")
        await until(pilot, lambda: numbers(view) == list(range(10, 20)))
        await until(pilot, lambda: bool(app.told) and app.told[-1].counts.lines == 20)
        assert app.told[-1].counts.levels["error"] == 4
        assert app.told[-1].state is FollowState.FOLLOWING
        assert subtitle(view) == ""
        path.rename(tmp_path / "app.log.1")
        path.write_text("\n".join(lines(20, 25)) + "\n")
        await until(pilot, lambda: numbers(view)[-1] == 24)
        assert "begun" in [text.strip() for text in drawn(view)]
        path.unlink()
        await until(pilot, lambda: subtitle(view) == "waiting")
        assert numbers(view)[-1] == 24


async def test_a_wide_file_that_is_gone_is_waited_for_too(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("\n".join(lines(0, 3)) + "\n", encoding="utf-16")
    view = LogView("app", path, clock=lambda: 1_000_000.0)
    app = LogApp(view)
    async with app.run_test(size=(200, 12)) as pilot:
        await until(pilot, lambda: numbers(view) == [0, 1, 2])
        path.unlink()
        await until(pilot, lambda: subtitle(view) == "waiting")
        assert app.told[-1].reason == "is gone, and will be read when it comes back"
        path.write_text("\n".join(lines(3, 5)) + "\n", encoding="utf-16")
        await until(pilot, lambda: numbers(view) == [0, 1, 2, 3, 4] and subtitle(view) == "")


async def test_its_thread_ends_with_it(tmp_path: Path) -> None:
    view = LogView("ending", tmp_path / "app.log")
    async with LogApp(view).run_test(size=SIZE):
        (thread,) = (thread for thread in threading.enumerate() if thread.name == "log ending")
    thread.join(10)
    assert not thread.is_alive()


async def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    view = LogView("app", tmp_path)
    async with LogApp(view).run_test(size=(200, 12)) as pilot:
        await until(pilot, lambda: drawn(view)[0] == f"{tmp_path} cannot be read: not a regular file")


async def test_a_flood_is_taken_in_few_repaints(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.touch()
    syncs = 0

    class Counting(LogView):
        def show_news(self) -> None:
            nonlocal syncs
            syncs += 1
            super().show_news()

    view = Counting("app", path)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        await until(pilot, lambda: view.status.state is FollowState.FOLLOWING)
        with path.open("a") as file:
            for start in range(0, 20_000, 100):
                file.write("\n".join(lines(start, start + 100)) + "\n")
        await until(pilot, lambda: bool(numbers(view)) and numbers(view)[-1] == 19_999)
        assert syncs < 60


async def test_in_a_flood_nothing_is_read_back_only_to_be_thrown_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.logs.flood.FLOOD_SECONDS", 3600.0)
    path = tmp_path / "app.log"
    path.touch()
    under_way: list[str] = []

    class Watched(LogView):
        def show_news(self) -> None:
            super().show_news()
            under_way.append(self.progress)

    view = Watched("app", path)
    async with LogApp(view).run_test(size=(60, 40)) as pilot:
        await until(pilot, lambda: view.status.state is FollowState.FOLLOWING)
        with path.open("a") as file:
            file.write("\n".join(lines(0, 20_000)) + "\n")
        await until(pilot, lambda: "line 19999" in view.render_line(view.height - 1).text)
        view.show_news()
        assert set(under_way) == {""}

        def gone_back() -> bool:
            view.action_page_up()
            return numbers(view)[0] < 19_800

        await until(pilot, gone_back)  # whoever goes back is taken back all the same


async def test_rows_that_went_by_are_not_kept_and_those_in_view_are_drawn_once() -> None:
    view = filled(400)
    async with LogApp(view).run_test(size=SIZE):
        drawing = view._drawing
        found = [view.buffer.line_at(row) for row in range(400)]
        strips = [drawing.draw(*one)[0] for one in found if one is not None]
        again = [drawing.draw(*one)[0] for one in found[-HEIGHT:] if one is not None]
        assert all(first is second for first, second in zip(strips[-HEIGHT:], again, strict=True))
        kept = [drawing.draw(*one)[0] is strip for one, strip in zip(found, strips, strict=True) if one is not None]
        assert not any(kept[: -4 * HEIGHT])


def long_lines(count: int, *, width: int = 150) -> list[str]:
    return [
        f"2026-07-01 12:{number // 60:02}:{number % 60:02},000 INFO line {number} " + "abcdefghij" * (width // 10)
        for number in range(count)
    ]


async def test_long_lines_are_folded_and_none_of_their_text_is_lost() -> None:
    buffer = LogBuffer()
    feed(buffer, ["2026-07-01 12:00:00,000 INFO shop: " + "0123456789" * 12, "short", "製" * 70])
    view = LogView("app", buffer=buffer)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        view.action_toggle_wrap()
        await pilot.pause()
        rows = drawn(view)
        assert rows[0].startswith(" 12:00:00 INFO  shop: 0123")
        assert all(row.startswith(" " * 16) for row in rows[1:3])
        assert "".join(row[16:] for row in rows[:4]) == "shop: " + "0123456789" * 12
        assert rows[4].strip() == "short"
        assert "".join(row.strip() for row in rows[5:]) == "製" * 70
        assert all(view.render_line(y).cell_length == view.scrollable_content_region.width for y in range(HEIGHT))
        view.action_toggle_wrap()
        await pilot.pause()
        assert [row[:10].strip() for row in drawn(view)[:3]] == ["12:00:00", "short", "製製製製製製製製製"]


async def test_the_end_of_a_folded_log_is_followed_and_can_be_left_and_found_again() -> None:
    buffer = LogBuffer()
    feed(buffer, long_lines(40))
    view = LogView("app", buffer=buffer)
    app = LogApp(view)
    async with app.run_test(size=SIZE) as pilot:
        view.focus()
        view.action_toggle_wrap()
        await pilot.pause()
        assert app.told[-1].folds
        assert "line 39 " in "".join(drawn(view))
        feed(view.buffer, ["the newest " + "y" * 100])
        view.show_news()
        await pilot.pause()
        assert drawn(view)[-1].endswith("yyy")
        await pilot.press("up")
        assert not view.follow
        before = drawn(view)
        feed(view.buffer, long_lines(5))
        view.show_news()
        await pilot.pause()
        assert drawn(view) == before
        await pilot.press("end")
        await pilot.pause()
        assert view.follow
        assert "line 4 " in "".join(drawn(view))


async def test_folding_keeps_the_line_at_the_top_and_so_does_another_width() -> None:
    buffer = LogBuffer()
    feed(buffer, long_lines(60))
    view = LogView("app", buffer=buffer)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        view.focus()
        await pilot.press("home")
        for _ in range(7):
            await pilot.press("down")
        for size in (SIZE, (100, 12), (30, 12)):
            if not view.folds:
                view.action_toggle_wrap()
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert "line 7 " in "".join(drawn(view)[:2])
        view.action_toggle_wrap()
        await pilot.pause()
        assert "line 7 " in drawn(view)[0]


async def test_an_error_in_a_folded_log_is_jumped_to() -> None:
    buffer = LogBuffer()
    feed(buffer, [*long_lines(30), "2026-07-01 12:01:00,000 ERROR here " + "z" * 90, *long_lines(30)])
    view = LogView("app", buffer=buffer)
    async with LogApp(view).run_test(size=SIZE) as pilot:
        view.action_toggle_wrap()
        await pilot.pause()
        view.action_previous_error()
        await pilot.pause()
        rows = drawn(view)
        assert [row for row in rows if row.startswith(">")] == [rows[3]]
        assert "ERROR here" in rows[3]


async def test_a_pattern_that_would_never_end_is_said_to_and_hides_nothing() -> None:
    buffer = LogBuffer()
    feed(buffer, ["short", "a" * 4000 + "b"])
    view = LogView("app", buffer=buffer)
    app = LogApp(view)
    async with app.run_test(size=SIZE) as pilot:
        view.apply_filter("(a+)+$")
        await until(pilot, lambda: any(told.too_slow for told in app.told))
        assert drawn(view)[0].strip() == "short"
        view.apply_filter("shor")
        await until(pilot, lambda: app.told[-1].filter == "shor")
        assert app.told[-1].too_slow is None

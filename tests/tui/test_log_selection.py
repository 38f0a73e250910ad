"""What is selected in a log and copied, as one sees it: it stands out, and stays selected while the log moves on."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.follow import FollowState
from cockpit.logs.line import Level, LogLine
from cockpit.logs.match import TextFilter
from cockpit.logs.reader import FIRST_LINES, LogReader
from cockpit.tui.log_app import LogApp
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.log_tail import LogTail
from cockpit.tui.widgets.log_view import LogView
from tests.tui.painted import until

pytestmark = pytest.mark.full
SIZE = (70, 14)
LINES = 3_000


def text_of(number: int) -> str:
    return f"{'ERROR' if number == LINES - 4 else 'INFO'} line {number}"


def texts(*numbers: int) -> str:
    return "\n".join(text_of(number) for number in numbers)


def write(path: Path, *lines: str, mode: str = "wb") -> None:
    with path.open(mode, buffering=0) as file:
        file.write("".join(line + "\n" for line in lines).encode())


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    path = tmp_path / "app.log"
    write(path, *(text_of(number) for number in range(LINES)))
    return path


def app_of(path: Path, *, capacity: int = 20_000) -> LogApp:
    return LogApp([("app", path)], reader=LogReader("app", path, buffer=LogBuffer(capacity), first=FIRST_LINES))


async def stopped_before_a_burst(pilot: Pilot[int], tail: LogTail, path: Path, count: int) -> None:
    """Stop at the end, and let more lines come at once than are held beside what one looks at."""
    await at_the_end(pilot, tail)
    await pilot.press("f")
    write(path, *(text_of(LINES + number) for number in range(count)), mode="ab")
    await until(pilot, lambda: not tail.buffer.has_end)


class ViewApp(ThemedApp):
    def __init__(self, view: LogView) -> None:
        super().__init__()
        self.view = view

    def compose(self) -> ComposeResult:
        yield self.view


def shown(view: LogView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.height)]


def standing_out(tail: LogTail) -> list[int]:
    return [int(row.split(" line ")[1]) for row in shown(tail) if row[:1] in {"+", ">"}]


async def at_the_end(pilot: Pilot[int], tail: LogTail) -> None:
    await until(pilot, lambda: tail.buffer.extent.lines >= 1_000 and shown(tail)[-1].endswith(f"line {LINES - 1}"))


async def copied(pilot: Pilot[int], app: LogApp) -> str:
    """What `y` sends to the clipboard."""
    app._clipboard = "nothing was sent"
    await pilot.press("y")
    await until(pilot, lambda: all(worker.is_finished for worker in app.workers))
    return app.clipboard


async def test_selecting_down_to_the_last_line_keeps_what_is_selected(path: Path) -> None:
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await at_the_end(pilot, tail)
        await pilot.press("up", "up", "up", "J", "J", "J", "J")
        numbers = [LINES - 4, LINES - 3, LINES - 2, LINES - 1]
        assert standing_out(tail) == numbers
        assert await copied(pilot, app) == texts(*numbers)
        assert not tail.follow
        await pilot.press("K")
        assert await copied(pilot, app) == texts(*numbers[:-1])


async def test_a_line_that_the_filter_hides_is_not_pointed_at(path: Path) -> None:
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await at_the_end(pilot, tail)
        await pilot.press("e")
        assert standing_out(tail) == [LINES - 4]
        tail.apply_filter("!ERROR")
        await until(pilot, lambda: "ERROR" not in "".join(shown(tail)))
        assert await copied(pilot, app) == texts(LINES - 1)
        await pilot.press("K")
        assert standing_out(tail) == [LINES - 2, LINES - 1]
        assert await copied(pilot, app) == texts(LINES - 2, LINES - 1)


async def test_what_the_filter_hides_of_a_selection_is_not_copied_and_no_other_line_instead(path: Path) -> None:
    write(path, *(text_of(number) for number in range(LINES - 20, LINES)))
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await until(pilot, lambda: shown(tail)[-1].endswith(f"line {LINES - 1}"))
        await pilot.press("K", "K")
        tail.apply_filter("999|95$")
        await until(pilot, lambda: len(" ".join(shown(tail)).split("line")) == 3)
        assert await copied(pilot, app) == texts(LINES - 1)
        tail.apply_filter("95$")
        await until(pilot, lambda: len(" ".join(shown(tail)).split("line")) == 2)
        assert await copied(pilot, app) == "nothing was sent"
        assert "selected" in str(tail.border_subtitle)
        tail.apply_filter("")
        await until(pilot, lambda: shown(tail)[-1].endswith(f"line {LINES - 1}"))
        assert await copied(pilot, app) == texts(LINES - 3, LINES - 2, LINES - 1)


async def test_a_selection_of_which_a_part_is_in_the_file_only_is_not_copied_in_part(path: Path) -> None:
    app = app_of(path, capacity=1_500)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await at_the_end(pilot, tail)
        await pilot.press("K", "K")
        while tail.buffer.has_end:
            await pilot.press("pageup")
        await until(pilot, lambda: not tail.progress)
        assert await copied(pilot, app) == "nothing was sent"
        assert "selected" in str(tail.border_subtitle)
        await pilot.press("escape")
        assert await copied(pilot, app) == shown(tail)[-1].replace(" INFO  ", "INFO ").strip()


async def test_empty_lines_are_counted_among_those_selected(path: Path) -> None:
    write(path, "INFO a", "", "")
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await until(pilot, lambda: tail.buffer.extent.lines == 3)
        await pilot.press("K", "K")
        assert "3 lines" in str(tail.border_subtitle)
        assert await copied(pilot, app) == "INFO a\n\n"


async def test_where_nothing_is_shown_nothing_is_sent(path: Path) -> None:
    write(path)
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.query_one(LogTail).status.state is FollowState.FOLLOWING)
        assert await copied(pilot, app) == "nothing was sent"


@pytest.mark.parametrize("key", ["pagedown", "down", "J"])
async def test_who_has_stopped_at_the_end_goes_on_from_there_after_a_burst(path: Path, key: str) -> None:
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await stopped_before_a_burst(pilot, tail, path, 5_000)
        await pilot.press(key)
        await until(pilot, lambda: tail.buffer.extent.lines > 1_200 and not tail.progress)
        assert shown(tail)[-1].endswith(f"line {LINES - 1}")
        await pilot.press(key)
        assert not shown(tail)[-1].endswith(f"line {LINES - 1}")


async def test_the_wheel_reads_on_after_a_burst_too(path: Path) -> None:
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await stopped_before_a_burst(pilot, tail, path, 5_000)
        tail.post_message(MouseScrollDown(tail, 5, 5, 0, 1, 0, False, False, False))
        await until(pilot, lambda: tail.buffer.extent.lines > 1_200 and not tail.progress)


async def test_in_a_flood_the_wheel_stops_and_leads_back(path: Path) -> None:
    app = app_of(path)
    async with app.run_test(size=(70, 40)) as pilot:
        tail = app.query_one(LogTail)
        await at_the_end(pilot, tail)
        write(path, *(text_of(LINES + number) for number in range(5_000)), mode="ab")
        await until(pilot, lambda: tail.max_scroll_y == 0 and tail.reader is not None and tail.reader.is_flooded)
        tail.post_message(MouseScrollUp(tail, 5, 5, 0, -1, 0, False, False, False))
        await until(pilot, lambda: not tail.follow and tail.max_scroll_y > 0 and not tail.progress)


async def test_in_a_flood_it_is_the_last_line_there_that_is_pointed_at(path: Path) -> None:
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await at_the_end(pilot, tail)
        end = tail.buffer.span.end
        assert end is not None
        lines = [LogLine(text, Level.INFO, None, "app", "plain", text) for text in ("INFO line 1", "INFO line 2")]
        tail.buffer.skip(500, end + 500)  # as the reader's thread does, before the screen is painted
        tail.buffer.append(lines, [end + 500, end + 600], end + 700)
        assert tail.chosen_text() == "INFO line 2"
        tail.buffer.skip(500, end + 1_000)
        tail.buffer.append(lines, [end + 1_000, end + 1_100], end + 1_200)
        tail.action_mark_line()
        assert tail.cursor.marks == [end + 1_100]
        tail.buffer.skip(500, end + 1_500)
        tail.buffer.append(lines, [end + 1_500, end + 1_600], end + 1_700)
        tail.action_select_up()
        assert tail.chosen_text() == "INFO line 1\nINFO line 2"


async def test_a_secret_that_is_masked_on_the_screen_is_not_in_what_is_copied(path: Path) -> None:
    write(path, "WARN login failed password=hunter2secret from 10.0.0.7", mode="ab")
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await until(pilot, lambda: "login failed" in shown(tail)[-1])
        assert "hunter2secret" not in shown(tail)[-1]
        assert "hunter2secret" not in tail.chosen_text()
        assert tail.chosen_text().endswith(" from 10.0.0.7")


async def test_lines_that_have_got_the_numbers_of_others_are_drawn_as_they_are() -> None:
    lines = [LogLine(f"line {number}", Level.NONE, None, "app", "plain", f"line {number}") for number in range(10)]
    buffer, sieve = LogBuffer(10), TextFilter.lenient("[0589]$")
    buffer.append(lines, range(100, 110), 110)
    view = LogView("app", buffer=buffer)
    app = ViewApp(view)
    async with app.run_test(size=SIZE):
        view.follow = False
        buffer.set_filter(sieve)
        view.show_news()
        assert [row.strip() for row in shown(view) if row] == ["line 0", "line 5", "line 8", "line 9"]
        buffer.prepend(lines[:6], range(6), 0, before=100, sieve=sieve)
        buffer.extend([lines[5], lines[8], lines[9]], [105, 108, 109], 110, after=104, sieve=sieve)
        view.show_news()
        assert [row.strip() for row in shown(view) if row][-4:] == ["line 0", "line 5", "line 8", "line 9"]


@pytest.mark.parametrize("selects", [False, True])
async def test_who_reads_on_to_the_end_of_a_burst_is_not_thrown_back(path: Path, selects: bool) -> None:
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await stopped_before_a_burst(pilot, tail, path, 700)
        if selects:
            await pilot.press("K", "K")
        tops = [0]
        while not tail.follow:
            await pilot.press("pagedown")
            await until(pilot, lambda: not tail.progress and all(worker.is_finished for worker in app.workers))
            tops.append(int(shown(tail)[0].split("line")[1]))
            if tail.buffer.has_end and selects:
                assert tail.chosen_text() == texts(LINES - 3, LINES - 2, LINES - 1)
                selects = False
        assert tops == sorted(tops)


async def test_folding_stays_where_one_looks_and_does_not_go_where_one_has_pointed(path: Path) -> None:
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await at_the_end(pilot, tail)
        await pilot.press("K", "K", "pageup", "pageup", "pageup")
        before = shown(tail)
        await pilot.press("w")
        await until(pilot, lambda: tail.folds)
        assert shown(tail) == before


async def test_where_all_that_a_filter_shows_is_in_view_page_down_leads_to_the_end_too(path: Path) -> None:
    app = app_of(path)
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await at_the_end(pilot, tail)
        tail.apply_filter("line 1[0-4]$")
        await until(pilot, lambda: tail.buffer.filter is not None)
        await pilot.press("home")
        await until(pilot, lambda: shown(tail)[0].endswith("line 10") and not tail.progress)
        assert not tail.buffer.has_end
        await pilot.press("pagedown")
        await until(pilot, lambda: tail.buffer.has_end)
        await until(pilot, lambda: shown(tail)[0].endswith("line 10") and not tail.progress)

"""`cockpit logs --view`: the newest lines on the first frame, colours, a filter, several logs as one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rich.style import Style
from textual.geometry import Region

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.reader import FIRST_LINES, LogReader
from cockpit.tui.log_app import LogApp
from cockpit.tui.widgets.log_tail import LogTail
from tests.tui.painted import until
from tests.tui.rings import holds_itself

pytestmark = pytest.mark.full
SIZE = (100, 20)


def text_of(number: int, level: str = "INFO") -> str:
    return f"2026-07-01 12:{number // 60 % 60:02}:{number % 60:02},000 {level} line {number}"


def shown(tail: LogTail) -> list[str]:
    return [tail.render_line(y).text.rstrip() for y in range(tail.height)]


async def test_the_newest_lines_are_on_the_first_frame_and_all_others_follow(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_text("".join(text_of(number, "ERROR" if number == 100 else "INFO") + "\n" for number in range(2000)))
    told = asyncio.Event()
    reader = LogReader("app.log", path, buffer=LogBuffer(), on_news=told.set, first=FIRST_LINES)
    reader.start()
    for _ in range(500):
        if reader.buffer.extent.lines:
            break
        await asyncio.sleep(0.01)
    assert reader.buffer.extent.lines == FIRST_LINES
    app = LogApp([("app.log", path)], reader=reader)
    drawn: list[list[str]] = []
    original = LogTail.render_line
    with pytest.MonkeyPatch.context() as patch:

        def draw(tail: LogTail, y: int) -> object:
            strip = original(tail, y)
            drawn.append([strip.text])
            return strip

        patch.setattr(LogTail, "render_line", draw)
        async with app.run_test(size=SIZE) as pilot:
            tail = app.query_one(LogTail)
            assert "line 1981" in drawn[0][0], "no frame before it shows anything else"
            await until(pilot, lambda: tail.buffer.extent.lines == 1000)
            assert shown(tail)[-1].endswith("line 1999")
            assert tail.status.counts.lines == 1000
            assert [line.text for line in tail.buffer.lines_between(*_rows(tail))] == [
                text_of(number) for number in range(1000, 2000)
            ]


def _rows(tail: LogTail) -> tuple[int, int]:
    extent = tail.buffer.extent
    return extent.first, extent.end


@pytest.mark.parametrize("no_color", ["", "1"])
async def test_colours_are_kept_and_nothing_hides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_color: str
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color) if no_color else monkeypatch.delenv("NO_COLOR", raising=False)
    path = tmp_path / "app.log"
    path.write_text(
        "2026-07-01 12:00:00 INFO the \x1b[1;36mcart\x1b[0m is \x1b[38;2;9;9;9mhidden\x1b[0m \x1b[4mx\x1b[0m\x1b[2J\n"
    )
    app = LogApp([("app.log", path)])
    async with app.run_test(size=SIZE) as pilot:
        tail = app.query_one(LogTail)
        await until(pilot, lambda: "the cart" in shown(tail)[0])
        assert shown(tail)[0].endswith("the cart is hidden x␛[2J")
        looks: dict[str, Style] = {}
        for segment in tail.render_line(0):
            looks.setdefault(segment.text.strip(), segment.style or Style())
        if no_color:
            assert "cart" not in looks
            return
        assert looks["cart"].bold
        assert looks["cart"].color is not None
        assert looks["cart"].color.get_truecolor().hex == "#00cdcd"
        assert looks["hidden"].color == looks["is"].color, "as dark as what it stands on"
        assert not any(style.underline for style in looks.values())
        assert tail.chosen_text() == "2026-07-01 12:00:00 INFO the cart is hidden x\x1b[2J"


async def test_a_line_as_wide_as_its_pane_leaves_nothing_to_the_garbage_collector(tmp_path: Path) -> None:
    path = tmp_path / "one.log"
    path.write_text(text_of(1) + "\n")
    app = LogApp([("one", path)])
    async with app.run_test(size=(80, 20)) as pilot:
        tail = app.query_one(LogTail)
        await until(pilot, lambda: shown(tail)[0].endswith("line 1"))
        width = tail.scrollable_content_region.width
        missing = width - len(shown(tail)[0])
        with path.open("a") as file:
            file.write(text_of(2) + "x" * missing + "\n")
        await until(pilot, lambda: len(shown(tail)[1]) == width)
        tail._drawing.forget()  # this very line has been painted already
        assert not holds_itself(tail.render_line(1))


async def test_a_log_taken_down_but_not_yet_off_the_screen_is_blank(tmp_path: Path) -> None:
    path = tmp_path / "one.log"
    path.write_text(text_of(1) + "\n")
    app = LogApp([("one", path)])
    async with app.run_test(size=(80, 20)) as pilot:
        await until(pilot, lambda: "line" in " ".join(shown(app.query_one(LogTail))))
        tail = app.query_one(LogTail)
        await tail.remove()
        assert {strip.text for strip in tail.render_lines(Region(0, 0, 40, 3))} == {" " * 40}


async def test_several_logs_stand_beside_each_other_and_are_interleaved(tmp_path: Path) -> None:
    one, other = tmp_path / "one.log", tmp_path / "other.log"
    one.write_text(text_of(1) + "\n" + text_of(3, "ERROR") + "\n")
    other.write_text(text_of(2) + "\n" + text_of(4) + "\n")
    app = LogApp([("one", one), ("other", other)])
    async with app.run_test(size=(160, 20)) as pilot:
        await until(pilot, lambda: [len(shown(tail)[1]) > 5 for tail in app.query(LogTail)] == [True, True])
        left, right = app.query(LogTail)
        await until(pilot, lambda: left.region.y == right.region.y and left.region.right <= right.region.x)
        await pilot.press("I")
        await until(
            pilot,
            lambda: (
                [line.text for line in app.query(LogTail).last().buffer.lines_between(0, 9)]
                == [
                    f"one | {text_of(1)}",
                    f"other | {text_of(2)}",
                    f"one | {text_of(3, 'ERROR')}",
                    f"other | {text_of(4)}",
                ]
            ),
        )
        await pilot.press("slash", *"line", "space", "3", "enter")
        await until(pilot, lambda: sum("line" in row for row in shown(app.query(LogTail).last())) == 1)
        await pilot.press("escape", "I")
        await until(pilot, lambda: len(app.query(LogTail)) == 2)
    narrow = LogApp([("one", one), ("other", other)])
    async with narrow.run_test(size=(80, 24)) as pilot:
        above, below = narrow.query(LogTail)
        await until(pilot, lambda: above.region.bottom <= below.region.y)
        assert above.region.width == below.region.width == 80


async def test_a_copy_that_finds_no_room_for_its_file_is_told_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "app.log"
    path.write_text(text_of(1) + "\n")
    (tmp_path / "state").write_text("a file where a directory belongs")
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    app = LogApp([("app.log", path)])
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: app.query_one(LogTail).buffer.extent.lines == 1)
        await pilot.press("y")
        told = "sent to the terminal's clipboard; no copy was kept in a file: "
        await until(pilot, lambda: any(one.message.startswith(told) for one in app._notifications))
        assert app.clipboard == text_of(1)

from __future__ import annotations

import gzip
from pathlib import Path
from typing import NoReturn

import pytest
from textual.app import ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input

from cockpit.logs.match import TextFilter
from cockpit.logs.sieve import Sieve
from cockpit.times import zone
from cockpit.tui.glyphs import shown
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.log_tail import LogTail
from tests.tui.painted import until

SIZE = (70, 12)
HEIGHT = 10
NOON = 1_782_907_200.0  # 2026-07-01 12:00 UTC

pytestmark = pytest.mark.full


class TailApp(ThemedApp):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tail = LogTail("app", path, timezone=zone("UTC"), clock=lambda: NOON)
        self.attached: list[LogTail.EvidenceChosen] = []

    def compose(self) -> ComposeResult:
        yield self.tail

    def on_mount(self) -> None:
        self.tail.focus()

    def on_log_tail_evidence_chosen(self, message: LogTail.EvidenceChosen) -> None:
        self.attached.append(message)


def subtitle(view: LogTail) -> str:
    return Content.from_markup(view.border_subtitle or "").plain


def text_of(number: int) -> str:
    """One line a second from midnight on; numbers 500 and 30,500 are errors, 700 and 30,700 a needle."""
    level = "ERROR" if number in {500, 30_500} else "INFO"
    more = " needle" if number in {700, 30_700} else ""
    return f"2026-07-01 {number // 3600:02}:{number // 60 % 60:02}:{number % 60:02},000 {level} line {number}{more}"


def written(start: int, end: int) -> str:
    return "".join(text_of(number) + "\n" for number in range(start, end))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A log of 40,000 lines, the first 10,000 of them in a packed archive; in memory are the last 1,000."""
    path = tmp_path / "app.log"
    path.with_name("app.log.1.gz").write_bytes(gzip.compress(written(0, 10_000).encode()))
    path.write_text(written(10_000, 40_000))
    return path


def numbers(view: LogTail) -> list[int]:
    texts = [view.render_line(y).text for y in range(HEIGHT)]
    return [int(text.split(" line ")[1].split()[0]) for text in texts if " line " in text]


def current(view: LogTail) -> list[int]:
    texts = [view.render_line(y).text for y in range(HEIGHT)]
    return [int(text.split(" line ")[1].split()[0]) for text in texts if text.startswith(">")]


async def settled(pilot: Pilot[int], view: LogTail) -> None:
    await until(pilot, lambda: view.travel is not None and not view.travel.progress)
    await pilot.pause()


async def test_scrolling_up_goes_on_beyond_what_is_in_memory(path: Path) -> None:
    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: numbers(view) == list(range(39_990, 40_000)))
        for page in range(1, 300):
            await pilot.press("b")
            if page % 10 == 0:
                await settled(pilot, view)
        await settled(pilot, view)
        shown = numbers(view)
        assert shown == list(range(shown[0], shown[0] + HEIGHT))
        assert shown[0] < 38_000
        await pilot.press("f")
        await until(pilot, lambda: numbers(view) == list(range(39_990, 40_000)))


async def test_the_first_line_of_the_oldest_archive_is_a_key_away_and_so_is_the_newest(path: Path) -> None:
    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        await pilot.press("home")
        await until(pilot, lambda: numbers(view) == list(range(HEIGHT)))
        assert "1 file back" in str(view.border_subtitle)
        with path.open("a") as file:
            file.write(written(40_000, 40_005))
        await until(pilot, lambda: "5 new" in str(view.border_subtitle))
        assert numbers(view) == list(range(HEIGHT))
        for _ in range(3):
            await pilot.press("space")
        assert numbers(view)[0] == 3 * HEIGHT
        await pilot.press("end")
        await until(pilot, lambda: numbers(view) == list(range(39_995, 40_005)))
        assert view.follow


async def test_errors_are_gone_to_wherever_they_are(path: Path) -> None:
    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        await pilot.press("e")
        await until(pilot, lambda: current(view) == [30_500])
        await settled(pilot, view)
        await pilot.press("E")
        await until(pilot, lambda: current(view) == [500])
        await settled(pilot, view)
        await pilot.press("E")
        await until(pilot, lambda: "no earlier error" in str(view.border_subtitle))
        await pilot.press("e")
        await until(pilot, lambda: current(view) == [30_500])


async def test_a_time_is_gone_to(path: Path) -> None:
    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        await pilot.press("T")
        app.screen.query_one(Input).value = "01:00"
        await pilot.press("enter")
        await until(pilot, lambda: current(view) == [3600])
        await pilot.press("T")
        app.screen.query_one(Input).value = "5h"
        await pilot.press("enter")
        await until(pilot, lambda: current(view) == [7 * 3600])
        await pilot.press("T")
        app.screen.query_one(Input).value = "soon"
        await pilot.press("enter")
        await until(pilot, lambda: "soon is no time" in str(view.border_subtitle))
        for typed in ("[/x]", "[b]bold", "a\x9bm [@click=app.quit]", "\N{RIGHT-TO-LEFT OVERRIDE}["):
            await pilot.press("T")
            app.screen.query_one(Input).value = typed
            await pilot.press("enter")
            await until(pilot, lambda: f"{shown(typed)} is no time" in subtitle(view))  # noqa: B023


async def test_a_filter_looks_back_by_itself_and_shows_what_is_around_a_match(path: Path) -> None:
    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        view.apply_filter("needle")
        await until(pilot, lambda: numbers(view) == [700, 30_700])
        await settled(pilot, view)
        view.go_to_match(-1)
        assert current(view) == [30_700]
        view.go_to_match(-1)
        assert current(view) == [700]
        await pilot.press("enter")
        await until(pilot, lambda: 701 in numbers(view) and current(view) == [700])
        shown = numbers(view)
        assert shown == list(range(shown[0], shown[0] + HEIGHT))
        await settled(pilot, view)
        view.go_to_match(1)
        await until(pilot, lambda: current(view) == [30_700])
        await settled(pilot, view)
        await pilot.press("enter")
        await until(pilot, lambda: 30_700 in numbers(view) and 30_701 not in numbers(view))


async def test_a_level_and_a_time_are_filters_too(path: Path) -> None:
    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        view.apply_filter("level:warning")
        await until(pilot, lambda: numbers(view) == [500, 30_500])
        view.apply_filter("since:11:06:36 9$")
        await until(pilot, lambda: numbers(view) == [39_999])
        view.apply_filter("")
        await until(pilot, lambda: numbers(view) == list(range(39_990, 40_000)))


async def test_lines_are_marked_selected_and_attached(path: Path) -> None:
    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        await pilot.press("e")
        await until(pilot, lambda: current(view) == [30_500])
        await settled(pilot, view)
        await pilot.press("M", "J", "J")
        assert view.chosen_text() == "\n".join(text_of(number) for number in (30_500, 30_501, 30_502))
        signs = [view.render_line(y).text[0] for y in range(HEIGHT)]
        assert "".join(signs).strip() == "++>"
        await pilot.press("v")
        await pilot.pause()
        assert app.attached[-1].text == view.chosen_text()
        await pilot.press("escape")
        assert view.chosen_text() == text_of(30_502)
        await pilot.press("end")
        await until(pilot, lambda: view.follow and numbers(view)[-1] == 39_999)
        await pilot.press("v")
        await pilot.pause()
        assert app.attached[-1].text == "\n".join(text_of(number) for number in range(39_990, 40_000))
        await pilot.press("apostrophe")
        await until(pilot, lambda: current(view) == [30_500])


async def test_a_filter_looks_on_from_where_one_stands_too(path: Path) -> None:
    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        await pilot.press("home")
        await until(pilot, lambda: numbers(view) == list(range(HEIGHT)))
        view.apply_filter("needle")
        await until(pilot, lambda: numbers(view) == [700, 30_700])
        await settled(pilot, view)
        view.apply_filter("line 39999")
        await until(pilot, lambda: numbers(view) == [39_999])


def damaged(packed: bytes) -> bytes:
    """The same behind its header of ten bytes, with a block of a kind that there is not."""
    return packed[:10] + b"\xff" + packed[11:]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("app.log.1.gz", damaged(gzip.compress(written(0, 10_000).encode()))),
        ("app.log.1.gz", written(0, 10_000).encode()),
        ("app.log.1.xz", written(0, 10_000).encode()),
        ("app.log.1.bz2", written(0, 10_000).encode()),
    ],
    ids=["damaged", "no gzip", "no xz", "no bzip2"],
)
async def test_an_archive_that_cannot_be_unpacked_is_named_and_the_log_is_read_on(
    path: Path, name: str, content: bytes
) -> None:
    path.with_name("app.log.1.gz").unlink()
    path.with_name(name).write_bytes(content)
    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        await pilot.press("home")
        await until(pilot, lambda: f"{name} is damaged" in str(view.border_subtitle))
        assert not view.progress
        assert numbers(view) == list(range(10_000, 10_010))
        await pilot.press("e")
        await until(pilot, lambda: current(view) == [30_500])
        await settled(pilot, view)
        await pilot.press("end")
        await until(pilot, lambda: numbers(view) == list(range(39_990, 40_000)))
        with path.open("a") as file:
            file.write(written(40_000, 40_005))
        await until(pilot, lambda: numbers(view) == list(range(39_995, 40_005)))


async def test_a_journey_that_fails_as_nobody_foresaw_is_over_and_says_so(path: Path) -> None:
    class Faulty(Sieve):
        def matches(self, text: str) -> NoReturn:
            raise ArithmeticError("unforeseen")

    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        assert view.travel is not None
        view.travel.find_match(Faulty("needle"), forward=False)
        await until(pilot, lambda: "unforeseen" in str(view.border_subtitle))
        assert not view.progress
        await pilot.press("e")
        await until(pilot, lambda: current(view) == [30_500])


async def test_a_filter_that_fails_as_nobody_foresaw_hides_nothing_and_says_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ArithmeticError("unforeseen")

    app = TailApp(path)
    async with app.run_test(size=SIZE) as pilot:
        view = app.tail
        await until(pilot, lambda: bool(numbers(view)))
        with monkeypatch.context() as broken:
            broken.setattr(TextFilter, "matches", fail)
            view.apply_filter("line")
            await until(pilot, lambda: "the filter has failed: ArithmeticError" in subtitle(view))
        assert numbers(view) == list(range(39_990, 40_000))
        view.apply_filter("needle")
        await until(pilot, lambda: numbers(view) == [700, 30_700])

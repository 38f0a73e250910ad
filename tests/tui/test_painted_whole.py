"""Whatever comes, goes, moves and is held back meanwhile: in the end the terminal shows what a fresh paint would."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from cockpit.tui.compositing import PatchScreen
from cockpit.tui.rows import row
from cockpit.tui.theme import Inks
from cockpit.tui.themed import ThemedApp
from cockpit.tui.thrift import OnTerminal, Thrifty
from cockpit.tui.widgets.lines import LineWidget

WIDTH, HEIGHT = 24, 8
NAMES = ("strip", "past", "banner", "tour", "tabs")


class Line(LineWidget):
    """A line that says its name and how often it was changed."""

    changed = 0

    def line(self, y: int, width: int, inks: Inks) -> Strip:
        return row([(f"{self.id} {self.changed}", Style.null())], [], width)


class Lines(PatchScreen, Screen[None]):
    """A head that grows and shrinks above the rest."""

    CSS = "#head { dock: top; height: auto; } #foot { dock: bottom; } #body { height: 1fr; scrollbar-size: 0 0; }"

    def compose(self) -> ComposeResult:
        with Vertical(id="head"):
            for name in NAMES[:4]:
                yield Line(id=name)
        yield Line(id="tabs")
        with VerticalScroll(id="body"):
            for number in range(2 * HEIGHT):
                yield Line(id=f"line{number}")
        yield Line(id="foot")


class Far(ThemedApp):
    """An app whose terminal takes nothing for as long as it is held."""

    def __init__(self) -> None:
        super().__init__()
        self.held = self.owed = False
        self.terminal = OnTerminal()
        self.cells: dict[tuple[int, int], str] = {}

    def on_mount(self) -> None:
        self.push_screen(Lines())

    def holds_back(self) -> bool:
        self.owed = self.owed or self.held
        return self.held

    def _display(self, screen: Screen[object], renderable: object) -> None:
        if not isinstance(self.screen, Lines) or screen is not self.screen or renderable is None or self._batch_count:
            return
        for change in Thrifty(renderable, self.terminal).changes:  # type: ignore[arg-type]
            for at, character in enumerate("".join(segment.text for segment in change.segments), change.x):
                self.cells[change.y, at] = character

    def release(self) -> None:
        self.held = False
        if self.owed:
            self.owed = False
            self.screen._compositor_refresh()

    @property
    def painted(self) -> list[str]:
        return ["".join(self.cells.get((y, x), "?") for x in range(WIDTH)) for y in range(HEIGHT)]


async def do(app: Far, pilot: Pilot[int], step: tuple[str, str]) -> None:
    what, name = step
    line = app.screen.query_one(f"#{name}", Line)
    match what:
        case "toggle":
            line.display = not line.display
        case "change":
            line.changed += 1
            line.renew()
        case "look":
            _ = app.screen._compositor.full_map
        case "scroll":
            body = app.screen.query_one("#body", VerticalScroll)
            body.scroll_to(y=(body.scroll_offset.y + 2) % HEIGHT, animate=False)
        case "hold":
            app.held = True
        case "release":
            app.release()
        case "breathe":
            await asyncio.sleep(0)
        case "frame":
            await pilot.pause()
            app.screen._on_timer_update()


async def shows_all(app: Far, pilot: Pilot[int], steps: list[tuple[str, str]]) -> None:
    for step in steps:
        await do(app, pilot, step)
    app.release()
    for _ in range(3):
        await pilot.pause()
        app.screen._on_timer_update()
    assert app.painted == [strip.text for strip in app.screen._compositor.render_strips()], steps


steps = st.tuples(
    st.sampled_from(("toggle", "change", "look", "scroll", "hold", "release", "breathe", "frame")),
    st.sampled_from(NAMES),
)


@pytest.mark.parametrize("course", ["scroll frame toggle scroll", "scroll frame scroll toggle"])
async def test_a_line_that_goes_while_a_list_scrolls_leaves_none_on_two_rows(course: str) -> None:
    app = Far()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        await shows_all(app, pilot, [(what, "banner") for what in course.split()])


async def test_what_was_held_back_is_painted_and_nothing_else() -> None:
    app = Far()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        for step in ("hold", "change", "frame", "change", "frame"):
            await do(app, pilot, (step, "banner"))
        assert "banner 0" in "\n".join(app.painted)
        app.cells.clear()
        app.terminal.forget()
        await do(app, pilot, ("release", "banner"))
        assert [line.strip(" ?") for line in app.painted if line.strip(" ?")] == ["banner 2"]


@pytest.mark.full
async def test_the_terminal_shows_what_a_fresh_paint_would() -> None:
    app = Far()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await pilot.pause()
        loop = asyncio.get_running_loop()

        async def anew(course: list[tuple[str, str]]) -> None:
            for line in app.screen.query(Line):
                line.display = True
            await shows_all(app, pilot, [("frame", "tabs"), *course])

        @settings(max_examples=60, deadline=None)
        @given(st.lists(steps, min_size=2, max_size=12))
        def course_by_course(course: list[tuple[str, str]]) -> None:
            asyncio.run_coroutine_threadsafe(anew(course), loop).result()

        await asyncio.to_thread(course_by_course)

"""Keys, filters and lines that come in any order, quickly and slowly: a log shows what its file has, without gaps."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.app import ComposeResult
from textual.pilot import Pilot

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.reader import FIRST_LINES, LogReader
from cockpit.times import zone
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.log_tail import LogTail
from tests.tui.painted import until

pytestmark = pytest.mark.full

HEIGHT = 10
LINES = 20_000
MOVES = ["home", "end", "pageup", "pagedown", "up", "down", "space", "b", "f", "e", "E"]
KEYS = [*MOVES, "enter", "escape", "M", "apostrophe"]
FILTERS = ["", "7$", "77$", " 500$", " 1234", "!7", "nothing like it", "level:error"]
deeds = st.one_of(
    st.sampled_from(KEYS).map(lambda key: ("press", key)),
    st.sampled_from(FILTERS).map(lambda typed: ("filter", typed)),
    st.sampled_from([-1, 1]).map(lambda step: ("match", step)),
    st.sampled_from([1, 300, 3_000]).map(lambda count: ("write", count)),
    st.just(("settle", 0)),
)


def text_of(number: int) -> str:
    return f"{'ERROR' if number % 997 == 0 else 'INFO'} line {number}"


def chosen(typed: str, count: int) -> list[int]:
    """The numbers of the lines that a filter chooses."""
    if typed == "level:error":
        return [number for number in range(count) if number % 997 == 0]
    pattern = re.compile(typed.removeprefix("!"))
    return [number for number in range(count) if bool(pattern.search(text_of(number))) is not typed.startswith("!")]


class WalkApp(ThemedApp):
    def __init__(self, path: Path, *, capacity: int = 2_000) -> None:
        super().__init__()
        path.write_text("".join(text_of(number) + "\n" for number in range(LINES)))
        self.path, self.count = path, LINES
        self.reader = LogReader("app", path, buffer=LogBuffer(capacity), first=FIRST_LINES)
        self.view = LogTail("app", path, timezone=zone("UTC"), clock=lambda: 0.0, reader=self.reader)

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def write(self, count: int) -> None:
        with self.path.open("ab", buffering=0) as file:
            file.write("".join(text_of(self.count + number) + "\n" for number in range(count)).encode())
        self.count += count

    def shown(self) -> list[int]:
        found = [re.search(r" line (\d+) *", self.view.render_line(y).text) for y in range(HEIGHT)]
        return [int(each[1]) for each in found if each]

    def is_sound(self) -> bool:
        """Whether nothing is under way, and what is shown stands so in the file."""
        view = self.view
        if view.progress or not all(worker.is_finished for worker in self.workers):
            return False
        if self.reader.status.counts.lines != self.counted + self.count - LINES or view._extent != view.buffer.extent:
            return False
        in_force = view.buffer.filter
        there = chosen(in_force.typed if in_force else "", self.count)
        shown = self.shown()
        least = min(HEIGHT, view._extent.end - view._extent.first)
        if view.follow:
            # Somebody may have stopped the reading back for more.
            is_stopped = view.travel is not None and view.travel._is_stopped()
            return shown == (there[len(there) - least :] if is_stopped else there[-HEIGHT:])
        start = there.index(shown[0]) if shown and shown[0] in there else 0
        return shown == there[start : start + least]

    async def do(self, pilot: Pilot[int], deed: tuple[str, object]) -> None:
        match deed:
            case "press", str() as key:
                await pilot.press(key)
            case "filter", str() as typed:
                self.view.apply_filter(typed)
            case "match", int() as step:
                self.view.go_to_match(step)
            case "write", int() as count:
                self.write(count)
            case _:
                await until(pilot, self.is_sound)

    async def walk(self, script: list[tuple[str, object]]) -> None:
        async with self.run_test(size=(70, 12)) as pilot:
            await until(pilot, lambda: self.reader.status.counts.lines == 1_000 and self.shown()[-1:] == [LINES - 1])
            self.counted = self.reader.status.counts.lines
            for deed in script:
                await self.do(pilot, deed)
            await until(pilot, self.is_sound)
            self.view.apply_filter("")
            await pilot.press("end")
            self.write(1)
            await until(pilot, lambda: self.is_sound() and self.view.follow)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(script=st.lists(deeds, max_size=16))
def test_whatever_is_pressed_what_is_shown_stands_so_in_the_file(script: list[tuple[str, object]]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(WalkApp(Path(folder) / "app.log").walk(script))

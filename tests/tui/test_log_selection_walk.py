"""Keys that select and copy among all others, in a log that grows and is rotated: what is copied is what stands out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from textual.binding import BindingType
from textual.pilot import Pilot

from cockpit.tui.clipboard import copy_out
from tests.tui.painted import until
from tests.tui.test_log_walk import FILTERS, HEIGHT, KEYS, LINES, WalkApp, chosen, text_of

pytestmark = pytest.mark.full

STRETCHING = ["J", "K", "shift+down", "shift+up"]
STAYING = {
    "pageup",
    "pagedown",
    "up",
    "down",
    "space",
    "b",
    "M",
    "y",
    "w",
}  # keys after which as much is selected as before
deeds = st.one_of(
    st.tuples(st.sampled_from(STRETCHING), st.integers(1, 12)),
    st.sampled_from(["y", "y", "w"]).map(lambda key: ("press", key)),
    st.tuples(st.sampled_from(["pageup", "pagedown", "up", "down"]), st.integers(1, 12)),
    st.sampled_from(KEYS).map(lambda key: ("press", key)),
    st.sampled_from(FILTERS).map(lambda typed: ("filter", typed)),
    st.sampled_from([-1, 1]).map(lambda step: ("match", step)),
    st.sampled_from([1, 300, 3_000]).map(lambda count: ("write", count)),
    st.sampled_from([1, 700]).map(lambda count: ("rotate", count)),
    st.just(("settle", 0)),
)


class SelectingApp(WalkApp):
    BINDINGS: ClassVar[list[BindingType]] = [("y", "copy_shown", "")]

    def __init__(self, path: Path, *, capacity: int) -> None:
        super().__init__(path, capacity=capacity)
        self.rotated = 0
        self.selected: str | None = None  # by the keys that select, since which nothing has made it another selection
        self.copied = ""
        self.faults: list[str] = []

    def rotate(self, count: int) -> None:
        for number in range(self.rotated, 0, -1):
            self.path.with_name(f"app.log.{number}").rename(self.path.with_name(f"app.log.{number + 1}"))
        self.rotated += 1
        self.path.rename(self.path.with_name("app.log.1"))
        self.write(count)

    def action_copy_shown(self) -> None:
        in_force, text = self.view.buffer.filter, self.view.chosen_text()
        rows = [self.view.render_line(y).text for y in range(HEIGHT)]
        shown = [(row[0], int(row.split(" line ")[1])) for row in rows if " line " in row]
        if self.view.buffer.filter is in_force:
            self.faults += [f"{fault}: {text!r} of {shown}" for fault in self.wrong(text, shown)]
        if text:
            self.copied = text
            self.run_worker(copy_out(self, text, lambda _: None), exit_on_error=False)

    def wrong(self, text: str, shown: list[tuple[str, int]]) -> list[str]:
        """What is wrong with what is copied from a screen with these signs and numbers."""
        in_force, follows = self.view.buffer.filter, self.view.follow
        if not text:
            said = "selected" in self.view._notice
            return ["nothing is copied"] if shown and not (follows or said) else []
        numbers = [int(line.split(" line ")[1]) for line in text.split("\n")]
        if [text_of(number) for number in numbers] != text.split("\n"):
            return ["it stands not so in the file"]
        there = chosen(in_force.typed if in_force else "", self.count)
        start = there.index(numbers[0]) if numbers[0] in there else 0
        if numbers != there[start : start + len(numbers)]:
            return ["there are gaps"]
        if follows:
            return []
        in_view = [number for _, number in shown]
        stand_out = [number for sign, number in shown if sign in "+>"]
        if [number for number in numbers if number in in_view] != (stand_out or in_view[-1:]) and (
            stand_out or set(numbers) & set(in_view)
        ):
            return ["others stand out"]
        if self.selected is not None and text != self.selected:
            return [f"selected was {self.selected!r}"]
        return []

    async def do(self, pilot: Pilot[int], deed: tuple[str, object]) -> None:
        match deed:
            case "rotate", int() as count:
                # Of two files that come between two looks at the log, the first is never seen.
                await until(pilot, lambda: self.reader.status.counts.lines == self.counted + self.count - LINES)
                self.rotate(count)
            case str() as key, int() as count if key in STRETCHING:
                followed = self.view.follow
                await pilot.press(*[key] * count)
                if self.view.follow and not followed:
                    self.faults.append(f"{key} goes to the end")
                self.selected = self.view.chosen_text() if self.view.cursor.selected else None
            case str() as key, int() as count if key in STAYING:
                await pilot.press(*[key] * count)
            case _:
                await super().do(pilot, deed)
        if deed[0] in {"filter", "match"} or (deed[0] == "press" and deed[1] not in STAYING):
            self.selected = None
        if self.view.follow:
            self.selected = None
        assert not self.faults, self.faults

    async def select_and_walk(self, script: list[tuple[str, object]]) -> None:
        await self.walk([*script, ("settle", 0), ("press", "y")])
        assert not self.copied or self.clipboard == self.copied


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(script=st.lists(deeds, max_size=20), capacity=st.sampled_from([2_000, 12_000]))
def test_whatever_is_pressed_what_is_copied_is_what_stands_out(script: list[tuple[str, object]], capacity: int) -> None:
    with TemporaryDirectory() as folder:
        app = SelectingApp(Path(folder) / "app.log", capacity=capacity)
        asyncio.run(app.select_and_walk(script))

"""A slow terminal: what is drawn comes soon or not at all, the line is used, and nobody waits for it."""

from __future__ import annotations

import os
import time
from collections import deque

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cockpit.tui.outlet import Outlet
from cockpit.tui.pacing import LEAST, Pacer

EVERY = 1 / 15  # seconds between frames


class SlowLine:
    """A line of `rate` bytes/s with buffers without end, and `trip` seconds to the terminal and back."""

    def __init__(self, rate: float, trip: float) -> None:
        self.rate, self.trip = rate, trip
        self.now = self.free_at = 0.0
        self.answers: deque[float] = deque()
        self.pacer = Pacer()
        self.came: list[tuple[float, int]] = []  # when a frame was through, its bytes
        self.lags: list[float] = []  # seconds from the drawing to the terminal

    def send(self, size: int) -> None:
        self.free_at = max(self.free_at, self.now) + size / self.rate
        self.pacer.sent(size)
        self.ask()
        self.came.append((self.free_at, size))
        self.lags.append(self.free_at - self.now)

    def ask(self) -> None:
        if self.pacer.ask(self.now):
            self.answers.append(self.free_at + self.trip)

    def fly(self, seconds: float, frame: int) -> None:
        """Draw a frame whenever there is no reason not to, as in a flood."""
        end = self.now + seconds
        while self.now < end:
            while self.answers and self.answers[0] <= self.now:
                self.pacer.answered(self.answers.popleft())
                self.ask()
            if not self.pacer.is_behind(self.now):
                self.send(frame)
            self.now += EVERY


@settings(max_examples=30)
@given(st.floats(2_000, 5_000_000), st.floats(0.0, 0.3), st.integers(20, 3_000))
@example(2_000, 0.1, 4_000)
@example(2_000, 0.1, 100)
@example(1_000, 0.0, 68)  # a little more than the line takes, all the time
def test_a_line_is_never_full_of_frames_and_never_idle(rate: float, trip: float, frame: int) -> None:
    line = SlowLine(rate, trip)
    line.send(150)  # what every program switches on first
    line.fly(30, frame)
    began, line.lags = line.now, []
    line.fly(30, frame)
    # A frame that was begun has to come through, and what the window lets in behind it.
    assert max(line.lags) <= 2 * frame / rate + 0.6 + LEAST / rate
    through = sum(size for at, size in line.came if began <= at < line.now)
    wanted = min(rate * 30, frame * 30 / EVERY)
    assert through >= 0.4 * wanted * min(1.0, frame / (rate * (trip + EVERY)) + 0.5) - frame


def test_a_fast_line_far_away_is_not_held_back() -> None:
    line = SlowLine(1_000_000, 0.3)
    line.send(150)
    line.fly(20, 1500)
    drawn = len(line.came)
    line.fly(10, 1500)
    assert len(line.came) - drawn >= 0.95 * 10 / EVERY


def test_a_terminal_that_never_answers_is_not_held_back() -> None:
    pacer = Pacer()
    assert pacer.ask(0.0)
    for second in range(100):
        pacer.sent(20_000)
        assert not pacer.is_behind(float(second))
        assert not pacer.ask(float(second)), "one question is enough"


def test_an_answer_that_is_lost_is_not_waited_for_without_end() -> None:
    pacer = Pacer()
    assert pacer.ask(0.0)
    pacer.answered(0.01)
    pacer.sent(50_000)
    assert pacer.ask(1.0)
    assert pacer.is_behind(10.0)
    assert not pacer.is_behind(32.0)
    pacer.answered(33.0)  # late: taken for nothing
    assert not pacer.is_behind(33.0)


@pytest.fixture
def pipe() -> tuple[int, int]:
    return os.pipe()


def test_what_nobody_reads_is_waited_for_neither_by_who_writes_nor_at_the_end(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    outlet = Outlet(writing, encoding="utf-8", errors="strict", drained=lambda: None, patience=0.2)
    outlet.start()
    began = time.monotonic()
    outlet.put("x" * 1_000_000)
    assert outlet.backlog > 0
    outlet.close()
    assert time.monotonic() - began < 5
    assert outlet.backlog == 0
    os.close(reading)
    outlet.join(5)


def test_what_is_read_slowly_comes_whole_and_in_order(pipe: tuple[int, int]) -> None:
    reading, writing = pipe
    drained: list[int] = []
    outlet = Outlet(writing, encoding="ascii", errors="backslashreplace", drained=lambda: drained.append(1))
    outlet.start()
    pieces = [f"{number}✓" * 1000 for number in range(50)]
    sizes = [outlet.put(piece) for piece in pieces]
    whole = b""
    while len(whole) < sum(sizes):
        whole += os.read(reading, 5000)
    outlet.close()
    assert whole.decode() == "".join(pieces).replace("✓", "\\u2713")
    assert drained
    os.close(reading)
    os.close(writing)

"""A reader whose screen is far away tells its news seldom, and yet all of them."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.reader import LogReader

pytestmark = pytest.mark.full


def test_steady_lines_are_told_four_times_a_second(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.touch()
    told: list[int] = []
    all_there = threading.Event()

    def news() -> None:
        told.append(reader.status.counts.lines)
        if told[-1] == 50:
            all_there.set()

    reader = LogReader("app", path, buffer=LogBuffer(100), on_news=news)
    reader.is_calm = True
    reader.start()
    began = time.monotonic()
    with path.open("a") as log:
        for number in range(50):
            log.write(f"line {number}\n")
            log.flush()
            time.sleep(0.02)
    assert all_there.wait(10)
    reader.stop()
    assert len(told) <= 4 * (time.monotonic() - began) + 2

"""Over a line of 2 kB/s, and over one that stands still: keys are answered, nothing piles up, it ends when told to."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.benchmarks.flood import line as log_line
from tests.benchmarks.processes import rss_megabytes
from tests.journeys.line import Line
from tests.journeys.shop import COCKPIT

pytestmark = pytest.mark.full

SLOW = 2000  # bytes/s
FIELD = "pattern, level"  # what is shown of the filter's field while it is empty


@contextmanager
def flood(path: Path) -> Iterator[None]:
    """Let a log grow by 1,000 lines a second."""
    path.write_text("".join(log_line(0) for _ in range(200)))
    over = threading.Event()

    def write() -> None:
        with path.open("a") as file:
            while not over.wait(0.05):
                file.write("".join(log_line(number) for number in range(50)))
                file.flush()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def test_keys_are_answered_in_a_flood_and_after_a_standstill(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    command = [*COCKPIT, "logs", "--view", str(log)]
    with flood(log), Line(command, environment={"COCKPIT_STATE_DIR": str(tmp_path / "state")}) as line:
        line.wait_for("seq=")
        line.rate = SLOW
        came = line.written
        while line.written < came + 4 * SLOW:  # long enough for the buffers to be full
            os.sched_yield()
            line.wait_for("seq=")
        line.press("/")
        # Two screens full of lines may be on their way; without an end to it, it took half a minute.
        line.wait_for(FIELD, within=12)

        line.rate = 0.0
        memory = rss_megabytes([line.process.pid])
        line.press("\x1b")
        assert not threading.Event().wait(5.0)
        assert rss_megabytes([line.process.pid]) < memory + 20
        line.rate = SLOW
        line.wait_for(FIELD, within=12, gone=True)

        line.rate = 0.0
        line.process.terminate()
        assert line.process.wait(20) == 143

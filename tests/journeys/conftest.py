"""Terminals, and a shop that is served to them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cockpit.demo import watchdog
from tests.journeys.shop import COCKPIT, Shop
from tests.journeys.terminal import Terminal

OpenTerminal = Callable[[], Terminal]


@pytest.fixture
def open_terminal() -> Iterator[OpenTerminal]:
    """Return a function that makes a terminal; all are closed at the end."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Terminal())


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop that `cockpit demo --serve` runs in the background."""
    served = Shop(tmp_path / "demo")
    environment = {**os.environ, **served.environment}
    del environment[watchdog.VARIABLE]
    with subprocess.Popen(
        [*COCKPIT, "demo", "--serve", str(served.root)], env=environment, stdout=subprocess.PIPE, encoding="utf-8"
    ) as server:
        assert server.stdout is not None
        try:
            told = ""
            while "Ctrl-C ends it" not in told:
                line = server.stdout.readline()
                assert line, f"it has ended: {told}"
                told += line
            yield served
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
    assert watchdog.processes_of(served.root) == set()

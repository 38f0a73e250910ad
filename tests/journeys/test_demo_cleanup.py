"""The demo leaves no trace, however it ends."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from cockpit.demo import watchdog
from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import COCKPIT, FIRST_OPEN
from tests.journeys.terminal import wait_until

pytestmark = pytest.mark.full


@pytest.mark.parametrize("end", ["kill", "hang up"])
def test_a_demo_that_dies_is_cleaned_up(end: str, open_terminal: OpenTerminal, tmp_path: Path) -> None:
    terminal = open_terminal()
    terminal.start([*COCKPIT, "demo"], environment={"TMPDIR": str(tmp_path)})
    terminal.wait_for(FIRST_OPEN)
    terminal.wait_for("watching|READY")
    (root,) = tmp_path.iterdir()
    # The service, the customers and the watcher; the app and the watchdog do not carry the name.
    assert len(watchdog.processes_of(root)) >= 3
    if end == "kill":
        terminal.kill(signal.SIGKILL)
    else:
        terminal.close()
    wait_until(lambda: not root.exists(), "the demo's directory to go")
    assert watchdog.processes_of(root) == set()

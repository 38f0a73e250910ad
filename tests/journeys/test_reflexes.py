"""By q alone one leaves, and by no other reflex; the terminal is a terminal again."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import FIRST_OPEN, Shop, leave
from tests.journeys.terminal import Terminal, wait_until

pytestmark = pytest.mark.full


def assert_restored(terminal: Terminal) -> None:
    assert terminal.modes() == {"alternate": False, "cursor": True, "mouse": False}
    assert {"echo", "icanon", "isig"} <= terminal.settings()
    terminal.press(*"seen")
    terminal.wait_for("^seen")


def test_control_c_and_q_do_not_end_it(shop: Shop, open_terminal: OpenTerminal) -> None:
    terminal = open_terminal()
    shop.open(terminal)
    terminal.wait_for(FIRST_OPEN)
    terminal.press("C-c")
    terminal.wait_for("q leaves the cockpit")
    # Keys are taken in their order: what the second one does shows that the first one did nothing.
    terminal.press("C-q", "8")
    terminal.wait_for("8Time (?=.*rollback)(?s:.*)Timeline")
    terminal.press("q", "q")
    terminal.wait_for_focus("Cancel")
    terminal.press("Enter")
    terminal.wait_for(r"Leave the cockpit\?", gone=True)
    leave(terminal)
    assert terminal.wait_for_exit() == 0
    assert_restored(terminal)


def state(pid: int) -> str:
    """How the kernel says that it is: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_stop_that_nobody_announced(shop: Shop, open_terminal: OpenTerminal) -> None:
    terminal = open_terminal()
    shop.open(terminal)
    terminal.wait_for(FIRST_OPEN)
    terminal.press("?")  # each page and what it needs is there
    terminal.wait_for("Keys on")
    terminal.press("Escape")
    terminal.wait_for("Keys on", gone=True)
    tasks = Path(f"/proc/{terminal.pid}/task")
    before = len(os.listdir(tasks))
    for _ in range(4):
        terminal.kill(signal.SIGSTOP)
        wait_until(lambda: state(terminal.pid) == "T", "it to stop")
        terminal.kill(signal.SIGCONT)
        terminal.press("?")
        terminal.wait_for("Keys on")
        terminal.press("Escape")
        terminal.wait_for("Keys on", gone=True)
    terminal.wait_for(FIRST_OPEN)
    assert terminal.modes()["alternate"]
    # Two for each stop are left by whoever takes the terminal once more; others come and go.
    assert len(os.listdir(tasks)) < before + 8
    leave(terminal)
    assert terminal.wait_for_exit() == 0
    assert_restored(terminal)

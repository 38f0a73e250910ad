"""However the app ends, the terminal is a terminal again and the exit status tells."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import FIRST_OPEN, Shop, leave
from tests.journeys.terminal import Terminal

pytestmark = pytest.mark.full

_CRASH = """
import os, pathlib, sys
from cockpit.bootstrap import open_workspace
from cockpit.cli.run_app import fly
from cockpit.tui.app import CockpitApp
from cockpit.workspace import Options

mount = CockpitApp.on_mount

def crash():
    password = "correct-horse-1"
    raise ValueError("no access with the token " + os.environ["SHOP_TOKEN"], "\\x1b]2;title\\x07")

async def crash_in_a_worker():
    crash()

def mount_and_crash(app):
    mount(app)
    app.set_timer(0.5, crash if sys.argv[2] == "timer" else lambda: app.run_worker(crash_in_a_worker()))

CockpitApp.on_mount = mount_and_crash
sys.exit(fly(open_workspace(Options(repo=pathlib.Path(sys.argv[1])), any_run=True)))
"""


def assert_restored(terminal: Terminal) -> None:
    assert terminal.modes() == {"alternate": False, "cursor": True, "mouse": False}
    assert {"echo", "icanon", "isig"} <= terminal.settings()
    terminal.press(*"seen")
    terminal.wait_for("^seen")


def test_a_hangup_and_a_termination(shop: Shop, open_terminal: OpenTerminal) -> None:
    for number in (signal.SIGHUP, signal.SIGTERM):
        terminal = open_terminal()
        shop.open(terminal)
        terminal.wait_for(FIRST_OPEN)
        assert terminal.modes()["alternate"]
        terminal.kill(number)
        assert terminal.wait_for_exit() == 128 + number
        assert_restored(terminal)


@pytest.mark.parametrize("where", ["timer", "worker"])
def test_a_crash(where: str, shop: Shop, open_terminal: OpenTerminal, tmp_path: Path) -> None:
    script = tmp_path / "crash.py"
    script.write_text(_CRASH)
    terminal = open_terminal()
    environment = {**shop.environment, "SHOP_TOKEN": "battery-staple-2"}
    command = [sys.executable, str(script), str(shop.repository), where]
    terminal.start(command, size=(160, 60), environment=environment)
    terminal.wait_for(FIRST_OPEN)
    assert terminal.wait_for_exit() == 1
    assert_restored(terminal)
    said = terminal.screen()
    assert "ValueError: ('no access with the token •••'" in said
    assert "in crash" in said
    assert "open it again" in said
    for secret in ("correct-horse", "battery-staple"):
        assert secret not in said


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

"""However a full-screen app ends, its terminal is as it was and the exit status tells; a crash tells no secret."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.clones import Clone, quiet_clone
from tests.journeys.line import Line
from tests.journeys.shop import COCKPIT
from tests.journeys.terminal import PATIENCE, wait_until

pytestmark = pytest.mark.full

SECRETS = ("correct-horse", "battery-staple-2", "hunter-2-mail")
FIRST = "Run security audit"
_CRASH = """
import os, pathlib, sys
from cockpit.bootstrap import open_workspace
from cockpit.cli.run_app import fly
from cockpit.tui.app import CockpitApp
from cockpit.tui.screens.flight import FlightScreen
from cockpit.workspace import Options

place, mount = sys.argv[2], CockpitApp.on_mount

def crash(*_):
    password = "correct-horse-1"
    url = "https://ana:hunter-2-mail@shop.example/"
    raise ValueError(f"no access to {url} with the token " + os.environ["SHOP_TOKEN"], "\\x1b]2;title\\x07")

async def crash_in_a_worker():
    crash()

def mount_and_crash(app):
    mount(app)
    if place == "mount":
        crash()
    app.set_timer(0.1, crash if place == "timer" else lambda: app.run_worker(crash_in_a_worker()))

if place == "compose":
    FlightScreen.compose = crash
CockpitApp.on_mount = mount_and_crash
sys.exit(fly(open_workspace(Options(repo=pathlib.Path(sys.argv[1])), any_run=True)))
"""


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    return quiet_clone(tmp_path_factory.mktemp("quiet"))


def assert_restored(line: Line) -> None:
    assert line.left_on() == []
    assert line.settings() == line.before


def leave(line: Line) -> None:
    line.press("q")
    line.wait_for(r"Leave the cockpit\?")
    line.press("\t\r")


def storm(line: Line) -> None:
    for _ in range(5):
        line.process.send_signal(signal.SIGINT)


def by(number: signal.Signals) -> Callable[[Line], None]:
    return lambda line: line.process.send_signal(number)


@pytest.mark.parametrize(
    ("end", "code"),
    [(leave, 0), (by(signal.SIGHUP), 129), (by(signal.SIGTERM), 143), (by(signal.SIGQUIT), 131), (storm, 130)],
    ids=["q", "hang-up", "termination", "quit", "interrupts"],
)
def test_an_end(end: Callable[[Line], None], code: int, clone: Clone) -> None:
    with Line(clone.command, environment=clone.environment) as line:
        line.wait_for(FIRST)
        assert {"alternate screen", "mouse", "pastes in brackets", "focus", "keyboard"} <= set(line.left_on())
        end(line)
        assert line.wait_for_exit() == code
        assert_restored(line)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_end_while_it_opens_is_no_crash(number: signal.Signals, clone: Clone, tmp_path: Path) -> None:
    environment = {**clone.environment, "COCKPIT_STATE_DIR": str(tmp_path)}
    for after in (0.0, 0.005, 0.02, 0.03, 0.05):  # seconds since it took the terminal
        with Line(clone.command, environment=environment) as line:
            wait_until(lambda line=line: "alternate screen" in line.left_on(), "the screen")  # type: ignore[misc]
            time.sleep(after)
            line.process.send_signal(number)
            assert line.wait_for_exit() == 128 + number
            assert_restored(line)
    assert not (tmp_path / "crashes").exists()


def test_a_terminal_that_is_gone_ends_it_though_no_signal_tells(clone: Clone) -> None:
    """As where it is not the terminal of the session; it would go on reading nothing for ever."""
    master, slave = pty.openpty()
    environment = {**os.environ, **clone.environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(
        clone.command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
    ) as process:
        os.close(slave)
        seen = b""
        while FIRST.encode() not in seen:
            seen += os.read(master, 65_536)
        os.close(master)
        try:
            assert process.wait(PATIENCE) == 129
        finally:
            process.kill()


def test_a_termination_of_a_viewer_of_logs(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("one\n")
    with Line([*COCKPIT, "logs", "--view", str(tmp_path / "app.log")]) as line:
        line.wait_for("one")
        line.process.terminate()
        assert line.wait_for_exit() == 143
        assert_restored(line)


@pytest.mark.parametrize("place", ["compose", "mount", "timer", "worker"])
def test_a_crash(place: str, clone: Clone, tmp_path: Path) -> None:
    script = tmp_path / "crash.py"
    script.write_text(_CRASH)
    environment = {"COCKPIT_STATE_DIR": str(tmp_path / "state"), "SHOP_TOKEN": "battery-staple-2"}
    command = [sys.executable, str(script), str(clone.repository), place]
    with Line(command, size=(160, 60), environment=environment) as line:
        assert line.wait_for_exit() == 1
        assert_restored(line)
        told = line.after_the_screen()
    (report,) = (tmp_path / "state" / "crashes").iterdir()
    assert str(report) in told.replace("\r\n", "")
    assert "open it again" in told
    kept = report.read_text()
    for text in (told, kept):
        assert "ValueError: ('no access to https://•••@shop.example/ with the token •••'" in text
        assert "in crash" in text
        assert text.count("Error: ") == 1
        assert not [secret for secret in SECRETS if secret in text]
        assert "\x1b]2;title" not in text
    assert "TERM=xterm-256color" in kept
    assert os.stat(report).st_mode & 0o077 == 0

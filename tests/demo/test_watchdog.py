from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from cockpit.demo import watchdog
from cockpit.demo.demo import Demo
from tests.demo.conftest import NOW, Shop, python, wait_until

PLAY = """
import sys, time
from datetime import UTC, datetime
from cockpit.demo.demo import Demo
demo = Demo.create(now=datetime.now(UTC))
demo.start()
print(demo.root, demo.port, flush=True)
time.sleep(600)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("on", flush=True)
time.sleep(600)
"""


def test_kill_9_of_the_demo_ends_everything_and_removes_the_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with subprocess.Popen(python(PLAY), stdout=subprocess.PIPE, text=True) as playing:
        assert playing.stdout is not None
        root = Path(playing.stdout.readline().split()[0])
        assert root.parent == tmp_path
        # As a rollback does it, from a process that knows nothing of the demo.
        shopctl = str(root / "bin" / "shopctl")
        subprocess.run([shopctl, "stop"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run([shopctl, "start"], check=True, stdout=subprocess.DEVNULL)
        service = int((root / "var" / "run" / "shop.pid").read_text())
        customers = int((root / "var" / "run" / "traffic.pid").read_text())
        assert {service, customers} <= watchdog.processes_of(root)
        playing.kill()
    wait_until(lambda: not root.exists() and not watchdog.processes_of(root))
    assert not list(tmp_path.iterdir())


def ignored(pid: int) -> set[int]:
    """The signals a process ignores, from its mask."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    mask = int(next(line for line in lines if line.startswith("SigIgn:")).split()[1], 16)
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}


def test_the_terminal_s_signals_do_not_reach_it(shop: Shop) -> None:
    pid = shop.demo.watchdog_pid
    assert os.getsid(pid) == pid
    wait_until(lambda: {signal.SIGHUP, signal.SIGINT} <= ignored(pid))


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    environment = {**os.environ, watchdog.VARIABLE: str(tmp_path)}
    with (
        subprocess.Popen(python(STUBBORN), stdout=subprocess.PIPE, env=environment) as stubborn,
        subprocess.Popen(python(STUBBORN), stdout=subprocess.PIPE, env={**os.environ, watchdog.VARIABLE: "/"}) as other,
    ):
        for child in (stubborn, other):
            assert child.stdout is not None
            assert child.stdout.readline() == b"on\n"
        watchdog.sweep(tmp_path, grace=0.1)
        assert stubborn.wait(10) == -signal.SIGKILL
        assert other.poll() is None
        other.kill()


def test_a_directory_without_the_marker_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    watchdog.remove(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("temporary", [True, False])
def test_stop_ends_everything_even_where_the_watchdog_was_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, temporary: bool
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    demo = Demo.create(None if temporary else tmp_path / "named", now=NOW)
    demo.start()
    os.kill(demo.watchdog_pid, signal.SIGKILL)
    try:
        # A process carries the mark from its exec on, which a busy machine may put off.
        deadline = time.monotonic() + 30
        while len(watchdog.processes_of(demo.root)) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        demo.stop()
    assert not watchdog.processes_of(demo.root)
    assert demo.root.exists() is not temporary
    demo.stop()


def test_a_set_up_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    checklists = tmp_path / "checklists"
    (checklists / "a-directory.yaml").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        Demo.create(now=NOW, checklists=checklists)
    assert list(tmp_path.iterdir()) == [checklists]

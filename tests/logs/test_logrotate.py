"""A writer, logrotate, and a follower: what each of logrotate's ways does to the lines that are read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from cockpit.logs.follow import Follower
from cockpit.logs.history import History
from tests.parts import require

ROUNDS = 4
# It writes a line every few milliseconds, to the file that it has open, until a HUP tells it to open the name anew.
WRITER = """
import os, signal, sys, time
path, asked = sys.argv[1], []
signal.signal(signal.SIGHUP, lambda *_: asked.append(1))
file = open(path, "ab", buffering=0)
number = 0
while True:
    if asked:  # between two lines: the signal may come in the middle of a write
        asked.clear()
        file.close()
        file = open(path, "ab", buffering=0)
    file.write(b"line %d of the writer\\n" % number)
    number += 1
    time.sleep(0.002)
"""
MODES = {
    "create": "create 0644",
    "nocreate": "nocreate",
    "compress": "create 0644\\ncompress",
    "delaycompress": "create 0644\\ncompress\\ndelaycompress",
    "dateext": "create 0644\\ndateext\\ndateformat -%Y%m%d-%s",
    "dateext compress": "create 0644\\ndateext\\ndateformat -%Y%m%d-%s\\ncompress",
    "extension": "create 0644\\nextension .log",
    "copytruncate": "copytruncate",
}


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "app.log")])
    yield process
    process.kill()
    process.wait()


class Following:
    """A follower in a thread, as a pane has it, and what it has read."""

    def __init__(self, path: Path) -> None:
        self.follower = Follower(path, tail=1_000_000)
        self.found: list[str] = []
        self._stop = Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.found += [line.text for line in self.follower.poll().lines]
            self._stop.wait(0.02)
        self.found += [line.text for line in self.follower.poll().lines]

    def end(self) -> None:
        self._stop.set()
        self._thread.join()


def rotate(directory: Path, mode: str, pid: int) -> None:
    """Run logrotate once."""
    postrotate = "" if "copytruncate" in mode else f"postrotate\nkill -HUP {pid}\nendscript\n"
    configuration = directory / "logrotate.conf"
    options = MODES[mode].replace("\\n", "\n")
    configuration.write_text(f"{directory}/app.log {{\nsu root root\nrotate 9\nsize 1\n{options}\n{postrotate}}}\n")
    configuration.chmod(0o644)
    subprocess.run(
        [require("logrotate"), "--force", "--state", str(directory / "state"), str(configuration)],
        check=True, capture_output=True,
    )  # fmt: skip


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds."""
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def state_of(pid: int) -> str:
    """Return how a process stands: T when it is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]


@pytest.mark.full
@pytest.mark.parametrize("mode", MODES)
def test_no_line_is_lost_and_none_is_read_twice(mode: str, tmp_path: Path, writer: subprocess.Popen[bytes]) -> None:
    tmp_path.chmod(0o755)
    path = tmp_path / "app.log"
    following = Following(path)
    try:
        for _ in range(ROUNDS):
            have = len(following.found)
            until(lambda have=have: len(following.found) >= have + 50)  # type: ignore[misc]
            if mode == "copytruncate":
                # What is written between the copy and the truncation is lost to everybody.
                writer.send_signal(signal.SIGSTOP)
                until(lambda: state_of(writer.pid) == "T")
                until(lambda: following.follower.position == path.stat().st_size)
            rotated_in = int(time.time())
            rotate(tmp_path, mode, writer.pid)
            if mode == "copytruncate":
                writer.send_signal(signal.SIGCONT)
            if "dateext" in mode:  # the next archive must not have the same name
                until(lambda at=rotated_in: int(time.time()) > at)  # type: ignore[misc]
        have = len(following.found)
        until(lambda: len(following.found) > have)
        writer.kill()
        writer.wait()
    finally:
        following.end()
    assert following.found == [f"line {number} of the writer" for number in range(len(following.found))]
    assert len(following.found) > ROUNDS * 50

    # And all of it is found again, in the present file and in the archives.
    history = History(path, following.follower.known)
    place = history.end()
    back: list[str] = []
    while (stretch := history.before(place, Event())) is not None:
        back[:0] = [line.text for line in stretch.lines()]
        place = stretch.start
    assert back == following.found
    history.close()
    following.follower.close()
    assert len(list(tmp_path.glob("app*log*"))) >= ROUNDS + (os.path.exists(path))

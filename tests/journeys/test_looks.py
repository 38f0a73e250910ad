"""What a person chose is there in a real terminal: keys, colours, the mouse, copying, and the place they were at."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import COCKPIT, FIRST_OPEN, Shop, leave
from tests.journeys.terminal import PATIENCE

pytestmark = pytest.mark.full

_COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")
_MODE = re.compile(rb"\x1b\[\?(\d+)([hl])")
_ON_BY_ITSELF = {b"7", b"25"}  # lines wrap, and the cursor shows
_MOUSE = {b"1000", b"1002", b"1003", b"1006", b"1015", b"1016"}


class Wire:
    """A terminal of which every byte is kept that was written to it."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.child = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self.written = b""

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_for(self, pattern: bytes, *, since: int = 0) -> int:
        """Wait until it is written; return how much there is then."""
        deadline = time.monotonic() + PATIENCE
        while not re.search(pattern, self.written[since:], re.DOTALL):
            assert time.monotonic() < deadline, (pattern, self.written[-2000:])
            self._read(0.1)
        return len(self.written)

    def end(self) -> int:
        """Read on until it has ended, and return its status."""
        while self.child.poll() is None:
            self._read(0.1)
        self._read(0.0)
        return self.child.returncode

    def _read(self, patience: float) -> None:
        with contextlib.suppress(OSError):  # the other end is closed
            while select.select([self._master], [], [], patience)[0]:
                data = os.read(self._master, 65536)
                if not data:
                    return
                self.written += data

    def close(self) -> None:
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self._master)


@pytest.fixture
def wire(shop: Shop, tmp_path: Path) -> Iterator[Wire]:
    """The cockpit on a wire, without mouse and colours."""
    environment = {
        **os.environ, **shop.environment, "XDG_CONFIG_HOME": str(tmp_path / "config"), "NO_COLOR": "1",
        "COCKPIT_MOUSE": "0", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    one = Wire([*COCKPIT, "--repo", str(shop.repository), "--by", "ana"], environment)
    yield one
    one.close()


def test_nothing_is_left_behind_and_no_colour_is_sent_without_mouse_and_colours(wire: Wire) -> None:
    wire.wait_for(rb"Check application")
    assert not {mode for mode, _ in _MODE.findall(wire.written)} & _MOUSE
    for said, state in ((rb"mouse works here", b"h"), (rb"terminal's own", b"l")):
        before = len(wire.written)
        wire.press(":")
        before = wire.wait_for(rb"Type a part", since=before)
        wire.press("mouse")
        wire.wait_for(rb"Take the mouse", since=before)
        time.sleep(0.3)  # the palette lists as it finds, and takes what is first when Enter comes
        wire.press("\r")
        wire.wait_for(said, since=before)
        assert (b"1003", state) in _MODE.findall(wire.written)
    wire.press("q")
    wire.wait_for(rb"Leave the cockpit")
    wire.press("\t")
    wire.press("\r")
    assert wire.end() == 0
    left = dict(_MODE.findall(wire.written))  # the last word on each
    assert {mode for mode, state in left.items() if (state == b"h") is not (mode in _ON_BY_ITSELF)} == set()
    assert wire.written.count(b"\x1b[>") <= wire.written.count(b"\x1b[<u")  # the keyboard's own protocol
    assert _COLOUR.search(wire.written) is None
    assert b"\x1b[7m" in wire.written or b"\x1b[1;7m" in wire.written


def test_own_keys_and_the_place_hold_and_a_line_is_copied_through_tmux(
    shop: Shop, open_terminal: OpenTerminal, tmp_path: Path
) -> None:
    own = tmp_path / "config" / "cockpit"
    own.mkdir(parents=True)
    (own / "keymap.yaml").write_text("everywhere.copy_shown: Y\nchecklist.claim: ctrl+s\n")
    (own / "config.yaml").write_text("mouse: false\n")
    shop.environment["XDG_CONFIG_HOME"] = str(tmp_path / "config")
    terminal = open_terminal()
    shop.open(terminal)
    terminal.wait_for(r"flow\s+control")
    terminal.wait_for(FIRST_OPEN)
    assert not terminal.modes()["mouse"]
    terminal.allow_clipboard()
    terminal.press("j", "Y")
    terminal.wait_for("sent to the terminal's clipboard")
    kept = (Path(shop.environment["COCKPIT_STATE_DIR"]) / "copied.txt").read_text().strip()
    assert terminal.clipboard() == kept
    terminal.press("3")
    terminal.wait_for(r"Probes ─")
    terminal.press("q")
    terminal.wait_for(kept)
    leave(terminal)
    assert terminal.wait_for_exit() == 0
    again = open_terminal()
    shop.open(again)
    again.wait_for(rf"▸. {re.escape(kept[:20])}")


def test_the_viewer_of_logs_is_as_its_user_has_set_it(tmp_path: Path) -> None:
    own = tmp_path / "config" / "cockpit"
    own.mkdir(parents=True)
    (own / "config.yaml").write_text("theme: monochrome\nmouse: false\n")
    (own / "keymap.yaml").write_text("logs.toggle_wrap: z\n")
    log = tmp_path / "app.log"
    log.write_text("2026-03-10T13:16:33Z ERROR payment gateway timeout order=8812\n")
    environment = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COCKPIT_MOUSE"}}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path / "config"), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    wire = Wire([*COCKPIT, "logs", "--view", str(log)], environment)
    try:
        before = wire.wait_for(rb"order=8812")
        wire.press("z")
        wire.wait_for(rb"wrap", since=before)
        wire.press("q")
        assert wire.end() == 0
    finally:
        wire.close()
    assert _COLOUR.search(wire.written) is None
    assert not {mode for mode, _ in _MODE.findall(wire.written)} & _MOUSE

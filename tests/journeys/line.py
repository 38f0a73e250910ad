"""A terminal at the end of a line of its own: as slow as one says, or one that stops taking anything.

Unlike tmux's, it is looked at by the bytes that came over the line: the modes that were switched on and off, and the
settings of the line discipline before and after.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Any, Self

from tests.benchmarks.painted import Painted
from tests.journeys.terminal import PATIENCE

_ASKED = b"\x1b[6n"
_MODE = re.compile(rb"\x1b\[\?([\d;]+)([hl])|\x1b\[([<>])\d*u")
_SLICE = 0.02  # seconds between two looks at a slow line
# What a program may switch on, and how it stands where none has.
MODES = {1049: "alternate screen", 1000: "mouse", 1003: "all of the mouse", 1006: "its far columns",
         1015: "its far columns, once more", 1016: "its pixels", 2004: "pastes in brackets", 1004: "focus",
         2048: "resizes", 25: "cursor", 7: "wrapping"}  # fmt: skip
_ON_AT_FIRST = {25, 7}


class Line:
    """A program on a terminal; used by `with`, whose end hangs up."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] = MappingProxyType({}),
        rate: float = float("inf"),
        answers: bool = True,
    ) -> None:
        self.rate = rate  # bytes/s that come through; may be changed at any time
        self.written = 0
        self._answers = answers
        self._size = size
        self._painted = Painted(*size)
        self._lock = threading.Lock()
        self._all = bytearray()
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.before = self.settings()
        whole = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment}
        for disturbing in ("NO_COLOR", "COLUMNS", "LINES", "TMUX", "STY", "COLORTERM", "TERM_PROGRAM"):
            if disturbing not in environment:
                whole.pop(disturbing, None)
        self.process = subprocess.Popen(
            argv, stdin=self._slave, stdout=self._slave, stderr=self._slave, env=whole, start_new_session=True
        )
        self._closing = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def settings(self) -> list[Any]:
        """Return the line discipline's settings."""
        return termios.tcgetattr(self._slave)

    def press(self, keys: str) -> None:
        """Type keys as they are sent."""
        self.send(keys.encode())

    def send(self, data: bytes) -> None:
        """Send bytes that no key need stand for."""
        os.write(self._master, data)

    def screen(self) -> str:
        """Return what is to be seen."""
        with self._lock:
            return "\n".join(self._painted.lines())

    def drawn(self) -> set[tuple[str, str]]:
        """Return the characters that are to be seen, each with the parameters of SGR that it is drawn with."""
        with self._lock:
            return {cell for row in self._painted.drawn() for cell in row}

    def wait_for(self, pattern: str, *, within: float = PATIENCE, gone: bool = False) -> float:
        """Wait until a regular expression over all lines is seen, or with `gone` no more; return the seconds."""
        found, began = re.compile(pattern, re.MULTILINE), time.monotonic()
        while (found.search(screen := self.screen()) is None) is not gone:
            waited = time.monotonic() - began
            ended = f"it has ended: {self.process.returncode}; " if self.process.poll() is not None else ""
            assert waited < within, f"waited {within:g} s in vain for {pattern!r}; {ended}the screen:\n{screen}"
            time.sleep(_SLICE)
        return time.monotonic() - began

    def wait_for_exit(self, *, within: float = PATIENCE) -> int:
        """Wait until the program has ended and all of its output has come; return its exit status."""
        code = self.process.wait(within)
        quiet = -1
        while quiet != self.written:
            quiet = self.written
            time.sleep(5 * _SLICE)
        return code

    def left_on(self) -> list[str]:
        """Return which modes stand otherwise than on a fresh terminal."""
        with self._lock:
            written = bytes(self._all)
        on, keyboards = {mode: mode in _ON_AT_FIRST for mode in MODES}, 0
        for found in _MODE.finditer(written):
            if found[3]:
                keyboards += 1 if found[3] == b">" else -1
            for mode in map(int, filter(None, (found[1] or b"").split(b";"))):
                if mode in on:
                    on[mode] = found[2] == b"h"
        wrong = [name for mode, name in MODES.items() if on[mode] is not (mode in _ON_AT_FIRST)]
        return wrong + (["keyboard"] if keyboards else [])

    def after_the_screen(self) -> str:
        """Return what was written once the alternate screen was left."""
        with self._lock:
            return bytes(self._all).rpartition(b"\x1b[?1049l")[2].decode()

    def close(self) -> None:
        """Hang up, and wait for the program to be gone."""
        if self._closing:
            return
        self._closing = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGHUP)
        try:
            self.process.wait(5.0)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._reader.join()
        os.close(self._slave)
        os.close(self._master)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> None:
        allowed, rest = 0.0, b""
        while not self._closing:
            time.sleep(0.0 if self.rate == float("inf") else _SLICE)
            allowed = min(allowed + self.rate * _SLICE, max(self.rate * _SLICE, 1.0), 65_536.0)
            if allowed < 1 or not select.select([self._master], [], [], 0.1)[0]:
                continue
            data = os.read(self._master, int(allowed))
            allowed -= len(data)
            with self._lock:
                self.written += len(data)
                self._all += data
                self._painted.feed(data)
            rest = (rest + data)[-len(data) - len(_ASKED) + 1 :]
            if self._answers:
                for _ in range(rest.count(_ASKED)):
                    os.write(self._master, b"\x1b[%d;1R" % self._size[1])
            rest = b"" if rest.endswith(_ASKED) else rest

"""A real terminal with a person at it: a tmux server of its own, typed into key by key and looked at."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from tests.parts import require

PATIENCE = 20.0  # seconds until a person gives up
_POLL = 0.03
_SESSION = "journey"

# The program runs below a shell, as in life: what it leaves of the terminal can be looked at when it has ended.
_SCRIPT = """\
sh -c 'echo $$ > "$0"; exec "$@"' {pid} {command}
printf '[exit %d]\\n' $?
stty -a > {stty}
exec cat
"""


def wait_until(holds: Callable[[], object], what: str, *, within: float = PATIENCE) -> None:
    """Return as soon as `holds` does; fail, saying what was waited for, after `within` seconds."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"waited {within:g} s in vain for {what}"
        time.sleep(_POLL)


class Terminal:
    """One terminal window; to be used by `with`, whose end kills everything in it."""

    def __init__(self) -> None:
        self._tmux_program = require("tmux")
        self.pressed = 0  # keys, so far
        # A short path: a socket's name holds about a hundred bytes.
        self._directory = Path(tempfile.mkdtemp(prefix="journey-", dir="/tmp"))

    def start(
        self,
        command: Sequence[str],
        *,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Open the window at `size` (columns, rows) and run a command in it; `environment` is added to our own."""
        script = _SCRIPT.format(
            command=shlex.join(command),
            pid=shlex.quote(str(self._directory / "pid")),
            stty=shlex.quote(str(self._directory / "stty")),
        )
        whole = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
        for disturbing in ("TMUX", "TMUX_PANE", "NO_COLOR", "COLUMNS", "LINES"):
            whole.pop(disturbing, None)
        width, height = size
        window = ["new-session", "-d", "-s", _SESSION, "-x", str(width), "-y", str(height)]
        self._tmux(*window, "sh", "-c", script, environment=whole)

    @property
    def pid(self) -> int:
        """The process id of the command."""
        file = self._directory / "pid"
        wait_until(lambda: file.exists() and file.read_text().endswith("\n"), "the command to start")
        return int(file.read_text())

    def press(self, *keys: str) -> None:
        """Press keys one by one, by tmux's names (`Enter`, `Tab`, `C-c`), or characters as they are."""
        for key in keys:
            self._tmux("send-keys", "-t", _SESSION, key)
            self.pressed += 1

    def paste(self, text: str) -> None:
        """Paste as a terminal does: in brackets, where the program asked for them."""
        self._tmux("set-buffer", text, ";", "paste-buffer", "-p", "-t", _SESSION)

    def allow_clipboard(self) -> None:
        """Let programs write the clipboard, as many people have tmux do."""
        self._tmux("set-option", "-g", "set-clipboard", "on")

    def clipboard(self) -> str:
        """Return what was last put on the clipboard."""
        return self._tmux("show-buffer")

    def resize(self, width: int, height: int) -> None:
        """Resize the window."""
        self._tmux("resize-window", "-t", _SESSION, "-x", str(width), "-y", str(height))

    def screen(self) -> str:
        """Return what is to be seen, one line a row."""
        return self._tmux("capture-pane", "-p", "-t", _SESSION)

    def wait_for(self, pattern: str, *, within: float = PATIENCE, gone: bool = False) -> str:
        """Wait until a regular expression over all lines is seen, or with `gone` no more; return the screen."""
        found = re.compile(pattern, re.MULTILINE)
        what = f"{pattern!r}" + (" to go" if gone else "")
        return self._wait(lambda screen: (found.search(screen) is None) is gone, what, within=within)

    def wait_for_focus(self, label: str) -> None:
        """Wait until a button has the focus: what is typed ahead of that still goes to the one before."""
        self._wait(lambda _: label in self.highlighted(), f"the focus on {label!r}")

    def _wait(self, holds: Callable[[str], bool], what: str, *, within: float = PATIENCE) -> str:
        deadline = time.monotonic() + within
        while not holds(screen := self.screen()):
            assert time.monotonic() < deadline, f"waited {within:g} s in vain for {what}; the screen:\n{screen}"
            time.sleep(_POLL)
        return screen

    def highlighted(self) -> str:
        """Return what is drawn in reverse video, as a focused button is."""
        _, *pieces = re.split(r"\x1b\[([\d;:]*)m", self._tmux("capture-pane", "-p", "-e", "-t", _SESSION))
        text, reverse = "", False
        for codes, piece in zip(pieces[::2], pieces[1::2], strict=True):
            if not codes.startswith(("38", "48", "58")):  # colours, whose parts look like attributes
                for code in codes.split(";"):
                    reverse = code == "7" or (reverse and code not in {"", "0", "27"})
            text += piece if reverse else ""
        return text

    def wait_for_exit(self, *, within: float = PATIENCE) -> int:
        """Wait until the command has ended and return its exit status."""
        screen = self.wait_for(r"\[exit \d+\]", within=within)
        found = re.search(r"\[exit (\d+)\]", screen)
        assert found is not None
        return int(found[1])

    def kill(self, number: signal.Signals) -> None:
        """Send the command a signal."""
        os.kill(self.pid, number)

    def modes(self) -> dict[str, bool]:
        """Return the terminal's own state: alternate screen, cursor shown, any mouse reporting."""
        names = {"alternate": "alternate_on", "cursor": "cursor_flag", "mouse": "mouse_any_flag"}
        wanted = " ".join(f"#{{{flag}}}" for flag in names.values())
        values = self._tmux("display-message", "-p", "-t", _SESSION, wanted).split()
        return {name: value == "1" for name, value in zip(names, values, strict=True)}

    def settings(self) -> set[str]:
        """Return the line discipline's settings (`echo`, `-icanon`) as the ended command left them."""
        file = self._directory / "stty"
        wait_until(lambda: file.exists() and "echo" in file.read_text(), "stty")
        return set(file.read_text().replace(";", " ").split())

    def close(self) -> None:
        """Hang up: the window goes, with the server behind it."""
        subprocess.run([*self._command, "kill-server"], capture_output=True, check=False)
        shutil.rmtree(self._directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _command(self) -> list[str]:
        return [self._tmux_program, "-u", "-f", "/dev/null", "-S", str(self._directory / "socket")]

    def _tmux(self, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            [*self._command, *arguments], env=environment, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, f"tmux {arguments[0]}: {done.stderr}"
        return done.stdout

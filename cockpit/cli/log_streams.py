"""`cockpit logs` on what is no file: standard input, a configured command, several files; and on the full screen."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.common import warn
from cockpit.errors import ExitCode, RefusedError, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.logs.origin import LogOrigin
    from cockpit.logs.query import LogQuery
    from cockpit.workspace import Workspace

STDIN = "-"
_CHUNK = 64 * 1024


class LinePrinter:
    """Prints the wanted lines of a stream as its bytes come, or with `-n` the last of them at its end."""

    def __init__(self, name: str, query: LogQuery, timezone: str) -> None:
        from cockpit.logs.classify import Classifier
        from cockpit.logs.query import Chooser
        from cockpit.logs.split import LineSplitter
        from cockpit.times import zone

        self._splitter = LineSplitter()
        self._classifier = Classifier(name, zone=zone(timezone))
        self._chooser = Chooser(query)
        self._last: deque[str] | None = None if query.last is None else deque(maxlen=query.last)

    def take(self, data: bytes) -> None:
        """Print the lines that these bytes complete."""
        self._show(raw.text for raw in self._splitter.feed(data))
        sys.stdout.flush()

    def end(self) -> None:
        """Print what is left."""
        self._show(raw.text for raw in self._splitter.flush())
        for text in self._last or ():
            print(visible(text))
        sys.stdout.flush()

    def _show(self, texts: Iterator[str]) -> None:
        for text in texts:
            if not self._chooser.wants(self._classifier.classify(text)):
                continue
            if self._last is None:
                print(visible(text))
            else:
                self._last.append(text)


def print_stdin(query: LogQuery) -> ExitCode:
    """Print the wanted lines of standard input until its end."""
    printer = LinePrinter("stdin", query, "UTC")
    while data := os.read(0, _CHUNK):
        printer.take(data)
    printer.end()
    return ExitCode.OK


def print_command(workspace: Workspace, name: str, command: str, query: LogQuery) -> ExitCode:
    """Run a configured log's command and print the wanted lines until it ends; its status is told, and passed on."""
    from cockpit import process

    if not workspace.trusted:
        raise RefusedError(
            f"the command of the log {name!r} is not trusted on this host", fix="Read it with cockpit trust --show"
        )
    printer = LinePrinter(name, query, workspace.run.timezone)
    ended = process.run(process.shell(command), cwd=workspace.root, timeout=None, on_output=printer.take)
    printer.end()
    if ended.code:
        warn(f"{name}: {command} ended with status {ended.code}")
        return ExitCode.STEP_FAILED
    return ExitCode.OK


@contextmanager
def printed_by_command(name: str, command: str, root: Path) -> Iterator[Path]:
    """Run a log's command and keep what it prints now, to be counted; what is left out of it is told."""
    from cockpit import process
    from cockpit.logs.sources import printed

    with printed(name, process.shell(command), cwd=root) as output:
        if output.unfinished:
            warn(f"{name}: {command} {output.unfinished}: what it had printed until then is counted")
        elif output.code:
            warn(f"{name}: {command} ended with status {output.code}")
        yield output.path


def view(open_log: Callable[[], tuple[str, Path | LogOrigin, str]], *, piped: bool) -> ExitCode:
    """Show a log on the full screen; what is piped in is read while the keys come from the terminal."""
    if not sys.stderr.isatty() or not (piped or sys.stdin.isatty()):
        raise UsageError("--view needs a terminal", fix="Leave it out to print the lines")
    from cockpit.tui.log_app import LogApp

    if not piped:
        name, origin, timezone = open_log()
        app = LogApp([(name, origin)], timezone)
        app.run()
        return ExitCode(app.return_code or 0)
    from cockpit.logs.feeds import PipeFeed

    feed = PipeFeed("stdin", _give_keys_to_terminal())
    feed.start()
    app = LogApp([("stdin", feed.path)])
    try:
        app.run()
    finally:
        feed.stop()
    return ExitCode(app.return_code or 0)


def _give_keys_to_terminal() -> int:
    """Put the terminal in the place of standard input, and return a descriptor of what was piped in."""
    piped = os.dup(0)
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        raise UsageError("--view needs a terminal", fix="Leave it out to print the lines") from None
    os.dup2(terminal, 0)
    os.close(terminal)
    return piped

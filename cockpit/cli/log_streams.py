"""`cockpit logs` on what is no file: standard input, a configured command, several files; and on the full screen."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli.common import own_preferences, status_of, wants_mouse, warn
from cockpit.collection import hold_collector
from cockpit.errors import ExitCode, RefusedError, UsageError
from cockpit.text import visible

if TYPE_CHECKING:
    from cockpit.cli.log_choice import ChosenLog
    from cockpit.logs.query import LogQuery
    from cockpit.preferences import Preferences
    from cockpit.tui.log_app import LogApp
    from cockpit.workspace import Workspace

STDIN = "-"
_CHUNK = 64 * 1024


class LinePrinter:
    """Prints the wanted lines of a stream as its bytes come, or with `-n` the last of them at its end."""

    def __init__(self, name: str, query: LogQuery, timezone: str, encoding: str = "") -> None:
        from cockpit.logs.classify import Classifier
        from cockpit.logs.query import Chooser
        from cockpit.logs.split import LineSplitter
        from cockpit.times import zone

        self._splitter = LineSplitter(encoding=encoding)
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
            line = self._classifier.classify(text)
            if not self._chooser.wants(line):
                continue
            if self._last is None:
                print(visible(line.text))
            else:
                self._last.append(line.text)


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
    printer = LinePrinter(name, query, workspace.run.timezone, workspace.run.configuration.logs[name].encoding)
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


def view(choose: Callable[[], list[ChosenLog]], *, piped: bool) -> ExitCode:
    """Show logs on the full screen; what is piped in is read while the keys come from the terminal."""
    if not sys.stderr.isatty() or not (piped or sys.stdin.isatty()):
        raise UsageError("--view needs a terminal", fix="Leave it out to print the lines")
    if not piped:
        return _view_logs(choose())
    from cockpit.logs.feeds import PipeFeed
    from cockpit.tui.log_app import LogApp

    feed = PipeFeed("stdin", _give_keys_to_terminal())
    feed.start()
    preferences = own_preferences()
    app = LogApp([("stdin", feed.path)])
    try:
        _run(app, preferences)
    finally:
        feed.stop()
    return status_of(app.return_code)


def _view_logs(logs: list[ChosenLog]) -> ExitCode:
    hold_collector()
    reader = None
    if len(logs) == 1 and len(logs[0].paths) == 1:
        from cockpit.logs.buffer import LogBuffer
        from cockpit.logs.reader import FIRST_LINES, LogReader
        from cockpit.times import zone

        # While the screen is loaded the newest lines are read: they are on its first frame.
        (log,) = logs
        reader = LogReader(
            log.name, log.paths[0], buffer=LogBuffer(), zone=zone(log.timezone), encoding=log.encoding,
            first=FIRST_LINES,
        )  # fmt: skip
        reader.start()
    from cockpit.tui.log_app import LogApp

    preferences = own_preferences()
    app = LogApp([(log.name, log.origin) for log in logs], logs[0].timezone, reader=reader)
    _run(app, preferences)
    return status_of(app.return_code)


def _run(app: LogApp, preferences: Preferences) -> None:
    """Run the viewer as its user has set it; the keys of the log pages are theirs, too."""
    app.begin_in(preferences.theme)
    if preferences.keys:
        from cockpit.tui.keymap import keymap_of

        app.set_keymap(keymap_of(preferences)[0].for_textual)
    app.run(mouse=wants_mouse(preferences.mouse))


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

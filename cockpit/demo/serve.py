"""`cockpit demo --serve DIR`: the demo in the foreground, for a second terminal or a script."""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cockpit.demo.demo import Demo
from cockpit.signals import setting


def serve(
    directory: Path,
    *,
    now: datetime,
    say: Callable[[str], None],
    checklists: Path | None = None,
    prepare: Callable[[Demo], None] | None = None,
) -> None:
    """Set the demo up in `directory` and run it until SIGINT, SIGTERM or SIGHUP; its files stay, its processes do not.

    `prepare` is called between the set-up and the start. Runs in the main thread. Raises RefusedError for a directory
    that is neither empty nor a former demo.
    """
    with _until_signalled() as ended, Demo.create(directory, now=now, checklists=checklists) as demo:
        if prepare is not None:
            prepare(demo)
        demo.start()
        for line in _where(demo):
            say(line)
        ended.wait()


def _where(demo: Demo) -> Iterator[str]:
    yield f"shop       http://127.0.0.1:{demo.port}/"
    yield f"work tree  {demo.repository}"
    yield f"logs       {demo.root / 'var' / 'logs'}"
    yield f"database   {demo.root / 'var' / 'data' / 'shop.db'}"
    yield f"in a second terminal: cockpit --repo {shlex.quote(str(demo.repository))}"
    yield "Ctrl-C ends it"


@contextmanager
def _until_signalled() -> Iterator[threading.Event]:
    """Yield an event that the ending signals set; the handlers that were there come back."""
    ended = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, setting(ended)) for number in numbers}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

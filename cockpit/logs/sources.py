"""A log that is no single file, as it is now: the files that a pattern names, or what a command prints."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from cockpit import process
from cockpit.durations import short_duration
from cockpit.errors import NotFoundError
from cockpit.logs.volumes import matching

COMMAND_SECONDS = 20.0
COMMAND_BYTES = 64 * 1024 * 1024


class Printed(Struct, frozen=True):
    """What a command has printed is in the file `path`; `unfinished` says why it was ended before it did so itself."""

    path: Path
    code: int | None
    unfinished: str = ""


def matched(pattern: Path) -> tuple[Path, ...]:
    """Return the files that a pattern names, by name; NotFoundError where there are none."""
    found = tuple(map(Path, matching(str(pattern))))
    if not found:
        raise NotFoundError(f"no file matches {pattern}", fix="Look at its `file` under `logs:` in cockpit.yaml")
    return found


@contextmanager
def printed(
    name: str,
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    seconds: float = COMMAND_SECONDS,
    most: int = COMMAND_BYTES,
) -> Iterator[Printed]:
    """Run a log's command and keep what it prints on either stream in a file, which goes at the end.

    It is ended after `seconds`, or once it has printed `most` bytes. Raises ProcessError where it cannot be started.
    """
    enough = threading.Event()
    with tempfile.TemporaryDirectory(prefix="cockpit-log-") as directory:
        path = Path(directory) / f"{name}.log"
        with path.open("wb") as file:

            def keep(data: bytes) -> None:
                file.write(data[: most - file.tell()])
                if file.tell() >= most:
                    enough.set()

            ended = process.run(argv, cwd=cwd, timeout=seconds, cancel=enough, on_output=keep, grace=1.0)
        why = ""
        if ended.timed_out:
            why = f"goes on after {short_duration(seconds)}"
        elif ended.cancelled:
            why = f"has printed more than {most // (1024 * 1024)} MiB"
        yield Printed(path, ended.code, why)

"""What is left on the terminal when the screen crashes: where, and why, without anything that may be a secret."""

from __future__ import annotations

import contextlib
import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime

from rich.text import Text

from cockpit.crash import write_crash_report
from cockpit.tui.glyphs import shown, shown_lines

_SAID = "The cockpit's screen has crashed. What was recorded is on the disk, and what runs goes on: open it again."


def crash_report(mask: Callable[[str], str]) -> Text:
    """Return the exception being handled as plain text, with no values of variables, and keep it in a file."""
    trace = _masked(traceback.format_exc(), mask).rstrip()
    kept = keep_report(mask)
    return Text("\n".join([*shown_lines(trace), "", _SAID, "To report it, after a look at what it says:", shown(kept)]))


def keep_report(mask: Callable[[str], str]) -> str:
    """Keep a report of the exception being handled in a file, and return where, or why there is none."""
    trace = _masked(traceback.format_exc(), mask).rstrip()
    try:
        return str(write_crash_report(trace, at=datetime.now(UTC), mask=lambda text: _masked(text, mask)))
    except Exception as error:
        return f"no file could be written: {type(error).__name__}"


def _masked(text: str, mask: Callable[[str], str]) -> str:
    from cockpit.redact import redacted

    with contextlib.suppress(Exception):  # it may be what has crashed: the environment's are masked all the same
        text = mask(text)
    return redacted(text, os.environ)

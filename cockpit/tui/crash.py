"""What is left on the terminal when the screen crashes: where, and why, without anything that may be a secret."""

from __future__ import annotations

import os
import traceback

from rich.text import Text

from cockpit.redact import redacted
from cockpit.tui.glyphs import shown_lines

_SAID = (
    "The cockpit's screen has crashed. What was recorded is on the disk, and what runs goes on: open it again.\n"
    "Please report this, after a look at what it says:"
)


def crash_report() -> Text:
    """Return the exception being handled as plain text: no values of variables, and known secrets masked."""
    trace = redacted(traceback.format_exc(), os.environ)
    return Text("\n".join([_SAID, "", *shown_lines(trace.rstrip())]))

"""What is left on the terminal when the screen crashes: where, and why, without anything that may be a secret."""

from __future__ import annotations

import os
import traceback

from rich.text import Text

from cockpit.redact import redacted
from cockpit.text import visible_lines
from cockpit.tui.glyphs import ASCII, choose_glyphs

_SAID = (
    "The cockpit's screen has crashed. What was recorded is on the disk, and what runs goes on: open it again.\n"
    "Please report this, after a look at what it says:"
)


def crash_report() -> Text:
    """Return the exception being handled as plain text: no values of variables, and known secrets masked."""
    trace = redacted(traceback.format_exc(), os.environ)
    ascii_only = choose_glyphs() is ASCII
    return Text("\n".join([_SAID, "", *visible_lines(trace.rstrip(), ascii_only=ascii_only)]))

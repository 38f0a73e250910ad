"""The text field of every screen: what comes in, also by paste, can do nothing to the terminal."""

from __future__ import annotations

from textual.widgets import Input

from cockpit.text import visible
from cockpit.tui.glyphs import ASCII, choose_glyphs


class Field(Input):
    """One line of text, in which control and format characters stand escaped."""

    def validate_value(self, value: str) -> str:
        return visible(value, ascii_only=choose_glyphs() is ASCII)

"""The text field of every screen: what comes in, also by paste, can do nothing to the terminal."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from cockpit.text import visible
from cockpit.tui.glyphs import ASCII, choose_glyphs


class Field(Input):
    """One line of text, in which control and format characters stand escaped."""

    # How long its text is changes nothing around it: Textual would lay out the whole screen with every key.
    virtual_size = Reactive(Size(0, 0))

    def validate_value(self, value: str) -> str:
        return visible(value, ascii_only=choose_glyphs() is ASCII)

    def replace(self, text: str, start: int, end: int) -> None:
        """Put a text in place of a part; escaped before, so that the cursor comes to stand behind all of it."""
        super().replace(self.validate_value(text), start, end)

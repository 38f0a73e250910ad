"""Lines that are painted as they are drawn: Textual looks for borders, padding and opacity around each of them anew."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget


class Unframed(Widget):
    """A widget whose `render_line` is cheap to ask for the same line again; with a border it is as any other."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of a part of the widget."""
        if self.parent is None:
            # Taken down already, its component styles with it, and not yet taken off the screen.
            return [Strip.blank(crop.width)] * crop.height
        if any(self.styles.gutter):
            return super().render_lines(crop)
        background, filters = self.background_colors[1], self.get_line_filters()
        room = self.scrollable_content_region.width
        found = []
        for y in crop.line_range:
            strip = self.render_line(y)
            if strip.cell_length < room:
                strip = strip.adjust_cell_length(room)
            for each in filters:
                # Each copy of a strip costs as much as drawing it, and our own colours are true ones.
                if not isinstance(each, ANSIToTruecolor) or not all(_is_true(style) for _, style, _ in strip):
                    strip = strip.apply_filter(each, background)
            found.append(strip)
        if crop.x or crop.right < room:
            return [strip.crop(*crop.column_span) for strip in found]
        return found


@lru_cache(maxsize=4096)
def _is_true(style: Style | None) -> bool:
    """Whether a style names no colour that a terminal has its own idea of, and dims none."""
    if style is None:
        return True
    colours = [colour for colour in (style.color, style.bgcolor) if colour is not None]
    return not style.dim and all(colour.triplet is not None for colour in colours)

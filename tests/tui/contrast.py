"""How well what is painted can be read: the contrast of each cell's two colours, as WCAG counts it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rich._palettes import STANDARD_PALETTE
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.geometry import Region

from cockpit.tui.app import CockpitApp
from cockpit.tui.widgets.log_colours import contrast
from tests.tui.painted import strips

LEAST = 4.5
# What terminals make of the sixteen colours: as a Linux console has them, and as xterm has.
VGA = tuple(STANDARD_PALETTE[number].hex for number in range(16))
XTERM = (
    "#000000", "#cd0000", "#00cd00", "#cdcd00", "#0000ee", "#cd00cd", "#00cdcd", "#e5e5e5",
    "#7f7f7f", "#ff0000", "#00ff00", "#ffff00", "#5c5cff", "#ff00ff", "#00ffff", "#ffffff",
)  # fmt: skip
# Lines, bars and corners are no text.
_DRAWN = frozenset("─│╭╮╰╯┌┐└┘├┤┬┴┼━═▁▂▃▄▅▆▇█▔▊▋▌▍▎▏▉▖▗▘▝▞▟-=|+_~. ")


class Reading(NamedTuple):
    """A piece of text as painted, and how well it can be read."""

    text: str
    style: Style
    contrast: float


def contrast_of(style: Style, palette: tuple[str, ...] | None = None) -> float:
    """Return the contrast of a style; with a palette, as a terminal of sixteen colours shows it."""
    fore, back = style.color or Color.default(), style.bgcolor or Color.default()
    if palette is None:
        return contrast(fore.get_truecolor().hex, back.get_truecolor(foreground=False).hex)
    first, second = (color.downgrade(ColorSystem.STANDARD).number for color in (fore, back))
    assert first is not None
    assert second is not None
    return contrast(palette[first], palette[second])


def readings(
    app: CockpitApp, within: Region | None = None, palette: tuple[str, ...] | None = None
) -> Iterator[Reading]:
    """Yield every piece of text on the screen; lines and bars are left out."""
    region = within or app.screen.region
    for strip in strips(app)[region.y : region.bottom]:
        for text, style, _ in strip.crop(region.x, region.right):
            words = text.strip()
            if words and style is not None and not set(words) <= _DRAWN:
                yield Reading(words, style, contrast_of(style, palette))

"""The cockpit's themes: quiet when all is well, unmistakable when it is not, whatever a terminal or an eye can show.

Beside Textual's own variables each has those that the rows' inks are made of: `muted`, `rule`, the cursor's row, and
what calls (`alarm`, `caution`, `badge`, `production`), each a colour and the `…-ground` below it. `…-style` are the
attributes that carry the same where colours do not.
"""

from __future__ import annotations

from textual.theme import Theme

_STYLES = {
    "alarm-style": "bold",
    "mark-style": "bold",
    "field-style": "none",
    "disabled-style": "none",
    "cursor-style": "none",
}

DARK = Theme(
    name="dark",
    primary="#6cb2eb",
    secondary="#8fa8c2",
    accent="#7fd1c7",
    success="#6fc48a",
    warning="#e8b75a",
    error="#ff6b6b",
    foreground="#d5dde6",
    background="#0e1319",
    surface="#121920",
    panel="#1d2732",
    dark=True,
    variables={
        **_STYLES,
        "muted": "#8fa2b6",
        "text-disabled": "#8fa2b6",
        "rule": "#2f3f50",
        "cursor": "",
        "cursor-ground": "#22354a",
        "block-cursor-blurred-background": "#22354a",
        "error-muted": "#3c1a21",
        "alarm": "#ffffff",
        "alarm-ground": "#b3202c",
        "caution": "#1a1300",
        "caution-ground": "#e8b75a",
        "badge": "#0e1319",
        "badge-ground": "#6cb2eb",
        "production": "#ffffff",
        "production-ground": "#7a2a86",
        "block-cursor-foreground": "#0e1319",
        "border": "#2c3a49",
        "scrollbar": "#2c3a49",
        "scrollbar-background": "#121920",
        "scrollbar-hover": "#44566a",
        "scrollbar-active": "#6cb2eb",
    },
)
LIGHT = Theme(
    name="light",
    primary="#0b5cad",
    secondary="#4a6178",
    accent="#0b6b63",
    success="#18713a",
    warning="#8a5a00",
    error="#b91c1c",
    foreground="#1b2733",
    background="#f7f9fb",
    surface="#ffffff",
    panel="#e3eaf1",
    dark=False,
    variables={
        **_STYLES,
        "muted": "#506274",
        "text-disabled": "#506274",
        "rule": "#c3d0dc",
        "cursor": "",
        "cursor-ground": "#dceaf8",
        "block-cursor-blurred-background": "#dceaf8",
        "error-muted": "#fae3e4",
        "alarm": "#ffffff",
        "alarm-ground": "#b3202c",
        "caution": "#1a1300",
        "caution-ground": "#e8b75a",
        "badge": "#f7f9fb",
        "badge-ground": "#0b5cad",
        "production": "#ffffff",
        "production-ground": "#7a2a86",
        "block-cursor-foreground": "#ffffff",
        "border": "#b9c7d6",
        "scrollbar": "#b9c7d6",
    },
)
# Good is blue, bad is orange, and all of them differ in lightness: no two meanings by red and green.
COLOUR_BLIND = Theme(
    name="colour-blind",
    primary="#e4e9f0",
    secondary="#a9b6c6",
    accent="#c3b2f0",
    success="#4fa8ec",
    warning="#fff0a0",
    error="#f5762a",
    foreground="#d5dde6",
    background="#0e1319",
    surface="#121920",
    panel="#1d2732",
    dark=True,
    variables={
        **_STYLES,
        "muted": "#8f9eb0",
        "text-disabled": "#8f9eb0",
        "rule": "#2f3f50",
        "cursor": "",
        "cursor-ground": "#22303f",
        "block-cursor-blurred-background": "#22303f",
        "error-muted": "#33200f",
        "alarm": "#140900",
        "alarm-ground": "#f5762a",
        "caution": "#171300",
        "caution-ground": "#fff0a0",
        "badge": "#0e1319",
        "badge-ground": "#c9d6e4",
        "production": "#ffffff",
        "production-ground": "#1f4fa3",
        "block-cursor-foreground": "#0e1319",
        "border": "#44566a",
        "scrollbar": "#2c3a49",
        "scrollbar-background": "#121920",
        "scrollbar-hover": "#44566a",
        "scrollbar-active": "#e4e9f0",
    },
)
# The colours are the sixteen that a terminal without more has, as it calls them; grounds are of the first eight, for
# no console can be trusted with more. Nothing is mixed: a mixed colour would become whichever of them is nearest.
_BLACK, _RED, _BLUE, _MAGENTA, _CYAN, _WHITE = "#000000", "#aa0000", "#0000aa", "#aa00aa", "#00aaaa", "#aaaaaa"
_GREY, _BRIGHT_RED, _BRIGHT_GREEN, _YELLOW = "#555555", "#ff5555", "#55ff55", "#ffff55"
_BRIGHT_CYAN, _BRIGHT_WHITE = "#55ffff", "#ffffff"
SIXTEEN = Theme(
    name="16-colour",
    primary=_BRIGHT_CYAN,
    secondary=_WHITE,
    accent=_CYAN,
    success=_BRIGHT_GREEN,
    warning=_YELLOW,
    error=_BRIGHT_RED,
    foreground=_BRIGHT_WHITE,
    background=_BLACK,
    surface=_BLACK,
    panel=_BLUE,
    boost=_BLACK,
    dark=True,
    text_alpha=1.0,
    variables={
        **_STYLES,
        "muted": _WHITE,
        "rule": _GREY,
        "cursor": _BRIGHT_WHITE,
        "cursor-ground": _BLUE,
        "alarm": _BRIGHT_WHITE,
        "alarm-ground": _RED,
        "caution": _BLACK,
        "caution-ground": _WHITE,
        "badge": _BLACK,
        "badge-ground": _CYAN,
        "production": _BRIGHT_WHITE,
        "production-ground": _MAGENTA,
        "text": _BRIGHT_WHITE,
        "text-muted": _WHITE,
        "text-disabled": _WHITE,
        "text-primary": _BRIGHT_CYAN,
        "text-secondary": _WHITE,
        "text-warning": _YELLOW,
        "text-error": _BRIGHT_RED,
        "text-success": _BRIGHT_GREEN,
        "text-accent": _CYAN,
        "foreground-muted": _WHITE,
        "foreground-disabled": _WHITE,
        "primary-muted": _BLUE,
        "secondary-muted": _BLUE,
        "warning-muted": _BLACK,
        "error-muted": _BLACK,
        "success-muted": _BLACK,
        "accent-muted": _BLACK,
        "block-cursor-foreground": _BLACK,
        "block-cursor-background": _CYAN,
        "block-cursor-blurred-foreground": _BRIGHT_WHITE,
        "block-cursor-blurred-background": _BLUE,
        "block-hover-background": _BLACK,
        "input-selection-background": _CYAN,
        "input-selection-foreground": _BLACK,
        "input-cursor-background": _BRIGHT_WHITE,
        "input-cursor-foreground": _BLACK,
        "surface-active": _BLACK,
        "panel-lighten-1": _BLUE,
        "border": _WHITE,
        "border-blurred": _GREY,
        "scrollbar": _WHITE,
        "scrollbar-hover": _WHITE,
        "scrollbar-active": _BRIGHT_WHITE,
        "scrollbar-background": _BLACK,
        "scrollbar-background-hover": _BLACK,
        "scrollbar-background-active": _BLACK,
        "scrollbar-corner-color": _BLACK,
    },
)
# Its colours never reach the terminal: attributes carry what must be seen.
MONOCHROME = Theme(
    name="monochrome",
    primary=_BRIGHT_WHITE,
    foreground=_BRIGHT_WHITE,
    background=_BLACK,
    surface=_BLACK,
    panel=_BLACK,
    dark=True,
    variables={
        **SIXTEEN.variables,
        "alarm-style": "bold reverse",
        "mark-style": "bold reverse",
        "field-style": "underline",
        "disabled-style": "dim",
        "cursor-style": "reverse",
        # Textual takes a reverse away from the rows of its own lists.
        "block-cursor-text-style": "bold underline",
        "block-cursor-blurred-text-style": "bold underline",
    },
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT, COLOUR_BLIND, SIXTEEN, MONOCHROME)}
DESCRIPTIONS = {
    DARK.name: "light on dark",
    LIGHT.name: "dark on light",
    COLOUR_BLIND.name: "good is blue, bad is orange",
    SIXTEEN.name: "for consoles and old terminals",
    MONOCHROME.name: "no colours: bold, underline, reverse",
}


def offered_themes(color_system: str | None, *, no_color: bool) -> tuple[str, ...]:
    """Return the themes that a terminal can show, the one it gets by itself first.

    `color_system` is Rich's name of what the terminal can do; `no_color` says that its user wants none at all.
    """
    if no_color or color_system is None:
        return (MONOCHROME.name,)
    if color_system == "standard":
        return (SIXTEEN.name, MONOCHROME.name)
    return tuple(THEMES)

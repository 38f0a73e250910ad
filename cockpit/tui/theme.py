"""The inks that rows are drawn with, made of the theme in use."""

from __future__ import annotations

from msgspec import Struct
from rich.style import Style
from textual.app import App
from textual.theme import Theme

from cockpit.tui.themes import MONOCHROME


class Inks(Struct, frozen=True):
    """The styles that rows are drawn with, all of one theme."""

    plain: Style
    muted: Style
    strong: Style
    title: Style
    rule: Style
    good: Style
    warn: Style
    bad: Style
    alarm: Style  # what nobody may overlook
    caution: Style
    badge: Style
    production: Style
    cursor: Style  # laid over a row; with a colour of its own it hides the row's, but for what has its own ground
    accent: Style


_INKS: dict[str, Inks] = {}


def inks_of(app: App[object]) -> Inks:
    """Return the inks of the theme in use."""
    inks = _INKS.get(app.theme)
    if inks is None:
        inks = _INKS[app.theme] = made_of(app.current_theme)
    return inks


def made_of(theme: Theme) -> Inks:
    """Return the inks of a theme."""
    if theme.name == MONOCHROME.name:
        return _without_colours()
    variables = theme.variables

    def ink(color: str | None, *, bold: bool = False) -> Style:
        return Style(color=color, bold=bold or None)

    def on_ground(name: str, *, bold: bool = True) -> Style:
        return Style(color=variables[name] or None, bgcolor=variables[f"{name}-ground"], bold=bold or None)

    return Inks(
        plain=ink(theme.foreground),
        muted=ink(variables["muted"]),
        strong=ink(theme.foreground, bold=True),
        title=ink(theme.primary, bold=True),
        rule=ink(variables["rule"]),
        good=ink(theme.success),
        warn=ink(theme.warning, bold=True),
        bad=ink(theme.error, bold=True),
        alarm=on_ground("alarm"),
        # A console makes bold black grey.
        caution=on_ground("caution", bold=variables["caution"] != "#000000"),
        badge=on_ground("badge", bold=variables["badge"] != "#000000"),
        production=on_ground("production"),
        cursor=on_ground("cursor", bold=False),
        accent=ink(theme.accent),
    )


def _without_colours() -> Inks:
    plain, strong, called = Style(), Style(bold=True), Style(bold=True, reverse=True)
    return Inks(
        plain=plain,
        muted=plain,
        strong=strong,
        title=strong,
        rule=plain,
        good=plain,
        warn=strong,
        bad=Style(bold=True, underline=True),
        alarm=called,
        caution=called,
        badge=called,
        production=called,
        cursor=Style(reverse=True),
        accent=plain,
    )

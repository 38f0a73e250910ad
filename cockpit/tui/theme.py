"""The cockpit's colours: quiet when all is well, unmistakable when it is not; and the inks that rows are drawn with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct
from rich.console import RenderableType
from rich.style import Style
from textual.app import App
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme

from cockpit.collection import let_collector_go_on
from cockpit.tui.thrift import ThriftyApp

DARK = Theme(
    name="cockpit-dark",
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
        "block-cursor-foreground": "#ffffff",
        "border": "#2c3a49",
        "scrollbar": "#2c3a49",
        "scrollbar-background": "#121920",
        "scrollbar-hover": "#44566a",
        "scrollbar-active": "#6cb2eb",
    },
)
LIGHT = Theme(
    name="cockpit-light",
    primary="#0b5cad",
    secondary="#4a6178",
    accent="#0f766e",
    success="#18713a",
    warning="#8a5a00",
    error="#b91c1c",
    foreground="#1b2733",
    background="#f7f9fb",
    surface="#ffffff",
    panel="#e3eaf1",
    dark=False,
    variables={"border": "#b9c7d6", "scrollbar": "#b9c7d6"},
)


class ThemedApp(ThriftyApp, inherit_bindings=False):
    """An app in the cockpit's themes from the start: a theme that is set later has every style read once more.

    Where the garbage collector was held to load it, that goes on after the first frame.
    """

    theme = Reactive(DARK.name)

    def __init__(self) -> None:
        super().__init__()
        self._once_drawn: list[Callable[[], object]] | None = [let_collector_go_on]

    def after_first_frame(self, callback: Callable[[], object]) -> None:
        """Call `callback` once something is on the screen, from the app's own loop."""
        if self._once_drawn is None:
            self.call_later(callback)
        else:
            self._once_drawn.append(callback)

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        super()._display(screen, renderable)
        # While the screens are put together frames are thrown away, or have nothing on them.
        if self._once_drawn is not None and renderable is not None and not self._batch_count and screen.children:
            callbacks, self._once_drawn = self._once_drawn, None
            for callback in callbacks:
                self.call_later(callback)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """The themes by name, the cockpit's own among them."""
        return {**super().available_themes, DARK.name: DARK, LIGHT.name: LIGHT}


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
    alarm: Style  # white on red: what nobody may overlook
    caution: Style
    badge: Style
    production: Style
    cursor: Style  # laid over a row
    accent: Style


_INKS: dict[str, Inks] = {}


def inks_of(app: App[object]) -> Inks:
    """Return the inks of the theme in use."""
    inks = _INKS.get(app.theme)
    if inks is None:
        inks = _INKS[app.theme] = _inks(app.current_theme)
    return inks


def _inks(theme: Theme) -> Inks:
    light = not theme.dark
    muted = "#55677a" if light else "#8194a8"
    background = theme.background or "#000000"

    def ink(color: str | None, *, bold: bool = False, on: str | None = None) -> Style:
        return Style(color=color, bgcolor=on, bold=bold or None)

    return Inks(
        plain=ink(theme.foreground),
        muted=ink(muted),
        strong=ink(theme.foreground, bold=True),
        title=ink(theme.primary, bold=True),
        rule=ink("#c3d0dc" if light else "#2f3f50"),
        good=ink(theme.success),
        warn=ink(theme.warning, bold=True),
        bad=ink(theme.error, bold=True),
        alarm=ink("#ffffff", bold=True, on="#b3202c"),
        caution=ink("#1a1300", bold=True, on="#e8b75a"),
        badge=ink(background, bold=True, on=theme.primary),
        production=ink("#ffffff", bold=True, on="#7a2a86"),
        cursor=Style(bgcolor="#d3e4f5" if light else "#22354a"),
        accent=ink(theme.accent),
    )

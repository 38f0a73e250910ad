"""An app in one of the cockpit's themes from its first frame."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from rich.console import RenderableType
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor
from textual.notifications import Notify
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme

from cockpit.allocation import give_back_what_is_free
from cockpit.collection import let_collector_go_on
from cockpit.tui.lean_strips import make_strips_lean
from cockpit.tui.notices import Notices
from cockpit.tui.themes import DARK, MONOCHROME, THEMES, offered_themes
from cockpit.tui.thrift import ThriftyApp

make_strips_lean()


class Colourless(LineFilter):
    """Takes every colour away, and leaves the attributes."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments without colours."""
        return [
            Segment(text, None if style is None else _colourless(style), control) for text, style, control in segments
        ]


@lru_cache(maxsize=2048)
def _colourless(style: Style) -> Style:
    return style.without_color


class ThemedApp(ThriftyApp, inherit_bindings=False):
    """An app in the cockpit's themes from the start: a theme that is set later has every style read once more.

    Where the garbage collector was held to load it, that goes on after the first frame.
    """

    theme = Reactive(DARK.name)

    def __init__(self, *, theme: str = "") -> None:
        super().__init__()
        self._once_drawn: list[Callable[[], object]] | None = [let_collector_go_on, give_back_what_is_free]
        self.offered = offered_themes(self.console.color_system, no_color=bool(os.environ.get("NO_COLOR")))
        # Textual's own would be shades of grey.
        self._filters = [one for one in self._filters if not isinstance(one, Monochrome | NoColor)]
        self._colourless = Colourless(enabled=False)
        self._filters.append(self._colourless)
        self.begin_in(theme)
        self.notices = Notices(self)

    def begin_in(self, theme: str) -> None:
        """Be in this theme from the first frame on, where the terminal can show it; empty is the terminal's own."""
        chosen = theme if theme in self.offered else self.offered[0]
        self.watch_theme(chosen)
        if chosen != self.theme:
            self.set_reactive(ThemedApp.theme, chosen)
            self.stylesheet.set_variables(self.get_css_variables())

    def watch_theme(self, theme: str) -> None:
        """Let colours through, or none."""
        self.no_color = self._colourless.enabled = theme == MONOCHROME.name

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and event.key == "escape":
            self.notices.put_away()
        await super().on_event(event)

    def on_notify(self, event: Notify) -> None:
        """Keep what is told, to be read again."""
        self.notices.keep(event.notification)

    def _refresh_notifications(self) -> None:
        # In rows of their own: Textual's boxes would lie upon the newest lines of a log, or the row one is at.
        self.call_later(self.notices.show)

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
        """The cockpit's themes by name; no other has all that our styles name."""
        return THEMES

    def get_theme(self, theme_name: str) -> Theme | None:
        """Return the theme of that name; it is asked for with every row that is drawn."""
        return THEMES.get(theme_name)

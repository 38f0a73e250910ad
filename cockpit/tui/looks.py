"""How the screen looks and takes the mouse, as each person chose it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode
from textual.driver import Driver

from cockpit.layouts import LayoutStore, Taste

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class LooksActions(DOMNode):
    """The actions of every full screen on its looks."""

    def action_theme(self) -> None:
        """Choose the colours; they show at once, and Esc takes them back."""
        from cockpit.tui.dialogs.theme import ThemeDialog

        app = cast("CockpitApp", self.app)
        before = app.theme

        def chosen(theme: str | None) -> None:
            app.theme = theme or before
            if theme:
                keep_taste(app, lambda taste: Taste(theme, taste.mouse))

        if len(app.offered) > 1:
            app.push_screen(ThemeDialog(app.offered), chosen)
        else:
            app.tell("this terminal has no colours to choose from, or NO_COLOR is set")

    def action_mouse(self) -> None:
        """Take the mouse, or leave it to the terminal."""
        app = cast("CockpitApp", self.app)
        driver = app._driver
        if driver is None:
            return
        taken = not driver._mouse
        switch_mouse(driver, on=taken)
        keep_taste(app, lambda taste: Taste(taste.theme, taken))
        app.tell("the mouse works here now" if taken else "the mouse is the terminal's own again: it selects text")


def switch_mouse(driver: Driver, *, on: bool) -> None:
    """Ask the terminal to report the mouse, or no more; without a terminal it is only remembered."""
    enable, disable = (getattr(driver, f"_{word}_mouse_support", lambda: None) for word in ("enable", "disable"))
    if on:
        driver._mouse = True
        enable()
    else:
        disable()  # says nothing where the mouse is off already
        driver._mouse = False


def keep_taste(app: CockpitApp, change: Callable[[Taste], Taste]) -> None:
    """Remember what was chosen, for the person who sits here."""
    store, person = app.layouts, app.me
    if store is not None:
        app.in_thread(lambda: _keep(store, person, change))


def _keep(store: LayoutStore, person: str, change: Callable[[Taste], Taste]) -> None:
    with contextlib.suppress(OSError):  # it costs a choice at the next start, nothing else
        store.keep_taste(person, change(store.taste(person)))

"""Dialogs that took their time: a person may have gone on meanwhile, and keys meant for elsewhere would answer them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from textual.screen import Screen
from textual.widgets import Input

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

T = TypeVar("T")


def waits_for_it(asker: Screen[Any]) -> bool:
    """Whether the screen that asked for something is still the one in front, and nobody types into it."""
    return asker.is_active and not isinstance(asker.focused, Input)


def push_late(
    asker: Screen[Any], dialog: Screen[T], answered: Callable[[T | None], None], *, otherwise: str = ""
) -> bool:
    """Push what a screen asked for a while ago, and return whether it was; where it came too late, say `otherwise`."""
    app = cast("CockpitApp", asker.app)
    if waits_for_it(asker):
        app.push_screen(dialog, answered)
        return True
    if otherwise:
        app.tell(otherwise, severity="warning")
    return False

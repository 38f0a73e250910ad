"""It draws on every terminal, and follows while one resizes."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import FIRST_OPEN, Shop, leave

pytestmark = pytest.mark.full

_SIZES = [(200, 50), (80, 24), (60, 20), (40, 10), (20, 5), (80, 24)]


def test_it_follows_every_size(shop: Shop, open_terminal: OpenTerminal) -> None:
    terminal = open_terminal()
    shop.open(terminal, size=_SIZES[0])
    terminal.wait_for(FIRST_OPEN)
    for width, height in _SIZES:
        terminal.resize(width, height)
        # The identity stays to the last, and so does the item that one is at.
        terminal.wait_for(rf"\A shop  PROD(?s:.*)▸· {FIRST_OPEN[: width // 3]}")
        # A dialog, too, and the way back from it.
        terminal.press("?")
        terminal.wait_for("Keys on")
        terminal.press("Escape")
        terminal.wait_for(rf"▸· {FIRST_OPEN[:8]}")


def test_it_starts_on_the_smallest(shop: Shop, open_terminal: OpenTerminal) -> None:
    terminal = open_terminal()
    shop.open(terminal, size=(20, 5))
    terminal.wait_for(rf"\A shop  PROD(?s:.*)▸· {FIRST_OPEN[:8]}")
    terminal.press("4")
    terminal.wait_for("Tags ─")
    terminal.press("q")
    terminal.wait_for(rf"▸· {FIRST_OPEN[:8]}")
    leave(terminal)
    assert terminal.wait_for_exit() == 0

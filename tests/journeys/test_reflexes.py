"""By q alone one leaves, and by no other reflex; the terminal is a terminal again."""

from __future__ import annotations

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import FIRST_OPEN, Shop, leave
from tests.journeys.terminal import Terminal

pytestmark = pytest.mark.full


def assert_restored(terminal: Terminal) -> None:
    assert terminal.modes() == {"alternate": False, "cursor": True, "mouse": False}
    assert {"echo", "icanon", "isig"} <= terminal.settings()
    terminal.press(*"seen")
    terminal.wait_for("^seen")


def test_control_c_and_q_do_not_end_it(shop: Shop, open_terminal: OpenTerminal) -> None:
    terminal = open_terminal()
    shop.open(terminal)
    terminal.wait_for(FIRST_OPEN)
    terminal.press("C-c")
    terminal.wait_for("q leaves the cockpit")
    # Keys are taken in their order: what the second one does shows that the first one did nothing.
    terminal.press("C-q", "8")
    terminal.wait_for("8Time (?=.*rollback)(?s:.*)Timeline")
    terminal.press("q", "q")
    terminal.wait_for_focus("Cancel")
    terminal.press("Enter")
    terminal.wait_for(r"Leave the cockpit\?", gone=True)
    leave(terminal)
    assert terminal.wait_for_exit() == 0
    assert_restored(terminal)

"""Two terminals on one clone: of two people, and of one."""

from __future__ import annotations

import signal

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import FIRST_OPEN, FIRST_OPEN_ID, Shop


@pytest.mark.full
def test_each_sees_what_the_other_does(shop: Shop, open_terminal: OpenTerminal) -> None:
    ana, ben = open_terminal(), open_terminal()
    shop.open(ana, by="ana")
    ana.wait_for(r"ana\b.*\n(.*looks at it\n)? +1Check")
    shop.open(ben, by="ben")
    for each in (ana, ben):
        each.wait_for(r"ana\+ben\b.*\n(.*looks at it\n)? +1Check")

    ben.wait_for(f"▸· {FIRST_OPEN}")
    ben.press("Space")
    ana.wait_for(rf"✓ {FIRST_OPEN} +ben \d\d:\d\d")
    ana.press("j", "Space")
    ben.wait_for(r"✓ (?!Check application).* ana \d\d:\d\d\s*\n(?:.*\n)*══")

    ben.kill(signal.SIGKILL)
    assert ben.wait_for_exit() == 128 + signal.SIGKILL
    ana.wait_for(r"ana\+ben", gone=True)
    screen = ana.wait_for(r"\bana\b.*\n(.*looks at it\n)? +1Check")
    assert f"✓ {FIRST_OPEN}" in screen
    item = shop.item(FIRST_OPEN_ID)
    assert (item["state"], item["by"]) == ("done", "ben")


@pytest.mark.full
def test_one_person_at_two_terminals_is_one_and_goes_on_at_either(shop: Shop, open_terminal: OpenTerminal) -> None:
    one, other = open_terminal(), open_terminal()
    shop.open(one, by="ana")
    one.wait_for(r"ana\b.*\n(.*looks at it\n)? +1Check")
    shop.open(other, by="Ana")
    other.wait_for(f"▸· {FIRST_OPEN}")

    one.press("Space")
    screen = other.wait_for(rf"✓ {FIRST_OPEN} +ana \d\d:\d\d")
    assert "at the same time" not in screen
    assert "ana+Ana" not in screen
    other.press("u")
    other.wait_for("Undo your last record")
    other.press("Tab", "Space")
    one.wait_for(f"· {FIRST_OPEN}")
    one.press("W")
    one.wait_for(r"ana \(you\)(.*\n)+.*Ana ")
    one.press("Escape")

    other.kill(signal.SIGKILL)
    assert other.wait_for_exit() == 128 + signal.SIGKILL
    one.press("W")
    one.wait_for(r"ana \(you\)")
    one.wait_for(r"│.* Ana ", gone=True)
    assert shop.item(FIRST_OPEN_ID)["state"] == "open"

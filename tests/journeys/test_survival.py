"""What was shown as done stays done: after kill -9, and after a checkout that takes the configuration away."""

from __future__ import annotations

import signal

import pytest

from cockpit.git.command import Git
from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import FIRST_OPEN, FIRST_OPEN_ID, Shop


@pytest.mark.full
def test_a_tick_outlives_the_app_and_the_configuration(shop: Shop, open_terminal: OpenTerminal) -> None:
    terminal = open_terminal()
    shop.open(terminal)
    terminal.wait_for(f"▸· {FIRST_OPEN}")
    terminal.press("Space")
    terminal.wait_for(f"✓ {FIRST_OPEN}")
    terminal.kill(signal.SIGKILL)
    assert shop.item(FIRST_OPEN_ID)["state"] == "done"

    Git(shop.repository).output("checkout", "--quiet", "v2.1.0")
    assert not (shop.repository / "cockpit.yaml").exists()
    assert len(shop.ask("status")["items"]) == 116
    item = shop.item(FIRST_OPEN_ID)
    assert (item["state"], item["by"]) == ("done", "ana")

    again = open_terminal()
    shop.open(again, by="ben")
    again.wait_for(f"✓ {FIRST_OPEN} +ana")

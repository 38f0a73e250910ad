"""A rollback goes on without the screen that started it."""

from __future__ import annotations

import signal
from datetime import UTC, datetime

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import FIRST_OPEN, Shop, leave, roll_back
from tests.journeys.terminal import wait_until

pytestmark = pytest.mark.full


@pytest.mark.parametrize(
    "way", [pytest.param("leave", marks=pytest.mark.full), "hang up", pytest.param("kill", marks=pytest.mark.full)]
)
def test_a_rollback_outlives_its_screen(way: str, shop: Shop, open_terminal: OpenTerminal) -> None:
    terminal = open_terminal()
    shop.open(terminal)
    terminal.wait_for(FIRST_OPEN)
    roll_back(terminal)
    left = datetime.now(UTC)
    if way == "leave":
        terminal.press("q", "q")  # from the execution to the tags, from there to the checklist
        terminal.wait_for(FIRST_OPEN)
        leave(terminal)
        assert terminal.wait_for_exit() == 0
    elif way == "hang up":
        terminal.close()
    else:
        terminal.kill(signal.SIGKILL)

    wait_until(lambda: shop.ask("execution", "status")["outcome"], "the rollback's end", within=60)
    execution = shop.ask("execution", "status")
    assert (execution["outcome"], execution["version_seen"]) == ("succeeded", "v2.4.0")
    assert datetime.fromisoformat(execution["ended"]) > left
    assert shop.ask("status")["run"]["state"] == "rolled-back"

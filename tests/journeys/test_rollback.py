"""The whole flight: an item ticked, the release failing, the rollback from the main screen, and all well again."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.demo import watchdog
from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import COCKPIT, FIRST_OPEN, Shop, leave, roll_back, show_plan
from tests.journeys.terminal import Terminal, wait_until

UNTIL_RED = 90.0  # seconds in which the defect shows by itself


@contextmanager
def more_customers(root: Path) -> Iterator[None]:
    """Let twice as many customers in: the defect shows in half the time. They go when the demo ends."""
    settings = dict(line.split("=", 1) for line in (root / "etc" / "shop.env").read_text().splitlines()[1:])
    environment = {**os.environ, watchdog.VARIABLE: str(root)}
    command = [sys.executable, "-m", "cockpit.demo.traffic", settings["SHOP_PORT"]]
    with subprocess.Popen(command, env=environment) as customers:
        try:
            yield
        finally:
            customers.terminate()


def try_to_confirm_wrongly(terminal: Terminal) -> None:
    """Press Enter wherever one can, and paste the tag: nothing starts."""
    show_plan(terminal)
    terminal.wait_for_focus("Cancel")
    terminal.press("Enter")
    terminal.wait_for(r"Type v2\.4\.0 to confirm", gone=True)
    terminal.wait_for_focus("Roll back…")
    terminal.press("Enter")
    terminal.wait_for(r"Type v2\.4\.0 to confirm")
    terminal.press("v")
    terminal.wait_for("│ v +│")
    terminal.paste("2.4.0")
    assert "│ v2" not in terminal.wait_for("It must be typed, not pasted")
    terminal.press(*"2.4.0")
    terminal.wait_for("Right. Tab to the red button, then Space")
    terminal.press("Enter")
    terminal.wait_for("Enter never confirms: Tab, then Space")
    terminal.press("Tab")
    terminal.wait_for_focus("Roll back now")
    terminal.press("Enter")
    terminal.wait_for("Enter never confirms: press Space")
    terminal.press("Escape")
    terminal.wait_for(r"v2\.4\.0 to confirm", gone=True)
    terminal.press("Escape")
    terminal.wait_for("Roll back…", gone=True)
    terminal.press("1")
    terminal.wait_for(FIRST_OPEN)


@pytest.mark.full
@pytest.mark.parametrize("busy", [True, False])
def test_a_rollback(busy: bool, open_terminal: OpenTerminal, tmp_path: Path) -> None:
    terminal = open_terminal()
    terminal.start([*COCKPIT, "demo"], environment={"TMPDIR": str(tmp_path)})
    terminal.wait_for(f"▸· {FIRST_OPEN}")
    (root,) = tmp_path.iterdir()
    demo = Shop(root)
    terminal.press("Space")
    terminal.wait_for(f"✓ {FIRST_OPEN}")

    if busy:
        with more_customers(root):
            try_to_confirm_wrongly(terminal)
            assert demo.ask("status")["execution"] is None
            terminal.wait_for(r"\A.* api DOWN ", within=UNTIL_RED)
    terminal.wait_for(r"\A.* api DOWN ", within=UNTIL_RED)
    terminal.wait_for(r"── app ─.* [1-9]\d* errors/min(?s:.*)(ERROR|Traceback|raise |Exhausted)", within=UNTIL_RED)

    before = terminal.pressed
    roll_back(terminal)
    assert terminal.pressed - before - len("v2.4.0") <= 6
    terminal.wait_for(r"^  DONE  .*version v2\.4\.0 seen", within=60)

    terminal.press("q", "1")
    terminal.wait_for(r"\A shop  PROD  v2\.4\.1 +ROLLED BACK +to v2\.4\.0 (?!.*DOWN)(?s:.*) all well\b", within=60)
    leave(terminal)
    assert terminal.wait_for_exit(within=40) == 0
    assert not root.exists()
    wait_until(lambda: not watchdog.processes_of(root), "the demo's processes to end")

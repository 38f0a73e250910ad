"""The shop is down: the abnormal list leads to the runbook, its commands run when told to, and the incident is told."""

from __future__ import annotations

import subprocess

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import Shop
from tests.journeys.terminal import Terminal, wait_until


def press_button(terminal: Terminal, label: str) -> None:
    """Go to a button by Tab and press it."""
    for _ in range(8):
        if label in terminal.highlighted():
            break
        before = terminal.highlighted()
        terminal.press("Tab")
        wait_until(lambda before=before: terminal.highlighted() != before, "the focus to go on")  # type: ignore[misc]
    terminal.wait_for_focus(label)
    terminal.press("Enter")


@pytest.mark.full
def test_from_the_alarm_by_the_runbook_to_the_post_mortem(shop: Shop, open_terminal: OpenTerminal) -> None:
    terminal = open_terminal()
    shop.open(terminal, size=(100, 30))
    subprocess.run([shop.root / "bin" / "shopctl", "stop"], check=True, capture_output=True)
    terminal.wait_for(r"\A shop  PROD .* DOWN")

    # The alarm opens the runbook, and runs nothing.
    terminal.press("!")
    terminal.wait_for(r"(port|api|shop|checkout) DOWN .*Application Down")
    terminal.press("Enter")
    terminal.wait_for(r"▶ 1\. Check server status +command")
    assert not shop.ask("status")["runbooks"][0]["started_at"]

    terminal.press("I")
    terminal.wait_for("Open a critical incident, following Application Down")
    terminal.press(*"Nobody-can-buy", "Enter")
    terminal.wait_for(r"^ +INCIDENT \d+s +critical +Nobody-can-buy .*next update in 30m")

    # Its status, with what it printed; a status that says no is no success.
    terminal.press("Enter")
    terminal.wait_for(r"bin/shopctl")
    terminal.wait_for_focus("Cancel")
    press_button(terminal, "Run it")
    terminal.wait_for(r"failed, exit status 3")
    press_button(terminal, "Done")
    terminal.wait_for(r"✓ 1\. Check server status +done ana")

    terminal.press("s")
    terminal.wait_for("Skip: View logs")
    terminal.press(*"seen", "Enter")
    terminal.wait_for(r"– 2\. View logs +skipped ana")

    terminal.wait_for(r"▸▶ 3\. Restart service")
    terminal.press("Enter")
    terminal.wait_for(r"shopctl(?s:.*)stop;(?s:.*)start")
    terminal.wait_for_focus("Cancel")
    press_button(terminal, "Run it")
    terminal.wait_for(r"ok, exit status 0")
    press_button(terminal, "Done")
    terminal.wait_for(r"✓ 3\. Restart service +done ana")
    terminal.wait_for(r"\A shop  PROD .* DOWN", gone=True, within=40)

    terminal.press("C")
    terminal.wait_for("Close: Nobody-can-buy")
    terminal.press(*"restarted", "Enter")
    terminal.wait_for("no incident is open")

    (runbook,) = (one for one in shop.ask("status")["runbooks"] if one["id"] == "application-down")
    assert runbook["started_at"] is None, "the next incident begins it anew"
    page = shop.ask("incident", "export")
    assert (page["how_it_ended"], page["closed_by"]) == ("restarted", "ana")
    assert [step["state"] for step in page["runbooks"][0]["steps"]] == ["done", "skipped", "done", "open"]
    told = [moment["text"] for moment in page["timeline"]]
    assert any("Restart service succeeded" in text for text in told)

"""The three who use it, each in a real ssh session: the release manager, the pair, the daily reviewer and a watcher."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import COCKPIT, FIRST_OPEN, FIRST_OPEN_ID, Shop, roll_back
from tests.journeys.terminal import wait_until
from tests.journeys.test_second_person import PAYMENT, go_to_payment
from tests.sshd import sshd

pytestmark = pytest.mark.full


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[list[str]]:
    with sshd(tmp_path / "ssh") as command:
        yield command


def screens(shop: Shop) -> list[str]:
    """Return who has a screen open, as colleagues are told."""
    return [one["name"] for one in shop.ask("status")["present"] if one["kind"] == "screen"]


def test_a_release_manager_rolls_back_loses_the_line_and_comes_back(
    shop: Shop, ssh: list[str], open_terminal: OpenTerminal
) -> None:
    terminal = open_terminal()
    shop.open(terminal, through=ssh)
    terminal.wait_for(f"▸· {FIRST_OPEN}")
    terminal.press("Space")
    terminal.wait_for(f"✓ {FIRST_OPEN} +ana")

    subprocess.run([shop.root / "bin" / "shopctl", "stop"], check=True, capture_output=True)
    terminal.wait_for(r"\A shop  PROD .* DOWN")
    terminal.press("!")
    terminal.wait_for(r"Abnormal, the gravest first(?s:.*)(port|api|shop|checkout) DOWN ")
    terminal.press("Escape")
    terminal.wait_for("Abnormal, the gravest first", gone=True)
    subprocess.run([shop.root / "bin" / "shopctl", "start"], check=True, capture_output=True)
    roll_back(terminal)

    # The line is cut: nobody says good-bye to anybody.
    terminal.kill(signal.SIGKILL)
    wait_until(lambda: screens(shop) == [], "the screen at the other end to go")
    shop.ask("note", "the gateway was told", "--by", "ben")
    wait_until(lambda: shop.ask("execution", "status")["outcome"], "the rollback's end", within=60)
    execution = shop.ask("execution", "status")
    assert (execution["outcome"], execution["version_seen"]) == ("succeeded", "v2.4.0")

    again = open_terminal()
    shop.open(again, through=ssh)
    again.wait_for(r"Rollback ─ v2\.4\.1 → v2\.4\.0")  # where it was
    again.wait_for(r"Since you looked, .* ago: \d+ changes? by")
    again.press("PageDown")
    again.wait_for(r"noted: the gateway was told")
    assert shop.item(FIRST_OPEN_ID)["by"] == "ana"


def test_a_pair_ticks_together_and_a_reviewer_goes_through_it_the_next_day(
    shop: Shop, ssh: list[str], open_terminal: OpenTerminal
) -> None:
    ana, ben = open_terminal(), open_terminal()
    shop.open(ana, by="ana", through=ssh)
    shop.open(ben, by="ben", through=ssh)
    for each in (ana, ben):
        each.wait_for(r"\A.*ana\+ben\b")
    ben.wait_for(f"▸· {FIRST_OPEN}")
    ben.press("Space")
    ana.wait_for(rf"✓ {FIRST_OPEN} +ben \d\d:\d\d")

    go_to_payment(ana)
    ana.press("p")
    ana.wait_for(f"To the second person: {PAYMENT}")
    ana.press(*"paid-49.90", "Enter")
    ben.wait_for(r"\A shop  PROD .*YOUR ANSWER")
    go_to_payment(ben)
    ben.press("p")
    ben.wait_for(f"Second person: {PAYMENT}")
    ben.press(*"receipt-49.90", "Enter")
    ana.wait_for(rf"✓ {PAYMENT} +ben \d\d:\d\d")

    ana.press("W")
    ana.wait_for(r"Who is here: nobody drives")
    ana.press("t")
    for each in (ana, ben):
        each.wait_for(r"\A.*⊛ana\+ben\b")
    ana.press("W")
    ana.wait_for(r"Who is here: ana drives")
    ana.press("j", "Enter")
    ana.wait_for_focus("Cancel")
    ana.press("Tab")
    ana.wait_for_focus("Give the wheel")
    ana.press("Enter")
    for each in (ana, ben):
        each.wait_for(r"\A.*⊛ben\+ana\b")
    for each in (ana, ben):
        each.kill(signal.SIGKILL)
    wait_until(lambda: screens(shop) == [], "both to be gone")

    # A watcher may look at everything, and change nothing.
    watcher = open_terminal()
    shop.open(watcher, "--readonly", by="eve", through=ssh)
    watcher.wait_for(FIRST_OPEN)
    watcher.press("Space")
    watcher.wait_for("this cockpit is read-only")
    watcher.kill(signal.SIGKILL)
    told = json.dumps(shop.ask("timeline"))
    assert '"ben"' in told
    assert '"eve"' not in told

    # The daily reviewer: first what a script would read, then the page, and then it is complete.
    there = [f"{name}={value}" for name, value in {**shop.environment, "PATH": os.environ["PATH"]}.items()]
    command = ["env", *there, *COCKPIT, "--repo", str(shop.repository), "--json", "review", "--since", "24h"]
    review = subprocess.run([*ssh, shlex.join(command)], capture_output=True, check=True).stdout
    assert PAYMENT in json.dumps(json.loads(review))
    reviewer = open_terminal()
    shop.open(reviewer, by="cleo", through=ssh, size=(100, 40))
    reviewer.press("0")
    reviewer.wait_for(r"^── Review ")
    for _ in range(3):
        reviewer.press("C-d")
    reviewer.press(":")
    reviewer.wait_for("Type a part of what you want to do")
    reviewer.press(*"complete-the-rev".replace("-", " "))
    reviewer.wait_for("Say that you have gone through the review")
    reviewer.press("Enter")
    reviewer.wait_for(r"cleo has gone through this review\?")
    reviewer.wait_for_focus("Cancel")
    reviewer.press("Tab")
    reviewer.wait_for_focus("Complete")
    reviewer.press("Enter")
    reviewer.wait_for(r"^── Review ─ since .*, the last review, by cleo ")

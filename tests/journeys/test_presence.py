"""Two people see each other: where they are, who drives, and what happened while one was away."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests.journeys.clones import TwoClones
from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import FIRST_OPEN, Shop, leave
from tests.journeys.terminal import wait_until

pytestmark = pytest.mark.full


def test_on_one_clone_each_sees_where_the_other_is_and_who_drives(shop: Shop, open_terminal: OpenTerminal) -> None:
    ana, ben = open_terminal(), open_terminal()
    shop.open(ana, by="ana")
    shop.open(ben, by="ben")
    ana.wait_for(r"\A.*ana\+ben\b")
    ben.press("4")
    ben.wait_for(r"^▸.* v2\.4\.0 ")
    ana.press("W")
    ana.wait_for(r"Who is here: nobody drives")
    ana.wait_for(r"ana \(you\) .* checklist: .*here")
    ana.wait_for(r"ben .* tags.*here")
    ana.press("t")
    for each in (ana, ben):
        each.wait_for(r"\A.*⊛ana\+ben\b")

    ben.press("Enter")
    ben.wait_for_focus("Cancel")
    ben.press("Tab")
    ben.wait_for_focus("Roll back…")
    ben.press("Enter")
    ben.wait_for(r"ana drives: take the wheel first")
    ben.wait_for_focus("Cancel")
    ana.press("W")
    ana.wait_for(r"Who is here: ana drives")
    ana.press("j", "Enter")
    ana.wait_for(r"Give the wheel to ben\? What they must know")
    ana.wait_for_focus("Cancel")
    ana.press("Tab")
    ana.wait_for_focus("Give the wheel")
    ana.press("Enter")
    ben.wait_for(r"Type v2\.4\.0 to confirm")
    ben.press("Escape")
    ben.wait_for(r"Type v2", gone=True)
    ben.press("Escape")
    ben.wait_for("direction", gone=True)
    ben.wait_for(r"\A.*⊛ben\+ana\b")

    ben.press("q")
    ben.wait_for(f"▸· {FIRST_OPEN}")
    ben.kill(signal.SIGKILL)
    ben.wait_for_exit()
    ana.wait_for(r"\A.*ana \(⊛ben\)")


def test_who_comes_back_is_told_what_happened(shop: Shop, open_terminal: OpenTerminal) -> None:
    ana = open_terminal()
    shop.open(ana, by="ana")
    ana.wait_for(f"▸· {FIRST_OPEN}")
    leave(ana)
    assert ana.wait_for_exit() == 0
    shop.ask("note", "the queue drains slowly", "--by", "ben")
    shop.ask("item", "tick", "check-application-logs-for-errors", "--by", "ben")
    again = open_terminal()
    shop.open(again, by="ana")
    again.wait_for(r"Since you looked, .* ago: \d+ changes by")
    again.wait_for(r"noted: the queue drains slowly")
    again.press("Escape")
    again.wait_for("Since you looked", gone=True)


def test_across_clones_each_sees_the_other_come_and_go(open_terminal: OpenTerminal, tmp_path: Path) -> None:
    both = TwoClones(tmp_path)
    ana, ben = open_terminal(), open_terminal()
    both.ana.open(ana)
    both.ben.open(ben)
    for each, expected in ((ana, r"\A.*ana\+ben\b"), (ben, r"\A.*ben\+ana\b|\A.*ana\+ben\b")):
        each.wait_for(expected, within=40)
    ana.press("W")
    ana.wait_for(r"ben +\S+ .*checklist.*here", within=40)
    ana.press("Escape")
    leave(ben)
    ben.wait_for_exit()
    ana.wait_for(r"\A.*ana\+ben\b", within=40, gone=True)
    present = both.ana.ask("status")["present"]
    assert [one["name"] for one in present if one["kind"] == "screen"] == ["ana"]
    leave(ana)
    ana.wait_for_exit()

    def refs() -> str:
        listed = ["git", "for-each-ref", "refs/cockpit/presence"]
        return subprocess.run(listed, cwd=both.remote, capture_output=True, text=True, check=True).stdout

    wait_until(lambda: refs() == "", "the refs of those who left to go", within=40)


def test_a_shared_account_is_asked_on_opening(shop: Shop, open_terminal: OpenTerminal) -> None:
    subprocess.run(["git", "config", "user.name", "deploy"], cwd=shop.repository, check=True)
    terminal = open_terminal()
    shop.open(terminal, by="")
    terminal.wait_for(r"Who are you\?")
    terminal.wait_for(r"deploy is an account that several people use")
    terminal.press(*"dora", "Enter")
    terminal.wait_for(r"\A.*\bdora\b")
    terminal.press("Space")
    terminal.wait_for(rf"✓ {FIRST_OPEN} +dora \d\d:\d\d")
    assert shop.ask("status")["present"][0]["name"] == "dora"

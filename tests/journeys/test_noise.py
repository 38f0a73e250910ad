"""What comes over a line that nobody has typed: another encoding, other protocols, noise; the app goes on."""

from __future__ import annotations

import contextlib
import subprocess
from pathlib import Path

import pytest

from tests.journeys.clones import quiet_clone
from tests.journeys.line import Line
from tests.journeys.shop import COCKPIT
from tests.journeys.terminal import PATIENCE
from tests.store.support import make_repository

pytestmark = pytest.mark.full

NOISE = (
    "é".encode("latin-1"),
    b"\xff\xfe\x00\xc3",
    b"\x1b[9999999u",
    b"\x1b[97:65;2u",
    b"\x1b[55296u",
    b"\x1b[48;0;0;0;0t",
    b"\x1b[<0;999999;999999M",
    b"\x1b[200~\xff\x1b[201~",
)


def test_noise_on_the_line_ends_nothing(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("2026-07-01 12:00:00 INFO seq=1\n")
    with Line(
        [*COCKPIT, "logs", "--view", str(log)], environment={"COCKPIT_STATE_DIR": str(tmp_path / "state")}
    ) as line:
        line.wait_for("seq=1")
        for noise in NOISE:
            line.send(noise)
        line.press("\x1b")
        line.press("/")
        line.wait_for("pattern, level")
        line.send("café".encode("latin-1") + b" seq")
        line.wait_for("caf\ufffd seq")
        assert line.process.poll() is None
        line.press("\x1b")
        line.wait_for("caf", gone=True)
        line.press("q")
        assert line.wait_for_exit() == 0
        assert line.left_on() == []


def test_what_nobody_typed_ticks_nothing(tmp_path: Path) -> None:
    clone = quiet_clone(tmp_path)
    with Line(clone.command, environment=clone.environment) as line:
        line.wait_for(r"\S. Run security audit")
        line.send(b"\x1b[200~log: \x1b[31mred lines and more of them\x1b[0m 4 8 q\x1b[201~")
        line.send(b"\x1b[>41;354;0c\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\\x1bP>|xterm(370)\x1b\\\x1b \x1b ")
        line.press("?")
        line.wait_for("Keys on Checklist")  # it is on the page it was on
        line.press("\x1b")
        line.wait_for("Keys on Checklist", gone=True)
        line.press("q")
        line.wait_for(r"Leave the cockpit\?")
        line.press("\t\r")
        assert line.wait_for_exit() == 0
    assert not [item for item in clone.ask("status")["items"] if item["state"] != "open"]


def test_an_answer_in_another_encoding_is_an_answer(tmp_path: Path) -> None:
    repo = make_repository(tmp_path / "shop")
    # As most locales have it; that of the tests takes any byte.
    environment = {"COCKPIT_STATE_DIR": str(tmp_path / "state"), "PYTHONIOENCODING": "utf-8:strict"}
    with Line([*COCKPIT, "--repo", str(repo), "init"], environment=environment) as line:
        line.wait_for(r"\]: *$")
        line.send("café".encode("latin-1") + b"\r")
        line.wait_for("caf")
        for _ in range(60):
            if line.process.poll() is not None:
                break
            line.press("\r")
            with contextlib.suppress(subprocess.TimeoutExpired):
                line.process.wait(0.3)
        assert line.process.wait(PATIENCE) == 0
        assert "Traceback" not in line.screen()

"""Several environments in one configuration: the screen asks which one is meant, and shows that one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.clones import Clone
from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import COCKPIT
from tests.tui.scenes import build_repository

pytestmark = pytest.mark.full

_CONFIGURATION = """\
service: shop
state_remote: none
probes:
  api: {command: "true", title: Common}
environments:
  staging:
    probes:
      mail: {command: "true", title: Mail of staging}
  production: {production: true}
"""


def test_the_screen_asks_which_environment_is_meant(open_terminal: OpenTerminal, tmp_path: Path) -> None:
    build_repository(tmp_path / "seed", _CONFIGURATION)
    clone = Clone(tmp_path, "ana", tmp_path / "seed")
    command = [*COCKPIT, "--repo", str(clone.repository), "--by", "ana"]
    terminal = open_terminal()
    terminal.start(command, size=(120, 40), environment=clone.environment)
    terminal.wait_for("describes several environments")
    terminal.wait_for(r"staging, production(?s:.*)Which\?")
    terminal.press(*"staging", "Enter")
    terminal.wait_for("No release run is open")
    terminal.press(*"v2.4.1", "Enter")
    terminal.wait_for(r"\A shop  STAGING +v2\.4\.1 ")
    terminal.wait_for(r"\A.* watching")
    terminal.press("3")
    terminal.wait_for("mail")

    clone.ask("release", "open", "v2.4.1", "--env", "production")
    other = open_terminal()
    other.start([*command, "--env", "production"], size=(120, 40), environment=clone.environment)
    other.wait_for(r"\A shop  PROD +v2\.4\.1 ")
    # It has a watcher of its own, and none of the other's probes.
    other.wait_for(r"\A.* watching")
    other.press("3")
    other.wait_for(r"api")
    assert "mail" not in other.screen()
    assert [probe["name"] for probe in clone.ask("status", "--env", "production")["probes"]] == ["api"]

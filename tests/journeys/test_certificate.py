"""A certificate expires while the cockpit is open: its item turns red by itself, and back once it is renewed."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.journeys.clones import Clone
from tests.journeys.conftest import OpenTerminal
from tests.journeys.site import Authority, Site
from tests.store.support import git
from tests.tui.scenes import build_repository

pytestmark = pytest.mark.full

ITEM = "launch/web/certificate"
LASTS = 25  # seconds: long enough to be seen green
_CONFIGURATION = """\
service: shop
environment: {{name: production, production: true}}
state_remote: none
checklists: [launch]
checks:
  {item}:
    tls: {{address: "127.0.0.1:{port}", days: 0, ca_file: {ca_file}}}
    closes: true
    interval: 1s
"""
_CHECKLIST = """\
id: launch
title: Launch
phases:
  - id: launch
    title: Launch
    pause_point: true
    sections:
      - id: web
        title: Web
        items:
          - {id: launch/web/certificate, text: The certificate is good, killer: true}
"""


def test_a_certificate_expires_under_an_open_cockpit(open_terminal: OpenTerminal, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    with Site(tmp_path / "site", authority) as site:
        clone = _clone(tmp_path, _CONFIGURATION.format(item=ITEM, port=site.port, ca_file=authority.file))
        ends = int(time.time()) + LASTS
        site.renew(ends=ends)
        expired = f"the certificate expired on {_told(ends)}"
        terminal = open_terminal()
        clone.open(terminal, size=(140, 40))
        terminal.wait_for(r"= The certificate is good +.*SENSED +0 days left")
        assert _gate(clone) == (0, [])

        terminal.wait_for(rf"The certificate is good +.*REGRESSED +{expired[:20]}", within=LASTS + 20)
        assert time.time() >= ends, "not before it has expired"
        terminal.wait_for(r"\A.* The certificate is good: regressed")
        terminal.wait_for(r"PAUSE POINT ═ +NO-GO +The certificate is good: regressed")
        assert _gate(clone) == (1, [f"The certificate is good: regressed ({expired})"])
        found = clone.item(ITEM)
        assert (found["state"], found["detail"], found["by"]) == ("regressed", expired, None)

        renewed = time.time() + 90 * 86400 + 3600  # 90 whole days for all of this test
        site.renew(ends=renewed)
        terminal.wait_for(r"= The certificate is good +.*SENSED +90 days left")
        terminal.wait_for(r"\A.*regressed", gone=True)
        assert _gate(clone) == (0, [])
        assert clone.item(ITEM)["state"] == "sensed"

        told = [event["text"] for event in clone.ask("timeline") if event["kind"] == "item.observed"]
        assert [text.partition(" (on ")[0] for text in told] == [
            f"saw The certificate is good: 0 days left, until {_told(ends)}, TLSv1.3",
            f"saw FAIL The certificate is good: {expired}",
            f"saw The certificate is good: 90 days left, until {_told(renewed)}, TLSv1.3",
        ]
        terminal.press("8")
        good, fail = "saw The certificate is good", "saw FAIL The certificate is good"
        shown = terminal.wait_for(r"Timeline(?s:.*)saw FAIL The certificate is good(?s:.*) in full ")
        told_on_screen = shown.partition(" in full ")[0]  # below it stands the last one once more
        assert told_on_screen.count(good) == 2
        assert told_on_screen.count(fail) == 1


def _clone(root: Path, configuration: str) -> Clone:
    """Return a clone with an open run that is trusted, whose one item the configuration's check closes."""
    seed = root / "seed"
    build_repository(seed, configuration)
    (seed / "checklists").mkdir()
    (seed / "checklists" / "launch.yaml").write_text(_CHECKLIST)
    git(seed, "add", "-A")
    git(seed, "commit", "-qm", "the launch's checklist")
    clone = Clone(root, "ana", seed)
    clone.ask("release", "open", "v2.4.1")
    clone.ask("trust")
    return clone


def _told(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%MZ}"


def _gate(clone: Clone) -> tuple[int, list[str]]:
    """Return the exit code of `cockpit gate`, and its reasons."""
    done = clone.run("gate")
    return done.returncode, [reason["why"] for reason in json.loads(done.stdout)["reasons"]]

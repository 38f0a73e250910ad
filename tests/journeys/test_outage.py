"""The service goes down under a live cockpit: the third failure turns the state, two passes turn it back."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.times import epoch
from tests.health.parts import accepts, running, unused_port
from tests.journeys.clones import Clone
from tests.journeys.conftest import OpenTerminal
from tests.store.support import git
from tests.tui.scenes import build_repository

pytestmark = pytest.mark.full

EVERY = 0.5  # seconds between looks
_CONFIGURATION = """\
service: shop
environment: {{name: production, production: true}}
state_remote: none
checklists: [launch]
probes:
  web: {{title: Shop front, http: "http://127.0.0.1:{port}/", interval: 500ms}}
"""
_CHECKLIST = """\
id: launch
title: Launch
phases:
  - id: launch
    title: Launch
    sections:
      - id: web
        title: Web
        items:
          - {id: launch/web/look, text: Look}
"""


@contextlib.contextmanager
def service(port: int, root: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Serve a page in a process of its own."""
    argv = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(root)]
    with running(argv, lambda: accepts(port), root / "service.log") as server:
        yield server


def test_a_service_goes_down_and_comes_back_under_an_open_cockpit(open_terminal: OpenTerminal, tmp_path: Path) -> None:
    port = unused_port()
    seed = tmp_path / "seed"
    build_repository(seed, _CONFIGURATION.format(port=port))
    (seed / "checklists").mkdir()
    (seed / "checklists" / "launch.yaml").write_text(_CHECKLIST)
    git(seed, "add", "-A")
    git(seed, "commit", "-qm", "the launch's checklist")
    clone = Clone(tmp_path, "ana", seed)
    clone.ask("release", "open", "v2.4.1")
    clone.ask("trust")
    pages = tmp_path / "pages"
    pages.mkdir()
    terminal = open_terminal()
    with service(port, pages) as server:
        clone.open(terminal, size=(100, 30))
        terminal.press("3")
        terminal.wait_for(r"✓ web +ok +\d+ms")
        server.kill()
        server.wait()
        killed = time.time()
    terminal.wait_for(r"✗ web DOWN")
    terminal.wait_for(r"^ ✗ web DOWN .*! looks at it")
    terminal.press("1")
    terminal.wait_for(r"^ ✗ web DOWN .*! looks at it")  # on every screen
    fallen = told(clone, code=1)
    assert fallen["ended"] is None
    began, noticed = epoch(fallen["began"]), epoch(fallen["noticed"])
    assert epoch(fallen["well_until"]) <= killed <= began + EVERY
    assert began - killed <= 3 * EVERY
    assert noticed - began == pytest.approx(2 * EVERY, abs=1.5 * EVERY), "it was the third look that turned the state"

    with service(port, pages):
        back = time.time()
        terminal.wait_for(r"web DOWN .*! looks at it", gone=True)
        terminal.press("3")
        terminal.wait_for(r"✓ web +ok +\d+ms")
        over = told(clone, code=0)
        assert {key: over[key] for key in ("began", "noticed", "well_until")} == {
            key: fallen[key] for key in ("began", "noticed", "well_until")
        }
        ended, confirmed = epoch(over["ended"]), epoch(over["confirmed"])
        assert back - EVERY <= ended < confirmed, "one pass is not enough"
        assert over["seconds"] == pytest.approx(ended - began, abs=0.01)
        terminal.press("Enter")
        detail = terminal.wait_for(r"outages +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d to \d\d:\d\d:\d\d")
        assert "p95" in detail
        timeline = [event["text"] for event in clone.ask("timeline") if event["kind"] == "probe.changed"]
        assert len(timeline) == 3, timeline  # up, down, up: no flicker in between


def told(clone: Clone, *, code: int) -> dict[str, Any]:
    """Return the one outage that `cockpit probe web --json` tells of."""
    done = clone.run("probe", "web")
    assert done.returncode == code, done.stdout + done.stderr
    (outage,) = json.loads(done.stdout)[0]["outages"]
    found: dict[str, Any] = outage
    return found

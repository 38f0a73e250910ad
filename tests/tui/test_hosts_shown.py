"""How far a step on several hosts is stands in the strip of every screen, and beside the step."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.git.command import Git
from cockpit.release.events import HostEnded
from cockpit.tui.screens.execution import ExecutionScreen
from tests.tui.moments import live
from tests.tui.painted import settle, text_in
from tests.tui.scenes import CONFIGURATION, Scene

STEP = '{id: start, title: Start the service, run: "echo started; true"}'
ON_HOSTS = STEP.removesuffix("}") + ", hosts: [web1, web2, web3]}"


async def test_how_far_it_is(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    assert STEP in CONFIGURATION
    (scene.repo / "cockpit.yaml").write_text(CONFIGURATION.replace(STEP, ON_HOSTS))
    git = Git(scene.repo)
    git.output("commit", "--quiet", "--all", "--amend", "--no-edit")
    git.output("tag", "--force", "--annotate", "--message=moved", "v2.4.1")
    scene.open()
    scene.live = live()
    scene.request("started\n")
    scene.begin(3, "start")
    for host, outcome in (("web1", "ok"), ("web3", "already")):
        scene.fact(HostEnded(index=3, step="start", host=host, attempt=1, outcome=outcome))  # type: ignore[arg-type]
    app = scene.app()
    async with app.run_test(size=(120, 30)) as pilot:
        await settle(pilot)
        assert "ROLLBACK running 0/4 2/3 hosts on v2.4.0" in text_in(app, app.screen.region)
        await app.push_screen(ExecutionScreen())
        await settle(pilot)
        line = next(line for line in text_in(app, app.screen.region).splitlines() if "4 Start the service" in line)
        assert "2/3 hosts" in line

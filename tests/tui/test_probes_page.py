"""The probes page with a past, the targets, acknowledging; and the banner that calls until somebody has looked."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from cockpit.measuring import sample_key
from cockpit.release.health import ConditionResult, Debounced, ProbeResult, ProbeState, Timing
from cockpit.release.targets import TargetResult
from cockpit.samples.writer import SampleWriter
from cockpit.tui.app import CockpitApp
from tests.tui import moments
from tests.tui.painted import assert_safe, lines, text_of, until
from tests.tui.scenes import NOW, Scene
from tests.tui.test_checklist_page import flown

pytestmark = pytest.mark.full


@pytest.fixture
def watched(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A calm scene in which the API has half a day behind it, with an outage of ten minutes."""
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.calm(scene)
    with SampleWriter(scene.workspace.store.location.root) as writer:
        key = sample_key(scene.run, "api")
        for back in range(4320, 0, -1):
            down = 1000 < back <= 1060
            state = ProbeState.DOWN if down else ProbeState.OK
            wrong = (ConditionResult("[STATUS] == 200", False, "503"),) if down else ()
            result = ProbeResult(
                key, state, None if down else 40.0, "503 \x1b[31m[/nope]" if down else "200 OK", NOW - back * 10, wrong
            )
            writer.record(result, Debounced(state, NOW, state))
    timings = (Timing("connect", 3.0), Timing("first byte", 35.0))
    api = structs.replace(scene.live.probes[0], timings=timings)
    target = TargetResult(
        "api", "API response time", "latency", "p95 < 500ms", "api", "met", "41ms", "", 3600.0, 360, 20, 1.0, 0.2, 0.2,
        "bridge", 41.0,
    )  # fmt: skip
    few = structs.replace(target, id="pay", title="Payment", state="not enough data", value=None, samples=3)
    scene.live = structs.replace(scene.live, probes=(api, *scene.live.probes[1:]), targets=(target, few))
    return scene


async def test_the_page_shows_the_past_the_phases_and_the_targets(watched: Scene) -> None:
    async with flown(watched, size=(200, 50)) as (app, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "last day" in text_of(app, "#probe-detail"))
        detail, targets = text_of(app, "#probe-detail"), text_of(app, "#targets")
        assert_safe(app)
    assert "connect 3ms   first byte 35ms" in detail
    assert "up 98.61 %" in detail
    assert "4320 looks" in detail
    assert "on bridge" in detail
    assert "[STATUS] == 200: 503" in detail
    assert "API response time" in targets
    assert "360 samples  100% covered  burn 0.2x" in targets
    assert "not enough data" in targets


async def test_an_acknowledged_probe_is_quiet_and_says_why(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.calm(scene)
    down = structs.replace(scene.live.probes[0], state="down", raw="down", detail="503")
    scene.live = structs.replace(scene.live, probes=(down, *scene.live.probes[1:]))
    async with flown(scene, size=(160, 50)) as (app, pilot):
        await pilot.press("3")
        assert "api DOWN" in text_of(app, "#banner")
        await pilot.press("a", *"vendor", "enter")
        await until(pilot, lambda: "api" in scene.run.acknowledged)
        await until(pilot, lambda: not app.screen.query_one("#banner").display)
        assert "acknowledged: 503" in text_of(app, "#all-probes")
        assert "acknowledged by Ana Lima" in text_of(app, "#probe-detail")


def banner(app: CockpitApp) -> str:
    """What the banner says; empty while it is not there."""
    found = app.screen.query_one("#banner")
    return text_of(app, "#banner") if found.display else ""


async def test_the_banner_calls_until_somebody_has_looked_and_anew_for_what_is_new(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.calm(scene)
    unwatched = structs.replace(scene.live, watcher_at=NOW - 100)
    async with flown(scene) as (app, pilot):
        assert banner(app) == ""
        app.live = unwatched
        app.tick_clock()
        await until(pilot, lambda: "no watcher" in banner(app))
        for page in "2", "4", "8":
            await pilot.press(page)
            await until(pilot, lambda: "no watcher" in banner(app))
        await pilot.press("exclamation_mark")
        await pilot.press("escape")
        await until(pilot, lambda: banner(app) == "")
        down = structs.replace(scene.live.probes[1], state="down", raw="down")
        app.live = structs.replace(unwatched, probes=(scene.live.probes[0], down))
        app.tick_clock()
        await until(pilot, lambda: "db DOWN" in banner(app))
        assert "no watcher" not in banner(app), "what was looked at is silent"
        assert lines(app)

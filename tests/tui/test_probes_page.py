"""The probes page with a past, the targets, acknowledging; and the banner that calls until somebody has looked."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from cockpit.measuring import sample_key
from cockpit.release.entities import trigger_entity
from cockpit.release.events import TriggerBreached
from cockpit.release.health import ConditionResult, Debounced, ProbeResult, ProbeState, Timing
from cockpit.release.history import SCALES, Course, Span
from cockpit.release.intents import AcknowledgeProbe, RecordFact
from cockpit.release.targets import TargetResult
from cockpit.samples.writer import SampleWriter
from cockpit.times import rfc3339
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.probe import is_within_an_hour
from cockpit.tui.glyphs import ASCII, UNICODE
from tests.tui import moments
from tests.tui.painted import assert_safe, lines, settle, text_of, until
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
                key,
                state,
                None if down else 40.0 + 60.0 * (back % 15 == 0) + back / 300,
                "503 \x1b[31m[/nope]" if down else "200 OK",
                NOW - back * 10,
                wrong,
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
    assert "   1h     360   0.2x     100%" in targets
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
        await pilot.press("a", *"vendor", "tab", *"4h", "enter")
        await until(pilot, lambda: "api" in scene.run.acknowledged)
        await until(pilot, lambda: not app.screen.query_one("#banner").display)
        assert "acknowledged: 503" in text_of(app, "#all-probes")
        assert "acknowledged by Ana Lima until 2026-03-10T17:16Z" in text_of(app, "#probe-detail")


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


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
@pytest.mark.parametrize("ascii_only", [False, True])
async def test_enter_opens_a_probe_with_its_chart_and_all_of_its_past(
    watched: Scene, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], ascii_only: bool
) -> None:
    if ascii_only:
        monkeypatch.setenv("COCKPIT_ASCII", "1")
        monkeypatch.setenv("NO_COLOR", "1")
    async with flown(watched, size=size) as (app, pilot):
        await pilot.press("3", "enter")
        await until(pilot, lambda: "highest" in whole(app))
        await settle(pilot)
        assert_safe(app)
        chart, band = text_of(app, "#probe-chart"), text_of(app, "#probe-band")
        for drawn in ("*", ".") if ascii_only else ("▄▀█▌▐", UNICODE.legend[1]):
            assert set(drawn) & set(chart), chart
        assert "120ms" in chart
        assert (ASCII.degraded if ascii_only else UNICODE.degraded) in band
        if ascii_only:
            assert all(line.isascii() for line in lines(app)), lines(app)
        told = whole(app)
        assert "[STATUS] == 200, actual 200" in told
        assert "uptime    98.61 %" in told
        assert "on bridge, 52% covered, 4320 looks" in told
        assert "2026-03-10 11:19:52 to 11:29:52, 10m, 60 looks failed; well until 11:19:42" in " ".join(told.split())
        assert ("503 \\e[31m[/nope]" if ascii_only else "503 ␛[31m[/nope]") in told
        assert "[STATUS] == 200, actual 503" in told
        assert "lowest 83.33 % at 11:00" in told
        await pilot.press("left")
        await until(pilot, lambda: "the last hour" in text_of(app, "#probe-name"))
        await pilot.press("escape")
        assert text_of(app, "#all-probes-title")


def test_a_chart_begins_where_its_data_do() -> None:
    def course(*looked: int) -> Course:
        spans = tuple(Span(n * 900, int(n in looked), 0, 0, None, None) for n in range(96))
        return Course("api", SCALES[1], spans)

    assert is_within_an_hour(course(95, 93))
    assert not is_within_an_hour(course(95, 90))
    assert not is_within_an_hour(course())


def whole(app: CockpitApp) -> str:
    """The text of a probe's past, also where it is scrolled out of view."""
    found = app.screen.query("ProbePast")
    return "\n".join(found.first().render_line(y).text for y in range(found.first().size.height)) if found else ""


async def test_on_a_low_terminal_a_key_shows_every_target_with_its_numbers(watched: Scene) -> None:
    many = tuple(structs.replace(watched.live.targets[0], id=f"t{n}", title=f"Goal {n}", samples=n) for n in range(25))
    watched.live = structs.replace(watched.live, targets=many)
    async with flown(watched, size=(80, 24)) as (app, pilot):
        await pilot.press("3")
        await until(pilot, lambda: "Enter detail" in lines(app)[-1] and "t targets" in lines(app)[-1])
        await pilot.press("t")
        await settle(pilot)
        assert_safe(app)
        seen: set[str] = set()
        for _ in range(3):
            for line in text_of(app, "#targets").splitlines():
                words = line[:79].split()  # the scroll bar is beside it
                name = " ".join(words[words.index("Goal") : words.index("Goal") + 2])
                number = name.split()[1]
                assert words[-5:] == ["41ms", "met", "1h", number, "0.2x"], line
                seen.add(name)
            await pilot.press("ctrl+d", "ctrl+d")
            await settle(pilot)
        assert seen == {f"Goal {n}" for n in range(25)}
        assert "api on bridge, 100% covered" in text_of(app, "#targets-title")
        await pilot.press("t")
        await settle(pilot)
        assert "api" in text_of(app, "#all-probes")
        assert not app.screen.query_one("#targets").display


async def test_what_the_commands_can_say_of_a_probe_the_palette_can(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.calm(scene)
    scene.act(RecordFact(trigger_entity("pay"), TriggerBreached("api: 503", "bridge")))

    async def choose(words: str) -> None:
        await pilot.press("colon", *words)
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)

    async with flown(scene, size=(120, 40)) as (app, pilot):
        await pilot.press("3")
        await choose("mute the probe")
        await pilot.press(*"rebuilt", "enter")
        await until(pilot, lambda: "api" in scene.run.muted)
        await choose("unmute")
        await until(pilot, lambda: "api" not in scene.run.muted)
        scene.act(AcknowledgeProbe("api", rfc3339(NOW + 600), "known"))
        await until(pilot, lambda: "api" in scene.run.acknowledged)
        await choose("end the ack")
        await until(pilot, lambda: "api" not in scene.run.acknowledged)
        await choose("stay despite")
        await pilot.press(*"hotfix", "enter")
        await until(pilot, lambda: not scene.run.breaches)
        assert app.is_running
    assert scene.run.executions == ()

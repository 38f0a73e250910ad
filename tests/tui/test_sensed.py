"""Sensed items on the screen: the word, what was seen and how long ago, and the key that looks again."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Button

from cockpit.release.intents import RecordFact
from cockpit.tui.dialogs.ask import ConfirmDialog
from tests.release.sensed import observed
from tests.tui import moments
from tests.tui.moments import FLOWS, LOGS, TIMES, VERIFY
from tests.tui.painted import assert_safe, lines, text_of, until
from tests.tui.scenes import CONFIGURATION, HOST, NOW, Scene, build_repository
from tests.tui.test_checklist_page import flown, items, on_item, told

CHECKS = f"""\
checks:
  {VERIFY}: {{git: {{at_tag: true}}, closes: true, binds: release}}
  {TIMES}: {{command: {{run: "echo slow; exit 1"}}, closes: true, binds: release}}
  {LOGS}: {{command: {{run: "test -e quiet"}}, binds: release}}
  {FLOWS}: {{command: {{run: "echo bought"}}, effects: money, closes: true}}
"""

pytestmark = pytest.mark.full


@pytest.fixture
def sensed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A calm scene in which one item is sensed, one has regressed, one is blocked, and one waits for a person."""
    build_repository(tmp_path / "template" / "shop", CONFIGURATION + CHECKS)
    scene = Scene(tmp_path, tmp_path / "template" / "shop").enter(monkeypatch)
    moments.calm(scene)
    scene.clock.time = NOW - 60
    for item, state, actual in ((VERIFY, "ok", "HEAD at v2.4.1"), (TIMES, "ok", "fast"), (LOGS, "failed", "noisy")):
        word = observed(state, observer=HOST, at=NOW, actual=actual)  # type: ignore[arg-type]
        scene.act(RecordFact(f"item:{item}", word))
    scene.act(
        RecordFact(f"item:{TIMES}", observed("failed", observer=HOST, at=NOW, actual="p95 812 ms\x1b[31m [/nope]"))
    )
    scene.clock.time = NOW
    return scene


async def test_each_has_its_word_what_was_seen_and_its_age(sensed: Scene) -> None:
    async with flown(sensed, size=(200, 50)) as (app, _):
        shown = "\n".join(lines(app))
        assert_safe(app)
    for words in (
        r"= Verify deployment successful",
        r"SENSED HEAD at v2.4.1",
        r"! Check response times",
        r"REGRESSED p95 812 ms",
        r"BLOCKED noisy",
        r"UNKNOWN waits for a",
    ):
        assert words in shown, words
    assert "NO-GO" in shown


async def test_the_detail_tells_expected_actual_age_and_observer(sensed: Scene) -> None:
    async with flown(sensed, size=(200, 50)) as (app, pilot):
        on_item(app, VERIFY)
        await pilot.pause()
        detail = text_of(app, "#item-detail")
        assert "expected  HEAD at the run's tag" in detail
        assert f"HEAD at v2.4.1, 59s ago on {HOST}" in detail
        assert "git, closes the item" in detail


async def test_a_word_that_nobody_renews_turns_unknown_on_the_screen(sensed: Scene) -> None:
    async with flown(sensed) as (app, pilot):
        sensed.clock.time = NOW + 3600
        app.tick_clock()
        await pilot.pause()
        shown = "\n".join(lines(app))
        assert "SENSED" not in shown
        assert f"no news from {HOST}" in shown


async def test_without_trust_it_says_so(sensed: Scene) -> None:
    from msgspec.structs import replace

    sensed.live = replace(sensed.live, trusted=False)
    async with flown(sensed, size=(200, 50)) as (app, _):
        shown = "\n".join(lines(app))
        assert "UNKNOWN not trusted" in shown


async def test_r_shows_what_it_does_and_looks_once_a_person_says_so(sensed: Scene) -> None:
    async with flown(sensed, size=(200, 50)) as (app, pilot):
        on_item(app, FLOWS)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        asked = "\n".join(lines(app))
        assert "run echo bought" in asked
        assert "effects" in asked
        await pilot.press("escape")
        assert sensed.run.items[FLOWS].state == "unknown"
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        app.screen.query_one("#yes", Button).press()
        await until(pilot, lambda: items(app).item is not None and items(app).item.state == "sensed")  # type: ignore[union-attr]
        await until(pilot, lambda: "ok: bought" in told(app))
    word = sensed.run.items[FLOWS].reading
    assert word is not None
    assert word.told is not None
    assert (word.told.by.name, word.told.actual) == ("Ana Lima", "bought")
    assert word.told.valid_until > NOW


async def test_an_item_without_a_check_says_so(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        on_item(app, FLOWS)
        await pilot.press("r")
        await until(pilot, lambda: "this item has no check" in told(app))

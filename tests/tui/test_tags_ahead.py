"""The tags are read before anybody turns to them, and again behind what is shown at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.git.command import Git
from cockpit.tui.pages import tags
from cockpit.tui.pages.tags import TagPicker
from tests.tui.painted import until
from tests.tui.scenes import Scene


@pytest.fixture
def scene(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    scene.open()
    monkeypatch.setattr(tags, "_AT_REST", 0.05)
    return scene


async def test_they_are_there_before_the_page_is_turned_to_and_one_that_has_come_since_is_seen_then(
    scene: Scene,
) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.screen.query(TagPicker) and app.screen.query_one(TagPicker).rows)
        picker = app.screen.query_one(TagPicker)
        assert not picker.is_on_screen
        assert "v2.9.0" not in {tag.name for tag in picker.rows}
        Git(Path()).output("tag", "v2.9.0")
        await pilot.press("4")
        await until(pilot, lambda: "v2.9.0" in {tag.name for tag in picker.rows})

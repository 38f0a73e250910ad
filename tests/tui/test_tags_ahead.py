"""The tags are read before anybody turns to them, and again behind what is shown at once."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from cockpit.git.command import Git
from cockpit.release.running import Sighting
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.pages import tags
from cockpit.tui.pages.tags import TagPicker, TagsFound
from cockpit.workspace import Workspace
from tests.tui.painted import settle, text_of, until
from tests.tui.scenes import Scene


@pytest.fixture
def scene(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    scene.open()
    monkeypatch.setattr(tags, "_AT_REST", 0.05)
    return scene


@pytest.fixture
def held(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Of 1,203 tags all but the newest are read once this is set."""
    head = Git(Path()).text("rev-parse", "HEAD")
    commands = "".join(f"create refs/tags/v0.{number}.0 {head}\n" for number in range(1200))
    Git(Path()).output("update-ref", "--stdin", stdin=commands.encode())
    gate = threading.Event()

    class Held(TagsFound):
        def __init__(self, workspace: Workspace, seen: Sighting) -> None:
            gate.wait()
            super().__init__(workspace, seen)

    monkeypatch.setattr(tags, "TagsFound", Held)
    monkeypatch.setattr(tags, "_AT_REST", 1000.0)
    return gate


async def turn_to_the_newest(app: CockpitApp, pilot: Pilot[int]) -> TagPicker:
    await pilot.press("4")
    await until(pilot, lambda: app.screen.query(TagPicker) and app.screen.query_one(TagPicker).rows)
    return app.screen.query_one(TagPicker)


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


async def test_of_very_many_the_newest_are_seen_first_and_a_card_waits_for_the_rest(
    scene: Scene, held: threading.Event
) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        try:
            picker = await turn_to_the_newest(app, pilot)
            assert len(picker.rows) == 100
            assert "reading 1203 tags" in text_of(app, "#tags-title")
            await pilot.press("down", "enter")
            await pilot.pause()
            wanted = picker.highlighted
            assert wanted is not None
            assert not isinstance(app.screen, CardDialog)
        finally:
            held.set()
        await until(pilot, lambda: isinstance(app.screen, CardDialog))
        assert len(picker.rows) == 1203
        assert picker.highlighted is not None
        assert picker.highlighted.name == wanted.name


async def test_a_card_that_waits_for_the_rest_does_not_call_back_whoever_has_gone_on(
    scene: Scene, held: threading.Event
) -> None:
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        try:
            await turn_to_the_newest(app, pilot)
            await pilot.press("enter", "slash", "v")
            await pilot.pause()
        finally:
            held.set()
        await until(pilot, lambda: "reading" not in text_of(app, "#tags-title"))
        await settle(pilot)
        assert not isinstance(app.screen, CardDialog)
        assert isinstance(app.focused, Input)


async def test_whoever_leaves_while_they_are_read_leaves_in_peace(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, gate = threading.Event(), threading.Event()

    class Held(TagsFound):
        def __init__(self, workspace: Workspace, seen: Sighting) -> None:
            reading.set()
            gate.wait()
            super().__init__(workspace, seen)

    monkeypatch.setattr(tags, "TagsFound", Held)
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        try:
            await pilot.press("4")
            await until(pilot, reading.is_set)
            await app.screen.query_one("#tags").query("Proposal, Answering, PaneTitle").remove()  # as at the end
        finally:
            gate.set()
        await until(pilot, lambda: all(worker.is_finished for worker in app.workers))

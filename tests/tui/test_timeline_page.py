"""Page 8: a note goes where the record under the cursor belongs, notes are listed alone, and all is read in full."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.release.intents import AddNote, DeferItem, OpenIncident
from cockpit.tui.widgets.timeline import TimelineList
from tests.tui.painted import assert_safe, text_of, until
from tests.tui.scenes import Scene, build_repository

LONG = "the queue drains slowly " * 8 + "\u202e but it drains"


async def test_notes_at_the_timeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_repository(tmp_path / "template")
    scene = Scene(tmp_path, tmp_path / "template").enter(monkeypatch)
    scene.open()
    item = next(iter(scene.run.items))
    scene.act(AddNote(LONG), DeferItem(item, "to the vendor window"), OpenIncident("1a2b", "Checkout is down"))
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("8")
        await until(pilot, lambda: "Checkout is down" in text_of(app, "#record-detail"))
        await pilot.press("i")
        await until(pilot, lambda: "Note on the incident Checkout is down" in text_of(app, ".dialog-title"))
        await pilot.press(*"paged", "enter")
        await until(pilot, lambda: [note.ent for note in scene.run.notes][-1] == "incident:1a2b")
        await until(pilot, lambda: "paged" in text_of(app, "#all-records"))

        timeline = app.screen.query_one(TimelineList)
        deferred = next(one for one in timeline.rows if one.kind == "item.deferred")
        timeline.go_to(deferred.id)
        await until(pilot, lambda: "reason    to the vendor window" in text_of(app, "#record-detail"))

        await pilot.press("m")
        await until(pilot, lambda: len(timeline.rows) == 2)
        assert "2 of" in text_of(app, "#timeline-title")
        await pilot.press("g")
        await until(pilot, lambda: "but it drains" in text_of(app, "#record-detail"))
        assert_safe(app)
        await pilot.press("slash", *"paged", "enter")
        await until(pilot, lambda: len(timeline.rows) == 1)
        await pilot.press("escape", "m")
        await until(pilot, lambda: len(timeline.rows) > 2)

"""Contacts at the screen: by the palette's command, who is on call first, and Enter copies how they are reached."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.tui.dialogs.contacts import ContactList, ContactsDialog
from tests.tui.painted import assert_safe, lines, until
from tests.tui.scenes import CONFIGURATION, Scene, build_repository

CONTACTS = """\
contacts:
  - {id: ana, purpose: Technical issues, name: "Ana \u202e Lima", reach: ["+49 30 1", "#ops"]}
  - {id: ben, purpose: Technical issues, name: Ben Okafor, reach: [ben@example.org], after: 15m}
on_call:
  - {contact: ben, starts: "2026-03-10T08:00Z", ends: "2026-03-10T20:00Z"}
"""


@pytest.mark.full
async def test_contacts_are_a_palette_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_repository(tmp_path / "template", CONFIGURATION + CONTACTS)
    scene = Scene(tmp_path, tmp_path / "template").enter(monkeypatch)
    scene.open()
    app = scene.app()
    copied: list[str] = []
    monkeypatch.setattr(app, "copy", copied.append)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.shown is not None)
        await pilot.press("colon", *"contacts", "enter")
        await until(pilot, lambda: isinstance(app.screen, ContactsDialog))
        await until(pilot, lambda: any("Ben Okafor" in line for line in lines(app)))
        assert_safe(app)
        painted = "\n".join(lines(app))
        assert painted.index("Ben Okafor") < painted.index("Ana")
        assert "ON CALL until 21:00" in painted, "in the service's own time"
        await pilot.press("down", "enter")
        assert app.screen.query_one(ContactList).current.way == "+49 30 1"  # type: ignore[union-attr]
        await until(pilot, lambda: copied)
        assert copied == ["+49 30 1"]
        await pilot.press("q")
        await until(pilot, lambda: not isinstance(app.screen, ContactsDialog))

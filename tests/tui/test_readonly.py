"""`--readonly` at the screen: a key that writes is refused with a sentence, one that asks first after the answer."""

from __future__ import annotations

import pytest

from tests.tui.moments import LOGS
from tests.tui.painted import settle
from tests.tui.scenes import Scene
from tests.tui.test_checklist_page import flown, on_item, told

pytestmark = pytest.mark.full

AT_ONCE = {"tick": "space", "claim": "c"}
AFTER_AN_ANSWER = {"defer": "d", "not applicable": "x", "override": "o", "note": "i"}


async def test_keys_that_write_are_refused_with_a_sentence(scene: Scene) -> None:
    scene.session.readonly = True
    before = len(scene.run.records)
    said = {}
    async with flown(scene) as (app, pilot):
        on_item(app, LOGS)
        for name, key in {**AT_ONCE, **AFTER_AN_ANSWER}.items():
            app.clear_notifications()
            await pilot.press(key)
            await settle(pilot)
            if name in AFTER_AN_ANSWER:
                await pilot.press("w", "h", "y", "enter")
                await settle(pilot)
            said[name] = told(app)
            await pilot.press("escape")
            await settle(pilot)
    assert [name for name, text in said.items() if "read-only" not in text] == []
    assert len(scene.run.records) == before

"""The checklist's filter and its due dates, as they are seen and typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from cockpit.release.intents import MoveLaunch, TickItem
from cockpit.status import status_document
from cockpit.times import rfc3339
from cockpit.tui.dialogs.help import HelpDialog
from tests.tui.moments import BACKUP, FLOWS, LOGS, NOTIFY, PAYMENT, RATES, VERIFY
from tests.tui.painted import lines, settle, text_in, text_of, until
from tests.tui.scenes import CONFIGURATION, NOW, Scene, build_repository
from tests.tui.test_checklist_page import flown, items, listed, on_item, told, type_in

pytestmark = pytest.mark.full


async def test_terms_filter_together_and_each_is_inverted_by_itself(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("slash")
        await type_in(pilot, "owner:ben")
        assert listed(app) == [NOTIFY, FLOWS]
        await type_in(pilot, " !state:done")
        assert listed(app) == [FLOWS]
        await pilot.press("enter")
        assert "owner:ben !state:done" in text_of(app, "#filter")
        assert items(app).has_focus
        await pilot.press("escape", "slash")
        await type_in(pilot, "is:mine backup")
        assert BACKUP in listed(app)
        assert NOTIFY not in listed(app)


async def test_a_wrong_value_is_told_and_the_field_stays(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("slash")
        assert "state:open role:ops" in text_of(app, "#filter"), "the line itself says what may be typed"
        await type_in(pilot, "state:opne")
        assert listed(app) == []
        await settle(pilot)
        assert "'opne' is no state" in text_of(app, "#items")
        assert text_of(app, "#item-detail").strip() == "", "nothing is selected"
        assert "suspended" in text_of(app, "#items"), "to the last of those that there are"
        await pilot.press("enter")
        await until(pilot, lambda: "'opne' is no state" in told(app))
        assert isinstance(app.focused, Input)
        await pilot.press("backspace", "backspace", "e", "n", "enter")
        await settle(pilot)
        assert VERIFY in listed(app)
        assert items(app).has_focus


async def test_the_help_tells_of_the_filter(scene: Scene) -> None:
    async with flown(scene, size=(120, 100)) as (app, pilot):
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpDialog)
        said = text_in(app, app.screen.region)
        for term in ("state:open,claimed", "owner:ana", "due:overdue", "is:mine", "!role:ops"):
            assert term in said


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_what_is_late_says_so_and_is_counted_until_it_is_done(scene: Scene, size: tuple[int, int]) -> None:
    scene.act(MoveLaunch(rfc3339(NOW - 3 * 86400)))
    scene.clock.time = NOW
    async with flown(scene, size=size) as (app, pilot):
        where = "#phase-strip" if size[0] == 80 else "#items-title"
        title = text_of(app, where)
        count = int(title.split("overdue ")[1].split()[0])
        assert count > 2
        on_item(app, LOGS)
        await settle(pilot)
        row = next(line for line in lines(app) if "Check application logs for errors" in line and "OVERDUE" in line)
        assert "! OVERDUE 3d" in row
        assert "OVERDUE 3d, due T+0d, until 2026-03-07 23:59" in text_of(app, "#item-detail")
        strip = text_of(app, "#phase-strip" if size[0] == 80 else "#phases")
        assert f"!{count}" in strip
        await pilot.press("slash")
        await type_in(pilot, "due:overdue")
        assert len(listed(app)) == count
        assert BACKUP not in listed(app)
        await pilot.press("enter")
        scene.session.act(TickItem(LOGS))
        await until(pilot, lambda: len(listed(app)) == count - 1)
        assert f"overdue {count - 1}" in text_of(app, where)
        document = status_document(scene.run, scene.live, now=NOW)
    phase = next(one for one in document["phases"] if one["id"] == "deployment-day")
    assert phase["due"]["overdue"] == count - 1
    due = {item["id"]: item["due"] for item in document["items"]}
    assert due[PAYMENT] == {
        "relative": "T+0d", "at": "2026-03-07T23:00:00.000Z", "state": "overdue",
        "overdue_by": round(NOW - 1772924400),
    }  # fmt: skip
    assert due[RATES]["state"] == "settled"


async def test_an_item_becomes_late_while_one_looks(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        assert "overdue" not in text_of(app, "#phase-strip")
        assert "OVERDUE" not in text_of(app, "#items")
        scene.clock.time = NOW + 86400
        app.tick_clock()
        await settle(pilot)
        assert "overdue" in text_of(app, "#phase-strip")
        assert "OVERDUE" in text_of(app, "#items")
        await pilot.press("exclamation_mark")
        await settle(pilot)
        assert "OVERDUE, for up to" in text_in(app, app.screen.region)


async def test_an_hours_due_is_late_to_the_second_and_listed_by_the_filter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = tmp_path / "template"
    build_repository(template, CONFIGURATION + "checklists: [small]\n")
    scene = Scene(tmp_path, template).enter(monkeypatch)
    (scene.repo / "checklists").mkdir()
    (scene.repo / "checklists" / "small.yaml").write_text(
        "id: small\ntitle: Small\nphases:\n- id: day\n  title: Day\n  sections:\n  - id: s\n    title: S\n    items:\n"
        "    - {id: soon, text: Call the bank, due: T+15m}\n    - {id: later, text: Call the post, due: T+2h}\n"
    )
    scene.open()
    scene.clock.time = NOW  # 14 min 32 s after the launch
    async with flown(scene) as (app, pilot):
        await pilot.press("slash")
        await type_in(pilot, "due:overdue")
        await pilot.press("enter")
        assert listed(app) == []
        scene.clock.time = NOW + 28
        app.tick_clock()
        await settle(pilot)
        assert listed(app) == ["soon"]
        assert "overdue 1" in text_of(app, "#phase-strip")

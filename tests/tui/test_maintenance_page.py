"""Looking after the service by keys: what waits stands first, and a key acts on that one period."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from cockpit.migrating import intent_of, propose
from cockpit.pinning import read_work_tree
from cockpit.release.checks import Check
from cockpit.release.instances import instance_check
from cockpit.release.intents import RecordFact
from cockpit.release.item_state import ItemState
from cockpit.release.ports import Observed
from cockpit.release.recurrence import Occurrence
from cockpit.release.sensing import word_of
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog, WaiverDialog
from cockpit.tui.dialogs.item import ItemDialog
from cockpit.tui.screens.flight import FlightScreen
from cockpit.tui.widgets.maintenance import MaintenanceList
from tests.tui import moments
from tests.tui.moments import DISK, WEEKLY
from tests.tui.painted import lines, settle, text_in, text_of, until
from tests.tui.scenes import NOW, Scene

pytestmark = pytest.mark.full

LATE = f"weekly/2026-W10/{WEEKLY}/monitor-database-size"
ERRORS = f"weekly/2026-W11/{WEEKLY}/review-error-logs"


@pytest.fixture
def care(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    own = Scene(tmp_path, template).enter(monkeypatch)
    moments.cared(own)
    return own


@asynccontextmanager
async def on_page(scene: Scene, *, size: tuple[int, int] = (80, 24)) -> AsyncIterator[tuple[CockpitApp, Pilot[int]]]:
    app = scene.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.press("9")
        await settle(pilot)
        yield app, pilot


def listing(app: CockpitApp) -> MaintenanceList:
    return app.screen_stack[0].query_one(MaintenanceList)


def rows(app: CockpitApp) -> list[Occurrence]:
    return [row for row in listing(app).rows if isinstance(row, Occurrence)]


def states(app: CockpitApp) -> list[str]:
    return [one.state for one in rows(app)]


async def type_in(pilot: Pilot[int], text: str) -> None:
    await pilot.press(*("space" if letter == " " else letter for letter in text))


async def test_what_waits_stands_first_by_cadence_and_the_cursor_on_it(care: Scene) -> None:
    async with on_page(care) as (app, _):
        waiting = [one for one in rows(app) if one.waits]
        assert rows(app)[: len(waiting)] == waiting
        cadences = list(dict.fromkeys(one.period.cadence for one in waiting))
        assert cadences == ["daily", "weekly", "monthly", "quarterly", "annually"]
        weekly = [one.state for one in waiting if one.period.cadence == "weekly"]
        assert weekly == ["overdue", "overdue", "due", "due", "due"]
        assert app.focused is listing(app)
        assert listing(app).cursor == 1
        assert "2 overdue" in text_of(app, "#maintenance-title")


async def test_space_ticks_the_one_period_and_u_takes_it_back(care: Scene) -> None:
    async with on_page(care) as (app, pilot):
        assert listing(app).go_to(LATE)
        await pilot.press("space")
        await until(pilot, lambda: LATE in care.run.instances and care.run.instances[LATE].state is ItemState.DONE)
        await until(pilot, lambda: "1 overdue" in text_of(app, "#maintenance-title"))
        assert any(one.id.startswith("weekly/2026-W11") and one.id.endswith("monitor-database-size") and one.waits
                   for one in rows(app))  # fmt: skip
        await pilot.press("u", "right", "enter")
        await until(pilot, lambda: care.run.instances[LATE].state is ItemState.OPEN)
    assert care.run.instances[LATE].history[0].stream.endswith("/_service")


@pytest.mark.parametrize(
    ("key", "state"), [("d", ItemState.DEFERRED), ("x", ItemState.NA), ("o", ItemState.OVERRIDDEN)]
)
async def test_what_lets_it_through_names_the_period_and_asks_why(key: str, state: ItemState, care: Scene) -> None:
    async with on_page(care) as (app, pilot):
        listing(app).go_to(ERRORS)
        await pilot.press(key)
        assert isinstance(app.screen, (AskDialog, WaiverDialog))
        assert "(2026-W11)" in text_in(app, app.screen.region)
        await type_in(pilot, "the vendor")
        await pilot.press("enter")
        await until(pilot, lambda: care.run.view_of(ERRORS) and care.run.view_of(ERRORS).state is state)  # type: ignore[union-attr]
    assert care.run.instances[ERRORS].detail == "the vendor"


async def test_a_note_a_claim_and_the_detail_with_what_was_seen(care: Scene) -> None:
    async with on_page(care) as (app, pilot):
        listing(app).go_to(ERRORS)
        await pilot.press("i")
        await type_in(pilot, "quiet week")
        await pilot.press("enter")
        await until(pilot, lambda: ERRORS in care.run.instances and care.run.instances[ERRORS].notes)
        await pilot.press("c")
        await until(pilot, lambda: care.run.instances[ERRORS].state is ItemState.CLAIMED)
        await pilot.press("enter")
        assert isinstance(app.screen, ItemDialog)
        assert "quiet week" in text_in(app, app.screen.region)
        app.screen.query_one("#value").focus()
        await type_in(pilot, "3 errors")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: care.run.instances[ERRORS].state is ItemState.DONE)
    assert care.run.instances[ERRORS].detail == "3 errors"


async def test_the_dot_goes_from_one_that_waits_to_the_next_and_around(care: Scene) -> None:
    async with on_page(care) as (app, pilot):
        waiting = sum(one.waits for one in rows(app))
        seen = []
        for _ in range(waiting):
            await pilot.press("full_stop")
            assert listing(app).occurrence is not None
            seen.append(listing(app).occurrence.id)  # type: ignore[union-attr]
        assert len(set(seen)) == waiting
        assert seen[-1] == rows(app)[0].id


async def test_the_filter_looks_at_state_and_role(care: Scene) -> None:
    async with on_page(care) as (app, pilot):
        await pilot.press("slash")
        await type_in(pilot, "overdue")
        await pilot.press("enter")
        assert states(app) == ["overdue", "overdue"]
        await pilot.press("escape")
        await settle(pilot)
        assert len(states(app)) > 2


async def test_the_years_strip_tells_by_words_too(care: Scene) -> None:
    async with on_page(care, size=(200, 50)) as (app, _):
        listing(app).go_to(DISK)
        await until(_, lambda: "this item" in text_of(app, "#year"))
        shown = text_of(app, "#year")
        assert "1 overdue, 1 due, 3 missed" in shown
        for word in ("done", "overdue", "due", "missed", "deferred", "to come"):
            assert word in shown.splitlines()[-1]


async def test_at_midnight_the_next_period_is_due_without_anybody_doing_anything(care: Scene) -> None:
    async with on_page(care) as (app, pilot):
        assert ERRORS in {one.id for one in rows(app) if one.state == "due"}
        care.clock.time = NOW + 7 * 86400
        app.tick_clock()
        await until(pilot, lambda: ERRORS in {one.id for one in rows(app) if one.state == "overdue"})


async def test_on_the_checklist_what_recurs_is_ticked_for_the_present_period(care: Scene) -> None:
    async with on_page(care) as (app, pilot):
        await pilot.press("1", "right", "right", "right", "right", "right")
        await settle(pilot)
        assert "5 Ongoing Maintenance  recurs" in text_of(app, "#phase-strip")
        assert "2026-W11" in text_of(app, "#items")
        await pilot.press("space")
        await until(pilot, lambda: ERRORS in care.run.instances)
        await until(pilot, lambda: "2/4" in text_of(app, "#items"))
    assert care.run.instances[ERRORS].state is ItemState.DONE
    assert not care.run.items[f"{WEEKLY}/review-error-logs"].history


async def test_the_abnormal_list_leads_to_what_is_overdue(care: Scene) -> None:
    async with on_page(care) as (app, pilot):
        await pilot.press("1", "exclamation_mark")
        await settle(pilot)
        assert "Monitor database size (2026-W10) OVERDUE" in text_in(app, app.screen.region)
        for _ in range(9):  # what the cursor in the dialog stands at; behind the dialog stands another one
            if any(re.search("│.*▸.*Monitor database size", line) for line in lines(app)):
                break
            await pilot.press("down")
            await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, FlightScreen)
        assert app.screen.page.id == "maintenance"


async def test_it_needs_no_open_run(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    scene.session.focus("", read_work_tree(scene.workspace.root).pinned)
    scene.clock.time = NOW
    async with on_page(scene) as (app, pilot):
        listing(app).go_to(ERRORS)
        await pilot.press("space")
        await until(pilot, lambda: ERRORS in scene.run.instances)
        assert states(app).count("done") == 1
    assert not scene.run.open


async def test_what_a_check_sees_of_this_week_is_shown(care: Scene, tmp_path: Path) -> None:
    backups = f"{WEEKLY}/verify-backups-completed"
    dumps = tmp_path / "dumps"
    dumps.mkdir()
    with (care.repo / "cockpit.yaml").open("a") as file:
        file.write(f"checks:\n  {backups}: {{file: {{path: '{dumps}/*'}}, closes: true}}\n")
    care.session.act(intent_of(propose(care.workspace)))
    care.workspace.trust.trust(care.run.digest, by="Ana", at="2026-03-10T13:00:00Z", repository="shop")
    present = f"weekly/2026-W11/{backups}"
    (dumps / "shop.sql").write_text("x")
    async with on_page(care, size=(120, 50)) as (app, pilot):
        assert listing(app).go_to(present)
        await until(pilot, lambda: "UNKNOWN" in text_of(app, "#occurrences"))
        assert "no data yet" in text_of(app, "#occurrences")
        word = word_of(
            check_in(care, present), Observed("ok", "shop.sql, 1 byte"), observer="web1", before=None, now=NOW
        )
        assert word is not None
        care.session.act(RecordFact(f"item:{present}", word))
        await until(
            pilot, lambda: "SENSED" in text_of(app, "#occurrences") or "shop.sql" in text_of(app, "#occurrences")
        )
        assert care.run.instances[present].state is ItemState.SENSED
        await pilot.press("r")
        await settle(pilot)
        assert isinstance(app.screen, ConfirmDialog)


def check_in(scene: Scene, instance: str) -> Check:
    """The check by which an instance is looked at."""
    check = instance_check(scene.run.configuration, scene.run.items[instance.split("/", 2)[2]].item)
    assert check is not None
    return check

"""What is asked in a dialog is answered of what it was asked of, and what was typed is there until it is recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from cockpit.announcing import _OF_INCIDENT
from cockpit.git.command import Git
from cockpit.release.events import SignOffGiven
from cockpit.release.intents import ChallengeItem, ChangeRunState, CloseIncident, OpenIncident, Retarget, TickItem
from cockpit.release.item_state import ItemState
from cockpit.release.signoffs import sign_off_of
from cockpit.trust import TrustStore
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import AskDialog, WaiverDialog
from cockpit.tui.dialogs.item import ItemDialog
from cockpit.tui.dialogs.message import FillDialog
from cockpit.tui.dialogs.second_person import SecondPersonDialog
from cockpit.tui.pages.logs import LogsPage
from cockpit.tui.screens.flight import FlightScreen
from cockpit.tui.widgets.execution import StepList
from cockpit.tui.widgets.field import Field
from cockpit.tui.widgets.log_panes import LogPanes
from cockpit.tui.widgets.maintenance import NOTHING_RECURS, MaintenanceList
from cockpit.turning import NewestRun
from cockpit.workspace import Workspace
from tests.tui.moments import FLOWS, PAYMENT
from tests.tui.painted import settle, until
from tests.tui.scenes import Clock, Scene
from tests.tui.test_checklist_page import flown, on_item, told, type_in
from tests.tui.test_drafts import opened

pytestmark = pytest.mark.full

Look = Callable[[str], Scene]


def open_another(scene: Scene) -> None:
    """As a colleague, close the run and open another one, to which this cockpit turns."""
    colleague = scene.colleague()
    colleague.act(ChangeRunState("closed"))
    if isinstance(scene.clock, Clock):
        scene.clock.time += 5
    workspace = Workspace(
        root=Path(),
        git=Git(scene.repo),
        store=colleague._store,
        session=colleague,
        trust=TrustStore(scene.state),
        runs={},
    )
    workspace.host = "bridge"
    workspace.open_run("hotfix", tag="", launch_at="2026-03-10T13:02:00.000Z")
    scene.session.poll()
    newest, before = NewestRun(scene.workspace), scene.run.id
    while scene.run.id == before:
        newest.look()


def flight_of(app: CockpitApp) -> FlightScreen:
    assert app.flight is not None
    return app.flight


async def test_an_answer_lands_in_no_other_release(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await opened(app, pilot, "d", FLOWS, WaiverDialog)
        await type_in(pilot, "to 4.1")
        open_another(scene)
        await settle(pilot)
        recorded = len(scene.run.records)
        await pilot.press("enter")
        await until(pilot, lambda: "that was asked of v2.4.1, and hotfix flies by now" in told(app))
        assert scene.run.items[FLOWS].state is ItemState.OPEN
        assert len(scene.run.records) == recorded


async def test_what_was_seen_of_one_version_is_not_recorded_of_another(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await opened(app, pilot, "space", PAYMENT, ItemDialog)
        await type_in(pilot, "receipt 49.90")
        scene.act(Retarget("v9", "9" * 40))
        await settle(pilot)
        await pilot.press("enter", "space")
        await until(pilot, lambda: "that was asked of the commit" in told(app))
        assert scene.run.items[PAYMENT].challenge is None
        assert scene.run.items[PAYMENT].state is ItemState.OPEN


async def test_a_note_is_of_the_run_whatever_version_it_flies(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await opened(app, pilot, "i", FLOWS, AskDialog)
        await type_in(pilot, "slow")
        scene.act(Retarget("v9", "9" * 40))
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "noted" in told(app))


async def test_a_sign_off_signs_what_was_shown_or_nothing(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        (one, *_) = sign_off_of(scene.run)
        flight_of(app)._ask_to_sign(one, "")
        await settle(pilot)
        scene.act(Retarget("v9", "9" * 40))
        await settle(pilot)
        await pilot.press("tab", "space")
        await until(pilot, lambda: "that was asked of the commit" in told(app))
        assert not [record for record in scene.run.records if isinstance(record.data, SignOffGiven)]
        flight_of(app)._ask_to_sign(one, "")
        await settle(pilot)
        await pilot.press("tab", "space")
        await until(pilot, lambda: any(isinstance(record.data, SignOffGiven) for record in scene.run.records))


async def test_a_second_person_answers_the_question_that_was_shown(scene: Scene) -> None:
    colleague = scene.colleague()
    colleague.act(ChallengeItem(PAYMENT, "paid 49.90"))
    async with flown(scene) as (app, pilot):
        scene.session.poll()
        await settle(pilot)
        await opened(app, pilot, "p", PAYMENT, SecondPersonDialog)
        await type_in(pilot, "receipt 49.90")
        colleague.act(ChallengeItem(PAYMENT, "paid 0.00"))
        await pilot.press("enter")
        await until(pilot, lambda: "it was asked anew since you were shown it" in told(app))
        assert scene.run.items[PAYMENT].state is not ItemState.DONE
        assert await opened(app, pilot, "p", PAYMENT, SecondPersonDialog) == ["receipt 49.90"]
        await pilot.press("enter")
        await until(pilot, lambda: scene.run.items[PAYMENT].state is ItemState.DONE)


async def test_what_could_not_be_recorded_is_there_when_it_is_asked_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    async with flown(scene) as (app, pilot):
        await opened(app, pilot, "i", FLOWS, AskDialog)
        await type_in(pilot, "the gateway is slow")
        with monkeypatch.context() as full:
            full.setattr(scene.session, "act", fail)
            await pilot.press("enter")
            await until(pilot, lambda: "No space left" in told(app))
        assert await opened(app, pilot, "i", FLOWS, AskDialog) == ["the gateway is slow"]
        await pilot.press("enter")
        await until(pilot, lambda: "noted" in told(app))
        assert await opened(app, pilot, "i", FLOWS, AskDialog) == [""]


async def test_a_path_with_a_slip_is_there_to_be_mended(scene: Scene, tmp_path: Path) -> None:
    def typed(app: CockpitApp) -> list[str]:
        return [field.value for field in app.screen.query(Field)]

    async with flown(scene) as (app, pilot):
        on_item(app, FLOWS)
        flight_of(app).page.action_attach()  # type: ignore[attr-defined]
        await settle(pilot)
        await type_in(pilot, f"{tmp_path}/seen.log")
        await pilot.press("enter")
        await until(pilot, lambda: "seen.log" in told(app))
        flight_of(app).page.action_attach()  # type: ignore[attr-defined]
        await settle(pilot)
        assert typed(app) == [f"{tmp_path}/seen.log"]
        (tmp_path / "seen.log").write_text("seen\n")
        await pilot.press("enter")
        await until(pilot, lambda: "attached: seen.log" in told(app))
        flight_of(app).page.action_attach()  # type: ignore[attr-defined]
        await settle(pilot)
        assert typed(app) == [""]


async def test_a_reason_that_came_too_late_is_kept(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await opened(app, pilot, "d", FLOWS, WaiverDialog)
        await type_in(pilot, "to 4.1 because")
        scene.act(TickItem(FLOWS))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert (await opened(app, pilot, "d", FLOWS, WaiverDialog))[0] == "to 4.1 because"


async def test_a_message_stays_about_the_incident_that_it_was_begun_on(scene: Scene) -> None:
    scene.act(OpenIncident("0a1b2c3d", "payment down"))
    async with flown(scene) as (app, pilot):
        templates = scene.run.library.templates
        names = [{field.name for field in template.fields} for template in templates]
        template = next(
            one for one, of in zip(templates, names, strict=True) if of & _OF_INCIDENT and "resolution" not in of
        )
        dialog = FillDialog(template, "")
        app.push_screen(dialog)
        await settle(pilot)
        for incident, title in (("0b1b2c3d", "search down"), ("0c1b2c3d", "mail down")):
            scene.act(OpenIncident(incident, title, "critical"))
            await settle(pilot)
            dialog._fill()
            assert dialog._filling is not None
            assert dialog._filling.incident == "0a1b2c3d"
            assert "several incidents" not in dialog._complaint
        scene.act(CloseIncident("fixed", "0a1b2c3d"))
        await settle(pilot)
        dialog._fill()
        assert dialog._filling is not None
        assert dialog._filling.incident == "0a1b2c3d"


async def test_logs_as_one_keep_the_filter_and_the_past(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("2")
        await settle(pilot)
        await pilot.press("slash", *"gateway", "enter")
        await settle(pilot)
        page = flight_of(app).page
        assert isinstance(page, LogsPage)

        def filters() -> list[str]:
            filtered = [pane.view.buffer.filter for pane in page.query_one(LogPanes).panes]
            return [one.typed if one is not None else "" for one in filtered]

        await until(pilot, lambda: len(filters()) > 1 and set(filters()) == {"gateway"})
        page.action_toggle_together()
        await until(pilot, lambda: filters() == ["gateway"])
        app.past.go(app.now() - 300)
        await until(pilot, lambda: len(filters()) == 1 and filters()[0].startswith("gateway until:"))
        page.action_toggle_together()
        await until(pilot, lambda: len(filters()) > 1 and all(one.startswith("gateway until:") for one in filters()))


async def test_whoever_looks_at_another_step_stays_there(look: Look) -> None:
    app = look("stopped").app()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("X")
        await settle(pilot)
        steps = app.screen.query_one(StepList)
        failed = steps.cursor
        await pilot.press("k")
        assert steps.cursor == failed - 1
        app.tick_clock()
        await settle(pilot)
        assert steps.cursor == failed - 1


async def test_what_recurs_says_that_nothing_matches_only_while_it_is_filtered(scene: Scene) -> None:
    async with flown(scene) as (app, pilot):
        await pilot.press("9")
        await settle(pilot)
        listing = flight_of(app).page.query_one(MaintenanceList)
        await pilot.press("slash", *"zzz", "enter")
        await until(pilot, lambda: "Nothing matches 'zzz'" in listing.empty)
        await pilot.press("escape")
        await until(pilot, lambda: listing.empty == NOTHING_RECURS)

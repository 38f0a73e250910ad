"""A rollback from the screen: nothing starts by reflex, and what was confirmed is what a worker carries out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Button, Input

from cockpit.execution.control import output_path
from cockpit.git.command import Git
from cockpit.git.facts import head_commit
from cockpit.leasing.remote import remote_lease
from cockpit.release.events import EvidenceAttached
from cockpit.store.lease import LeaseHolder
from cockpit.syncing import exchange
from cockpit.times import rfc3339
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.ask import AskDialog, ConfirmDialog
from cockpit.tui.dialogs.card import CardDialog
from cockpit.tui.dialogs.confirm import ConfirmPlanDialog
from cockpit.tui.dialogs.without_lease import WithoutLeaseDialog
from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.screens.flight import FlightScreen
from tests.tui.moments import live, stopped
from tests.tui.painted import assert_safe, settle, text_in, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_asked_of import open_another


@pytest.fixture
def flight(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A scene in the present, whose worker is a process of its own."""
    scene = Scene(tmp_path, template, clock=time.time).enter(monkeypatch)
    scene.open()
    scene.live = live()
    return scene


@asynccontextmanager
async def at_confirmation(scene: Scene, *, height: int = 24) -> AsyncIterator[tuple[CockpitApp, Pilot[int]]]:
    """Go to the card of v2.4.0 and from there to the plan of the rollback to it."""
    app = scene.app()
    async with app.run_test(size=(80, height), notifications=True) as pilot:
        await pilot.press("4")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, CardDialog)
        assert isinstance(app.focused, Button)
        assert app.focused.id == "cancel"
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
        await settle(pilot)
        yield app, pilot


def button(app: CockpitApp) -> Button:
    return app.screen.query_one("#go", Button)


def typed(app: CockpitApp) -> Input:
    return app.screen.query_one("#typed", Input)


def hint(app: CockpitApp) -> str:
    return text_of(app, "#confirm-hint").strip()


async def test_the_plan_says_what_will_be_done_to_what_before_anything_can_start(scene: Scene) -> None:
    async with at_confirmation(scene) as (app, _):
        shown = " ".join(text_in(app, app.screen.region).split())
        commit = scene.plan().commit
        for said in ("ROLL BACK shop in production on bridge", "from v2.4.1 to v2.4.0", commit[:8], "echo stopping"):
            assert said in shown
        assert "The shop is down from here on" in shown


async def test_the_focus_starts_on_cancel_and_enter_there_starts_nothing(scene: Scene) -> None:
    async with at_confirmation(scene) as (app, pilot):
        assert isinstance(app.focused, Button)
        assert app.focused.id == "cancel"
        assert button(app).disabled
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, CardDialog)
    assert not scene.run.executions


async def test_whoever_comes_back_presses_anew_however_soon(scene: Scene) -> None:
    app = scene.app()
    async with app.run_test(size=(100, 40)) as pilot:
        await settle(pilot)
        await pilot.press("4")
        await settle(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, CardDialog))
        app.screen.query_one("#rollback", Button).active_effect_duration = 3600
        await pilot.press("tab", "enter")
        for _ in range(2):
            await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
            await settle(pilot)
            await pilot.press("escape")
            await until(pilot, lambda: isinstance(app.screen, CardDialog))
            await settle(pilot)
            await pilot.press("enter")


async def test_enter_never_confirms(scene: Scene) -> None:
    async with at_confirmation(scene) as (app, pilot):
        await pilot.press(*"v2.4.0")
        assert typed(app).value == "v2.4.0"
        assert not button(app).disabled
        await pilot.press("enter")
        await settle(pilot)
        assert "Enter never confirms" in hint(app)
        await pilot.press("tab")
        assert app.focused is button(app)
        await pilot.press("enter")
        await settle(pilot)
        assert "Enter never confirms" in hint(app)
        assert isinstance(app.screen, ConfirmPlanDialog)
    assert not scene.run.executions


async def test_what_is_typed_in_one_burst_keeps_its_order(scene: Scene) -> None:
    async with at_confirmation(scene) as (app, pilot):
        for turns in range(6):  # the focus moves while later keys are on their way
            for letter in "v2.4.0":
                app.post_message(events.Key(_character_to_key(letter), letter))
                for _ in range(turns):
                    await asyncio.sleep(0)
            await settle(pilot)
            assert typed(app).value == "v2.4.0"
            assert app.focused is typed(app)
            typed(app).value = ""
            app.screen.query_one("#cancel").focus()
            await settle(pilot)


async def test_what_is_pasted_is_refused(scene: Scene) -> None:
    async with at_confirmation(scene) as (app, pilot):
        typed(app).focus()
        await pilot.pause()
        typed(app).post_message(events.Paste("v2.4.0"))
        await settle(pilot)
        assert typed(app).value == ""
        assert button(app).disabled
        assert "typed, not pasted" in hint(app)
        app.copy_to_clipboard("v2.4.0")
        await pilot.press("ctrl+v")
        await settle(pilot)
        assert typed(app).value == ""
        assert button(app).disabled


async def test_another_text_does_not_confirm(scene: Scene) -> None:
    async with at_confirmation(scene) as (app, pilot):
        for text in ("v2.4", "v2.4.1", "V2.4.0", "v2.4.00", "yes", " v2.4.0"):
            typed(app).value = ""
            typed(app).focus()
            await pilot.press(*("space" if letter == " " else letter for letter in text))
            assert typed(app).value == text
            assert button(app).disabled, text
            await pilot.press("tab")
            assert app.focused is not button(app), text
            await pilot.press("shift+tab")
    assert not scene.run.executions


async def test_the_commit_confirms_as_well_as_the_tag_until_it_is_changed(scene: Scene) -> None:
    commit = scene.plan().commit[:8]
    async with at_confirmation(scene) as (app, pilot):
        await pilot.press(*commit)
        assert not button(app).disabled
        await pilot.press("x")
        assert button(app).disabled


async def test_a_plan_longer_than_its_box_can_be_read_by_keys_to_its_end(scene: Scene) -> None:
    async with at_confirmation(scene, height=18) as (app, pilot):
        assert "echo started" not in text_of(app, "#plan-steps")
        await pilot.press("pagedown", "pagedown", "pagedown")
        await settle(pilot)
        assert "echo started" in text_of(app, "#plan-steps")
        await pilot.press("pageup", "pageup", "pageup")
        await settle(pilot)
        assert "echo stopping" in text_of(app, "#plan-steps")


async def test_space_on_the_red_button_lets_a_worker_carry_out_what_was_shown(flight: Scene) -> None:
    target = flight.plan().commit
    async with at_confirmation(flight) as (app, pilot):
        await pilot.press(*"v2.4.0", "tab", "space")
        await until(pilot, lambda: isinstance(app.screen, ExecutionScreen))
        (view,) = flight.run.executions
        assert view.commit == target

        def over() -> bool:
            flight.session.poll()
            return flight.run.executions[0].over

        await until(pilot, over, tries=1500)
        await until(pilot, lambda: "started" in text_of(app, "#output-place"))
        (view,) = flight.run.executions
        assert [step.state for step in view.steps] == ["ok", "ok", "ok", "ok"]
        assert head_commit(Git(flight.repo)) == target
        assert "stopping" in output_path(flight.workspace.executions_directory, view.id).read_text()
        await pilot.press("q")
        assert isinstance(app.screen, FlightScreen)


async def test_without_trust_nothing_starts_and_the_reason_is_said(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    scene.open(trust=False)
    async with at_confirmation(scene) as (app, pilot):
        shown = " ".join(text_in(app, app.screen.region).split())
        assert "! not trusted on this host: nothing starts" in shown, "before anything is typed"
        await pilot.press(*"v2.4.0", "tab", "space")
        await until(pilot, lambda: "not trusted on this host" in hint(app))
        assert isinstance(app.screen, ConfirmPlanDialog)
    assert not scene.run.executions


async def test_a_plan_is_carried_out_for_no_other_release_than_it_was_shown_of(flight: Scene) -> None:
    async with at_confirmation(flight) as (app, pilot):
        open_another(flight)
        await settle(pilot)
        await pilot.press(*"v2.4.0", "tab", "space")
        await until(pilot, lambda: "that was asked of v2.4.1, and hotfix" in hint(app))
        assert not flight.run.executions


async def test_a_mistake_of_ours_shuts_nobody_in(flight: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise ArithmeticError("unforeseen")

    monkeypatch.setattr("cockpit.tui.dialogs.confirm.start_execution", fail)
    async with at_confirmation(flight) as (app, pilot):
        await pilot.press(*"v2.4.0", "tab", "space")
        await until(pilot, lambda: "look whether it has begun: ArithmeticError" in hint(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ConfirmPlanDialog))
    assert not flight.run.executions


async def test_an_abort_is_typed(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    stopped(scene)
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.push_screen(ExecutionScreen())
        await settle(pilot)
        await pilot.press("escape")
        assert isinstance(app.screen, FlightScreen), "leaving aborts nothing"
        await app.push_screen(ExecutionScreen())
        await pilot.press("A")
        assert isinstance(app.screen, AskDialog)
        await pilot.press(*"yes", "enter")
        await settle(pilot)
        assert isinstance(app.screen, AskDialog), "a wrong word keeps the field open"
        assert scene.run.executions[0].state == "stopped"
        await pilot.press("ctrl+u", *"abort", "enter")
        await until(pilot, lambda: scene.run.executions[0].state == "aborted")
        await until(pilot, lambda: "ABORTED" in text_of(app, "#outcome"))


async def test_a_required_step_is_not_skipped(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    stopped(scene)
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.push_screen(ExecutionScreen())
        await settle(pilot)
        await pilot.press("s")
        await until(pilot, lambda: any("is required" in one.message for one in app._notifications))
    assert scene.run.executions[0].state == "stopped"


def publish(scene: Scene) -> Path:
    """Publish the scene's state to a bare repository, and return that."""
    remote = scene.repo.parent / "remote.git"
    git = Git(scene.repo)
    git.output("init", "--quiet", "--bare", str(remote))
    git.output("remote", "add", "origin", str(remote))
    found = scene.workspace.state_remote()
    assert found is not None
    assert exchange(scene.workspace, found).status.state == "synced"
    return remote


@pytest.fixture
def shared(flight: Scene) -> Path:
    """The bare repository that the flight's state was published to."""
    return publish(flight)


@pytest.mark.full
async def test_a_dirty_tree_is_put_aside_where_a_person_says_so(flight: Scene) -> None:
    (flight.repo / "VERSION").write_text("mine\n")
    async with at_confirmation(flight) as (app, pilot):
        await pilot.press(*"v2.4.0", "tab", "space")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await settle(pilot)
        asked = " ".join(text_in(app, app.screen.region).replace("│", " ").split())
        assert "VERSION. Keep the diff as evidence, and stash it?" in asked
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
        assert (flight.repo / "VERSION").read_text() == "mine\n", "the focus was on Cancel"
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, ExecutionScreen))

        def over() -> bool:
            flight.session.poll()
            return flight.run.executions[0].over

        await until(pilot, over, tries=1500)
    assert Git(flight.repo).text("show", "refs/stash:VERSION") == "mine"
    assert any(isinstance(record.data, EvidenceAttached) for record in flight.run.records)


@pytest.mark.full
async def test_who_holds_the_lease_is_named_with_the_remedy(flight: Scene, shared: Path) -> None:
    lease = remote_lease(flight.workspace)
    assert lease is not None
    holder = LeaseHolder("Ben\x1b[2J", "laptop", 7, rfc3339(time.time()), "v2.4.0", "rollback to v2.4.0", "b")
    lease.acquire(holder)
    async with at_confirmation(flight, height=40) as (app, pilot):
        await pilot.press(*"v2.4.0", "tab", "space")
        await until(pilot, lambda: "held by Ben" in hint(app))
        said = " ".join(hint(app).split())
        assert "on laptop since" in said
        assert "Wait until it is released, or speak with them" in said
        assert isinstance(app.screen, ConfirmPlanDialog)
        assert_safe(app)
    assert not flight.run.executions


@pytest.mark.full
async def test_without_the_remote_the_words_and_a_reason_are_typed(flight: Scene, shared: Path) -> None:
    await asyncio.to_thread(shared.rename, shared.with_name("away.git"))
    async with at_confirmation(flight) as (app, pilot):
        await pilot.press(*"v2.4.0", "tab", "space")
        await until(pilot, lambda: isinstance(app.screen, WithoutLeaseDialog))
        await settle(pilot)
        assert isinstance(app.focused, Button)
        assert app.focused.id == "cancel"
        assert "the remote's lease is not to be had" in text_of(app, "#lease-trouble")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmPlanDialog))
        assert not flight.run.executions, "by reflex nothing starts"

        assert app.focused is button(app)
        await pilot.press("space")
        await until(pilot, lambda: isinstance(app.screen, WithoutLeaseDialog))
        await settle(pilot)
        typed(app).focus()
        typed(app).post_message(events.Paste("without remote"))
        await settle(pilot)
        assert typed(app).value == ""
        await pilot.press(*"without", "space", *"remote")
        assert button(app).disabled, "a reason is missing"
        await pilot.press("tab", *"down", "enter")
        await settle(pilot)
        assert "Enter never confirms" in hint(app)
        await pilot.press("tab", "space")
        await until(pilot, lambda: isinstance(app.screen, ExecutionScreen))

        def over() -> bool:
            flight.session.poll()
            return flight.run.executions[0].over

        await until(pilot, over, tries=1500)
    (view,) = flight.run.executions
    assert view.without_lease is not None
    assert view.without_lease.reason == "down"


@pytest.mark.full
async def test_going_on_asks_the_same_where_the_remote_is_away(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    stopped(scene)
    remote = publish(scene)
    await asyncio.to_thread(remote.rename, remote.with_name("away.git"))
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.push_screen(ExecutionScreen())
        await settle(pilot)
        await pilot.press("r")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: isinstance(app.screen, WithoutLeaseDialog))
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, ExecutionScreen)
    assert scene.run.executions[0].state == "stopped"

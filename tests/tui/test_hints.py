"""The last line names only what would do something now, on every page and pane, at every moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from textual.pilot import Pilot
from textual.screen import Screen

from cockpit.release.gates import Gate
from cockpit.release.plan import Plan
from cockpit.tui.app import CockpitApp
from cockpit.tui.commands import COMMANDS
from cockpit.tui.dialogs.pick_item import PickItemDialog
from cockpit.tui.dialogs.poll import PollDialog
from cockpit.tui.screens.execution import ExecutionScreen
from cockpit.tui.widgets.checklist import ItemList
from cockpit.tui.widgets.hints import HintBar
from tests.tui import moments
from tests.tui.moments import LOGS, PAYMENT
from tests.tui.painted import lines, settle, text_of, until
from tests.tui.scenes import Scene

KEYS = {command.full_id: command.keys[0] for command in COMMANDS if command.keys}


def hinted(app: CockpitApp) -> dict[str, str]:
    """What is hinted at, by command, as it is written."""
    shown = app.shown
    assert shown is not None
    return {hint.command: hint.key for hint in shown.query_one(HintBar).hints}


@asynccontextmanager
async def executing(scene: Scene) -> AsyncIterator[tuple[CockpitApp, Pilot[int]]]:
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.push_screen(ExecutionScreen())
        await settle(pilot)
        yield app, pilot


def told(app: CockpitApp) -> str:
    return " ".join(one.message for one in app._notifications)


def is_told(app: CockpitApp, said: str) -> bool:
    return said in told(app)


def with_steps(scene: Scene, **changed: bool) -> None:
    """Let every rollback that is planned from here on have other steps."""
    plan = scene.plan

    def changed_plan(tag: str = "v2.4.0") -> Plan:
        found = plan(tag)
        return structs.replace(found, steps=tuple(structs.replace(step, **changed) for step in found.steps))

    scene.plan = changed_plan  # type: ignore[method-assign]


async def test_a_required_step_is_not_offered_to_be_skipped_and_the_key_says_why(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.stopped(scene)
    async with executing(scene) as (app, pilot):
        assert "execution.skip_step" not in hinted(app)
        assert {"execution.retry_step", "execution.abort_execution"} <= set(hinted(app))
        assert "s skip" not in lines(app)[-1]
        await pilot.press("s")
        wanted = "'Start the service' is required: it can be retried or the rollback aborted, not skipped"
        await until(pilot, lambda: wanted in told(app))
    assert scene.run.executions[0].state == "stopped"


async def test_a_step_that_may_be_skipped_is_offered(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    with_steps(scene, skippable=True)
    moments.stopped(scene)
    async with executing(scene) as (app, _):
        assert "s skip" in lines(app)[-1]


async def test_what_runs_is_not_offered_to_be_tried_again_and_what_is_over_nothing(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template).enter(monkeypatch)
    moments.running_now(scene)
    async with executing(scene) as (app, pilot):
        assert [one for one in hinted(app) if one.startswith("execution.")] == ["execution.abort_execution"]
        for key, said in (("r", "nothing to try again"), ("s", "nothing to skip")):
            await pilot.press(key)
            await until(pilot, partial(is_told, app, said))
        scene.session.readonly = True
        app.hand_over()
        assert "execution.abort_execution" not in hinted(app)


async def test_the_item_under_the_cursor_decides_what_is_offered(look: Callable[[str], Scene]) -> None:
    scene = look("calm")
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        items = app.screen.query_one(ItemList)
        offered = {}
        for name in (PAYMENT, LOGS, moments.BACKUP, moments.RATES):
            items.go_to(name)
            await pilot.pause()
            offered[name] = {one.partition(".")[2] for one in hinted(app) if one.startswith("checklist.")}
    assert offered == {
        PAYMENT: {"tick", "challenge", "defer", "override"},  # for two persons
        LOGS: {"tick", "defer", "override"},
        moments.BACKUP: {"reopen"},  # is done
        moments.RATES: {"tick", "reopen"},  # is deferred
    }


async def test_a_read_only_cockpit_offers_nothing_that_writes(look: Callable[[str], Scene]) -> None:
    scene = look("calm")
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        scene.session.readonly = True
        try:
            app.hand_over()
            found = set(hinted(app))
            await pilot.press("8")
            await settle(pilot)
            assert "writes" not in text_of(app, "#record-title")
        finally:
            scene.session.readonly = False
    assert not {one for one in found if one.startswith("checklist.")}
    assert {"everywhere.help", "everywhere.leave"} <= found


WALKED = {
    "red": "1234X",
    "messaged": "570",
    "cared": "689",
}  # each page at the moment at which most is to be done there
MOST_PANES = 2
ONCE = frozenset({"everywhere.help", "everywhere.palette", "everywhere.filter", "everywhere.leave"})  # hold everywhere


class Walk:
    """A person who goes to every pane, presses every key that is hinted at there, and looks what comes of it."""

    def __init__(self, app: CockpitApp, pilot: Pilot[int]) -> None:
        self.app, self.pilot = app, pilot
        self.dead: list[str] = []
        self.tried: set[tuple[str, str, str]] = set()

    def seen(self) -> tuple[object, ...]:
        """What shows that something came of a key: the screen below the clock, what is told, what is recorded."""
        app = self.app
        shown = "\n".join(line for line in lines(app)[1:])
        told = tuple(one.message for one in app._notifications)
        return shown, told, id(app.screen), id(app.focused), len(app.workspace.run.records)

    async def stand(self, place: str, pane: int, *, settled: bool = False) -> None:
        """Go to a pane of a page, whatever is open."""
        while self.app.screen is not self.app.shown:
            await self.pilot.press("escape")
        while isinstance(self.app.screen, ExecutionScreen):
            await self.pilot.press("q")
        await self.pilot.press("escape", "escape", place, *["tab"] * pane)
        if settled:
            await settle(self.pilot)
        self.app.clear_notifications()

    async def press(self, place: str, pane: int, command: str) -> None:
        """Press the key of a hint; it is dead where nothing comes of it, and nothing is said."""
        for settled in (False, True):  # what was still being read may have swallowed the first
            await self.stand(place, pane, settled=settled)
            before = self.seen()
            await self.pilot.press(KEYS[command])
            for _ in range(20):
                if self.seen() != before:
                    return
                await self.pilot.pause(0.01)
        self.dead.append(f"{command} on {place}, pane {pane} ({self.app.focused!r})")

    async def go(self, places: str) -> None:
        for place in places:
            for pane in range(MOST_PANES):
                await self.stand(place, pane, settled=pane == 0)
                where = getattr(self.app.focused, "id", "") or type(self.app.focused).__name__
                for command in hinted(self.app):
                    if (command in ONCE and ("", "", command) in self.tried) or (place, where, command) in self.tried:
                        continue
                    self.tried |= {(place, where, command), ("", "", command)}
                    await self.press(place, pane, command)


@pytest.mark.full
@pytest.mark.parametrize("moment", WALKED)
async def test_every_key_that_is_hinted_at_does_something_or_says_why(
    shared: Callable[[str], Scene], moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = shared(moment).again(tmp_path).enter(monkeypatch)
    app = scene.app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settle(pilot)
        walk = Walk(app, pilot)
        await walk.go(WALKED[moment])
    assert walk.dead == []
    assert len(walk.tried) > 10


async def test_what_lies_below_a_dialog_hints_at_nothing_and_again_when_it_is_gone(
    look: Callable[[str], Scene],
) -> None:
    app = look("calm").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        before = hinted(app)
        assert "everywhere.leave" in before
        await pilot.press("d")
        await settle(pilot)
        assert hinted(app) == {}
        assert "q back" not in lines(app)[-1]
        await pilot.press("escape")
        await settle(pilot)
        assert hinted(app) == before


@pytest.mark.parametrize(
    ("dialog", "said"),
    [
        (lambda: PollDialog(Gate("p", True, ())), "a answers for a role"),
        (lambda: PickItemDialog("Attach to which?", []), "No item has these words"),
    ],
    ids=["poll", "pick"],
)
async def test_a_dialog_with_nothing_to_choose_offers_no_choice(
    dialog: Callable[[], Screen[Any]], said: str, look: Callable[[str], Scene]
) -> None:
    app = look("cared").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await app.push_screen(dialog())
        await settle(pilot)
        hint = text_of(app, ".dialog-hint").split(" · ")
        assert [one.strip() for one in hint] == [*([said] if said else []), "Esc leaves"]

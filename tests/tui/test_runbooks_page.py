"""Screen 5 as a person uses it: read, do, confirm; the command shown before, its output after; incidents."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from cockpit.release.emergencies import present_use
from cockpit.release.intents import Intent, OpenIncident
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.release.runbooks import StepUse
from cockpit.session import Asked
from cockpit.tui.app import CockpitApp
from cockpit.tui.dialogs.abnormal import AlarmList
from cockpit.tui.dialogs.incident import OpenIncidentDialog
from cockpit.tui.dialogs.runbook_step import StepDialog
from cockpit.tui.dialogs.without_lease import WithoutLeaseDialog
from cockpit.tui.pages.runbooks import RunbooksPage
from cockpit.tui.screens.flight import FlightScreen
from tests.tui import moments
from tests.tui.painted import settle, text_in, text_of, until
from tests.tui.scenes import Scene
from tests.tui.test_rollback import publish

RUNBOOK = """\
id: restart
title: A restart
for: {probes: [checkout]}
steps:
  - {id: look, text: Look, run: "echo looked; echo <what>", effects: none}
  - {id: hang, text: Hang, run: "echo begun; sleep 300", runbook: application-down, effects: none}
  - {id: on, text: Go on, runbook: application-down}
"""

pytestmark = pytest.mark.full


@pytest.fixture
def written(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A calm scene whose repository has a runbook of its own."""
    scene = Scene(tmp_path, template).enter(monkeypatch)
    directory = scene.repo / "checklists" / "runbooks"
    directory.mkdir(parents=True)
    (directory / "restart.yaml").write_text(RUNBOOK)
    moments.calm(scene)
    return scene


def step_of(run: Run, step: str, runbook: str = "restart") -> StepUse:
    use = present_use(run, runbook)
    return use.step(step) if use is not None else StepUse(step)


async def press_button(pilot: Pilot[int], label: str) -> None:
    """Go to a button by Tab, as a person does, and press it."""
    for _ in range(12):
        focused = pilot.app.focused
        if isinstance(focused, Button) and str(focused.label) == label:
            await pilot.press("enter")
            return
        await pilot.press("tab")
    pytest.fail(f"no button {label}")


async def open_step(app: CockpitApp, pilot: Pilot[int]) -> None:
    """Go to our runbook's next step and open it."""
    await settle(pilot)
    app.go_to("runbooks")
    app.screen.query_one(RunbooksPage).open_runbook("restart")
    await settle(pilot)
    await pilot.press("enter")
    await settle(pilot)
    assert isinstance(app.screen, StepDialog)


async def open_the_step_that_hangs(written: Scene, app: CockpitApp, pilot: Pilot[int]) -> None:
    """Skip the step before, and open ours."""
    await open_step(app, pilot)
    await pilot.press("shift+tab", *"seen")
    await press_button(pilot, "Skip")
    await until(pilot, lambda: step_of(written.run, "look").state == "skipped")
    await settle(pilot)
    await pilot.press("enter")
    await settle(pilot)


async def test_a_command_is_shown_runs_by_its_button_and_its_output_is_shown_and_kept(written: Scene) -> None:
    app = written.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await open_step(app, pilot)
        assert isinstance(app.focused, Button)
        assert str(app.focused.label) == "Cancel"
        assert "$ echo looked; echo <what>" in text_of(app, "#step-command")
        assert app.screen.query_one("#run", Button).disabled, "a blank is open"
        await pilot.press("shift+tab", "shift+tab", *"v1;x")
        await settle(pilot)
        assert app.screen.query_one("#run", Button).disabled, "a blank names something"
        await pilot.press("backspace", "backspace", "enter")
        assert step_of(written.run, "look").runs == (), "Enter in a field runs nothing"
        assert "$ echo looked; echo v1" in text_of(app, "#step-command")
        await press_button(pilot, "Run it")
        await until(pilot, lambda: "exit status 0" in text_of(app, ".dialog-hint"))
        assert "looked\nv1" in "\n".join(line.strip() for line in text_of(app, "#step-output").splitlines())
        (run,) = step_of(written.run, "look").runs
        assert (run.outcome, run.command, run.by) == ("ok", "echo looked; echo v1", "Ana Lima")
        assert step_of(written.run, "look").state == "open"
        await press_button(pilot, "Done")
        await until(pilot, lambda: isinstance(app.screen, FlightScreen))
        await settle(pilot)
        assert "done Ana" in text_of(app, "#runbook-steps")
        assert step_of(written.run, "look").state == "done"
        await pilot.press("enter")
        await settle(pilot)
        assert "A restart 2/3: Hang" in text_of(app, ".dialog-title"), "the cursor went on to the next step"


async def test_a_command_that_hangs_is_stopped_by_its_button_and_esc_leaves_only_then(written: Scene) -> None:
    app = written.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await open_the_step_that_hangs(written, app, pilot)
        await press_button(pilot, "Run it")
        await until(pilot, lambda: step_of(written.run, "hang").runs)
        await pilot.press("escape")
        assert isinstance(app.screen, StepDialog)
        assert "stop it, or wait" in text_of(app, ".dialog-hint")
        assert app.screen.query_one("#lead", Button).disabled, "to go on to another runbook would stop it"
        await press_button(pilot, "Stop it")
        await until(pilot, lambda: "stopped by a person" in text_of(app, ".dialog-hint"))
        (run,) = step_of(written.run, "hang").runs
        assert run.outcome == "stopped"
        await pilot.press("escape")
        assert isinstance(app.screen, FlightScreen)


async def test_a_word_that_lands_late_stops_no_command_that_was_begun_meanwhile(
    written: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = written.app()
    may_land = threading.Event()
    carry_out = app._acting._write

    def late(intent: Intent, asked: Asked | None) -> list[Record]:
        may_land.wait()
        return carry_out(intent, asked)

    async with app.run_test(size=(100, 30)) as pilot:
        await open_the_step_that_hangs(written, app, pilot)
        monkeypatch.setattr(app._acting, "_write", late)
        await press_button(pilot, "Done")
        await press_button(pilot, "Run it")
        await until(pilot, lambda: step_of(written.run, "hang").runs)
        may_land.set()
        await until(pilot, lambda: "the command still runs" in text_of(app, ".dialog-hint"))
        assert step_of(written.run, "hang").state == "done"
        assert step_of(written.run, "hang").runs[0].outcome is None
        await press_button(pilot, "Stop it")
        await until(pilot, lambda: "stopped by a person" in text_of(app, ".dialog-hint"))


async def test_what_changes_things_asks_for_a_reason_where_the_remote_cannot_be_asked(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene(tmp_path, template, clock=time.time).enter(monkeypatch)
    directory = scene.repo / "checklists" / "runbooks"
    directory.mkdir(parents=True)
    (directory / "restart.yaml").write_text(
        "id: restart\ntitle: A restart\nsteps: [{id: do, text: Do it, run: echo done}]\n"
    )
    scene.open()
    remote = publish(scene)
    remote.rename(remote.with_name("away.git"))
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_step(app, pilot)
        await press_button(pilot, "Run it")
        await until(pilot, lambda: isinstance(app.screen, WithoutLeaseDialog))
        await settle(pilot)
        assert "Only this clone's lock keeps others out" in text_in(app, app.screen.region)
        await pilot.press(*"without", "space", *"remote", "tab", *"down", "tab", "space")
        await until(pilot, lambda: "exit status 0" in text_in(app, app.screen.region))
    (use,) = scene.run.runbook_uses
    (step,) = use.steps.values()
    assert [run.without_lease for run in step.runs] == ["down"]


async def test_nothing_runs_that_is_not_trusted(written: Scene) -> None:
    (written.state / "trust" / written.run.digest).unlink()
    app = written.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await open_step(app, pilot)
        await pilot.press("shift+tab", "shift+tab", *"v1")
        await press_button(pilot, "Run it")
        await until(pilot, lambda: "not trusted on this host" in text_of(app, ".dialog-hint"))
    assert present_use(written.run, "restart") is None


async def test_a_step_leads_to_another_runbook_and_a_reason_is_asked_for_a_skip(written: Scene) -> None:
    app = written.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await open_step(app, pilot)
        await pilot.press("escape", "s")
        await settle(pilot)
        await pilot.press("enter")
        assert "It is empty" in text_of(app, ".dialog-hint")
        await pilot.press(*"gone", "enter")
        await until(pilot, lambda: step_of(written.run, "look").note == "gone")
        await settle(pilot)
        await pilot.press("G", "enter")
        await settle(pilot)
        await press_button(pilot, "Go to application-down")
        await until(pilot, lambda: isinstance(app.screen, FlightScreen))
        await settle(pilot)
        assert "Application Down" in text_of(app, "#entry-title")


async def test_an_incident_is_opened_told_and_closed_and_the_strip_says_when_to_tell(written: Scene) -> None:
    app = written.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("5", "I")
        await settle(pilot)
        await pilot.press(*"slow", "enter")
        await until(pilot, lambda: written.run.open_incidents)
        await settle(pilot)
        strip = text_of(app, "#incident")
        assert "INCIDENT 0s" in strip
        assert "next update in 30m" in strip
        assert "INCIDENT" in text_of(app, "#identity")
        written.clock.time += 31 * 60
        app.tick_clock()
        await settle(pilot)
        assert "update OVERDUE 1m" in text_of(app, "#incident")
        assert "update OVERDUE" in text_of(app, "#identity")
        await pilot.press("I", *"mending", "enter")
        await until(pilot, lambda: written.run.open_incidents[0].updates)
        await settle(pilot)
        assert "next update in 30m" in text_of(app, "#incident")
        await pilot.press("C", *"mended", "enter")
        await until(pilot, lambda: not written.run.open_incidents)
        await settle(pilot)
        assert "no incident is open" in text_of(app, "#incident")


async def open_incident(app: CockpitApp, pilot: Pilot[int], scene: Scene, title: str, *, turns: int) -> None:
    """Open one more incident by the palette, its severity turned so often."""
    count = len(scene.run.open_incidents)
    await pilot.press("colon", *"another", "space", *"incident")
    await until(pilot, lambda: "another incident" in text_in(app, app.screen.region))
    await pilot.press("enter")
    await until(pilot, lambda: isinstance(app.screen, OpenIncidentDialog))
    await pilot.press(*["ctrl+t"] * turns, *title, "enter")
    await until(pilot, lambda: len(scene.run.open_incidents) == count + 1)
    await settle(pilot)


@pytest.mark.parametrize("size", [(80, 24), (200, 50)])
async def test_of_several_incidents_all_are_seen_the_gravest_first_and_one_is_dealt_with(
    written: Scene, size: tuple[int, int]
) -> None:
    app = written.app()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await open_incident(app, pilot, written, "typo", turns=1)
        written.clock.time += 10 * 60
        await open_incident(app, pilot, written, "down", turns=0)
        minor, grave = written.run.incidents.values()
        assert (minor.severity, grave.severity) == ("minor", "critical")
        written.clock.time += 25 * 60
        app.tick_clock()
        await settle(pilot)
        first, second = text_of(app, "#incident").splitlines()
        assert "INCIDENT 25m" in first
        assert "critical down" in first
        assert "next update in 5m" in first
        assert "INCIDENT 35m" in second
        assert "update OVERDUE 5m" in second

        await pilot.press("I", *"on it", "enter")
        await until(pilot, lambda: written.run.incidents[grave.id].updates)
        await pilot.press("shift+tab")
        await settle(pilot)
        assert app.focused is app.screen.query_one("#incident"), "the list takes the focus"
        await pilot.press("j")
        await settle(pilot)
        await pilot.press("I")
        await settle(pilot)
        assert "Update: typo" in text_in(app, app.screen.region)
        await pilot.press(*"later", "enter")
        await until(pilot, lambda: written.run.incidents[minor.id].updates)
        await settle(pilot)
        first, second = text_of(app, "#incident").splitlines()
        assert "next update in 30m" in first
        assert "next update in 30m" in second
        await pilot.press("C", *"mended", "enter")
        await until(pilot, lambda: len(written.run.open_incidents) == 1)
        await settle(pilot)
        (left,) = text_of(app, "#incident").splitlines()
        assert "down" in left
        assert not app.screen.query_one("#incident").can_focus


async def test_a_procedure_begins_in_the_incident_that_is_dealt_with(written: Scene) -> None:
    written.act(OpenIncident("aa", "down", "critical"), OpenIncident("bb", "typo", "minor"))
    app = written.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("5", "shift+tab", "j")
        await settle(pilot)
        app.screen.query_one(RunbooksPage).open_runbook("restart")
        await settle(pilot)
        await pilot.press("s", *"seen", "enter")
        await until(pilot, lambda: present_use(written.run, "restart") is not None)
    use = present_use(written.run, "restart")
    assert use is not None
    assert use.incident == "bb"


async def test_an_incident_that_was_picked_from_the_abnormal_list_is_the_one_dealt_with(written: Scene) -> None:
    app = written.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await pilot.press("5")
        await open_incident(app, pilot, written, "typo", turns=0)
        await open_incident(app, pilot, written, "down", turns=2)
        await pilot.press("1", "exclamation_mark")
        await settle(pilot)
        listed = app.screen.query_one(AlarmList)
        while "typo" not in (line := next((x for x in text_in(app, listed.region).splitlines() if "▸" in x), "")):
            assert "stale" not in line
            await pilot.press("j")
            await settle(pilot)
        await pilot.press("o")
        await settle(pilot)
        await pilot.press("I")
        await settle(pilot)
        assert "Update: typo" in text_in(app, app.screen.region)


async def test_the_abnormal_list_opens_the_runbook_that_fits_and_o_goes_there(written: Scene) -> None:
    written.live = moments.live(moments.RED)
    app = written.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        for key, page, shown in (("enter", "runbooks", "A restart"), ("o", "probes", "")):
            await pilot.press("exclamation_mark")
            await settle(pilot)
            assert "checkout DOWN" in text_in(app, app.screen.region)
            await pilot.press(key)
            await settle(pilot)
            assert isinstance(app.screen, FlightScreen)
            assert app.screen.page.id == page
            assert not shown or shown in text_of(app, "#entry-title")
    assert present_use(written.run, "restart") is None, "nothing begins by itself"

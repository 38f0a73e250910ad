"""Procedures as they are followed: one step after the other, timers, blanks, and which one fits a trouble."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.emergencies import incident_for, present_use, trouble_since, waits
from cockpit.release.events import ProbeChanged, RunbookCommandEnded
from cockpit.release.intents import (
    BeginCommand,
    CloseIncident,
    EndRunbook,
    OpenIncident,
    RecordFact,
    SettleStep,
    StartRunbook,
    TakeWheel,
)
from cockpit.release.library import Library, Runbook, RunbookFor, RunbookStep
from cockpit.release.narrative import sentence
from cockpit.release.runbooks import (
    blank_variable,
    blanks_of,
    current_step,
    fitting,
    shell_command,
    shown_command,
    value_complaint,
)
from cockpit.times import epoch
from tests.release.support import NOW, PINNED, Person, joined, opening, record

DOWN = Runbook(
    "down", "Down", severity="critical", fits=RunbookFor(probes=("api",), logs=("app",)),
    steps=(
        RunbookStep("look", "Look", run="status", effects="none"),
        RunbookStep("restart", "Restart", run="restart <unit>"),
        RunbookStep("switch", "Switch to manual", after="30m"),
    ),
)  # fmt: skip
LIBRARY = Library(
    runbooks=(
        DOWN,
        Runbook("any", "Any", fits=RunbookFor(probes=("*",)), steps=(RunbookStep("a", "A"),)),
        Runbook("db", "Db", fits=RunbookFor(probes=("db*",)), steps=(RunbookStep("a", "A"),)),
        Runbook("grave", "Grave", fits=RunbookFor(severity=("critical",)), steps=(RunbookStep("a", "A"),)),
    )
)


def someone() -> Person:
    person = Person(pinned=replace(PINNED, library=LIBRARY))
    person.act(opening())
    return person


def settle(step: str, outcome: str = "done", note: str = "", fresh: str = "f1") -> SettleStep:
    return SettleStep("down", fresh, step=step, outcome=outcome, note=note)  # type: ignore[arg-type]


def at(person: Person) -> str:
    step = current_step(DOWN, present_use(person.run, "down"))
    return step.id if step is not None else "-"


def test_steps_are_settled_one_after_the_other() -> None:
    ana = someone()
    assert at(ana) == "look"
    with pytest.raises(RefusedError, match="step 1 comes first: Look"):
        ana.act(settle("restart"))
    ana.act(settle("look", note="it is dead"))
    with pytest.raises(RefusedError, match="it is done already"):
        ana.act(settle("look"))
    with pytest.raises(RefusedError, match="needs a reason"):
        ana.act(settle("restart", "skipped"))
    ana.act(settle("restart", "skipped", "no rights"))
    assert at(ana) == "switch"
    ana.act(settle("restart", "open"))
    assert at(ana) == "restart"
    words = [sentence(one, ana.run) for one in ana.run.records if one.ent.startswith("runbook:")]
    assert words[:2] == ["began the runbook Down", "done: Down, Look (it is dead)"]
    assert words[-1] == "reopened: Down, Restart"


def test_a_step_waits_for_its_time_unless_a_person_says_why() -> None:
    ana = someone()
    for step in ("look", "restart"):
        ana.act(settle(step))
    with pytest.raises(RefusedError, match="this step's time comes in 30m"):
        ana.act(settle("switch"))
    ana.act(settle("switch", note="the vendor says two hours"))
    assert at(ana) == "-"


def test_a_trouble_lasts_since_the_incident_or_since_the_probe_went_down() -> None:
    ana = someone()
    assert trouble_since(ana.run, DOWN, None) is None
    assert waits(DOWN.steps[2], None, 0.0) == 1800.0
    ana.act(OpenIncident("1", "It is down", "critical"))
    opened_at = epoch(ana.run.incidents["1"].at)
    assert trouble_since(ana.run, DOWN, None) == opened_at
    fell = record(ProbeChanged("down", "ok", "refused", "h1"), "probe:live/api", h=(NOW - 600_000, 0), w="c" * 32)
    ana.ledger.add([fell])
    assert trouble_since(ana.run, DOWN, None) == NOW / 1000 - 600
    assert waits(DOWN.steps[2], NOW / 1000 - 600, NOW / 1000) == 1200.0
    other = record(ProbeChanged("down", "ok", "x", "h1"), "probe:live/cdn", h=(NOW - 900_000, 0), w="d" * 32)
    ana.ledger.add([other])
    assert trouble_since(ana.run, DOWN, None) == NOW / 1000 - 600, "cdn is not what it is for"


def test_two_people_who_begin_at_once_in_an_incident_follow_the_same_procedure() -> None:
    ana = someone()
    ana.act(OpenIncident("1", "It is down"))
    ben = joined(ana)
    ben._pinned = ana._pinned
    ana.act(settle("look", fresh="a"))
    ben.act(SettleStep("down", "b", step="look", outcome="done"))
    ana.hear(ben)
    ben.hear(ana)
    assert len(ana.run.runbook_uses) == 1
    assert ana.run.runbook_uses == ben.run.runbook_uses
    assert at(ana) == "restart"
    ana.act(CloseIncident("up again"))
    assert present_use(ana.run, "down") is None, "the next trouble begins it anew"


def test_outside_of_an_incident_a_procedure_that_was_followed_to_its_end_begins_anew() -> None:
    ana = someone()
    for step in ("look", "restart"):
        ana.act(settle(step))
    ana.act(settle("switch", "skipped", "up again"))
    ana.act(settle("look", fresh="f2"))
    assert [use.entity for use in ana.run.runbook_uses] == ["runbook:f1/down", "runbook:f2/down"]
    ana.act(EndRunbook("down"))
    ana.act(StartRunbook("down", "f3"))
    assert at(ana) == "look"


def test_a_command_is_on_the_record_before_it_runs_and_with_how_it_ended() -> None:
    ana = someone()
    ana.act(settle("look"))
    _ = ana.act(BeginCommand("down", step="restart", command="restart app.service"))
    use = present_use(ana.run, "down")
    assert use is not None
    (run,) = use.step("restart").runs
    assert (run.command, run.outcome) == ("restart app.service", None)
    end = RunbookCommandEnded("failed", 1, 2.0, "no such unit")
    ana.act(RecordFact(f"{use.entity}/restart", end, "Failed to restart", of_service=True))
    use = present_use(ana.run, "down")
    assert use is not None
    (run,) = use.step("restart").runs
    assert (run.outcome, run.code, run.detail) == ("failed", 1, "no such unit")
    assert run.output is not None
    assert ana.texts.get(run.output) == "Failed to restart"
    assert use.step("restart").state == "open", "only a person says that it is done"
    assert sentence(ana.run.records[-1], ana.run) == (
        "the command of Down, Restart FAILED in 2s, exit status 1: no such unit"
    )


def test_what_changes_something_is_for_whoever_drives_and_in_turn() -> None:
    ana = someone()
    with pytest.raises(RefusedError, match="step 1 comes first"):
        ana.act(BeginCommand("down", step="restart", command="x"))
    with pytest.raises(RefusedError, match="has no command"):
        ana.act(BeginCommand("down", step="switch", command="x"))
    with pytest.raises(NotFoundError, match="has no step"):
        ana.act(BeginCommand("down", step="nope", command="x"))
    ben = joined(ana)
    ben._pinned = ana._pinned
    ben.act(TakeWheel())
    ana.hear(ben)
    ana.act(BeginCommand("down", "f", step="look", command="status"))
    ana.act(settle("look"))
    with pytest.raises(RefusedError, match="Ben drives"):
        ana.act(BeginCommand("down", step="2", command="x"))


def test_the_procedure_that_names_the_trouble_most_closely_comes_first() -> None:
    def ids(**trouble: str) -> list[str]:
        return [runbook.id for runbook in fitting(LIBRARY, **trouble)]  # type: ignore[arg-type]

    assert ids(probe="api") == ["down", "any"]
    assert ids(probe="db-replica") == ["db", "any"]
    assert ids(probe="cdn") == ["any"]
    assert ids(log="app") == ["down"]
    assert ids(severity="critical") == ["grave"]
    assert ids(severity="minor") == []


def test_an_incident_names_its_procedure() -> None:
    ana = someone()
    ana.act(OpenIncident("1", "One", runbook="down"))
    ana.act(OpenIncident("2", "Two"))
    found = incident_for(ana.run, "down")
    assert found is not None
    assert found.id == "1"
    assert incident_for(ana.run, "any") is None, "it is not clear which"


@pytest.mark.parametrize(
    ("run", "before", "after"),
    [
        ("printf %s <a-b>", "", ""),
        ('printf %s "<a-b>"', "", ""),
        ("printf %s '<a-b>'", "", ""),
        (r"printf %s \'<a-b>\'", "'", "'"),
        (r'printf %s "x\"<a-b>"', 'x"', ""),
        ("printf %s 'it is '\"<a-b>\"-x", "it is ", "-x"),
    ],
)
@given(value=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12))
def test_a_blank_is_never_parsed_as_a_command_whatever_its_value(run: str, before: str, after: str, value: str) -> None:
    step = RunbookStep("a", "A", run=run)
    assert blanks_of(step) == ("a-b",)
    done = subprocess.run(
        ["/bin/sh", "-c", shell_command(step)], env={blank_variable("a-b"): value}, capture_output=True, check=True
    )
    assert (done.stdout, done.stderr) == (f"{before}{value}{after}".encode(), b"")


@pytest.mark.parametrize("value", ["v2.4.0", "release/1.0", "app.service", "host:5432", "backup_2026-03-01.sql"])
def test_what_names_something_may_fill_a_blank(value: str) -> None:
    assert value_complaint(value) == ""


@pytest.mark.parametrize(
    "value", ["", "-f", "a b", "$(id)", "a;b", "a|b", "`id`", "a'b", 'a"b', "a\nb", "a>b", "*", "\u202ev1"]
)
def test_what_some_other_shell_could_take_for_more_than_a_name_may_not(value: str) -> None:
    assert value_complaint(value)


def test_what_a_person_reads_has_the_blanks_filled_in() -> None:
    step = RunbookStep("a", "A", run="git checkout <previous-tag> < <file>")
    assert blanks_of(step) == ("previous-tag", "file")
    assert shown_command(step, {"previous-tag": "v2.4.0"}) == "git checkout v2.4.0 < <file>"

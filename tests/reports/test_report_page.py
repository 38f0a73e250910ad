"""A report that one hands on: short words first, digests last, times as people read them, a line an execution."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from cockpit.release.checklist import Item, Phase, Section
from cockpit.release.configuration import Configuration
from cockpit.release.events import StepEnded, StepStarted, WorkerStarted
from cockpit.release.intents import (
    AddNote,
    ChangeRunState,
    CloseIncident,
    EndExecution,
    LiftFreeze,
    MarkNotApplicable,
    OpenIncident,
    RecordFact,
    RequestExecution,
    SetFreeze,
    Undo,
    UnlockDeploys,
)
from cockpit.release.library import Library, SignOffRole
from cockpit.reports.html import to_html
from cockpit.reports.markdown import to_markdown
from cockpit.reports.report import Measured, Report, report_of
from cockpit.times import epoch
from tests.release.support import CHECKLIST, NOW, NOW_TEXT, PINNED, Person, opened, opening, plan_to

FIRST = "v2 was rolled back to v1 at 08:01 by Ana. It took 40 s; verified by version. 5 of 5 items are open."
DIGEST = "e" * 64
DAY = 86_400_000


def step(person: Person, index: int, name: str, outcome: str, attempt: int = 1) -> None:
    person.act(RecordFact("execution:x", StepStarted(index=index, step=name, attempt=attempt)))
    person.act(RecordFact("execution:x", StepEnded(index, name, attempt, outcome, 2.0)))  # type: ignore[arg-type]


def rolled_back() -> Person:
    ana = opened()
    ana.at = NOW + 60_000
    ana.act(RequestExecution("x", plan_to(), "v1"))
    ana.act(RecordFact("execution:x", WorkerStarted(pid=1, step=0)))
    step(ana, 0, "stop", "failed")
    step(ana, 0, "stop", "ok", 2)
    step(ana, 1, "code", "ok")
    ana.at = NOW + 100_000
    ana.act(EndExecution("x", "succeeded", "it is up", "v1"))
    return ana


def report(person: Person) -> Report:
    return report_of(person.run, now=NOW / 1000 + 300, text_of=person.texts.get, measured=Measured(NOW_TEXT, DIGEST))


def test_a_report_begins_with_how_it_ended_and_ends_with_the_digests() -> None:
    found = report(rolled_back())
    lines = to_markdown(found).splitlines()
    assert lines[0] == "# shop PRODUCTION: spring, rolled back"
    assert lines[2] == FIRST
    page, html = "\n".join(lines), to_html(found)
    assert page.index("## Timeline") < page.index(DIGEST) < page.index("The store digest is")
    assert html.index("<h1>") < html.index(FIRST) < html.index('class="tiles"')
    assert html.rindex("<h2") < html.index(DIGEST)
    assert " ".join(found.summary) == FIRST


def test_times_are_in_the_zone_that_is_named_once_and_to_the_second_in_the_timeline() -> None:
    found = report(rolled_back())
    for page in (to_markdown(found), to_html(found)):
        assert "08:01" in page
        head, _, timeline = page.partition("Timeline</h2>" if "<h2" in page else "## Timeline")
        assert not re.search(r"\d\d:\d\d:\d\d|\d\dT\d\d", head)
        assert re.search(r"08:01:\d\d\b", timeline), "there one sees what came first in a minute"
        assert page.count("Times are of UTC.") == 1
    assert found.executions[0].at == "2027-01-15T08:01:00.001Z", "scripts read it whole"


def test_what_the_worker_wrote_is_a_line_an_execution_and_whole_below_it_in_html() -> None:
    found = report(rolled_back())
    page, html = to_markdown(found), to_html(found)
    assert page.count("the worker") == 1
    assert "the worker went through 2 steps: stop failed, then ok" in page
    assert "confirmed the rollback from v2 to v1" in page
    assert "step 1 stop started" not in page
    short, whole = html.split("<details><summary>All ", 1)
    assert "step 1 stop started" not in short
    assert "step 1 stop started" in whole
    assert sum("step" in entry.text for entry in found.timeline) == 6


def test_the_reasons_that_were_given_stand_in_the_timeline() -> None:
    ana = rolled_back()
    ana.act(UnlockDeploys("fixed in 2.0.1"))
    ana.act(MarkNotApplicable("n", "team knows already"))
    ana.act(AddNote("not what I meant"))
    ana.act(Undo())
    for page in (to_markdown(report(ana)), to_html(report(ana))):
        told = page[page.rindex("Timeline") :]
        assert "deploys unlocked: fixed in 2.0.1" in told
        assert "Nice to have: team knows already" in told
        assert "not what I meant" not in told


def test_a_deploy_in_a_no_go_is_told_as_one_beside_how_it_ended() -> None:
    before = Phase("early", "Before", pause_point=True, sections=(Section("s", "S", items=(Item("g", "Tests"),)),))
    checklist = replace(CHECKLIST, phases=(before, *CHECKLIST.phases))
    ana = Person(pinned=replace(PINNED, checklists=(checklist,)))
    ana.act(opening())
    ana.act(RequestExecution("x", plan_to("v3", direction="deploy", commit="3" * 40), "v3"))
    ana.act(EndExecution("x", "succeeded", "it is up", "v3"))
    for page in (to_markdown(report(ana)), to_html(report(ana))):
        told = page[
            page.rindex("Rollbacks and deploys") : page.rindex("Timeline</h2>" if "<h2" in page else "## Timeline")
        ]
        assert "although Before was NO-GO for 1 reason" in told


def tiles(person: Person) -> dict[str, str]:
    found = re.findall(r'<div class="tile [a-z]*"><b>([^<]*)</b><span>([^<]*)</span>', to_html(report(person)))
    return {label: value for value, label in found}


def test_the_tile_of_rollbacks_moves_after_one() -> None:
    assert (tiles(opened())["rollbacks"], tiles(opened())["the run"]) == ("0", "active")
    after = tiles(rolled_back())
    assert (after["rollback"], after["deploys"], after["the run"]) == ("1", "0", "rolled back")


@pytest.mark.parametrize("asked", [False, True])
def test_roles_that_nobody_uses_are_a_line_at_the_end(asked: bool) -> None:

    sign_off = {"day": ("dev",)} if asked else {}
    configuration: Configuration = replace(PINNED.configuration, sign_off=sign_off)
    library = Library(roles=(SignOffRole("dev", "Dev Lead"), SignOffRole("qa", "QA Lead")))
    pinned = replace(PINNED, configuration=configuration, library=library)
    ana = Person(pinned=pinned)
    ana.hear(opened())
    page = to_markdown(report(ana))
    assert ("## Sign-off" in page) is asked
    unused = "QA Lead" if asked else "Dev Lead, QA Lead"
    assert f"sign-off as {unused} (no phase asks for it" in page
    assert ("roles signed off" in tiles(ana)) is asked


def test_what_befell_the_service_before_the_run_and_after_it_is_none_of_its() -> None:
    ana = Person(at=NOW - 90 * DAY)
    ana.act(OpenIncident("1", "of the last release", "critical"))
    ana.act(CloseIncident("over"))
    ana.act(SetFreeze("holidays"))
    ana.at = NOW - 60_000
    ana.act(OpenIncident("2", "that it began with", "minor"))
    ana.at = NOW
    ana.act(opening())
    ana.act(LiftFreeze())
    ana.act(CloseIncident("mended"))
    ana.at = closed_at = NOW + 60_000
    ana.act(ChangeRunState("closed"))
    ana.at = NOW + 90 * DAY
    ana.act(OpenIncident("3", "of the next release", "critical"))
    now = (NOW + 91 * DAY) / 1000
    found = report_of(ana.run, now=now, text_of=ana.texts.get, measured=Measured(NOW_TEXT, DIGEST))
    assert [one.title for one in found.incidents] == ["that it began with"]
    assert [entry.text for entry in found.timeline] == [
        "opened the run spring of v2",
        "the run is active",
        "lifted the change freeze",
        "closed the incident that it began with: mended",
        "the run is closed",
    ]
    assert "<b>0/1</b><span>incidents open" in to_html(found)
    assert (found.chronicle.start, round(found.chronicle.end)) == ((NOW + 1) / 1000, closed_at / 1000)


def test_where_the_clocks_change_during_a_release_both_names_of_the_zone_are_told() -> None:
    pinned = replace(PINNED, configuration=replace(PINNED.configuration, timezone="Europe/Berlin"))
    ana = Person(at=round(epoch("2026-10-20T12:00:00Z") * 1000), pinned=pinned)
    ana.act(opening())
    ana.at = round(epoch("2026-10-26T12:00:00Z") * 1000)
    ana.act(AddNote("still there"))
    written = Measured("2026-10-26T12:05:00.000Z", DIGEST)
    page = to_markdown(report_of(ana.run, now=epoch(written.written_at), text_of=ana.texts.get, measured=written))
    assert "Times are of Europe/Berlin (CEST and CET)." in page
    assert "2026-10-20 14:00" in page
    assert "2026-10-26 13:00" in page

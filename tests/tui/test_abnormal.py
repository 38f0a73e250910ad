"""The abnormal queue: the gravest first, consequences right under their cause, and the runbook that fits."""

from __future__ import annotations

from msgspec.structs import replace

from cockpit.release.checks import Check, LogCheck, ProbeCheck
from cockpit.release.configuration import Probe
from cockpit.release.intents import OpenIncident, RequestExecution
from cockpit.release.library import Library, Runbook, RunbookFor, RunbookStep
from cockpit.release.live import Live, ProbeFeed
from cockpit.release.record import Actor
from cockpit.times import epoch
from cockpit.tui.abnormal import Ranked, ranked
from cockpit.tui.alarms import Alarm, alarms_of, is_elsewhere, strip_alarm, told_first, worker_gone
from tests.release.support import CONFIGURATION, PINNED, Person, opening, plan_to

STEPS = (RunbookStep("a", "A"),)
LIBRARY = Library(
    runbooks=(
        Runbook("any", "Any", fits=RunbookFor(probes=("*",)), steps=STEPS),
        Runbook("database", "Database", fits=RunbookFor(probes=("db",)), steps=STEPS),
        Runbook("breach", "Breach", fits=RunbookFor(logs=("auth",)), steps=STEPS),
        Runbook("called", "Called by an incident", steps=STEPS),
    )
)
PROBES = {
    "db": Probe(tcp="db:5432"),
    "api": Probe(http="http://localhost/", parents=("db",)),
    "shop": Probe(http="http://localhost/", parents=("api",)),
    "cdn": Probe(http="http://localhost/"),
}
CHECKS = {"k": Check(probe=ProbeCheck(name="shop")), "n": Check(log=LogCheck(name="auth"))}


def person() -> Person:
    configuration = replace(CONFIGURATION, probes=PROBES, checks=CHECKS)
    ana = Person(pinned=replace(PINNED, configuration=configuration, library=LIBRARY))
    ana.act(opening())
    return ana


def probe(name: str, *, down: bool = True) -> Alarm:
    return Alarm(f"probe:{name}", name, "", down, "probes")


def shown(found: list[Ranked]) -> list[str]:
    return [f"{'>' * one.depth}{one.alarm.key}" for one in found]


def test_consequences_stand_under_their_cause_and_the_grave_ones_first() -> None:
    item = Alarm("item:k", "A killer: regressed", "", True, "checklist", "k")
    alarms = [
        probe("cdn", down=False),
        Alarm("stale:shop", "shop STALE", "", False, "probes"),
        probe("api"),
        item,
        probe("db"),
        Alarm("freeze", "change freeze", "", False, "timeline"),
    ]
    assert shown(ranked(alarms, person().run)) == [
        "probe:db", ">probe:api", ">>stale:shop", ">>item:k", "probe:cdn", "freeze",
    ]  # fmt: skip


def test_a_probe_whose_parent_is_well_stands_for_itself() -> None:
    assert shown(ranked([probe("api"), probe("shop")], person().run)) == ["probe:api", ">probe:shop"]
    assert shown(ranked([probe("shop"), probe("cdn")], person().run)) == ["probe:shop", "probe:cdn"]


def test_a_probe_that_people_know_of_is_a_cause_all_the_same() -> None:
    known = Alarm("quiet:db", "db down (acknowledged)", "", False, "probes")
    child = Alarm("quiet:api", "api down (parent)", "", False, "probes")
    assert shown(ranked([child, known], person().run)) == ["quiet:db", ">quiet:api"]


def test_a_rollback_trigger_leads_to_the_tags_and_not_to_a_runbook() -> None:
    breached = Alarm("trigger:api", "ROLLBACK TRIGGER api", "", True, "tags")
    assert ranked([breached], person().run) == [Ranked(breached, 0, "")]


def test_each_trouble_names_the_runbook_that_fits() -> None:
    ana = person()
    ana.act(OpenIncident("1", "Slow", component="db", runbook="called"))
    alarms = [
        Alarm("incident:1", "INCIDENT", "", True, "runbooks", "1"),
        probe("db"),
        probe("cdn", down=False),
        Alarm("item:k", "A killer: regressed", "", True, "checklist", "k"),
        Alarm("item:n", "Nice: regressed", "", False, "checklist", "n"),
        Alarm("freeze", "change freeze", "", False, "timeline"),
    ]
    found = {one.alarm.key: one.runbook for one in ranked(alarms, ana.run)}
    assert found == {
        "incident:1": "called", "probe:db": "database", "probe:cdn": "any", "item:k": "any", "item:n": "breach",
        "freeze": "",
    }  # fmt: skip
    assert shown(ranked(alarms, ana.run))[:3] == ["incident:1", ">probe:db", ">>item:k"]


def test_what_answers_again_is_not_called_down_for_that_answer() -> None:
    def told(raw: str, detail: str) -> tuple[str, str]:
        feed = ProbeFeed("api", "api", "down", 0.0, raw, 3.0, detail, 1000.0, 5.0)
        alarms = alarms_of(person().run, Live(probes=(feed,)), 1001.0, Actor("Ana"))
        return next((alarm.title, alarm.detail) for alarm in alarms if alarm.key == "probe:api")

    assert told("down", "503") == ("api DOWN", "503")
    assert told("ok", "200 OK") == ("api RECOVERING", "the last answer was well, not yet for long: 200 OK")


def test_an_open_incident_hides_nothing_that_is_down() -> None:
    ana = person()
    ana.act(OpenIncident("1", "checkout fails", "critical", "api"))
    feeds = [ProbeFeed(name, name, "down", 0.0, "down", 3.0, "503", 1000.0, 5.0) for name in ("one", "two")]
    told = alarms_of(ana.run, Live(probes=tuple(feeds), watcher_due=1e12), ana.at / 1000 + 2, Actor("Ana"))
    assert strip_alarm(told) == "INCIDENT 2s, one DOWN +1"
    assert [alarm.title for alarm in told_first(told[:1] + told[2:])] == ["INCIDENT 2s", "two DOWN"]
    assert strip_alarm(told[1:]) == "one DOWN +1"


def test_nobody_is_called_for_want_of_a_watcher_that_has_only_just_been_started() -> None:
    run, now = person().run, 1_000.0
    feeds = Live(probes=(ProbeFeed("db", "Database", "unknown", 0.0, "", None, "", 0.0, 10.0),), watcher_due=now + 1)
    assert "watcher" not in {alarm.key for alarm in alarms_of(run, feeds, now)}
    assert "watcher" in {alarm.key for alarm in alarms_of(run, feeds, now + 1)}
    assert "watcher" not in {alarm.key for alarm in alarms_of(run, replace(feeds, watcher_at=now), now + 1)}


def test_a_worker_is_missed_where_it_was_started_and_in_no_other_clone() -> None:
    ana = person()
    ana.act(RequestExecution("x", plan_to(), "v1"))
    (execution,) = ana.run.executions
    assert execution.plan is not None
    now = epoch(execution.wall) + 60
    here = Live(host=execution.host, code=execution.plan.code)
    assert worker_gone(execution, here, now)
    assert not worker_gone(execution, here, epoch(execution.wall) + 1)
    assert not worker_gone(execution, replace(here, executing=True), now)
    for there in (replace(here, host="laptop-ben"), replace(here, code="/srv/other")):
        assert is_elsewhere(execution, there)
        assert not worker_gone(execution, there, now)
    assert not is_elsewhere(execution, here)
    assert not worker_gone(execution, Live(), now), "before anything was looked at"

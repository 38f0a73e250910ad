"""The remote's lease in the fold: what was gone without, what was broken, and where both are shown."""

from __future__ import annotations

import pytest

from cockpit.errors import RefusedError
from cockpit.release.entities import execution_entity
from cockpit.release.events import LeaseBroken, LeaseReconciled
from cockpit.release.gates import debt_of
from cockpit.release.intents import BreakLease, GoWithoutLease, RecordFact, RequestExecution
from cockpit.release.live import LeaseFeed, Live
from cockpit.release.narrative import is_alarming, sentence
from cockpit.release.run import Run
from cockpit.tui.alarms import Alarm, alarms_of
from tests.release.support import Person, opened, plan_to

NOW = 1_800_000_000.0
BENS = LeaseFeed("Ben", "laptop", "2027-01-15T07:40:00.000Z", NOW - 30, "rollback to v1")


def unleased() -> Person:
    """Somebody who goes on without the remote."""
    person = opened()
    person.act(RequestExecution("x", plan_to(), "v1"))
    person.act(GoWithoutLease("x", "the git host is down", "offline"))
    return person


def reconcile(person: Person, found: LeaseReconciled) -> None:
    person.act(RecordFact(execution_entity("x"), found))


def debt(run: Run) -> tuple[str, str]:
    (one,) = debt_of(run)
    return one.kind, one.reason


def test_going_without_needs_a_reason_and_stays_in_the_debt() -> None:
    person = unleased()
    assert debt(person.run) == ("without the remote's lease, not reconciled yet", "the git host is down")
    with pytest.raises(RefusedError, match="needs a reason"):
        person.act(GoWithoutLease("x", " ", "offline"))
    reconcile(person, LeaseReconciled())
    assert debt(person.run)[0] == "without the remote's lease"
    person.act(GoWithoutLease("x", "again", "offline"))
    assert debt(person.run) == ("without the remote's lease, not reconciled yet", "again")


def test_who_held_it_meanwhile_is_in_the_debt_and_calls_a_human() -> None:
    person = unleased()
    reconcile(person, LeaseReconciled("Ben", "laptop", "2027-01-15T07:40:00.000Z", "rollback to v1"))
    assert "meanwhile Ben on laptop held the lease" in debt(person.run)[1]
    assert any(alarm.key == "lease-conflict" and alarm.grave for alarm in alarms_of(person.run, Live(), NOW))
    last = person.run.records[-1]
    assert "Ben on laptop held the lease since" in sentence(last, person.run)
    assert is_alarming(last)


def test_a_break_is_the_services_and_names_whose_it_was() -> None:
    person = opened()
    with pytest.raises(RefusedError, match="needs a reason"):
        person.act(BreakLease("", "n"))
    (broken,) = person.act(BreakLease("gone home", "n", "Ben", "laptop", "07:40", "07:50", "rollback to v1"))
    assert broken.stream.endswith("/_service")
    assert isinstance(broken.data, LeaseBroken)
    assert broken.data.nonce == "n"
    assert sentence(broken, person.run) == "broke the lease of Ben on laptop since 07:40, for rollback to v1"


def leases(lease: LeaseFeed | None) -> list[Alarm]:
    return [alarm for alarm in alarms_of(opened().run, Live(lease=lease), NOW) if alarm.key == "lease"]


def test_anothers_lease_is_abnormal_once_it_is_stale() -> None:
    assert leases(None) == leases(BENS) == []
    (alarm,) = leases(LeaseFeed("Ben", "laptop", BENS.at, NOW - 1500, "rollback to v1"))
    assert alarm.title == "STALE lease of Ben on laptop"
    assert alarm.detail.startswith("not seen for 25m, rollback to v1; ")
    assert "cockpit execution unlock --lease --reason" in alarm.detail
    assert leases(LeaseFeed("Ana", "desk", BENS.at, NOW - 1500, "rollback to v1", ours=True)) == []
    (unreadable,) = leases(LeaseFeed("somebody", "", "", 0.0, "unreadable"))
    assert unreadable.title == "UNREADABLE lease"

"""Sensed items: whose word counts, for how long, and for which commit."""

from __future__ import annotations

from itertools import permutations

import pytest

from cockpit.errors import RefusedError
from cockpit.release.checks import Check, GitCheck
from cockpit.release.intents import DeferItem, EndExecution, ReopenItem, RequestExecution, Retarget, TickItem, Undo
from cockpit.release.ledger import state_digest
from cockpit.release.moment import Moments, as_of, holds_until
from cockpit.release.sensing import is_news, is_renewal_due
from tests.release.sensed import BOUND, CLOSING, COMMAND, HOUR, SUPPORTING, T0, State, at, flying, observed, see
from tests.release.support import BEN, NOW, Person, fold, plan_to


def test_a_check_closes_an_item_and_regresses_it_when_it_stops_holding() -> None:
    person = flying()
    assert at(person, "k").state == "unknown"
    see(person, "k", observed("ok", actual="12 passed"))
    assert (at(person, "k").state, at(person, "k").detail, at(person, "k").by) == ("sensed", "12 passed", None)
    see(person, "k", observed("failed", actual="1 failed"))
    assert (at(person, "k").state, at(person, "k").detail) == ("regressed", "1 failed")
    see(person, "k", observed("ok"))
    assert at(person, "k").state == "sensed"


def test_a_check_that_never_held_leaves_the_item_open() -> None:
    person = flying()
    see(person, "k", observed("failed"))
    assert at(person, "k").state == "open"


def test_a_supporting_check_blocks_regresses_and_never_closes() -> None:
    person = flying()
    see(person, "s", observed("ok"))
    assert at(person, "s").state == "open"
    see(person, "s", observed("failed"))
    assert at(person, "s").state == "blocked"
    with pytest.raises(RefusedError, match="its check says otherwise: failed"):
        person.act(TickItem("s"))
    see(person, "s", observed("ok"))
    person.act(TickItem("s"))
    assert at(person, "s").state == "done"
    see(person, "s", observed("failed"))
    assert at(person, "s").state == "regressed"


def test_words_expire_without_the_fold_knowing_now() -> None:
    person = flying()
    see(person, "k", observed("ok", lasts=HOUR))
    digest = state_digest(person.run)
    assert at(person, "k", T0 + HOUR - 1).state == "sensed"
    expired = at(person, "k", T0 + HOUR)
    assert (expired.state, expired.detail) == ("unknown", "no news from web1: it was ok")
    assert person.run.items["k"].state == "sensed"
    assert state_digest(person.run) == digest


def test_an_expired_failure_is_not_green_again() -> None:
    person = flying()
    person.act(TickItem("s"))
    see(person, "s", observed("failed", lasts=HOUR))
    assert at(person, "s", T0 + 2 * HOUR).state == "unknown"


def test_of_several_observers_the_worst_unexpired_word_counts() -> None:
    person = flying()
    see(person, "k", observed("ok", observer="web1"))
    see(person, "k", observed("failed", observer="web2", lasts=HOUR / 2))
    assert at(person, "k").state == "regressed"
    assert at(person, "k", T0 + HOUR * 0.75).state == "sensed"


@pytest.mark.parametrize(("observe", "state"), [("any", "sensed"), ("web1", "sensed"), ("web2", "regressed")])
def test_whose_word_counts_can_be_said(observe: str, state: str) -> None:
    person = flying(k=Check(command=COMMAND, closes=True, observe=observe))
    see(person, "k", observed("ok", observer="web1"))
    see(person, "k", observed("ok", observer="web2"))
    see(person, "k", observed("failed", observer="web2"))
    assert at(person, "k").state == state


def test_nobody_else_speaks_for_the_host_that_is_asked() -> None:
    person = flying(k=Check(command=COMMAND, closes=True, observe="web9"))
    see(person, "k", observed("ok", observer="web1"))
    assert (at(person, "k").state, at(person, "k").detail) == ("unknown", "no data yet")


def test_evidence_bound_to_a_commit_goes_stale_with_the_target_and_suspended_with_a_rollback() -> None:
    person = flying()
    see(person, "c", observed("ok", commit="2" * 40))
    see(person, "k", observed("ok", commit="2" * 40))
    assert at(person, "c").state == "sensed"
    person.act(Retarget("v3", "3" * 40))
    assert (at(person, "c").state, at(person, "k").state) == ("stale", "sensed")
    assert at(person, "c").detail == "seen at 22222222, which the run does not fly"
    see(person, "c", observed("ok", commit="3" * 40))
    assert at(person, "c").state == "sensed"


def test_evidence_whose_paths_have_moved_is_stale() -> None:
    person = flying()
    see(person, "k", observed("unknown", moved="docs/ has changed"))
    assert (at(person, "k").state, at(person, "k").detail) == ("stale", "docs/ has changed")


def test_of_a_version_that_was_rolled_back_nothing_is_looked_at_until_the_run_has_another() -> None:
    there = Check(git=GitCheck(tag="run"), closes=True, expires="1h")
    person = flying(k=there, s=SUPPORTING)
    see(person, "k", observed("ok"))
    assert at(person, "k").state == "sensed"

    def resting() -> list[str]:
        views = person.run.items.values()
        return [view.id for view in views if view.sensing is not None and view.sensing.rests]

    assert resting() == []
    person.act(RequestExecution("x", plan_to(), "v1"))
    person.act(EndExecution("x", "succeeded", ""))
    assert resting() == ["k", "c"], "by its tag, and by the commit that it is bound to"
    assert at(person, "k", T0 + 2 * HOUR).state == "suspended", "what nobody looks at has not become unknown"
    person.act(Retarget("v3", "3" * 40))
    assert resting() == []


def test_what_a_person_has_decided_stands_whatever_a_check_sees() -> None:
    person = flying()
    person.act(DeferItem("k", "later"))
    see(person, "k", observed("ok"))
    assert at(person, "k").state == "deferred"


def test_what_a_person_reopens_no_check_closes_until_it_is_undone() -> None:
    person = flying()
    see(person, "k", observed("ok"))
    person.act(ReopenItem("k", "that check lies"))
    assert at(person, "k").state == "open"
    see(person, "k", observed("failed"))
    assert at(person, "k").state == "blocked"
    see(person, "k", observed("ok"))
    person.act(Undo())
    assert at(person, "k").state == "sensed"


def test_the_configuration_replaces_a_check_and_can_switch_it_off() -> None:
    off = flying(k=Check(off=True))
    see(off, "k", observed("failed"))
    assert (at(off, "k").state, at(off, "k").sensing) == ("open", None)
    given = flying(h=SUPPORTING)
    see(given, "h", observed("failed"))
    assert at(given, "h").state == "blocked"


def test_a_clock_that_is_ahead_is_not_believed() -> None:
    person = Person(BEN, at=NOW + 7_200_000, pinned=flying()._pinned)
    person.ledger.add(flying().run.records)
    see(person, "k", observed("ok", at=T0 + 2 * HOUR))
    view = at(person, "k", T0)
    assert (view.state, view.detail) == ("unknown", "the clock of web1 is ahead")
    assert at(person, "k", T0 + 2 * HOUR).state == "sensed"


def test_the_order_in_which_observations_arrive_changes_nothing() -> None:
    person = flying()
    states: list[State] = ["ok", "failed", "ok", "failed"]
    for state in states:
        see(person, "k", observed(state))
    see(person, "k", observed("ok", observer="web2"))
    records = person.run.records
    pinned = person._pinned
    digests = {state_digest(fold(order, pinned=pinned)) for order in permutations(records[-5:])}
    assert len({*digests}) == 1
    assert fold(reversed(records), pinned=pinned).items["k"].reading == person.run.items["k"].reading


def test_renewals_are_no_history_and_count_all_the_same() -> None:
    person = flying()
    see(person, "k", observed("ok"))
    see(person, "k", observed("ok", at=T0 + HOUR, renewal=True))
    assert len(at(person, "k").history) == 1
    assert at(person, "k", T0 + 1.5 * HOUR).state == "sensed"


def test_a_sensed_item_does_not_begin_its_phase() -> None:
    person = flying()
    see(person, "k", observed("ok"))
    assert person.run.phases[0].state == "open"
    assert person.run.phases[0].done == 1


def test_a_moment_is_the_same_object_until_something_changes() -> None:
    person = flying()
    see(person, "k", observed("ok", lasts=HOUR))
    moments, run = Moments(), person.run
    first = moments.at(run, T0)
    assert moments.at(run, T0 + HOUR - 1) is first
    assert holds_until(first) == T0 + HOUR
    later = moments.at(run, T0 + HOUR)
    assert (first.items["k"].state, later.items["k"].state) == ("sensed", "unknown")
    assert later.phases[0].done == 0
    see(person, "k", observed("failed"))
    assert moments.at(person.run, T0 + 10).items["k"].state == "regressed"


def test_news_and_renewals() -> None:
    person = flying()
    see(person, "k", observed("ok", lasts=HOUR))
    (seen,) = as_of(person.run, T0).items["k"].sensing.seen  # type: ignore[union-attr]
    assert not is_news(seen, observed("ok", actual="other words"), now=T0 + 60)
    assert is_news(seen, observed("failed"), now=T0 + 60)
    assert is_news(seen, observed("ok", commit="3" * 40), now=T0 + 60)
    assert is_news(seen, observed("ok"), now=T0 + HOUR)
    assert not is_renewal_due(seen, now=seen.at + HOUR / 2 - 2)
    assert is_renewal_due(seen, now=seen.at + HOUR / 2 + 1)
    short = observed("ok", lasts=60)
    see(person, "k", short)
    (seen,) = person.run.items["k"].sensing.seen  # type: ignore[union-attr]
    assert not is_renewal_due(seen, now=seen.at + 299)
    assert is_renewal_due(seen, now=seen.at + 300)


def test_how_long_a_result_holds() -> None:
    assert Check(command=COMMAND, interval="1m").validity == 1800
    assert Check(command=COMMAND, interval="1h").validity == 4 * HOUR
    assert Check(command=COMMAND, expires="2h").validity == 2 * HOUR
    assert Check(command=COMMAND, effects="writes").validity == 24 * HOUR
    assert (CLOSING.kind, BOUND.kind) == ("command", "git")
    assert Check(command=COMMAND, effects="money").waits_for_person(production=True)
    assert not Check(command=COMMAND, effects="money").waits_for_person(production=False)


def test_after_a_rollback_what_a_bound_check_closed_is_suspended() -> None:
    person = flying()
    see(person, "c", observed("ok", commit="2" * 40))
    person.act(RequestExecution("x", plan_to(), "v1"))
    person.act(EndExecution("x", "succeeded", "", "v1"))
    see(person, "c", observed("failed", commit="1" * 40))
    assert at(person, "c").state == "suspended"

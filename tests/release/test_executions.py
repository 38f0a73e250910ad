"""Executions: when one may begin, how its events fold, and what its end brings with it."""

from __future__ import annotations

import msgspec
import pytest

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.configuration import Configuration, Environment
from cockpit.release.decisions.executions import confirmation_accepted, refuse_plan
from cockpit.release.entities import execution_entity
from cockpit.release.events import (
    ExecutionEnded,
    ExecutionStopped,
    RunStateChanged,
    StepEnded,
    StepStarted,
    WorkerStarted,
)
from cockpit.release.executions import decode_plan
from cockpit.release.intents import (
    ChangeRunState,
    EndExecution,
    RecordFact,
    RequestExecution,
    TickItem,
    UnlockDeploys,
)
from cockpit.release.ledger import Ledger
from cockpit.release.onward import plan_warnings
from cockpit.release.plan import Plan
from cockpit.release.record import Event
from cockpit.release.run import ExecutionView, new_since
from tests.release.support import ANA, PINNED, RUN_ID, Person, Texts, fold, joined, opened, plan_to, record

ENTITY = execution_entity("x")


def requested(plan: Plan | None = None) -> Person:
    """Somebody who has just confirmed a plan as execution x."""
    person = opened()
    plan = plan or plan_to()
    person.act(RequestExecution("x", plan, plan.tag))
    return person


def view(person: Person) -> ExecutionView:
    (found,) = person.run.executions
    return found


def refusal(person: Person, plan: Plan, confirmed: str = "v1") -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        person.act(RequestExecution("y", plan, confirmed))
    assert caught.value.fix
    return caught.value


def test_a_confirmed_plan_is_kept_to_the_byte() -> None:
    plan = plan_to()
    found = view(requested(plan))
    assert (found.state, found.by, found.over, found.tag) == ("requested", ANA, False, "v1")
    assert found.plan == plan
    assert found.plan is not None
    assert found.plan.digest == found.plan_digest == plan.digest
    assert [step.state for step in found.steps] == ["pending"] * 5
    assert found.steps[2].detail == "no dump matches the target"


def test_every_reason_not_to_begin() -> None:
    person = opened()
    bare = Configuration("shop", Environment("live"))
    assert refusal(person, plan_to(configuration=bare)).code == "no-plan"
    assert refusal(person, plan_to(commit="2" * 40)).code == "same-target"
    for typed in ("", "v", "v1 ", "V1", "1111111", "1" * 40):
        assert refusal(person, plan_to(), typed).code == "not-confirmed"
    person.act(RequestExecution("x", plan_to(), "11111111"))
    busy = refusal(person, plan_to())
    assert (busy.code, busy.what) == ("locked", "a rollback to v1 by Ana is requested")
    with pytest.raises(RefusedError, match="no release run is open"):
        nobody = Person()
        ledger = Ledger(Texts().get)
        ledger.add([])
        nobody_run = ledger.snapshot("", PINNED)
        from cockpit.release.decisions.context import Context
        from cockpit.release.decisions.registry import decide

        decide(RequestExecution("x", plan_to(), "v1"), Context(nobody_run, ANA, "", nobody.texts.seal))


def test_a_confirmation_names_the_tag_or_its_commit() -> None:
    plan = plan_to("v1")
    assert [confirmation_accepted(plan, typed) for typed in ("v1", "11111111", "v10", "")] == [True, True, False, False]


def test_after_a_rollback_deploys_are_locked_until_unlocked_and_rollbacks_are_not() -> None:
    person = requested()
    person.act(EndExecution("x", "succeeded", "", "v1"))
    assert person.run.deploys_locked == "rolled back from v2 to v1"
    mark = person.run.marks["v2"]
    assert (mark.mark, mark.reason, mark.by) == ("bad", "rolled back to v1", ANA)
    assert "v1" not in person.run.marks
    deploy = plan_to("v3", direction="deploy", commit="3" * 40)
    assert refusal(person, deploy, "v3").code == "locked"
    person.act(RequestExecution("z", plan_to("v0", commit="0" * 40), "v0"))
    person.act(EndExecution("z", "aborted", "by hand"))
    person.act(UnlockDeploys("fixed in v3"))
    assert person.run.deploys_locked == ""
    person.act(RequestExecution("y", deploy, "v3"))


@pytest.mark.parametrize(
    ("tag", "why"), [("v2", "v2 is marked bad by Ana: rolled back to v1"), ("v3", "v3 is a later version than v1: ")]
)
def test_what_was_left_is_not_put_back_by_a_rollback_while_deploys_are_locked(tag: str, why: str) -> None:
    person = requested()
    person.act(EndExecution("x", "succeeded", "", "v1"))
    forward = msgspec.structs.replace(plan_to(tag, commit="3" * 40), from_tag="v1", from_commit="1" * 40)
    refused = refusal(person, forward, tag)
    assert (refused.code, refused.what) == ("locked", "deploys are locked: rolled back from v2 to v1")
    (told,) = plan_warnings(forward, person.run)
    assert told.startswith(why)
    back = msgspec.structs.replace(plan_to("v0.9", commit="0" * 40), from_tag="v1", from_commit="1" * 40)
    assert plan_warnings(back, person.run) == ()
    refuse_plan(back, person.run)
    person.act(UnlockDeploys("looked at by Ben"))
    person.act(RequestExecution("y", forward, tag))


def test_back_from_a_hotfix_to_its_release_is_no_way_forward() -> None:
    person = requested()
    person.act(EndExecution("x", "succeeded", "", "v1"))
    back = msgspec.structs.replace(plan_to("v3", commit="3" * 40), from_tag="v3-hotfix1", from_commit="4" * 40)
    assert plan_warnings(back, person.run) == ()
    refuse_plan(back, person.run)
    forward = msgspec.structs.replace(back, from_tag="v3-rc.1")
    assert refusal(person, forward, "v3").code == "locked"


@pytest.mark.parametrize("outcome", ["succeeded", "unverified"])
def test_a_rollback_that_was_carried_out_moves_the_run(outcome: str) -> None:
    person = requested()
    written = person.act(EndExecution("x", outcome, "detail", "v1"))  # type: ignore[arg-type]
    assert person.run.state == "rolled-back"
    assert person.run.current_execution is None
    assert (view(person).state, view(person).version_seen, view(person).detail) == (outcome, "v1", "detail")
    assert isinstance(written[-1].data, ExecutionEnded), "a worker that dies before the end is resumed"


def test_an_aborted_execution_changes_nothing_else() -> None:
    person = requested()
    person.act(EndExecution("x", "aborted", "by Ana"))
    assert (person.run.state, person.run.deploys_locked, person.run.tag) == ("active", "", "v2")
    assert view(person).over


def test_a_deploy_moves_the_run_to_its_target_and_makes_it_active() -> None:
    person = requested(plan_to("v3", direction="deploy", commit="3" * 40))
    person.act(EndExecution("x", "succeeded", "", "v3"))
    assert (person.run.tag, person.run.commit, person.run.state) == ("v3", "3" * 40, "active")


def test_a_deploy_of_what_was_rolled_back_makes_the_run_active_again() -> None:
    person = requested()
    person.act(EndExecution("x", "succeeded", "", "v1"))
    person.act(UnlockDeploys("it was the network"))
    plan = msgspec.structs.replace(plan_to("v2", direction="deploy", commit="2" * 40), from_commit="1" * 40)
    person.act(RequestExecution("y", plan, "v2"))
    person.act(EndExecution("y", "succeeded", "", "v2"))
    assert (person.run.state, person.run.tag) == ("active", "v2")


def test_an_execution_ends_once() -> None:
    person = requested()
    person.act(EndExecution("x", "aborted", ""))
    with pytest.raises(RefusedError) as over:
        person.act(EndExecution("x", "succeeded", ""))
    assert (over.value.code, bool(over.value.fix)) == ("already", True)
    with pytest.raises(NotFoundError):
        person.act(EndExecution("nowhere", "aborted", ""))


def test_its_steps_fold_to_the_last_attempt_of_each() -> None:
    person = requested()

    def happen(*events: Event) -> None:
        for event in events:
            person.act(RecordFact(ENTITY, event))

    happen(WorkerStarted(pid=7, step=0), StepStarted(0, "stop", 1))
    assert (view(person).state, view(person).pid, view(person).steps[0].state) == ("running", 7, "running")
    happen(StepEnded(0, "stop", 1, "failed", 0.5, 1, "exit status 1"), ExecutionStopped(0, "step 1 failed"))
    assert (view(person).state, view(person).detail) == ("stopped", "step 1 failed")
    happen(WorkerStarted(pid=8, step=0), StepStarted(0, "stop", 2))
    person.act(RecordFact(ENTITY, StepEnded(0, "stop", 2, "ok", 1.5, 0), "what it printed"))
    found = view(person)
    assert (found.state, found.detail, found.pid) == ("running", "", 8)
    step = found.steps[0]
    assert (step.attempt, step.state, step.seconds) == (2, "ok", 1.5)
    assert step.started, "when it began is kept"
    assert step.output is not None
    assert person.texts.get(step.output) == "what it printed"
    assert [each.state for each in found.steps[1:]] == ["pending"] * 4


def test_what_a_late_worker_says_after_the_end_does_not_open_it_again() -> None:
    person = requested()
    person.act(EndExecution("x", "aborted", "by Ana"))
    person.act(RecordFact(ENTITY, WorkerStarted(pid=9, step=1)))
    assert (view(person).state, view(person).over, person.run.current_execution) == ("aborted", True, None)


def test_events_without_a_request_are_no_execution() -> None:
    assert (
        fold([record(WorkerStarted(pid=1, step=0), ENTITY), record(StepStarted(0, "stop", 1), ENTITY, s=2)]).executions
        == ()
    )


def test_a_plan_that_is_not_here_yet_leaves_the_steps_that_are_told() -> None:
    person = requested()
    person.act(RecordFact(ENTITY, StepStarted(1, "code", 1)))
    ledger = Ledger(Texts().get)
    ledger.add(person.run.records)
    (found,) = ledger.snapshot(RUN_ID, PINNED).executions
    assert found.plan is None
    assert [(step.index, step.state) for step in found.steps] == [(1, "running")]


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "nonsense", '{"direction":"sideways"}'])
def test_what_is_no_plan_decodes_to_none(text: str | None) -> None:
    assert decode_plan(text) is None


def test_two_clones_that_request_at_once_both_show() -> None:
    ana = opened()
    ben = joined(ana)
    ana.act(RequestExecution("x", plan_to(), "v1"))
    ben.act(RequestExecution("y", plan_to("v0", commit="0" * 40), "v0"))
    ana.hear(ben)
    assert {each.id for each in ana.run.executions} == {"x", "y"}
    assert ana.run.current_execution is not None


def test_facts_are_written_even_where_the_run_is_over_or_items_are_not() -> None:
    person = opened()
    person.act(ChangeRunState("closed"))
    person.act(RecordFact("run", RunStateChanged(state="held")))
    assert person.run.state == "held"
    person.act(TickItem("k"))


def test_what_a_log_says_is_new_since_the_last_deploy_or_else_since_the_run_was_opened() -> None:
    run = requested().run
    (rollback,) = run.executions
    assert rollback.direction == "rollback"
    assert new_since(run) == (run.opened_at, "the release was opened")
    deploys = [
        msgspec.structs.replace(rollback, direction="deploy", wall=f"2026-07-01T{hour}:00:00Z") for hour in (14, 13)
    ]
    later = msgspec.structs.replace(run, executions=(*deploys, rollback))
    assert new_since(later) == ("2026-07-01T14:00:00Z", "the deploy")

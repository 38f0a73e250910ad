"""What is told of a rehearsal: how much of the plan it was, and whether the plan is still that one."""

from __future__ import annotations

from cockpit.release.checks import RehearsalCheck
from cockpit.release.configuration import Plans, Step
from cockpit.release.events import RehearsedStep
from cockpit.release.record import Actor
from cockpit.release.rehearsals import Rehearsal, digest_of, look_at_rehearsals

WALL, NOW = "2026-03-10T12:00:00.000Z", 1773144028.0


def rehearsal(*outcomes: str, outdated: bool = False) -> Rehearsal:
    steps = tuple(RehearsedStep(outcome, outcome) for outcome in outcomes)  # type: ignore[arg-type]
    return Rehearsal("v1", "1" * 40, "v2", "2" * 40, True, 0.024, "", steps, None, Actor("rhea"), "vm", WALL, outdated)


def test_how_much_of_the_plan_it_was() -> None:
    assert rehearsal("ok", "ok").told(NOW) == "rehearsed 28s ago by rhea, in 24ms"
    assert rehearsal("ok", "skipped", "skipped").told(NOW) == "rehearsed 1 of 3 steps 28s ago by rhea, in 24ms"


def test_one_of_other_steps_counts_no_more() -> None:
    check = RehearsalCheck()
    assert look_at_rehearsals(check, [rehearsal("ok")], commit="2" * 40, now=NOW)[0] == "ok"
    state, said = look_at_rehearsals(check, [rehearsal("ok", outdated=True)], commit="2" * 40, now=NOW)
    assert state == "failed"
    assert "THE STEPS HAVE CHANGED SINCE" in said


def test_other_steps_are_told_from_these() -> None:
    stop, start = Step(id="stop", run="stop"), Step(id="start", run="start")
    assert digest_of(Plans(steps=(stop,))) == digest_of(Plans(steps=(stop,)))
    assert len({digest_of(Plans()), digest_of(Plans(steps=(stop,))), digest_of(Plans(steps=(start,)))}) == 3

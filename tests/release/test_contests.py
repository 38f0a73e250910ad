"""What two people write who have not seen each other's word: both are named, until somebody decides."""

from __future__ import annotations

import pytest

from cockpit.errors import RefusedError
from cockpit.release.gates import gate_of
from cockpit.release.intents import (
    ChangeRunState,
    ClaimItem,
    DeferItem,
    EndExecution,
    Intent,
    MoveLaunch,
    OverrideItem,
    RequestExecution,
    Retarget,
    TickItem,
    UnclaimItem,
)
from cockpit.release.narrative import is_contested, sentence
from cockpit.release.notices import notices_of
from cockpit.release.run import Run
from tests.release.support import ANA, BEN, NOW, Person, joined, opened, plan_to


def apart(one: Intent, other: Intent) -> tuple[Person, Person]:
    """Let Ana and, a moment later, Ben write at the same time; then both hear."""
    ana = opened()
    ben = joined(ana)
    ben.at += 1_000
    ana.act(one)
    ben.act(other)
    ana.hear(ben)
    ben.hear(ana)
    return ana, ben


def story(run: Run) -> list[str]:
    return [f"{record.by.name} {sentence(record, run)}" for record in run.records if record.ent in {"item:k", "run"}]


def test_both_are_named_with_what_each_said_until_somebody_decides() -> None:
    ana, ben = apart(TickItem("k", "42 rows"), DeferItem("k", "to Monday\nor later"))
    view = ana.run.items["k"]
    assert view.state == "contested"
    assert view.detail == "Ben: deferred (to Monday) against Ana: done (42 rows)"
    assert [(side.by, side.said) for side in view.sides] == [("Ben", "deferred (to Monday)"), ("Ana", "done (42 rows)")]
    assert story(ana.run)[-2:] == [
        "Ana ticked A killer (CONTESTED by Ben: deferred)",
        "Ben deferred A killer (CONTESTED by Ana: done)",
    ]
    assert all(is_contested(record, ana.run) for record in ana.run.records[-2:])

    ben.act(OverrideItem("k", "agreed by phone"))
    ana.hear(ben)
    view = ana.run.items["k"]
    assert (view.state, view.sides, view.detail) == ("overridden", (), "agreed by phone")
    assert story(ana.run)[-3:] == [
        "Ana ticked A killer",
        "Ben deferred A killer",
        "Ben overrode A killer (settles Ana: done, Ben: deferred)",
    ]
    assert not any(is_contested(record, ana.run) for record in ana.run.records)


def test_two_ticks_apart_are_contested_too_for_each_may_have_seen_something_else() -> None:
    ana, ben = apart(TickItem("k"), TickItem("k", "42"))
    assert ana.state() == "contested"
    assert len(notices_of(ana.run, ANA, [record for record in ben.run.records if record.by == BEN])) == 1
    ana.act(TickItem("k", "42"))
    assert ana.state() == "done"


def test_whoever_is_contradicted_is_told_at_once_and_nobody_else() -> None:
    ana, ben = apart(TickItem("k"), DeferItem("k", "to Monday"))
    news = [record for record in ben.run.records if record.by == BEN]
    (notice,) = notices_of(ana.run, ANA, news)
    assert notice.startswith('"A killer" is contested: Ben: deferred (to Monday) against Ana: done')
    assert notices_of(ana.run, ANA, [record for record in ana.run.records if record.by == ANA]) == []
    assert notices_of(ana.run, type(ANA)("Cleo"), news) == []


def test_the_earlier_claim_holds_and_the_later_one_is_told() -> None:
    ana, ben = apart(ClaimItem("k"), ClaimItem("k"))
    for run in (ana.run, ben.run):
        view = run.items["k"]
        assert (view.state, view.claimed_by) == ("claimed", ANA)
        assert [record.by for record in view.lost_claims] == [BEN]
        assert view.detail == "Ben claimed it at the same time, a little later"
        assert story(run)[-2:] == ["Ana claimed A killer", "Ben claimed A killer (too late: Ana had claimed it)"]
    assert notices_of(ben.run, BEN, ana.run.records) == ['Ana claimed "A killer" before you: it is theirs']
    assert notices_of(ana.run, ANA, ben.run.records) == ['Ben claimed "A killer" too, after you: it is yours']


def test_whoever_came_too_late_lets_go_of_their_own_claim_only() -> None:
    ana, ben = apart(ClaimItem("k"), ClaimItem("k"))
    ben.act(UnclaimItem("k"))
    assert (ben.run.items["k"].claimed_by, ben.run.items["k"].lost_claims) == (ANA, ())
    ana.hear(ben)
    ana.act(UnclaimItem("k"))
    assert ana.state() == "open"


WHEN, THEN = "2027-02-01T08:00:00.000Z", "2027-02-02T08:00:00.000Z"


@pytest.mark.parametrize(
    ("one", "other", "register", "told", "decision"),
    [
        (Retarget("v3", "3" * 40), Retarget("v4", "4" * 40), "target",
         "Ben: v4 at 44444444 against Ana: v3 at 33333333", Retarget("v4", "4" * 40)),
        (MoveLaunch(WHEN), MoveLaunch(THEN), "launch", f"Ben: {THEN} against Ana: {WHEN}", MoveLaunch(THEN)),
        (ChangeRunState("held", "look"), ChangeRunState("closed"), "state", "Ben: closed against Ana: held",
         ChangeRunState("held", "look first")),
    ],
)  # fmt: skip
def test_the_run_itself_is_contested_visibly(
    one: Intent, other: Intent, register: str, told: str, decision: Intent
) -> None:
    ana, ben = apart(one, other)
    (contest,) = ana.run.contests
    assert (contest.register, contest.told) == (register, told)
    reasons = gate_of(ana.run, ana.run.phases[0], (), now=NOW / 1000).reasons
    assert f"run:{register}" in [reason.item for reason in reasons]
    assert "CONTESTED by Ben" in story(ana.run)[-2]
    (notice,) = notices_of(ana.run, ANA, ben.run.records)
    assert told in notice
    # The very value that counts meanwhile can be confirmed, too.
    ana.act(decision)
    assert ana.run.contests == ()
    assert "settles" in story(ana.run)[-1]


def test_two_who_say_the_same_of_the_run_agree() -> None:
    ana, _ = apart(Retarget("v3", "3" * 40), Retarget("v3", "3" * 40))
    assert ana.run.contests == ()
    with pytest.raises(RefusedError, match="flies v3 already"):
        ana.act(Retarget("v3", "3" * 40))


def test_a_deploy_settles_what_the_run_flies() -> None:
    ana, _ = apart(Retarget("v3", "3" * 40), Retarget("v4", "4" * 40))
    ana.act(RequestExecution("x", plan_to("v4", direction="deploy", commit="4" * 40), "v4"))
    ana.act(EndExecution("x", "succeeded", "", "v4"))
    assert (ana.run.tag, ana.run.contests) == ("v4", ())

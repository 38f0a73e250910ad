"""What two people write who have not seen each other's word: both are named, until somebody decides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import RefusedError
from cockpit.release.gates import gate_of
from cockpit.release.intents import (
    AnswerItem,
    ChallengeItem,
    ChangeRunState,
    ClaimItem,
    DeferItem,
    EndExecution,
    Intent,
    MoveLaunch,
    OverrideItem,
    ReopenItem,
    RequestExecution,
    Retarget,
    TickItem,
    UnclaimItem,
)
from cockpit.release.ledger import state_digest
from cockpit.release.narrative import is_contested, sentence
from cockpit.release.notices import agreements_of, notices_of
from cockpit.release.record import Actor
from cockpit.release.run import Run
from tests.release.support import ANA, BEN, NOW, Person, fold, joined, opened, plan_to


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


@pytest.mark.parametrize("values", [("", ""), ("42", ""), ("", "42")])
def test_two_who_tick_it_at_once_agree_and_it_is_done_by_both(values: tuple[str, str]) -> None:
    ana, ben = apart(*(TickItem("k", value) for value in values))
    for run in (ana.run, ben.run):
        view = run.items["k"]
        assert (view.state, view.names.count("+"), view.sides, view.detail) == ("done", 1, (), "".join(values))
        assert set(view.names.split("+")) == {"Ana", "Ben"}
        assert run.phases[0].done == 1
        assert not any(is_contested(record, run) for record in run.records)
        assert story(run)[-2:] == [
            "Ana ticked A killer (as did Ben, at the same time)",
            "Ben ticked A killer (as did Ana, at the same time)",
        ]
    news = [record for record in ben.run.records if record.by == BEN]
    assert notices_of(ana.run, ANA, news) == [], "nothing to be alarmed at"
    assert agreements_of(ana.run, Actor("Cleo"), news) == []
    assert agreements_of(ana.run, ANA, news) == ['Ben said the same of "A killer" at the same time: done by both']
    with pytest.raises(RefusedError, match=r"already done by (Ana\+Ben|Ben\+Ana)"):
        ana.act(TickItem("k"))
    ben.act(ReopenItem("k", "look again"))
    ana.hear(ben)
    assert (ana.state(), ana.run.items["k"].also) == ("open", ())


def test_two_who_each_give_evidence_are_contested_for_each_may_have_seen_something_else() -> None:
    ana, ben = apart(TickItem("k", "42"), TickItem("k", "17"))
    assert ana.state() == "contested"
    assert ana.run.items["k"].detail == "Ben: done (17) against Ana: done (42)"
    assert len(notices_of(ana.run, ANA, [record for record in ben.run.records if record.by == BEN])) == 1
    ana.act(TickItem("k", "42"))
    assert ana.state() == "done"


def test_two_who_tick_an_item_for_two_persons_at_once_have_not_answered_each_other() -> None:
    ana, ben = apart(TickItem("two"), TickItem("two"))
    view = ana.run.items["two"]
    assert (view.state, view.unverified_second, view.challenge) == ("done", True, view.register.winner)
    ana.act(AnswerItem("two", "I saw it, too"))
    ben.hear(ana)
    view = ben.run.items["two"]
    assert (view.state, view.unverified_second, view.also) == ("done", False, ())


def test_a_second_persons_answer_is_not_covered_by_a_tick_of_the_same_time() -> None:
    ana = opened()
    ana.act(ChallengeItem("two", "paid 1.00"))
    ben, cleo = joined(ana), joined(ana, Actor("Cleo"))
    cleo.at += 1_000
    ben.act(AnswerItem("two", "receipt 1.00"))
    cleo.act(TickItem("two"))
    ana.hear(ben, cleo)
    view = ana.run.items["two"]
    assert (view.state, view.unverified_second, view.by, view.also) == ("done", False, BEN, (Actor("Cleo"),))
    assert view.detail == "receipt 1.00"


@given(st.lists(st.sampled_from(["tick", "tick 42", "tick 17", "reopen", "defer"]), min_size=2, max_size=4), st.data())
def test_only_those_who_say_something_else_contest_whatever_the_order(said: list[str], data: st.DataObject) -> None:
    ana = opened()
    ana.act(TickItem("n"))
    others = [joined(ana, Actor(f"P{number}")) for number, _ in enumerate(said)]
    words: dict[str, Intent] = {
        "tick": TickItem("k"),
        "tick 42": TickItem("k", "42"),
        "tick 17": TickItem("k", "17"),
        "reopen": ReopenItem("n"),
        "defer": DeferItem("k", "later"),
    }
    for person, word in zip(others, said, strict=True):
        person.act(words[word])
    ana.hear(*others)
    about = {item: [word for word in said if (word == "reopen") is (item == "n")] for item in ("k", "n")}
    values = {word for word in about["k"] if word not in {"tick", "defer"}}
    alike = len(values) < 2 and ("defer" not in about["k"] or len(about["k"]) == 1)
    if about["k"]:
        assert ana.state("k") == ("contested" if not alike else "deferred" if "defer" in about["k"] else "done")
    assert ana.state("n") == ("open" if about["n"] else "done")
    shuffled = data.draw(st.permutations(ana.run.records))
    again = fold(shuffled, ana.texts)
    assert state_digest(again) == state_digest(ana.run)
    assert [(view.names, view.detail) for view in again.items.values()] == [
        (view.names, view.detail) for view in ana.run.items.values()
    ]


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

"""The sign-off as a fold: what holds, whatever order it arrives in, and what gates make of it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.configuration import Signing
from cockpit.release.gates import gate_of
from cockpit.release.intents import Retarget, RevokeSignOff, SignOff, Undo
from cockpit.release.ledger import Ledger, Pinned
from cockpit.release.library import Library, SignOffRole
from cockpit.release.run import Run, Verdict
from cockpit.release.signoffs import sign_off_of
from tests.release.support import ANA, BEN, CONFIGURATION, NOW, PINNED, RUN_ID, Person, joined, opening

ROLES = (SignOffRole("dev", "Dev Lead"), SignOffRole("ops", "Ops", "The service is ready."))
SIGNED: Pinned = Pinned(
    structs.replace(CONFIGURATION, sign_off={"day": ()}), PINNED.checklists, Library(roles=ROLES), PINNED.digest
)


def flown(pinned: Pinned = SIGNED) -> Person:
    person = Person(ANA, pinned=pinned)
    person.act(opening())
    return person


def standing(run: Run, verdicts: Mapping[str, Verdict] | None = None) -> dict[str, str]:
    run = structs.replace(run, verdicts=verdicts or {})
    return {one.role: one.state for one in sign_off_of(run)}


def objections(run: Run) -> list[str]:
    gate = gate_of(run, run.phases[0], (), now=NOW / 1000)
    return [reason.item for reason in gate.reasons if reason.item.startswith("signoff:")]


def test_a_gate_waits_for_each_role_and_for_each_again_once_the_target_moves() -> None:
    ana = flown()
    assert objections(ana.run) == ["signoff:dev", "signoff:ops"]
    ana.act(SignOff("dev"))
    ana.act(SignOff("Ops", "Ben"))
    assert objections(ana.run) == []
    assert sign_off_of(ana.run)[1].given.statement == (  # type: ignore[union-attr]
        "The service is ready. [shop v2 (222222222222) in live]"
    )
    ana.act(Retarget("v3", "3" * 40))
    assert standing(ana.run) == {"dev": "stale", "ops": "stale"}
    assert objections(ana.run) == ["signoff:dev", "signoff:ops"]
    ana.act(Retarget("v2", "2" * 40))
    assert objections(ana.run) == [], "what was signed for v2 holds for v2"


def test_other_files_are_another_release() -> None:
    ana = flown()
    ana.act(SignOff("dev"))
    other = Pinned(SIGNED.configuration, SIGNED.checklists, SIGNED.library, "e" * 64)
    assert standing(ana.ledger.snapshot(RUN_ID, other))["dev"] == "stale"


def test_who_revokes_takes_back_what_they_have_seen_and_no_more() -> None:
    ana = flown()
    ana.act(SignOff("dev"))
    ben = joined(ana, BEN)
    ben._pinned = SIGNED
    ben.act(RevokeSignOff("dev", "carts fail"))
    ana.act(SignOff("dev", "Cem"))
    ana.hear(ben)
    ben.hear(ana)
    for run in (ana.run, ben.run):
        (one, _) = sign_off_of(run)
        assert (one.state, one.given.on_behalf) == ("unsigned", "Cem")  # type: ignore[union-attr]
        assert [bool(given.revoked) for given in run.signed["dev"]] == [True, False]


def test_what_is_refused() -> None:
    ana = flown()
    with pytest.raises(NotFoundError, match="no role 'sec'"):
        ana.act(SignOff("sec"))
    with pytest.raises(RefusedError, match="nobody has signed for Dev Lead"):
        ana.act(RevokeSignOff("dev", "x"))
    ana.act(SignOff("dev"))
    with pytest.raises(RefusedError, match="reason"):
        ana.act(RevokeSignOff("dev", " "))
    with pytest.raises(RefusedError):
        ana.act(Undo())
    assert standing(ana.run)["dev"] == "unsigned", "a sign-off is revoked, not undone"


VERDICTS = {
    Verdict("verified", "ana@example.org", "SHA256:x"): ("signed", "signed"),
    Verdict("unchecked", key="SHA256:x"): ("signed", "refused"),
    Verdict("unsigned"): ("unsigned", "refused"),
    Verdict("refused", why="expired"): ("refused", "refused"),
}


@pytest.mark.parametrize("verdict", VERDICTS, ids=lambda verdict: verdict.state)
def test_what_a_signature_is_worth_with_and_without_allowed_signers(verdict: Verdict) -> None:
    strict = Pinned(
        structs.replace(SIGNED.configuration, signing=Signing(allowed_signers="allowed", branch="main")),
        SIGNED.checklists, SIGNED.library, SIGNED.digest,
    )  # fmt: skip
    for pinned, state in zip((SIGNED, strict), VERDICTS[verdict], strict=True):
        ana = flown(pinned)
        (record,) = ana.act(SignOff("dev"))
        assert standing(ana.run, {record.id: verdict})["dev"] == state


def test_what_does_not_hold_displaces_nothing_that_does() -> None:
    ana = flown()
    (good,) = ana.act(SignOff("dev"))
    (forged,) = ana.act(SignOff("dev"))
    verdicts = {good.id: Verdict("verified"), forged.id: Verdict("refused", why="it is not of these bytes")}
    run = structs.replace(ana.run, verdicts=verdicts)
    (one, _) = sign_off_of(run)
    assert (one.given.record, one.state) == (good.id, "signed")  # type: ignore[union-attr]


@given(st.permutations(range(8)))
def test_every_order_folds_alike(order: list[int]) -> None:
    ana = flown()
    ana.act(SignOff("dev"))
    ana.act(RevokeSignOff("dev", "carts"))
    ana.act(SignOff("dev", "Ben"))
    ana.act(SignOff("ops"))
    ana.act(Retarget("v3", "3" * 40))
    ana.act(SignOff("ops"))
    records = ana.run.records
    assert len(records) >= len(order)
    ledger = Ledger(ana.texts.get)
    for index in order:
        ledger.add([records[index]] if index < len(records) else [])
    ledger.add(records)
    again = ledger.snapshot(RUN_ID, SIGNED)
    assert sign_off_of(again) == sign_off_of(ana.run)

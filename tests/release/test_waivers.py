"""Waivers with an end: what was let through holds until then, and stands as debt afterwards."""

from __future__ import annotations

import pytest

from cockpit.errors import RefusedError
from cockpit.release.gates import debt_of, gate_of
from cockpit.release.intents import DeferItem, Intent, MarkNotApplicable, OverrideItem, TickItem, Undo
from cockpit.release.moment import as_of
from cockpit.times import rfc3339
from tests.release.sensed import T0
from tests.release.support import Person, opened

DAY = 86400.0
ENDS = rfc3339(T0 + DAY)
WAYS = [
    DeferItem("k", "next week", ENDS),
    OverrideItem("k", "the vendor said so", ENDS),
    MarkNotApplicable("k", "no payments", ENDS),
]


def reasons(person: Person, after: float) -> list[str]:
    run = as_of(person.run, T0 + after)
    return [reason.why for phase in run.phases for reason in gate_of(run, phase, [], now=T0 + after).reasons]


@pytest.mark.parametrize("wish", WAYS)
def test_a_waiver_that_has_ended_is_stale_holds_the_gate_and_is_debt(wish: Intent) -> None:
    person = opened()
    person.act(wish)
    before = as_of(person.run, T0 + DAY - 60).items["k"].state
    assert before in {"deferred", "overridden", "na"}
    later = as_of(person.run, T0 + DAY + 60)
    view = later.items["k"]
    assert view.state == "stale"
    assert view.detail.startswith(f"{before} until ")
    assert any(view.item.text in why and "stale" in why for why in reasons(person, DAY + 60))
    assert [debt.kind for debt in debt_of(later) if debt.item == "k"] == ["expired waiver"]
    person.act(TickItem("k", "42"))
    assert as_of(person.run, T0 + 2 * DAY).items["k"].state == "done"
    assert debt_of(as_of(person.run, T0 + 2 * DAY)) == ()


def test_a_waiver_without_an_end_stays() -> None:
    person = opened()
    person.act(DeferItem("k", "next week"))
    assert as_of(person.run, T0 + 1000 * DAY).items["k"].state == "deferred"


def test_an_end_that_has_passed_is_refused_and_an_undo_takes_the_waiver_back() -> None:
    person = opened()
    with pytest.raises(RefusedError) as refused:
        person.act(OverrideItem("k", "why not", rfc3339(T0 - DAY)))
    assert refused.value.code == "expired"
    person.act(OverrideItem("k", "why not", ENDS))
    person.act(Undo())
    assert person.state("k") == "open"

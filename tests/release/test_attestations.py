"""A person's word that ends: attestations that expire, and ticks bound to a release, a host, a day or paths."""

from __future__ import annotations

import msgspec
import pytest

from cockpit.codec import encode_data
from cockpit.errors import RefusedError
from cockpit.release.checklist import Checklist, Item, Phase, Section
from cockpit.release.checks import Check
from cockpit.release.events import ItemAttested, ItemMoved
from cockpit.release.gates import debt_of, gate_of
from cockpit.release.intents import (
    AnswerItem,
    ChallengeItem,
    EndExecution,
    RecordFact,
    Redo,
    RequestExecution,
    Retarget,
    TickItem,
    Undo,
)
from cockpit.release.ledger import state_digest
from cockpit.release.moment import Moments, as_of, item_as_of
from cockpit.release.narrative import sentence
from cockpit.release.record import Record
from cockpit.times import rfc3339
from tests.release.sensed import CLOSING, HOUR, SUPPORTING, T0, at, flying, observed, see, words
from tests.release.support import BEN, NOW, PINNED, Person, fold, opening, plan_to, record

DAY = 86400.0
ITEMS = (
    Item("a", "Attested", killer=True, expires="30d"),
    Item("plain", "Plain"),
    Item("two", "Two people", two_person=True, expires="2d"),
    Item("sup", "Supported", expires="30d", check=SUPPORTING),
    Item("release", "Of the release", binds="release"),
    Item("host", "Of the host", binds="host"),
    Item("day", "Of the day", binds="period"),
    Item("paths", "Of the paths", binds="paths", paths=("nginx/*",)),
)
BOUND = msgspec.structs.replace(
    PINNED,
    checklists=(
        Checklist("short", "Short", phases=(Phase("day", "Day", sections=(Section("s", "S", items=ITEMS),)),)),
    ),
)


@pytest.fixture
def ana() -> Person:
    person = Person(pinned=BOUND)
    person.act(opening())
    return person


def colleague(person: Person) -> Person:
    other = Person(BEN, person.texts, at=person.at, pinned=BOUND)
    other.hear(person)
    return other


def state(person: Person, item: str, after: float = 0.0) -> str:
    return item_as_of(person.run.items[item], T0 + after).state.value


def detail(person: Person, item: str, after: float = 0.0) -> str:
    return item_as_of(person.run.items[item], T0 + after).detail


def code(person: Person, intent: object) -> str:
    with pytest.raises(RefusedError) as caught:
        person.act(intent)  # type: ignore[arg-type]
    assert caught.value.fix
    return caught.value.code


def test_an_item_that_expires_is_attested_and_goes_stale_when_it_does(ana: Person) -> None:
    assert code(ana, TickItem("a")) == "no-evidence", "an attestation says what was looked at"
    (said,) = ana.act(TickItem("a", "the dashboard", link="https://grafana.example/d/1"))
    view = ana.run.items["a"]
    assert (view.state, view.detail, view.link) == ("attested", "the dashboard", "https://grafana.example/d/1")
    assert view.holds_until == T0 + 30 * DAY
    assert sentence(said, ana.run) == "attested Attested"
    assert [state(ana, "a", 30 * DAY + offset) for offset in (-1.0, 0.0)] == ["attested", "stale"]
    assert detail(ana, "a", 30 * DAY) == "held until 2027-02-14 08:00Z: the dashboard"
    phase = ana.run.phases[0]
    (reason,) = gate_of(ana.run, phase, (), now=T0 + 30 * DAY).reasons
    assert reason.why == "Attested: stale"
    assert gate_of(ana.run, phase, (), now=T0).go


def test_the_fold_knows_no_now_and_the_moment_changes_when_it_expires(ana: Person) -> None:
    ana.act(TickItem("a", "seen", until=rfc3339(T0 + 60)))
    digest, run, moments = state_digest(ana.run), ana.run, Moments()
    shown = moments.at(run, T0)
    assert moments.at(run, T0 + 59.9) is shown
    assert moments.at(run, T0 + 60).items["a"].state == "stale"
    assert as_of(moments.at(run, T0 + 60), T0 + 60).items["a"] == moments.at(run, T0 + 60).items["a"]
    assert state_digest(run) == digest


def test_a_plain_item_is_attested_by_whoever_says_until_when_or_where(ana: Person) -> None:
    assert code(ana, TickItem("plain", until=rfc3339(T0 + 60))) == "no-evidence"
    assert code(ana, TickItem("plain", "x", until=rfc3339(T0))) == "expired"
    ana.act(TickItem("plain", link="https://x.example"))
    assert (state(ana, "plain", 4e9), ana.run.items["plain"].holds_until) == ("attested", float("inf"))
    assert code(ana, TickItem("plain", "again")) == "already"
    ana.act(TickItem("plain", "looked again", until=rfc3339(T0 + 60)))
    ana.act(Undo("plain"))
    ana.act(Redo("plain"))
    assert (state(ana, "plain", 59.0), state(ana, "plain", 60.0)) == ("attested", "stale")


def test_two_persons_attest_together_and_one_alone_is_a_debt(ana: Person) -> None:
    ana.act(TickItem("two", "49.90"))
    assert [debt.kind for debt in debt_of(ana.run)] == ["second person unverified"]
    ben = colleague(ana)
    ben.act(AnswerItem("two", "49.90"))
    assert (debt_of(ben.run), state(ben, "two"), state(ben, "two", 2 * DAY)) == ((), "attested", "stale")
    assert code(ben, ChallengeItem("two")) == "already"


def test_a_check_beside_it_still_tells_when_it_fails(ana: Person) -> None:
    ana.act(TickItem("sup", "looked"))
    assert state(ana, "sup") == "attested"
    see(ana, "sup", observed(lasts=60 * DAY))
    assert (state(ana, "sup", HOUR), state(ana, "sup", 30 * DAY)) == ("attested", "stale")
    see(ana, "sup", observed("failed", lasts=60 * DAY))
    assert state(ana, "sup", HOUR) == "regressed"


def test_what_is_bound_to_the_release_moves_with_its_tag_and_is_suspended_by_a_rollback(ana: Person) -> None:
    ana.act(TickItem("release"))
    ana.act(Retarget("v3", "3" * 40))
    assert (state(ana, "release"), detail(ana, "release")) == ("stale", "done for v2, the run flies v3")
    ana.act(TickItem("release"))
    assert state(ana, "release") == "done"


def test_a_rollback_suspends_what_was_done_for_the_release(ana: Person) -> None:
    ana.act(TickItem("release"))
    ana.act(RequestExecution("x1", plan_to(), "v1"))
    ana.act(EndExecution("x1", "succeeded", "", "v1"))
    assert state(ana, "release") == "suspended"


def test_what_is_bound_to_the_host_goes_stale_where_it_is_carried_out_elsewhere(ana: Person) -> None:
    ana.act(TickItem("host"))
    (asked, *_) = ana.act(RequestExecution("d1", plan_to("v3", direction="deploy", commit="3" * 40), "v3"))
    ana.act(EndExecution("d1", "succeeded", "", "v3"))
    assert (asked.host, state(ana, "host")) == ("h1", "done"), "nobody knew where it would run"
    ana.act(Undo("host"))
    ana.act(TickItem("host"))
    assert state(ana, "host") == "done"
    elsewhere = msgspec.structs.replace(
        asked, host="h2", wall=rfc3339(T0 + 60), h=(NOW + 99_000, 0), id="f" * 64, ent="execution:d2"
    )
    view = fold([*ana.run.records, elsewhere], ana.texts, pinned=BOUND).items["host"]
    assert (view.state, view.detail) == ("stale", "done as it ran on h1, it was carried out on h2 since")


def test_what_is_bound_to_a_period_holds_to_the_end_of_the_day(ana: Person) -> None:
    ana.act(TickItem("day"))
    assert [state(ana, "day", hours * HOUR) for hours in (15.9, 16.0)] == ["done", "stale"]


def test_what_is_bound_to_paths_goes_stale_once_somebody_saw_them_move(ana: Person) -> None:
    (said,) = ana.act(TickItem("paths", bound="d1"))
    moved = ItemMoved(said.id, "nginx/* changed since")
    ana.act(RecordFact("item:paths", moved))
    assert (state(ana, "paths"), detail(ana, "paths")) == ("stale", "nginx/* changed since")
    assert sentence(ana.run.records[-1], ana.run) == "saw that Of the paths holds no more: nginx/* changed since"
    assert fold(reversed(ana.run.records), ana.texts, pinned=BOUND).items["paths"].state == "stale"
    ana.act(TickItem("paths", bound="d2"))
    assert state(ana, "paths") == "done", "it was said anew"


def test_an_expiry_that_nobody_can_read_has_passed() -> None:
    said = record(ItemAttested(until="tomorrow"), "item:a")
    run = fold([*_opened(), said], pinned=BOUND)
    assert item_as_of(run.items["a"], T0).state == "stale"
    assert b"tomorrow" in encode_data(said.data)


def _opened() -> list[Record]:
    person = Person(pinned=BOUND)
    person.act(opening())
    return list(person.run.records)


def _checked(check: Check) -> Person:
    return flying(k=check)


def test_what_a_check_saw_counts_on_its_own_day_where_it_is_bound_to_the_period() -> None:
    person = _checked(msgspec.structs.replace(CLOSING, binds="period"))
    see(person, "k", observed(lasts=10 * DAY))
    assert words(at(person, "k", T0 + 15.9 * HOUR), at(person, "k", T0 + 16 * HOUR)) == ["sensed", "unknown"]


def test_what_a_check_saw_is_of_the_host_that_it_was_carried_out_on() -> None:
    person = _checked(msgspec.structs.replace(CLOSING, binds="host"))
    see(person, "k", observed(observer="h2", lasts=DAY))
    assert at(person, "k").state == "sensed"
    person.act(RequestExecution("d1", plan_to("v3", direction="deploy", commit="3" * 40), "v3"))
    person.act(EndExecution("d1", "succeeded", "", "v3"))
    assert (at(person, "k").state, at(person, "k").detail) == ("stale", "seen on h2, it was carried out on h1 since")
    see(person, "k", observed(observer="h1", lasts=DAY))
    assert at(person, "k").state == "sensed", "whoever looks there speaks for it"


def test_what_a_check_saw_is_of_the_release_that_was_flown() -> None:
    person = _checked(msgspec.structs.replace(CLOSING, binds="release"))
    see(person, "k", observed(lasts=DAY))
    person.act(Retarget("v3", "3" * 40))
    assert (at(person, "k").state, at(person, "k").detail) == ("stale", "seen before the run was retargeted to v3")
    see(person, "k", observed(lasts=DAY, commit="f" * 40))
    assert at(person, "k").state == "sensed", "whatever commit the work tree is at"

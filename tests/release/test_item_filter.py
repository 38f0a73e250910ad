"""The checklist's filter: what each term lists, what inverts it, and what a wrong one is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import UsageError
from cockpit.release.due import Due
from cockpit.release.intents import ChallengeItem, ClaimItem, DeferItem, TickItem
from cockpit.release.item_filter import Moment, parse_item_filter
from cockpit.release.record import Actor
from cockpit.release.run import ItemView
from tests.release.support import ANA, BEN, Person, joined, opened

DUES = {
    "k": Due("T-7d", 100.0, waits=True),
    "b": Due("T-1d", 5000.0, waits=True),
    "n": Due("T-7d", 100.0, waits=False),
    "two": Due("T-1d", 90_000.0, waits=True),
}


def listed(person: Person, text: str, *, me: Actor = ANA, now: float = 1000.0) -> str:
    """The ids of the items that are listed."""

    def due(view: ItemView) -> Due | None:
        return DUES.get(view.id)

    found = parse_item_filter(text)
    return " ".join(view.id for view in person.run.items.values() if found.matches(view, Moment(me, now, due)))


@pytest.fixture
def flown() -> Person:
    """Ana has ticked the killer and asked for a second person; Ben has claimed one and deferred one."""
    ana = opened()
    ana.act(TickItem("k", "seen"))
    ana.act(ChallengeItem("two"))
    ben = joined(ana)
    ben.act(ClaimItem("b"))
    ben.act(DeferItem("n", "later"))
    return ben


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", "k b n two e"),
        ("people", "two"),
        ("two people", "two"),
        ("people two", ""),
        ("!two people", "k b n e"),
        ('"Two People"', "two"),
        ("state:open", "two e"),
        ("state:open,claimed", "b two e"),
        ("state:cla", "b"),
        ("!state:open", "k b n"),
        ("STATE:Open", "two e"),
        ("owner:ana", "k"),
        ("owner:me", "k"),
        ("owner:ben", "b n"),
        ('owner:"ben"', "b n"),
        ("owner:none", "two e"),
        ("!owner:none", "k b n"),
        ("due:overdue", "k"),
        ("due:upcoming", "b two"),
        ("due:settled", "n"),
        ("due:none", "e"),
        ("due:2h", "k b"),
        ("due:2", "k b n two e"),
        ("is:killer", "k b"),
        ("is:two-persons", "two"),
        ("is:debt", "n"),
        ("is:mine", "k two"),
        ("is:asked", ""),
        ("role:none", "k b n two e"),
        ("!role:none", ""),
        ("is:killer !state:done", "b"),
        ("killer !bound", "k"),
        ("state:", "k b n two e"),
        ("!", "k b n two e"),
    ],
)
def test_what_it_lists(flown: Person, text: str, items: str) -> None:
    assert listed(flown, text) == items


def test_me_is_who_looks(flown: Person) -> None:
    assert listed(flown, "owner:me", me=BEN) == "b n"
    assert listed(flown, "is:asked", me=BEN) == "two"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("state:opne", "'opne' is no state. There is: open, claimed"),
        ("due:soon", "'soon' is no due date. There is: overdue, upcoming"),
        ("due:2x", "'2x' is no time. Write it like due:2d"),
        ("is:yours", "'yours' is no kind of item. There is: mine"),
        ("sate:open", "sate: is nothing to filter by (did you mean state?)"),
        ("role:ops, state:nope", "'nope' is no state"),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(text: str, what: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_item_filter(text)
    assert what.replace(". ", "").casefold() in str(caught.value).replace(". ", "").casefold()


def test_a_colon_in_a_word_is_a_word_where_it_can_be_no_key() -> None:
    person = opened()
    for text in ("https://shop.example", "12:30", '"sate: x"'):
        assert listed(person, text) == ""
        assert listed(person, f"!{text}") == "k b n two e"


@given(st.text(st.sampled_from('abst:,!" \tdue/is2') | st.characters(), max_size=30))
def test_whatever_is_typed_filters_or_is_told_what_is_wrong(text: str) -> None:
    try:
        parse_item_filter(text)
    except UsageError as error:
        assert error.fix

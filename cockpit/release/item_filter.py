"""The checklist's filter: words, and `key:value` terms, each of which a leading `!` inverts."""

from __future__ import annotations

import difflib
from collections.abc import Callable

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.errors import UsageError
from cockpit.patterns import pattern
from cockpit.release.asked import asked, may_answer
from cockpit.release.due import Due
from cockpit.release.events import ItemObserved
from cockpit.release.item_state import ItemState
from cockpit.release.record import Actor, same_name
from cockpit.release.run import ItemView

NONE = "none"
DUE_WORDS = ("overdue", "upcoming", "settled", NONE)
IS_WORDS = ("mine", "killer", "two-persons", "sensed", "asked", "debt")
STATES = tuple(state.value for state in ItemState)

_WORD = pattern(r'(!?)((?:[A-Za-z]+:(?!//))?)(?:"([^"]*)"?|([^\s"]+)|(?=\s|$))')
# What the help says, a line each.
TERMS: tuple[tuple[str, str], ...] = (
    ("words", "Items with these words in their text, state, role or name"),
    ("state:open,claimed", "In one of these states; the first letters will do"),
    ("role:ops", "Of a role; none for those without"),
    ("owner:ana", "Claimed or settled by somebody; me, or none for nobody"),
    ("due:overdue", "Late; or upcoming, settled, none, or within a time such as due:2d"),
    ("is:mine", "Claimed or written by you; or killer, two-persons, sensed, asked (for your answer), debt"),
    ("!role:ops", "A leading ! inverts a term; terms that stand together must all hold"),
)


class Moment(Struct, frozen=True):
    """What a filter is asked at: by whom, when (epoch seconds), and when each item is due."""

    me: Actor
    now: float
    due: Callable[[ItemView], Due | None]


Test = Callable[[ItemView, Moment], bool]


class ItemFilter(Struct, frozen=True):
    """Terms that must all hold; none lets everything through."""

    terms: tuple[tuple[Test, bool], ...] = ()

    def matches(self, view: ItemView, moment: Moment) -> bool:
        """Whether an item is to be listed."""
        return all(test(view, moment) is not inverted for test, inverted in self.terms)


def parse_item_filter(text: str) -> ItemFilter:
    """Return the filter that a person has typed, maybe not to its end; UsageError names what would be right."""
    terms: list[tuple[Test, bool]] = []
    phrases: list[tuple[bool, list[str]]] = []
    for inverts, key, quoted, plain in _WORD.findall(text):
        inverted, value = bool(inverts), quoted or plain
        if key:
            test = _term(key[:-1].casefold(), value.casefold())
            terms += [(test, inverted)] if test is not None else []
        elif value and (inverted or not phrases):
            phrases.append((inverted, [value]))
        elif value:
            phrases[-1][1].append(value)  # words beside each other are looked for as they stand
    terms += [(_has_words(" ".join(words).casefold()), inverted) for inverted, words in phrases]
    return ItemFilter(tuple(terms))


def _term(key: str, value: str) -> Test | None:
    """Return the test of a term; None while its value has not been typed."""
    make = _KEYS.get(key)
    if make is None:
        close = difflib.get_close_matches(key, _KEYS, n=1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise UsageError(
            f"{key}: is nothing to filter by{hint}", fix=f"There is: {', '.join(_KEYS)}; words with a colon in quotes"
        )
    values = [each for each in value.split(",") if each]
    if not values:
        return None
    tests = [make(each) for each in values]
    return tests[0] if len(tests) == 1 else lambda view, moment: any(test(view, moment) for test in tests)


def _one_of(value: str, accepted: tuple[str, ...], what: str) -> tuple[str, ...]:
    found = (value,) if value in accepted else tuple(word for word in accepted if word.startswith(value))
    if not found:
        raise UsageError(f"{value!r} is no {what}", fix=f"There is: {', '.join(accepted)}")
    return found


def _by_state(value: str) -> Test:
    states = frozenset(_one_of(value, STATES, "state"))
    return lambda view, _: view.state.value in states


def _by_role(value: str) -> Test:
    if value == NONE:
        return lambda view, _: not view.item.role
    return lambda view, _: value in view.item.role.casefold()


def owner_of(view: ItemView) -> Actor | None:
    """Return who is on an item, or whose word its state is."""
    if view.by_hand is ItemState.OPEN:
        return None
    return view.claimed_by if view.by_hand is ItemState.CLAIMED else (view.said.by if view.said is not None else None)


def _by_owner(value: str) -> Test:
    if value == NONE:
        return lambda view, _: owner_of(view) is None

    def test(view: ItemView, moment: Moment) -> bool:
        owner = owner_of(view)
        if owner is None:
            return False
        return same_name(owner.name, moment.me.name) if value == "me" else value in owner.name.casefold()

    return test


def _by_due(value: str) -> Test:
    if value[0].isdigit():
        try:
            seconds = parse_duration(value)
        except ValueError:
            if not value[-1].isdigit():
                raise UsageError(f"{value!r} is no time", fix="Write it like due:2d or due:12h") from None
            return lambda _view, _moment: True  # its unit has not been typed yet

        def within(view: ItemView, moment: Moment) -> bool:
            due = moment.due(view)
            return due is not None and due.waits and bool(due.at) and due.at <= moment.now + seconds

        return within
    words = _one_of(value, DUE_WORDS, "due date")

    def test(view: ItemView, moment: Moment) -> bool:
        due = moment.due(view)
        return (NONE if due is None else due.state(moment.now)) in words

    return test


def is_mine(view: ItemView, me: Actor) -> bool:
    """Whether somebody has claimed an item or written on it."""
    return any(
        not isinstance(record.data, ItemObserved) and same_name(record.by.name, me.name) for record in view.history
    )


def _by_kind(value: str) -> Test:
    words = _one_of(value, IS_WORDS, "kind of item")
    tests = [_KINDS[word] for word in words]
    return lambda view, moment: any(test(view, moment) for test in tests)


_KINDS: dict[str, Test] = {
    "mine": lambda view, moment: is_mine(view, moment.me),
    "killer": lambda view, _: view.item.killer,
    "two-persons": lambda view, _: view.item.two_person,
    "sensed": lambda view, _: view.sensing is not None,
    "asked": lambda view, moment: asked(view) is not None and may_answer(view, moment.me),
    "debt": lambda view, _: view.unverified_second or view.state in {ItemState.DEFERRED, ItemState.OVERRIDDEN},
}
_KEYS: dict[str, Callable[[str], Test]] = {
    "state": _by_state,
    "role": _by_role,
    "owner": _by_owner,
    "due": _by_due,
    "is": _by_kind,
}


def _has_words(phrase: str) -> Test:
    def test(view: ItemView, _: Moment) -> bool:
        haystack = f"{view.item.text} {view.state} {view.item.role} {view.names} {'killer' if view.item.killer else ''}"
        return phrase in haystack.casefold()

    return test

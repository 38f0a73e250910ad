"""Whoever signs sees how the release stands, in a line."""

from __future__ import annotations

from cockpit.release.intents import RequestExecution, TickItem
from cockpit.release.live import Live
from cockpit.tui.signing import standing_words
from tests.release.support import NOW, Person, opened, plan_to


def words(person: Person) -> str:
    return standing_words(person.run, Live(), NOW / 1000)


def test_a_no_go_and_an_execution_that_is_not_over_are_told_to_whoever_signs() -> None:
    ana = opened()
    assert words(ana) == "Day is NO-GO: A killer: open and 1 more."
    ana.act(RequestExecution("x", plan_to(), "v1"))
    assert words(ana) == "Day is NO-GO: a rollback is requested and 2 more. A rollback to v1 is requested."


def test_nothing_is_told_where_nothing_speaks_against_it() -> None:
    ana = opened()
    for item in ("k", "b"):
        ana.act(TickItem(item))
    assert words(ana) == ""

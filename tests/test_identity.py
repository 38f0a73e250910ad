"""Who acts: asked exactly where an account is shared or somebody of that name is here already."""

from __future__ import annotations

import pytest

from cockpit.errors import UsageError
from cockpit.identity import accepted_name, doubt_about
from cockpit.release.live import Presence
from tests.release.support import CONFIGURATION

NOW = 1_800_000_000.0
TWIN = Presence("Ana", "bridge", "a" * 32, "screen", NOW - 840)


def doubt(name: str, *present: Presence, told: bool = False, configured: bool = True) -> str | None:
    found = doubt_about(name, told=told, configured=configured, configuration=CONFIGURATION, present=present, now=NOW)
    return None if found is None else f"{found.why} / {found.proposed}"


def test_whoever_says_who_they_are_is_believed() -> None:
    for name in ("root", "Ana"):
        assert doubt(name, TWIN, told=True, configured=False) is None
    assert doubt("Ana") is None


def test_a_shared_account_is_asked_and_nothing_is_proposed() -> None:
    for name in ("root", "Deploy", " ubuntu "):
        assert (doubt(name) or "").endswith("is an account that several people use / ")


def test_without_a_name_of_gits_the_accounts_is_proposed() -> None:
    assert doubt("ana", configured=False) == "git knows no user.name here / ana"


def test_a_second_cockpit_of_one_name_is_asked_and_may_be_the_same_person() -> None:
    assert doubt("Ana", TWIN) == "Ana has a cockpit open already, on bridge for 14m / Ana"
    assert doubt("Ben", TWIN) is None
    watcher = Presence("Ana", "bridge", "a" * 32, "watcher", NOW)
    gone = Presence("Ana", "bridge", "a" * 32, "screen", NOW - 840, seen=NOW - 100, remote=True)
    assert doubt("Ana", watcher, gone) is None


@pytest.mark.parametrize("typed", ["", "   ", "root", "DEPLOY", "x" * 61, "a\x1b[31m", "a\u202eb"])
def test_an_account_or_nonsense_is_no_name(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        accepted_name(typed, CONFIGURATION)
    assert caught.value.fix


def test_a_name_is_taken_as_it_is_written() -> None:
    assert accepted_name("  Ana  Lima ", CONFIGURATION) == "Ana Lima"

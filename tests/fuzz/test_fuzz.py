"""A few inputs of each kind, other ones each time; thousands are `python -m tests.fuzz`'s."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import hostile_flight
from tests.fuzz.shrink import minimal, smaller
from tests.fuzz.steps import steps
from tests.fuzz.target import Target
from tests.fuzz.unsafe import hostile_in
from tests.fuzz.walk import take

QUICK = (("texts.Texts", 40), ("configurations.Configurations", 12))
SLOW = (
    ("markdown.Markdown", 20), ("env_files.EnvFiles", 10), ("log_lines.LogLines", 10), ("answers.ToProbes", 20),
    ("answers.ToSources", 40), ("journals.Journals", 15), ("samples.Samples", 10), ("screens.Screens", 1),
    ("refs.Refs", 3), ("arguments.Arguments", 10), ("replies.Replies", 4),
    ("own_files.OwnFiles", 2), ("proposals.Proposals", 20), ("elsewhere.ToProbesOfOtherKinds", 10),
    ("gates.Gates", 30),
)  # fmt: skip


@contextmanager
def opened(name: str, place: Path) -> Iterator[Target[Any]]:
    module, _, kind = name.partition(".")
    place.mkdir(exist_ok=True)
    target: Target[Any] = getattr(importlib.import_module(f"tests.fuzz.{module}"), kind)(place)
    target.seconds = float("inf")  # a busy machine says nothing about the code
    target.open()
    try:
        yield target
    finally:
        target.close()


def throw(name: str, examples: int, place: Path) -> None:
    with opened(name, place) as target:

        @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
        @given(st.integers(0, 2**64))
        def check(seed: int) -> None:
            target.check(target.make(Random(seed)))

        check()


@pytest.mark.parametrize(("name", "examples"), QUICK)
def test_nothing_gets_through(name: str, examples: int, tmp_path: Path) -> None:
    throw(name, examples, tmp_path / "it")


@pytest.mark.full
@pytest.mark.parametrize(("name", "examples"), SLOW)
def test_nothing_gets_through_what_takes_longer(name: str, examples: int, tmp_path: Path) -> None:
    throw(name, examples, tmp_path / "it")


def test_an_input_is_told_again_by_its_dice(tmp_path: Path) -> None:
    with opened("configurations.Configurations", tmp_path / "it") as target:
        assert [target.make(Random(n)) for n in range(20)] == [target.make(Random(n)) for n in range(20)]
    assert steps(Random(7), 50) == steps(Random(7), 50)


@pytest.mark.full
@pytest.mark.parametrize("size", [(80, 24), (200, 50)], ids=("narrow", "wide"))
def test_a_short_walk_leads_nowhere_bad(size: tuple[int, int], tmp_path: Path) -> None:
    walk_holds(tmp_path, size, steps(Random(f"short/{size}"), 200))


@pytest.mark.full
def test_a_walk_in_a_cockpit_that_may_not_write_leaves_the_journals_as_they_were(tmp_path: Path) -> None:
    walk_holds(tmp_path, (80, 24), steps(Random("readonly"), 80), readonly=True)


@pytest.mark.full
def test_a_walk_while_a_rollback_runs_leads_nowhere_bad(tmp_path: Path) -> None:
    walk_holds(tmp_path, (60, 20), steps(Random("rollback"), 120), rollback=True)


def walk_holds(
    place: Path, size: tuple[int, int], sequence: list[Any], *, readonly: bool = False, rollback: bool = False
) -> None:
    """Walk; what does not hold is raised, with the step at which it does not."""
    template = hostile_flight.build(place)
    take(place, template, sequence, size, readonly=readonly, rollback=rollback)


def test_a_failing_input_is_made_smaller() -> None:
    def fails(data: bytes) -> bool:
        return b"x" in data and b"y" in data

    assert smaller(b"one\ntwo x\nthree\nfour y\n", fails) == b"xy"
    assert minimal(list(range(100)), lambda some: {7, 70} <= set(some), float("inf")) == [7, 70]
    assert minimal([1, 2], lambda _: False, float("inf")) == [1, 2]


@pytest.mark.parametrize(
    ("text", "found"), [("a\tb\nc é 発", []), ("\x1b[31m", [0x1B]), ("\u202e\x9b", [0x9B, 0x202E])]
)
def test_what_is_obeyed_is_seen(text: str, found: list[int]) -> None:
    assert hostile_in(text) == found

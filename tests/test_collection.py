"""What holds itself is freed at moments in which nobody waits, also where it was left alone before."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from cockpit.collection import IdleCollector


class Ring:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def by_itself_it_rests() -> Iterator[None]:
    """Only who is tested collects here."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class Clock:
    """Seconds that go on only when told."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def dropped(*, left_alone: bool = False) -> weakref.ref[Ring]:
    ring = Ring()
    if left_alone:
        gc.freeze()
    return weakref.ref(ring)


def test_what_holds_itself_goes_once_a_minute() -> None:
    collector = IdleCollector(monotonic=(clock := Clock()))
    for _ in range(2):
        ring = dropped()
        clock.now += 59
        collector.look(0)
        assert ring() is not None
        clock.now += 1
        collector.look(0)
        assert ring() is None


def test_it_waits_for_a_moment_between_keys() -> None:
    collector = IdleCollector(monotonic=(clock := Clock()))
    ring = dropped()
    clock.now += 200
    collector.look(clock.now - 0.9)
    assert ring() is not None
    collector.look(clock.now - 1)
    assert ring() is None


def test_what_was_left_alone_goes_while_nobody_is_at_the_keys() -> None:
    collector = IdleCollector(monotonic=(clock := Clock()))
    ring = dropped(left_alone=True)
    clock.now += 60
    collector.look(clock.now - 9)
    assert ring() is not None
    collector.look(clock.now - 10)
    assert ring() is None
    assert gc.get_freeze_count(), "what lives is left alone again"
    ring = dropped(left_alone=True)
    clock.now += 599
    collector.look(0)
    assert ring() is not None
    clock.now += 1
    collector.look(0)
    assert ring() is None

"""The order in which a timeline is read: causes before effects, and by hybrid time among the rest."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Set

from cockpit.release.record import Order, Record, in_order


def timeline_order(records: Iterable[Record]) -> list[Record]:
    """Return `records` topologically by `prev` and `sup`, ties by hybrid time.

    Clocks agree with causes except where an event came from far in the future, so the plain sort is checked
    first and the graph is walked only when it is wrong.
    """
    return causal_order(in_order(records))[0]


def causal_order(ordered: list[Record]) -> tuple[list[Record], set[str]]:
    """Return records, given in the order of their clocks, in timeline order; and causes that are not among them."""
    causes = Causes()
    causes.take(ordered)
    return causes.put_first(ordered), causes.missing()


class Causes:
    """What records name as their causes, told of them in the order of their clocks."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._unseen: set[str] = set()  # causes that had not come as their effect did

    def take(self, records: Iterable[Record]) -> None:
        """Take in the next records."""
        seen, unseen = self._seen, self._unseen
        for record in records:
            if record.prev is not None and record.prev not in seen:
                unseen.add(record.prev)
            for cause in record.sup:
                if cause not in seen:
                    unseen.add(cause)
            seen.add(record.id)

    def missing(self) -> set[str]:
        """Return the causes that are not among the records."""
        return self._unseen - self._seen

    def put_first(self, ordered: list[Record]) -> list[Record]:
        """Return all the records, given as they came, in timeline order: the same list where they are already."""
        return ordered if self._unseen.isdisjoint(self._seen) else _walk(ordered, self._seen)


def _causes(record: Record) -> set[str]:
    return {*record.sup, record.prev} if record.prev else set(record.sup)


def _walk(ordered: list[Record], known: Set[str]) -> list[Record]:
    waiting: dict[str, int] = {}
    effects: dict[str, list[Record]] = {}
    ready: list[tuple[Order, Record]] = []
    for record in ordered:
        causes = _causes(record) & known
        waiting[record.id] = len(causes)
        for cause in causes:
            effects.setdefault(cause, []).append(record)
        if not causes:
            heapq.heappush(ready, (record.order, record))
    result: list[Record] = []
    while ready:
        _, record = heapq.heappop(ready)
        result.append(record)
        for effect in effects.get(record.id, ()):
            waiting[effect.id] -= 1
            if waiting[effect.id] == 0:
                heapq.heappush(ready, (effect.order, effect))
    return result

"""The order in which a timeline is read: causes before effects, and by hybrid time among the rest."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Set

from cockpit.release.record import Order, Record, by_order


def timeline_order(records: Iterable[Record]) -> list[Record]:
    """Return `records` topologically by `prev` and `sup`, ties by hybrid time.

    Clocks agree with causes except where an event came from far in the future, so the plain sort is checked
    first and the graph is walked only when it is wrong.
    """
    return causal_order(sorted(records, key=by_order))[0]


def causal_order(ordered: list[Record]) -> tuple[list[Record], set[str]]:
    """Return records, given in the order of their clocks, in timeline order; and causes that are not among them."""
    places = {record.id: place for place, record in enumerate(ordered)}
    outside: set[str] = set()
    wrong = False
    for place, record in enumerate(ordered):
        if record.prev is not None:
            at = places.get(record.prev)
            if at is None:
                outside.add(record.prev)
            elif at > place:
                wrong = True
        for cause in record.sup:
            at = places.get(cause)
            if at is None:
                outside.add(cause)
            elif at > place:
                wrong = True
    return (_walk(ordered, places.keys()) if wrong else ordered), outside


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

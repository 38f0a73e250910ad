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
    seen: set[str] = set()
    unseen: set[str] = set()  # causes that had not come as their effect did
    for record in ordered:
        if record.prev is not None and record.prev not in seen:
            unseen.add(record.prev)
        for cause in record.sup:
            if cause not in seen:
                unseen.add(cause)
        seen.add(record.id)
    return (ordered if unseen.isdisjoint(seen) else _walk(ordered, seen)), unseen - seen


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

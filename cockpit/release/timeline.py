"""The order in which a timeline is read: causes before effects, and by hybrid time among the rest."""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from cockpit.release.record import HybridTime, Record


def timeline_order(records: Iterable[Record]) -> list[Record]:
    """Return `records` topologically by `prev` and `sup`, ties by hybrid time.

    Clocks agree with causes except where an event came from far in the future, so the plain sort is checked
    first and the graph is walked only when it is wrong.
    """
    ordered = sorted(records, key=lambda record: record.order)
    known = {record.id for record in ordered}
    seen: set[str] = set()
    for record in ordered:
        if any(cause in known and cause not in seen for cause in _causes(record)):
            return _walk(ordered, known)
        seen.add(record.id)
    return ordered


def _causes(record: Record) -> set[str]:
    return {*record.sup, record.prev} if record.prev else set(record.sup)


def _walk(ordered: list[Record], known: set[str]) -> list[Record]:
    waiting: dict[str, int] = {}
    effects: dict[str, list[Record]] = {}
    ready: list[tuple[tuple[HybridTime, str, int, str], Record]] = []
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

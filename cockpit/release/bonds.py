"""How long a hand's word holds: attestations and waivers to their expiry, what is bound to a period for its day."""

from __future__ import annotations

import math
from datetime import tzinfo

from cockpit.release.checklist import Item
from cockpit.release.events import ItemAttested, ItemDeferred, ItemDone, ItemNotApplicable, ItemOverridden
from cockpit.release.periods import period_at
from cockpit.release.record import Record
from cockpit.times import epoch

WAIVERS = (ItemDeferred, ItemNotApplicable, ItemOverridden)


def holds_until(item: Item, said: Record | None, zone: tzinfo) -> float:
    """Return until when (epoch seconds) what was said of an item holds; infinity where it does so for good.

    An expiry that cannot be read has passed: nothing is believed for ever by mistake.
    """
    data = said.data if said is not None else None
    if isinstance(data, WAIVERS):
        return epoch(data.until) if data.until else math.inf
    if said is None or not isinstance(data, ItemDone):
        return math.inf
    until = epoch(data.until) if isinstance(data, ItemAttested) and data.until else math.inf
    if item.binds == "period":
        until = min(until, period_at(epoch(said.wall), "daily", zone).end(zone))
    return until

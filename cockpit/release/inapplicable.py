"""What does not apply to a service at all: items that every run of it begins without, each with its reason."""

from collections.abc import Iterable

from msgspec import Struct

from cockpit.release.checklist import Checklist

_BELOW = "/*"


class Inapplicable(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Items that do not apply, by their ids, or all below `phase/section/*`; opening a run marks them, with `reason`.

    What recurs is left as it is: it is done, or not, once a period.
    """

    reason: str
    items: tuple[str, ...]


def is_meant(pattern: str, item_id: str) -> bool:
    """Whether an id, or one that ends in `/*`, means that item."""
    if pattern.endswith(_BELOW):
        return item_id.startswith(pattern.removesuffix("*"))
    return item_id == pattern


def inapplicable_items(said: Iterable[Inapplicable], checklists: Iterable[Checklist]) -> dict[str, str]:
    """Return the reason of each item that does not apply, by its id; of two that mean it, the first one's."""
    ids = [
        item.id
        for checklist in checklists
        for phase, section, item, _ in checklist.walk()
        if not phase.maintenance and section.recurring(item).cadence is None
    ]
    reasons: dict[str, str] = {}
    for each in said:
        for pattern in each.items:
            for item_id in ids:
                if is_meant(pattern, item_id):
                    reasons.setdefault(item_id, each.reason)
    return reasons

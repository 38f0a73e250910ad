"""Instances of items that recur: the same item, once a period, with a state of its own."""

from __future__ import annotations

from msgspec.structs import replace

from cockpit.release.checklist import Item
from cockpit.release.checks import Check
from cockpit.release.configuration import Configuration, check_of
from cockpit.release.item_state import ItemState
from cockpit.release.periods import InstanceKey, instance_id, parse_instance
from cockpit.release.registers import EMPTY
from cockpit.release.run import ItemView, Run
from cockpit.release.sensing import Sensing, read


def instance_item(item: Item, key: InstanceKey) -> Item:
    """Return the item as it stands in one period; it is bound to no commit, and due by the calendar."""
    return replace(item, id=instance_id(key.period, key.item), due="", expires="", binds=None, paths=(), items=())


def instance_check(configuration: Configuration, item: Item) -> Check | None:
    """Return the check by which each period's instance of an item is looked at, or None where it has none."""
    check = check_of(configuration, item)
    return None if check is None else replace(check, binds="period", paths=())


def awaited(template: ItemView, key: InstanceKey, configuration: Configuration) -> ItemView:
    """Return the view of the present period's instance that nobody has written to: its check has yet to look."""
    view, check = untouched(template, key), instance_check(configuration, template.item)
    if check is None:
        return view
    sensing = Sensing(check, ItemState.OPEN, "")
    reading = read(sensing, None)
    return replace(view, state=reading.state, detail=reading.detail, sensing=sensing, reading=reading)


def untouched(template: ItemView, key: InstanceKey) -> ItemView:
    """Return the view of an instance that nobody has written to."""
    return ItemView(
        item=instance_item(template.item, key),
        phase_id=template.phase_id,
        section=template.section,
        depth=template.depth,
        state=ItemState.OPEN,
        register=EMPTY,
        claim=EMPTY,
        claimed_by=None,
        claimed_at=None,
        detail="",
        unverified_second=False,
        period=key.period.label,
    )


def is_instance(run: Run, identity: str) -> bool:
    """Whether an id is that of an instance: one of an item in this checklist that recurs."""
    return instance_view(run, identity) is not None


def instance_view(run: Run, identity: str) -> ItemView | None:
    """Return the instance of that id, also where nobody has written to it; None where the id is no instance's."""
    if identity in run.items:
        return None
    known = run.instances.get(identity)
    if known is not None:
        return known
    key = parse_instance(identity)
    template = _template(run, key)
    return untouched(template, key) if template is not None and key is not None else None


def _template(run: Run, key: InstanceKey | None) -> ItemView | None:
    template = run.items.get(key.item) if key is not None else None
    if key is None or template is None or template.item.cadence != key.period.cadence:
        return None
    return template

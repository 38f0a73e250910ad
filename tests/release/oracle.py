"""Whether a gate may go by an item, told from the raw words of people and observers, and not from the fold."""

from __future__ import annotations

from cockpit.release.checks import check_digest
from cockpit.release.events import (
    ItemDeferred,
    ItemDone,
    ItemNotApplicable,
    ItemObserved,
    ItemOverridden,
    ItemReopened,
    RunMigrated,
)
from cockpit.release.run import ItemView, Run
from cockpit.times import epoch


def _last_words(run: Run, item: str) -> list[ItemObserved]:
    """Return what each observer said last of an item, read from the records and not from the fold."""
    words: dict[str, ItemObserved] = {}
    for record in sorted(run.records, key=lambda each: each.order):
        if isinstance(record.data, ItemObserved) and record.ent == f"item:{item}":
            words[record.data.observer] = record.data
    return list(words.values())


def complaint(run: Run, view: ItemView, now: float) -> str:
    """Return why no gate may go by this item, told from the raw words of people and observers; empty if it may."""
    heads = view.register.heads
    if len({type(head.data) for head in heads}) > 1:
        return "contested"
    killer, hand = view.item.killer, heads[0].data if heads else ItemReopened(undoes="nothing")
    if isinstance(hand, ItemNotApplicable):
        return ""
    if isinstance(hand, (ItemDeferred, ItemOverridden)):
        return "a killer was let through" if killer else ""
    done = isinstance(hand, ItemDone)
    if view.item.check is None or (view.item.id == "c" and run.state == "rolled-back"):
        return "" if done or not killer else "an open killer"
    ours = {check_digest(view.item.check)}
    if not any(isinstance(record.data, RunMigrated) for record in run.records):
        ours.add("")  # nobody noted by which check, and there has been one only
    said = [word for word in _last_words(run, view.item.id) if word.by_check in ours]
    valid = [each for each in said if epoch(each.valid_until) > now]
    well = [each for each in valid if each.state == "ok" and not each.moved]
    if view.item.id == "c":
        well = [each for each in well if each.commit == run.commit]
    all_well = bool(well) and len(well) == len(valid)
    if done:
        return "" if not said or all_well else "done, and its check does not hold, or nobody knows"
    if not view.item.check.closes or (heads and not getattr(hand, "undoes", "")):
        if any(each.state == "failed" for each in valid):
            return "a check fails"
        return "an open killer" if killer else ""
    if all_well:
        return ""
    never_held = not any(
        isinstance(record.data, ItemObserved) and record.data.state == "ok"
        for record in run.records
        if record.ent == f"item:{view.item.id}"
    )
    open_at_most = never_held and any(each.state == "failed" for each in valid) and not killer
    return "" if open_at_most else "nobody has closed it, or its check stopped holding"

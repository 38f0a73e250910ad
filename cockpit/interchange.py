"""A checklist together with the state of a run, for those who read it elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from cockpit.release.checklist import Checklist, Item
from cockpit.release.item_state import COUNTS_AS_DONE, ItemState
from cockpit.release.run import ItemView, Run
from cockpit.reports.markdown import plain

_PLAIN = frozenset({ItemState.OPEN, ItemState.DONE})


def marks_of(run: Run | None, *, blank: bool) -> Callable[[Item], tuple[bool, str]]:
    """Return what tells of an item whether its box is ticked, and the words that stand behind its text.

    A box is ticked where the item counts as done in `run`; states other than open and done are named, with who, when
    and why. Without a run the box is as it was in the imported file; with `blank` it is empty.
    """

    def marks(item: Item) -> tuple[bool, str]:
        view = run.items.get(item.id) if run is not None and not blank else None
        if view is None:
            return item.checked and not blank, ""
        behind = "" if view.state in _PLAIN else f" — **{_words(view)}**"
        if view.state is ItemState.OPEN and item.checked:
            behind = " — *ticked in the imported file*"
        return view.state in COUNTS_AS_DONE, behind

    return marks


def _words(view: ItemView) -> str:
    who = f" by {view.names}" if view.names else ""
    when = f" {view.at}" if view.at else ""
    why = f": {view.detail}" if view.detail else ""
    # A reason is a text that nobody wrote as Markdown.
    return plain(" ".join(f"{view.state.value}{who}{when}{why}".split()), limit=None)


def with_ticks(checklist: Checklist, run: Run | None, *, blank: bool) -> Checklist:
    """Return the checklist with `checked` as `marks_of` ticks the boxes."""
    marks = marks_of(run, blank=blank)

    def item(each: Item) -> Item:
        return msgspec.structs.replace(each, checked=marks(each)[0], items=tuple(map(item, each.items)))

    phases = tuple(
        msgspec.structs.replace(
            phase,
            sections=tuple(
                msgspec.structs.replace(section, items=tuple(map(item, section.items))) for section in phase.sections
            ),
        )
        for phase in checklist.phases
    )
    return msgspec.structs.replace(checklist, phases=phases)


def export_document(checklist: Checklist, run: Run | None, *, blank: bool) -> dict[str, Any]:
    """Return the checklist as scripts read it: as its file says, each item with its state, who, when and why."""
    document: dict[str, Any] = msgspec.to_builtins(with_ticks(checklist, run, blank=blank))
    views = run.items if run is not None and not blank else {}

    def add_states(items: list[dict[str, Any]]) -> None:
        for each in items:
            view = views.get(each["id"])
            each.setdefault("checked", False)
            each["state"] = view.state.value if view is not None else ItemState.OPEN.value
            each["by"] = view.by.name if view is not None and view.by is not None else None
            each["at"] = view.at if view is not None else None
            each["detail"] = view.detail if view is not None else ""
            add_states(each.setdefault("items", []))

    for phase in document["phases"]:
        for section in phase.setdefault("sections", []):
            add_states(section.setdefault("items", []))
    document["run"] = msgspec.to_builtins(run.summary()) if run is not None and not blank else None
    return document

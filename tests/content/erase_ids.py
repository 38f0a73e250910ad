"""A checklist as an importer first has it: without ids."""

from __future__ import annotations

from msgspec.structs import replace

from cockpit.release.checklist import Checklist, Item, Phase, Section


def without_ids(checklist: Checklist) -> Checklist:
    """Return the checklist with every id of a phase, section and item empty."""
    return replace(checklist, phases=tuple(_phase(phase) for phase in checklist.phases))


def _phase(phase: Phase) -> Phase:
    return replace(phase, id="", sections=tuple(_section(section) for section in phase.sections))


def _section(section: Section) -> Section:
    return replace(section, id="", items=tuple(_item(item) for item in section.items))


def _item(item: Item) -> Item:
    return replace(item, id="", items=tuple(_item(child) for child in item.items))

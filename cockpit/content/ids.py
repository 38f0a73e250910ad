"""Ids of items, made from their texts once and written into the file: phase/section/item/nested item."""

from __future__ import annotations

import hashlib
import re
import unicodedata

import msgspec

from cockpit.release.checklist import Checklist, Item, Phase, Section

_OTHER_THAN_WORDS = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return `text` in [a-z0-9-] by NFKD, or `i-` and 8 hex digits of its SHA-256 where nothing of it is ASCII."""
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = _OTHER_THAN_WORDS.sub("-", ascii_only).strip("-")
    return words or f"i-{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:8]}"


def unique(candidate: str, taken: set[str]) -> str:
    """Return `candidate`, or the first of `candidate-2`, `candidate-3`... that is not in `taken`, and add it there."""
    found, number = candidate, 1
    while found in taken:
        number += 1
        found = f"{candidate}-{number}"
    taken.add(found)
    return found


def assign_ids(checklist: Checklist) -> Checklist:
    """Give every phase, section and item without an id (an empty one) its own; ids already there stay as they are."""
    taken = {item.id for _, _, item, _ in checklist.walk()}
    phase_ids = {phase.id for phase in checklist.phases}
    return msgspec.structs.replace(
        checklist,
        id=checklist.id or slug(checklist.title),
        phases=tuple(_phase(phase, phase_ids, taken) for phase in checklist.phases),
    )


def _phase(phase: Phase, phase_ids: set[str], taken: set[str]) -> Phase:
    own = phase.id or unique(slug(phase.title), phase_ids)
    section_ids = {section.id for section in phase.sections}
    sections = tuple(_section(section, own, section_ids, taken) for section in phase.sections)
    return msgspec.structs.replace(phase, id=own, sections=sections)


def _section(section: Section, phase_id: str, section_ids: set[str], taken: set[str]) -> Section:
    own = section.id or unique(slug(section.title), section_ids)
    items = tuple(_item(item, f"{phase_id}/{own}", taken) for item in section.items)
    return msgspec.structs.replace(section, id=own, items=items)


def _item(item: Item, parent: str, taken: set[str]) -> Item:
    own = item.id or unique(f"{parent}/{slug(item.text)}", taken)
    return msgspec.structs.replace(item, id=own, items=tuple(_item(child, own, taken) for child in item.items))

"""Which imported items speak of the version that is flown: those from the deploy on, which a rollback suspends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cockpit.release.checklist import Item, Phase

_OBJECT = r"(?=\W+(?:the|to|it|a|an|this|that|new|v?\d[\w.]*|on|in|into|with|via|from)\b|\W*$)"
_DEPLOYS = re.compile(
    rf"[\W\d]*(?:re-?)?(?:deploy(?!\w|\W+(?:plan|scripts?|keys?|checklist|window|freeze|docs?)\b)"
    rf"|(?:roll ?out|ship|promote|publish|launch|release|go live){_OBJECT})",
    re.IGNORECASE,
)

_ELSEWHERE = re.compile(r"\b(?:staging|stage|dev|development|tests?|testing|qa|uat|sandbox|preview)\b", re.IGNORECASE)


def deploying(text: str) -> bool:
    """Whether a line tells somebody to deploy to production, as far as its words show."""
    return _DEPLOYS.match(text) is not None and _ELSEWHERE.search(text) is None


def bound_from_the_deploy(phases: Sequence[Phase]) -> tuple[Phase, ...]:
    """Return the phases with every item from the first that deploys on bound to the commit that is flown.

    Phases of what recurs stay as they are; so does everything where nothing deploys.
    """
    first = next((item.id for phase in phases if not phase.maintenance for item in _items(phase) if _acts(item)), "")
    found: list[Phase] = []
    reached = False
    for phase in phases:
        if phase.maintenance or not first:
            found.append(phase)
            continue
        sections = []
        for section in phase.sections:
            items = []
            for item in section.items:
                reached = reached or any(one.id == first for one in _with_children(item))
                items.append(_bound(item) if reached else item)
            sections.append(replace(section, items=tuple(items)))
        found.append(replace(phase, sections=tuple(sections)))
    return tuple(found)


def _acts(item: Item) -> bool:
    return deploying(item.text)


def _items(phase: Phase) -> Iterator[Item]:
    for section in phase.sections:
        for item in section.items:
            yield from _with_children(item)


def _with_children(item: Item) -> Iterator[Item]:
    yield item
    for child in item.items:
        yield from _with_children(child)


def _bound(item: Item) -> Item:
    return replace(item, binds="commit", items=tuple(_bound(child) for child in item.items))

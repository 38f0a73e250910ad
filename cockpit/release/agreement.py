"""Agreement: what several people said of one item, none having seen the other's word, and alike.

It is told from the records alone: texts are sealed with a salt, so that of two values nobody can tell without reading
them whether they are the same, and a replica that has not got one of them yet must fold alike.
"""

from __future__ import annotations

from msgspec.structs import replace

from cockpit.release.events import ItemAttested, ItemDone, ItemReopened
from cockpit.release.record import Record, TextRef
from cockpit.release.registers import Register


def is_contest(register: Register) -> bool:
    """Whether people said different things of an item at the same time: until one of them decides, nothing holds.

    Two ticks for the same version on the same host agree, as do two who open it again. Two that each give evidence do
    not: each may have seen something else. Nor do two deferrals, waivers or overrides, whose reasons differ.
    """
    heads = register.heads
    if len(heads) < 2:
        return False
    evidence = {ref for head in heads for ref in evidence_of(head)}
    return len(evidence) > 1 or len({_claimed(head) for head in heads}) > 1 or _claimed(heads[0]) is None


def _claimed(head: Record) -> object:
    """Return what a word says without its evidence, to be compared; None where it never agrees with another."""
    data = head.data
    if isinstance(data, ItemAttested):
        return replace(data, undoes="", redoes="", answers="", value=None, link=None, until="")
    if isinstance(data, ItemDone):
        return replace(data, undoes="", redoes="", answers="", value=None)
    return ItemReopened if isinstance(data, ItemReopened) else None


def evidence_of(head: Record) -> tuple[TextRef, ...]:
    """Return the value and the link that a tick carries, as far as it does."""
    data = head.data
    refs = (data.value, data.link if isinstance(data, ItemAttested) else None) if isinstance(data, ItemDone) else ()
    return tuple(ref for ref in refs if ref is not None)

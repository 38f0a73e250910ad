"""What changes where an open run turns to other files: items, settings and files, before anybody says yes to it.

States are kept by item id, so that an item that keeps its id keeps its state wherever it stands and whatever it says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from msgspec import Struct

from cockpit.release.checklist import Checklist, Item
from cockpit.release.checks import Check, describe_check
from cockpit.release.item_state import ItemState
from cockpit.release.ledger import Pinned
from cockpit.release.run import ItemView, Run

_NO_FLAGS = frozenset({"id", "text", "items", "check", "cadence", "window"})
_CONFIGURATION_FILE = "cockpit.yaml"


class ItemChange(Struct, frozen=True):
    """What happens to one item; `state` is how it stands now, `told` what changes, in one line."""

    id: str
    text: str
    told: str = ""
    state: str = ""
    killer: bool = False


class Migration(Struct, frozen=True):
    """All that changes between the files a run flies by (digest `before`) and others (digest `after`)."""

    before: str
    after: str
    added: tuple[ItemChange, ...] = ()
    removed: tuple[ItemChange, ...] = ()  # from view: what was said of them stays in the timeline
    reworded: tuple[ItemChange, ...] = ()
    moved: tuple[ItemChange, ...] = ()
    changed: tuple[ItemChange, ...] = ()  # in flags, check, role, due date and the like
    carried: int = 0  # items that somebody or something has said anything of, and that keep it
    settings: tuple[str, ...] = ()  # of cockpit.yaml, a line each
    files: tuple[str, ...] = ()  # that differ, with + added, - removed, ~ changed

    @property
    def summary(self) -> str:
        """The change in one line, for the timeline."""
        kinds = {
            "added": self.added, "removed": self.removed, "reworded": self.reworded, "moved": self.moved,
            "changed": self.changed,
        }  # fmt: skip
        told = [f"{len(changes)} {word}" for word, changes in kinds.items() if changes]
        told = [f"items: {', '.join(told)}"] if told else []
        told += [f"{_CONFIGURATION_FILE}: {len(self.settings)} settings"] if self.settings else []
        return "; ".join(told) or "no item and no setting differs"

    def lines(self) -> list[str]:
        """Return the whole change, a line each, for a person; empty where only comments and spaces differ."""
        found = [_line("+ added", one) for one in self.added]
        found += [_line("- removed", one) for one in self.removed]
        found += [_line("~ reworded", one) for one in self.reworded]
        found += [_line("~ moved", one) for one in self.moved]
        found += [_line("~ changed", one) for one in self.changed]
        found += [f"~ {_CONFIGURATION_FILE}: {each}" for each in self.settings]
        return found + [f"{each[0]} file {each[1:]}" for each in self.files]


def _line(word: str, one: ItemChange) -> str:
    killer = " [killer item]" if one.killer else ""
    return f"{word}: {one.text}{killer}" + (f": {one.told}" if one.told else "")


class _Placed(Struct, frozen=True):
    """An item with where it stands: phase, section and the item above."""

    item: Item
    place: tuple[str, ...]
    check: Check | None


def compare(
    before: Pinned, after: Pinned, run: Run, *, old_texts: Mapping[str, str], new_texts: Mapping[str, str]
) -> Migration:
    """Return what changes between the files that `run` flies by and others.

    The texts are those of the files, by their path.
    """
    old, new = _placed(before), _placed(after)
    both = [identity for identity in old if identity in new]
    out_of_order = set(_out_of_order(old, new))
    return Migration(
        before=before.digest,
        after=after.digest,
        added=tuple(_added(new[identity], old) for identity in new if identity not in old),
        removed=tuple(_removed(old[identity], run) for identity in old if identity not in new),
        reworded=tuple(
            _change(new[each], run, f"it was {old[each].item.text!r}")
            for each in both
            if old[each].item.text != new[each].item.text
        ),
        moved=tuple(
            _change(new[each], run, _moved(old[each], new[each]))
            for each in both
            if old[each].place != new[each].place or each in out_of_order
        ),
        changed=tuple(
            _change(new[each], run, ", ".join(flags)) for each in both if (flags := _flags(old[each], new[each]))
        ),
        carried=sum(_is_touched(run.view_of(each)) for each in both),
        settings=tuple(_settings(before, after)),
        files=tuple(_files(old_texts, new_texts)),
    )


def _placed(pinned: Pinned) -> dict[str, _Placed]:
    found = {}
    for checklist in pinned.checklists:
        for place, item in _walk(checklist):
            found[item.id] = _Placed(item, place, pinned.check_of(item))
    return found


def _walk(checklist: Checklist) -> Iterator[tuple[tuple[str, ...], Item]]:
    def below(items: Iterable[Item], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Item]]:
        for item in items:
            yield place, item
            yield from below(item.items, (*place, item.text))

    for phase in checklist.phases:
        for section in phase.sections:
            yield from below(map(section.recurring, section.items), (phase.title, section.title))


def _out_of_order(old: Mapping[str, _Placed], new: Mapping[str, _Placed]) -> Iterator[str]:
    """Yield what stands at the same place as before, and yet before or after other neighbours."""
    neighbours: dict[tuple[str, ...], tuple[list[str], list[str]]] = {}
    for identity, one in old.items():
        if identity in new and new[identity].place == one.place:
            neighbours.setdefault(one.place, ([], []))[0].append(identity)
    for identity, one in new.items():
        if identity in old and old[identity].place == one.place:
            neighbours[one.place][1].append(identity)
    for first, second in neighbours.values():
        if first != second:
            for kind, _, _, start, end in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
                if kind in {"insert", "replace"}:
                    yield from second[start:end]


def _added(one: _Placed, old: Mapping[str, _Placed]) -> ItemChange:
    twin = next((other for other in old.values() if other.item.text == one.item.text), None)
    told = f"in {' / '.join(one.place)}"
    if twin is not None:
        told += f"; {twin.item.id} says the same, and its state does not come along: give it that id to keep it"
    return ItemChange(one.item.id, one.item.text, told, ItemState.OPEN.value, one.item.killer)


def _removed(one: _Placed, run: Run) -> ItemChange:
    view = run.view_of(one.item.id)
    state = view.state.value if view is not None else ItemState.OPEN.value
    told = f"it is {state}"
    if view is not None and _is_touched(view):
        by = f" by {view.names}" if view.names else ""
        told += f"{by}, which is lost from view and stays in the timeline"
    return ItemChange(one.item.id, one.item.text, told, state, one.item.killer)


def _change(one: _Placed, run: Run, told: str) -> ItemChange:
    view = run.view_of(one.item.id)
    return ItemChange(one.item.id, one.item.text, told, view.state.value if view is not None else "", one.item.killer)


def _moved(old: _Placed, new: _Placed) -> str:
    if old.place == new.place:
        return f"within {' / '.join(new.place)}"
    return f"from {' / '.join(old.place)} to {' / '.join(new.place)}"


def _flags(old: _Placed, new: _Placed) -> list[str]:
    found = []
    for name in Item.__struct_fields__:
        before, after = getattr(old.item, name), getattr(new.item, name)
        if name not in _NO_FLAGS and before != after:
            found.append(f"{name.replace('_', ' ')}: {_word(before)} -> {_word(after)}")
    rhythm = [
        f"{one.item.cadence or 'once'}{f' in {one.item.window}' if one.item.window else ''}" for one in (old, new)
    ]
    found += [f"recurs: {rhythm[0]} -> {rhythm[1]}"] if rhythm[0] != rhythm[1] else []
    if old.check != new.check:
        found.append(f"check: {_check(old.check)} -> {_check(new.check)}")
    return found


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) if all(isinstance(each, str) for each in value) else f"{len(value)} of them"
    return str(value) if value else "none"


def _check(check: Check | None) -> str:
    if check is None:
        return "none"
    return describe_check(check) + (", closes" if check.closes else ", supports")


def _is_touched(view: ItemView | None) -> bool:
    return view is not None and bool(view.history or view.notes)


def _settings(before: Pinned, after: Pinned) -> Iterator[str]:
    for name in before.configuration.__struct_fields__:
        old, new = getattr(before.configuration, name), getattr(after.configuration, name)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict):
            parts = [f"+{key}" for key in new if key not in old]
            parts += [f"-{key}" for key in old if key not in new]
            parts += [f"~{key}" for key in old if key in new and old[key] != new[key]]
            yield f"{name} {' '.join(parts)}"
        else:
            yield name


def _files(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            yield ("+" if path not in old else "-" if path not in new else "~") + path

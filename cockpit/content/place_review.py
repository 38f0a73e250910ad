"""What cockpit.yaml refers to must be there: items, phases, contacts and runbooks of the checklists that it flies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from cockpit.content.check_review import closing_complaint
from cockpit.content.environments import ConfigurationFile
from cockpit.content.problems import Problems, quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Document, Step, load_document
from cockpit.release.checklist import Item
from cockpit.release.checks import Check
from cockpit.release.inapplicable import Inapplicable, is_meant
from cockpit.release.triggers import Trigger
from cockpit.release.windows import Shift


class Known(Struct, frozen=True):
    """What a configuration may refer to, by id: items of all its environments and of each, phases, and the library."""

    items: Mapping[str, Item]
    items_in: Mapping[str, Mapping[str, Item]]
    phases: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()  # of the checklists' directory
    runbooks: tuple[str, ...] = ()


class _Places(Review[ConfigurationFile]):
    """The checks of a configuration against what its checklists hold."""

    def __init__(self, document: Document[ConfigurationFile], known: Known) -> None:
        super().__init__(document)
        self._known = known

    def check(self) -> None:
        self._checks(self.value.checks, self._known.items, "checks")
        self._inapplicable(self.value.not_applicable, self._known.items, "not_applicable")
        self._phases(self.value.sign_off, "sign_off")
        own = [contact.id for contact in self.value.contacts]
        self._on_call(self.value.on_call, own, "on_call")
        self._triggers(self.value.triggers, "triggers")
        for name, section in self.value.environments.items():
            where = ("environments", name)
            self._checks(section.checks, self._known.items_in.get(name, {}), *where, "checks")
            items = self._known.items_in.get(name, {})
            self._inapplicable(section.not_applicable or (), items, *where, "not_applicable")
            self._phases(section.sign_off or {}, *where, "sign_off")
            there = own if section.contacts is None else [contact.id for contact in section.contacts]
            self._on_call(section.on_call or (), there, *where, "on_call")
            self._triggers(section.triggers, *where, "triggers")

    def _triggers(self, triggers: Mapping[str, Trigger], *where: Step) -> None:
        for name, trigger in triggers.items():
            if trigger.runbook:
                self.known(trigger.runbook, self._known.runbooks, "runbook", *where, name, "runbook")

    def _on_call(self, shifts: Iterable[Shift], own: list[str], *where: Step) -> None:
        for index, shift in enumerate(shifts):
            self.known(shift.contact, [*own, *self._known.contacts], "contact", *where, index, "contact")

    def _phases(self, phases: Iterable[str], *where: Step) -> None:
        for phase in phases:
            if phase not in self._known.phases:
                known = ", ".join(self._known.phases)
                self.complain_of_key(f"no checklist has a phase {quoted(phase)}: there is {known}", *where, phase)

    def _checks(self, checks: Mapping[str, Check], items: Mapping[str, Item], *where: Step) -> None:
        for item_id, check in checks.items():
            item = items.get(item_id)
            if item is None:
                self.complain_of_key(_no_such_item(item_id, items), *where, item_id)
            else:
                self.complain_of_key(closing_complaint(item, check), *where, item_id)

    def _inapplicable(self, said: Iterable[Inapplicable], items: Mapping[str, Item], *where: Step) -> None:
        for index, each in enumerate(said):
            self.filled(each.reason, *where, index, "reason")
            for number, pattern in enumerate(each.items):
                if not any(is_meant(pattern, item_id) for item_id in items):
                    self.complain(_no_such_item(pattern, items), *where, index, "items", number)


def _no_such_item(item_id: str, items: Mapping[str, Item]) -> str:
    near = [known for known in items if known.endswith(f"/{item_id.rsplit('/', 1)[-1]}")]
    hint = f": did you mean {quoted(near[0])}?" if near else ": cockpit status --json lists the ids"
    return f"no checklist has an item {quoted(item_id)}{hint}"


def review_places(text: str, path: str, known: Known) -> Problems:
    """Return what is wrong with what cockpit.yaml's `text`, which loads, refers to."""
    document = load_document(text, path, ConfigurationFile)
    _Places(document, known).check()
    return document.problems

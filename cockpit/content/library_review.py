"""What types alone cannot say about the files of a library, file by file and across them."""

from __future__ import annotations

import re
from collections.abc import Collection

from msgspec import Struct

from cockpit.content.env_review import review_rule, variable_name_complaint
from cockpit.content.names import duration_complaint, name_complaint
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Step
from cockpit.content.window_review import review_contacts
from cockpit.release.filling import NEXT_UPDATE, UPDATE_INTERVAL
from cockpit.release.library import (
    Contact,
    EnvVariable,
    MessageTemplate,
    NotesPage,
    Runbook,
    RunbookStep,
    SignOffRole,
    Target,
    TemplateField,
    ToolGroup,
)

_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_ADDRESS = re.compile(r"https?://[^\s/?#]\S*")


class Shelf(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of lists, of which any may be left out."""

    targets: tuple[Target, ...] = ()
    env: tuple[EnvVariable, ...] = ()
    tools: tuple[ToolGroup, ...] = ()
    contacts: tuple[Contact, ...] = ()
    roles: tuple[SignOffRole, ...] = ()
    notes: NotesPage | None = None


class RunbookReview(Review[Runbook]):
    """Checks one procedure."""

    def check(self) -> None:
        self.complain(name_complaint(self.value.id), "id")
        self.filled(self.value.title, "title")
        if not self.value.steps:
            self.complain("a procedure without steps: write at least one under steps", "steps")
        self.distinct([step.id for step in self.value.steps], "id", "steps")
        for key in ("probes", "logs"):
            for index, name in enumerate(getattr(self.value.fits, key)):
                self.filled(name, "for", key, index)
        for index, step in enumerate(self.value.steps):
            self._step(step, "steps", index)

    def _step(self, step: RunbookStep, *where: Step) -> None:
        self.complain(name_complaint(step.id), *where, "id")
        self.filled(step.text, *where, "text")
        if step.after:
            self.complain(duration_complaint(step.after), *where, "after")
        self.durations(step, ("timeout",), *where)
        if step.link and not _ADDRESS.fullmatch(step.link):
            message = f"{quoted(step.link)} is not an address: write it with http:// or https://"
            self.complain(message, *where, "link")

    def check_references(self, runbook_ids: Collection[str]) -> None:
        """Complain of steps that lead to a procedure that is none of `runbook_ids`."""
        for index, step in enumerate(self.value.steps):
            if step.runbook:
                self.known(step.runbook, runbook_ids, "runbook", "steps", index, "runbook")


class MessageTemplateReview(Review[MessageTemplate]):
    """Checks one message template."""

    def check(self) -> None:
        self.complain(name_complaint(self.value.id), "id")
        for key in ("title", "subject", "body"):
            self.filled(getattr(self.value, key), key)
        if "\n" in self.value.subject.strip():
            self.complain("a subject is one line: write it without line ends", "subject")
        names = [field.name for field in self.value.fields]
        blanks = self.value.blanks()
        for blank in blanks:
            key = "subject" if f"{{{blank}}}" in self.value.subject else "body"
            self.known(blank, names, "field", key)
        self.distinct(names, "name", "fields")
        for index, field in enumerate(self.value.fields):
            if not _FIELD.fullmatch(field.name):
                message = f"{quoted(field.name)} is not a field's name: use a-z, 0-9 and '_'"
                self.complain(message, "fields", index, "name")
            elif field.name not in blanks:
                message = f"{{{field.name}}} stands neither in subject nor in body: use it, or remove the field"
                self.complain(message, "fields", index, "name")
            self.filled(field.hint, "fields", index, "hint")
            self._default(field, "fields", index, "default")

    def _default(self, field: TemplateField, *where: Step) -> None:
        if field.default and field.choices and field.default not in field.choices:
            listed = ", ".join(field.choices)
            self.complain(f"{quoted(field.default)} is none of the choices: write one of {listed}", *where)
        if field.default and field.name in {NEXT_UPDATE, UPDATE_INTERVAL}:
            self.complain(duration_complaint(field.default), *where)


class ShelfReview(Review[Shelf]):
    """Checks one file of lists."""

    def check(self) -> None:
        for index, target in enumerate(self.value.targets):
            self._target(target, "targets", index)
        for index, variable in enumerate(self.value.env):
            self._variable(variable, "env", index)
        for index, group in enumerate(self.value.tools):
            self.filled(group.title, "tools", index, "title")
            for number, tool in enumerate(group.tools):
                self.filled(tool.name, "tools", index, "tools", number, "name")
        review_contacts(self, self.value.contacts, "contacts")
        for index, role in enumerate(self.value.roles):
            self.complain(name_complaint(role.id), "roles", index, "id")
            self.filled(role.title, "roles", index, "title")

    def _target(self, target: Target, *where: Step) -> None:
        self.complain(name_complaint(target.id), *where, "id")
        self.filled(target.title, *where, "title")
        self.filled(target.metric, *where, "metric")
        if target.percentile is not None and not 0 < target.percentile <= 100:
            self.complain("a percentile lies above 0 and up to 100: write one such as 95", *where, "percentile")
        if target.unit == "percent" and not 0 <= target.value <= 100:
            self.complain("percent lie between 0 and 100: write one such as 99.9", *where, "value")
        if target.window:
            self.complain(duration_complaint(target.window), *where, "window")

    def _variable(self, variable: EnvVariable, *where: Step) -> None:
        self.complain(variable_name_complaint(variable.name), *where, "name")
        self.filled(variable.group, *where, "group")
        review_rule(self, variable, *where)

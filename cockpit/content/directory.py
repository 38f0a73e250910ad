"""The files of a checklist directory together: checked one by one and against each other, then gathered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cockpit.content.library_review import MessageTemplateReview, RunbookReview, ShelfReview
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Step
from cockpit.errors import Problem
from cockpit.release.library import Library, NotesPage

# What is named across files: the list on a shelf, what its entries are called, the key that names one.
_NAMED = (
    ("targets", "target", "id"),
    ("env", "variable", "name"),
    ("contacts", "contact", "id"),
    ("roles", "role", "id"),
)


@dataclass
class Directory:
    """Reviews of every file, in the order of their paths."""

    runbooks: list[RunbookReview] = field(default_factory=list)
    templates: list[MessageTemplateReview] = field(default_factory=list)
    shelves: list[ShelfReview] = field(default_factory=list)

    def problems(self, *, complete: bool) -> list[Problem]:
        """Return all mistakes; whether what a file refers to exists is asked only of a `complete` directory."""
        reviews: list[Review[Any]] = [*self.runbooks, *self.templates, *self.shelves]
        for review in reviews:
            review.check()
        self._check_repeated()
        if complete:
            runbook_ids = dict.fromkeys(runbook.value.id for runbook in self.runbooks)
            for runbook in self.runbooks:
                runbook.check_references(runbook_ids)
        return [problem for review in reviews for problem in review.document.problems.found]

    def library(self) -> Library:
        """Return the contents, lists of several files one after the other."""
        shelves = [shelf.value for shelf in self.shelves]
        notes = [shelf.notes for shelf in shelves if shelf.notes is not None]
        return Library(
            runbooks=tuple(runbook.value for runbook in self.runbooks),
            templates=tuple(template.value for template in self.templates),
            targets=tuple(each for shelf in shelves for each in shelf.targets),
            env=tuple(each for shelf in shelves for each in shelf.env),
            tools=tuple(each for shelf in shelves for each in shelf.tools),
            contacts=tuple(each for shelf in shelves for each in shelf.contacts),
            roles=tuple(each for shelf in shelves for each in shelf.roles),
            notes=notes[0] if notes else NotesPage(),
        )

    def _check_repeated(self) -> None:
        first: dict[tuple[str, str], str] = {}
        for review, kind, name, where in self._names():
            place = review.place(*where)
            taken = first.setdefault((kind, name), place)
            if taken != place:
                review.complain(f"the {kind} {quoted(name)} stands at {taken} already: write another", *where)
        pages = [shelf for shelf in self.shelves if shelf.value.notes is not None]
        for page in pages[1:]:
            page.complain(f"notes stand at {pages[0].place('notes')} already: keep one", "notes")

    def _names(self) -> Iterator[tuple[Review[Any], str, str, tuple[Step, ...]]]:
        for runbook in self.runbooks:
            yield runbook, "runbook", runbook.value.id, ("id",)
        for template in self.templates:
            yield template, "template", template.value.id, ("id",)
        for shelf in self.shelves:
            for entries, kind, key in _NAMED:
                for index, entry in enumerate(getattr(shelf.value, entries)):
                    yield shelf, kind, getattr(entry, key), (entries, index, key)

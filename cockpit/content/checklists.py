"""Checklist files: loaded strictly, then checked for what types alone cannot say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from cockpit.content.check_review import closing_complaint, review_check
from cockpit.content.names import item_id_complaint, name_complaint, parse_complaint
from cockpit.content.problems import quoted
from cockpit.content.review import Review
from cockpit.content.strict_yaml import Document, Step, load_document, read_text
from cockpit.release.checklist import Checklist, Item, Phase, Section, launch_offset, launch_window


def load_checklist(path: Path) -> Checklist:
    """Return the checklist in the file at `path`; ConfigurationError holds all mistakes."""
    return parse_checklist_text(read_text(path), str(path))


def parse_checklist_text(text: str, path: str) -> Checklist:
    """Return the checklist that `text` is; ConfigurationError holds all mistakes in `path`."""
    document = load_document(text, path, Checklist)
    _ChecklistReview(document).check()
    document.problems.raise_any()
    return _on_one_line(document.value)


def _on_one_line(checklist: Checklist) -> Checklist:
    """Return the checklist with titles and texts on one line each: what YAML's `>` and `|` end has a line feed."""
    if not any("\n" in text for text in _lines(checklist)):
        return checklist

    def item(each: Item) -> Item:
        return replace(each, text=_line(each.text), items=tuple(map(item, each.items)))

    def section(each: Section) -> Section:
        return replace(each, title=_line(each.title), items=tuple(map(item, each.items)))

    def phase(each: Phase) -> Phase:
        sections = tuple(map(section, each.sections))
        return replace(each, title=_line(each.title), when=_line(each.when), sections=sections)

    return replace(checklist, title=_line(checklist.title), phases=tuple(map(phase, checklist.phases)))


def _lines(checklist: Checklist) -> Iterator[str]:
    yield checklist.title
    for phase in checklist.phases:
        yield from (phase.title, phase.when, *(section.title for section in phase.sections))
    yield from (item.text for _, _, item, _ in checklist.walk())


def _line(text: str) -> str:
    return " ".join(text.split()) if "\n" in text else text


class _ChecklistReview(Review[Checklist]):
    def __init__(self, document: Document[Checklist]) -> None:
        super().__init__(document)
        self._items_seen: dict[str, tuple[Step, ...]] = {}

    def check(self) -> None:
        self.complain(name_complaint(self.value.id), "id")
        self.filled(self.value.title, "title")
        if not self.value.phases:
            self.complain("a checklist without phases: write at least one under phases", "phases")
        self.distinct([phase.id for phase in self.value.phases], "id", "phases")
        for index, phase in enumerate(self.value.phases):
            self._phase(phase, "phases", index)

    def _phase(self, phase: Phase, *where: Step) -> None:
        self.complain(name_complaint(phase.id), *where, "id")
        self.filled(phase.title, *where, "title")
        if phase.maintenance and phase.pause_point:
            message = "maintenance recurs and has no pause point: remove pause_point or maintenance"
            self.complain(message, *where, "pause_point")
        if phase.poll and not phase.pause_point:
            self.complain("a poll is taken at a pause point: add 'pause_point: true', or remove it", *where, "poll")
        if phase.poll_timeout:
            self.durations(phase, ("poll_timeout",), *where)
        self.distinct([section.id for section in phase.sections], "id", *where, "sections")
        for index, section in enumerate(phase.sections):
            self._section(section, phase, *where, "sections", index)

    def _section(self, section: Section, phase: Phase, *where: Step) -> None:
        self.complain(name_complaint(section.id), *where, "id")
        self.filled(section.title, *where, "title")
        self._window(section.window, section.cadence, *where)
        for index, item in enumerate(section.items):
            self._item(item, section, phase, *where, "items", index)

    def _item(self, item: Item, section: Section, phase: Phase, *where: Step) -> None:
        self._item_id(item.id, where)
        self.filled(item.text, *where, "text")
        cadence = item.cadence or section.cadence
        self._window(item.window, cadence, *where)
        if item.due:
            self.complain(parse_complaint(launch_offset, item.due), *where, "due")
        if item.expires:
            self.durations(item, ("expires",), *where)
            if cadence is not None:
                self.complain("what recurs is looked at anew each period: remove expires", *where, "expires")
        if item.schedule != "fixed" and cadence is None:
            self.complain("a schedule is for what recurs: give the item a cadence, or remove it", *where, "schedule")
        if phase.maintenance and cadence is None:
            self.complain("a maintenance item needs a cadence: give one to it or to its section", *where)
        if item.paths and item.binds != "paths":
            self.complain("paths are only looked at with 'binds: paths': add that, or remove them", *where, "paths")
        if item.binds == "paths" and not item.paths:
            self.complain("'binds: paths' needs paths: list the paths that matter", *where, "binds")
        if item.check is not None:
            review_check(self, item.check, *where, "check")
            self.complain_of_key(closing_complaint(item, item.check), *where, "check", "closes")
        for index, child in enumerate(item.items):
            self._item(child, section, phase, *where, "items", index)

    def _item_id(self, item_id: str, where: tuple[Step, ...]) -> None:
        self.complain(item_id_complaint(item_id), *where, "id")
        first = self._items_seen.setdefault(item_id, where)
        if first is not where:
            line, _ = self.document.positions.of(*first, "id")
            self.complain(f"the id {quoted(item_id)} is that of the item at line {line}: write another", *where, "id")

    def _window(self, window: str, cadence: str | None, *where: Step) -> None:
        if not window:
            return
        self.complain(parse_complaint(launch_window, window), *where, "window")
        if cadence != "daily":
            self.complain("a window is for what is done daily: add 'cadence: daily', or remove it", *where, "window")

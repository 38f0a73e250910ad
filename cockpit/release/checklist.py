"""The checklist as people write it: phases, sections, and items nested to any depth; immutable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from cockpit.durations import parse_duration
from cockpit.release.checks import Binds, Check
from cockpit.release.emphasis import plain_markdown

# Beyond it a due date is a slip of the finger.
_FURTHEST = 10 * 365 * 86400.0

Applies = Literal["always", "if-applicable"]
Cadence = Literal["daily", "weekly", "monthly", "quarterly", "annually"]
Schedule = Literal["fixed", "after-completion"]


class Link(Struct, frozen=True, forbid_unknown_fields=True):
    """Where to read more about an item."""

    title: str
    url: str


class Item(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to do or to see; its id is written once into the file and never recomputed."""

    id: str
    text: str
    checked: bool = False  # ticked in the file it was imported from, which says nothing of this release
    ordered: bool = False  # numbered there: to be done in this order
    note: str = ""
    role: str = ""
    killer: bool = False
    two_person: bool = False
    applies: Applies = "always"
    run: str = ""  # a command block a person copies or runs; never executed by itself
    evidence: Literal["", "required"] = ""
    check: Check | None = None
    binds: Binds | None = None
    paths: tuple[str, ...] = ()  # with `binds: paths`
    expires: str = ""  # how long a person's word holds: 30d
    due: str = ""  # relative to launch: T-7d, T+14d
    cadence: Cadence | None = None
    window: str = ""  # of a daily item: T+0d..T+14d
    schedule: Schedule = "fixed"  # after-completion: a week, month, ... after it was last done, whenever that was
    links: tuple[Link, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def title(self) -> str:
        """The text as it is shown: without Markdown's signs of emphasis."""
        return plain_markdown(self.text)

    def walk(self, depth: int = 0) -> Iterator[tuple[Item, int]]:
        """Yield this item and everything below it, with depth, in reading order."""
        yield self, depth
        for child in self.items:
            yield from child.walk(depth + 1)


class Section(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A heading within a phase; `cadence` holds for each of its items that names none."""

    id: str
    title: str
    note: str = ""
    cadence: Cadence | None = None
    window: str = ""
    items: tuple[Item, ...] = ()

    def walk(self) -> Iterator[tuple[Item, int]]:
        """Yield every item with its depth, in reading order."""
        for item in self.items:
            yield from item.walk()

    def recurring(self, item: Item) -> Item:
        """Return an item of this section with the cadence and window that hold for it."""
        if self.cadence is None or item.cadence is not None:
            return item
        return replace(item, cadence=self.cadence, window=item.window or self.window)


class Phase(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A stretch of the release that ends, where `pause_point` is set, in a go/no-go poll."""

    id: str
    title: str
    when: str = ""
    note: str = ""
    pause_point: bool = False
    poll: tuple[str, ...] = ()  # the roles asked at the pause point; without, those of its items that sign off
    poll_timeout: str = ""  # from the first answer on; 15m without
    maintenance: bool = False  # its items are templates: each period has an instance of its own
    sections: tuple[Section, ...] = ()

    def walk(self) -> Iterator[tuple[Section, Item, int]]:
        """Yield (section, item, depth) in reading order."""
        for section in self.sections:
            for item, depth in section.walk():
                yield section, item, depth


class Checklist(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole checklist file; item ids are unique in it."""

    id: str
    title: str
    version: str = "1.0"
    last_updated: str = ""
    next_review: str = ""
    note: str = ""
    phases: tuple[Phase, ...] = field(default=())
    appendix: str = ""  # the rest of the document it was imported from, as Markdown
    front_matter: str = ""  # of that document, as YAML

    def walk(self) -> Iterator[tuple[Phase, Section, Item, int]]:
        """Yield (phase, section, item, depth) in reading order."""
        for phase in self.phases:
            for section, item, depth in phase.walk():
                yield phase, section, item, depth


def launch_offset(text: str) -> float:
    """Return the seconds from launch that `T-7d` (before) or `T+14d` names; ValueError says what is accepted."""
    sign = {"T-": -1.0, "T+": 1.0}.get(text[:2])
    if sign is None:
        raise ValueError(f"{text!r} is not relative to launch: write it like T-7d, T+0d or T+14d")
    seconds = parse_duration(text[2:])
    if seconds > _FURTHEST:
        raise ValueError(f"{text!r} is more than ten years from launch: write it like T-7d, T+0d or T+14d")
    return sign * seconds


def launch_window(text: str) -> tuple[float, float]:
    """Return first and last of `T+0d..T+14d` in seconds from launch; ValueError says what is accepted."""
    first, dots, last = text.partition("..")
    if not dots:
        raise ValueError(f"{text!r} is not a window: write it like T+0d..T+14d")
    window = launch_offset(first), launch_offset(last)
    if window[0] > window[1]:
        raise ValueError(f"{text!r} ends before it begins: write it like T+0d..T+14d")
    return window

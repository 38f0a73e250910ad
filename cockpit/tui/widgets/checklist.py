"""The checklist's panes: phases with progress, the items of one, its pause point, and the item in detail."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from cockpit.durations import age as age_of
from cockpit.durations import short_duration
from cockpit.release.asked import asked
from cockpit.release.due import Due
from cockpit.release.gates import Gate
from cockpit.release.item_state import CLOSED_BY_HAND, ItemState
from cockpit.release.record import Actor
from cockpit.release.run import ItemView
from cockpit.release.two_persons import is_other
from cockpit.times import clock_time, date_time, epoch
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import Glyphs, choose_glyphs, shown
from cockpit.tui.rows import Part, fit, labelled, part, row, width_of
from cockpit.tui.status_style import item_look
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import LineWidget, TextPane
from cockpit.tui.widgets.row_list import RowList
from cockpit.tui.widgets.sensed import sensed_age, sensed_lines, sensed_why

_MINUTE = 60.0  # seconds
_ROOM_FOR_DUE = 40  # cells, from which on a row has room for when its item is due


class Heading(Struct, frozen=True):
    """A section's title above its items."""

    title: str
    done: int
    total: int


class ItemList(RowList["Heading | ItemView"]):
    """The items of one phase under their sections' headings."""

    AHEAD = 2  # what comes next is read before it is come to

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty="No item matches.", id=id)
        self._glyphs = choose_glyphs()
        self.timezone = "UTC"
        self.now = 0.0
        self.trusted = True
        self.production = False
        self.me: Actor | None = None
        self.dues: Mapping[str, Due] = {}

    def tick(self, now: float, *, trusted: bool, production: bool) -> None:
        """Let the ages of what checks have seen go on."""
        # What is late counts minutes after the first, and what a check has seen seconds.
        everything = (trusted, production, now // _MINUTE) != (self.trusted, self.production, self.now // _MINUTE)
        self.now, self.trusted, self.production = now, trusted, production
        if everything:
            self.renew()
        else:
            self.renew_where(self._counts_seconds)

    def _counts_seconds(self, index: int) -> bool:
        row = self.rows[index] if index < len(self.rows) else None
        if not isinstance(row, ItemView):
            return False
        due = self.dues.get(row.id)
        return row.is_sensed or (due is not None and 0 < due.late(self.now) <= 2 * _MINUTE)

    def key_of(self, row: Heading | ItemView) -> str:
        return f"# {row.title}" if isinstance(row, Heading) else row.id

    def selectable(self, row: Heading | ItemView) -> bool:
        return isinstance(row, ItemView)

    @property
    def item(self) -> ItemView | None:
        """The item that the cursor is on."""
        return self.current if isinstance(self.current, ItemView) else None

    def show_items(self, items: Sequence[ItemView]) -> None:
        """Show items, a heading before each section's."""
        rows: list[Heading | ItemView] = []
        by_section: dict[str, list[ItemView]] = {}
        for view in items:
            by_section.setdefault(view.section, []).append(view)
        for title, views in by_section.items():
            applying = [view for view in views if view.state is not ItemState.NA]
            done = sum(view.state in {ItemState.DONE, ItemState.ATTESTED, ItemState.SENSED} for view in applying)
            rows.append(Heading(title, done, len(applying)))
            rows += views
        self.show(rows)

    def draw(self, row: Heading | ItemView, width: int, inks: Inks, *, cursor: bool) -> Strip:
        if isinstance(row, Heading):
            return _heading(row, width, inks)
        return self._item(row, width, inks, cursor=cursor)

    def _item(self, view: ItemView, width: int, inks: Inks, *, cursor: bool) -> Strip:
        look = item_look(view, self._glyphs, inks)
        right = self._who(view, inks)
        word = look.word
        indent = "  " * min(view.depth, 4)
        room = max(width - 4 - len(indent) - width_of(right) - 1, 8)
        # Room for the reason where there is a word; the text keeps at least half of the line.
        # The same column for every row, so that the words stand below each other.
        text_width = room if not word else max(min(width * 45 // 100, 48) - len(indent), 8)
        text_ink = inks.muted if view.state in {ItemState.NA, ItemState.SUSPENDED} else inks.plain
        if view.state is ItemState.OPEN and view.item.killer:
            text_ink = inks.strong
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (look.glyph, look.ink),
            (" " + indent, inks.plain),
            (fit(view.item.title, text_width), text_ink),
        ]
        if word:
            left += [(" ", inks.plain), (word, look.ink), (" ", inks.plain), part(self._why(view), inks.muted)]
        return row(left, right, width, over=inks.cursor if cursor and self.has_focus else None)

    def _why(self, view: ItemView) -> str:
        sensed = sensed_why(view, trusted=self.trusted, production=self.production)
        if sensed:
            return sensed
        waiting = asked(view)
        if waiting is not None:
            mine = self.me is not None and not is_other(waiting, self.me)
            return "you asked: another one answers" if mine else f"your answer: p ({waiting.by.name} asks)"
        if view.unverified_second and view.by is not None:
            return "second person unverified" + (f": {view.detail}" if view.detail else "").split("\n", 1)[0]
        if view.detail:
            return view.detail.split("\n", 1)[0]
        if view.state is ItemState.OPEN and view.item.two_person:
            return "two persons: p"
        return ""

    def _who(self, view: ItemView, inks: Inks) -> list[Part]:
        parts: list[Part] = [(f"{view.period} ", inks.muted)] if view.period else []
        due = self.dues.get(view.id)
        if due is not None and due.late(self.now):
            parts += due_parts(due, self.now, self._glyphs, inks)
        if view.evidence_count:
            parts.append((f"{view.evidence_count} note{'s' if view.evidence_count > 1 else ''} ", inks.muted))
        age = sensed_age(view, self.now)
        if age:
            parts.append((f"{age:>4}", inks.muted))
        elif view.by is not None and view.state is not ItemState.OPEN:
            parts.append(part(view.names[:12], inks.accent))
            if view.at:
                parts.append((f" {clock_time(epoch(view.at), self.timezone)}", inks.muted))
        else:
            # What is still in time gives way to whoever is on it.
            if due is not None and due.waits and not due.late(self.now) and self.size.width >= _ROOM_FOR_DUE:
                parts += due_parts(due, self.now, self._glyphs, inks)
            parts.append(part(view.item.role, inks.muted))
        return [(" ", inks.plain), *parts, (" ", inks.plain)]


def due_parts(due: Due, now: float, glyphs: Glyphs, inks: Inks) -> list[Part]:
    """Return when something is due, in short; late by word and shape."""
    late = due.late(now)
    if late:
        return [(f"{glyphs.late} OVERDUE {short_duration(late)} ", inks.bad)]
    return [(f"{due.relative} ", inks.muted)]


def _heading(heading: Heading, width: int, inks: Inks) -> Strip:
    done = heading.done == heading.total
    return row(
        [("   ", inks.plain), part(heading.title, inks.title)],
        [(f"{heading.done}/{heading.total} ", inks.good if done else inks.muted)],
        width,
    )


class PausePoint(LineWidget, can_focus=True):
    """The go/no-go line below a phase: as many whole reasons as fit; Enter opens the poll with all of them."""

    ALLOW_MAXIMIZE = False  # one line is all there is of it

    BINDINGS = bindings("pause-point")

    class Opened(Message):
        """The poll was asked for."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._gate: Gate | None = None

    @property
    def gate(self) -> Gate | None:
        """The poll, where the phase has a pause point."""
        return self._gate

    def offers(self, action: str) -> bool:
        """Hint at the poll where there is one."""
        return action != "poll" or self._gate is not None

    def action_poll(self) -> None:
        """Open the poll."""
        self.post_message(self.Opened())

    def on_click(self) -> None:
        self.action_poll()

    def show(self, gate: Gate | None) -> None:
        """Show a poll, or none for a phase without a pause point."""
        if gate != self._gate:
            self._gate = gate
            self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        rule = self.glyphs.double_rule
        gate = self._gate
        if gate is None:
            return row([], [], width, fill=(self.glyphs.rule, inks.rule))
        mark: Part = (self.glyphs.cursor, inks.title) if self.has_focus else (rule, inks.rule)
        left: list[Part] = [mark, (rule, inks.rule), (" PAUSE POINT ", inks.strong), (rule + " ", inks.rule)]
        if gate.go:
            left.append((" GO ", Style.combine([inks.good, Style(bold=True)])))
            left.append((" ", inks.rule))
        else:
            left.append((" NO-GO ", inks.alarm))
            left.append((" ", inks.rule))
            left += _whole_reasons([reason.why for reason in gate.reasons], width - width_of(left), inks)
        over = inks.cursor if self.has_focus else None
        return row(left, [], width, fill=(rule, inks.rule), over=over)


def _whole_reasons(whys: Sequence[str], width: int, inks: Inks) -> list[Part]:
    """Return as many whole reasons as fit, and how many there are beside them; the first one is always there."""
    parts: list[Part] = []
    for number, why in enumerate(whys):
        text = shown(why if number == 0 else f", {why}")
        more = f" +{len(whys) - number - 1} more " if number < len(whys) - 1 else " "
        if number and width_of(parts) + cell_len(text) + len(more) > width:
            return [*parts, (f" +{len(whys) - number} more ", inks.strong)]
        parts.append((text if number else fit(text, min(cell_len(text), max(width - len(more), 8))), inks.plain))
    return [*parts, (" ", inks.plain)]


class ItemDetail(TextPane):
    """The item under the cursor: its state, its command, what was said of it, and by whom."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: ItemView | None = None
        self._timezone = "UTC"
        self._now = 0.0
        self._trusted, self._production = True, False
        self._due: Due | None = None

    def show(
        self, view: ItemView | None, *, timezone: str, now: float, trusted: bool = True, production: bool = False,
        due: Due | None = None,
    ) -> None:  # fmt: skip
        """Show an item."""
        self._view, self._timezone, self._now, self._due = view, timezone, now, due
        self._trusted, self._production = trusted, production
        self.renew()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        if self._view is None:
            return []
        return detail_lines(
            self._view, inks, timezone=self._timezone, now=self._now, width=width,
            trusted=self._trusted, production=self._production, due=self._due,
        )  # fmt: skip


def due_words(due: Due, now: float, timezone: str) -> str:
    """Return a due date in words, as relative as it was written and as a time."""
    if not due.at:
        return f"due {due.relative}"
    until = f"due {due.relative}, until {date_time(due.at - 1, timezone)}"  # the last minute, not the midnight after it
    return f"OVERDUE {short_duration(due.late(now))}, {until}" if due.late(now) else until


def detail_lines(
    view: ItemView, inks: Inks, *, timezone: str, now: float, width: int, trusted: bool = True,
    production: bool = False, due: Due | None = None,
) -> list[list[Part]]:  # fmt: skip
    """Return everything about an item as lines of parts, the most wanted first."""
    item = view.item
    lines: list[list[Part]] = []

    def add(label: str, text: str, ink: Style) -> None:
        lines.extend(labelled(label, text, ink, inks.muted, width=width))

    if view.sides:
        add("contested", view.detail, inks.bad)
        add("", "they wrote at the same time: whatever is said next decides", inks.muted)
    elif view.by is not None and view.state is not ItemState.OPEN:
        at = epoch(view.at or "")
        said = "suspended; done" if view.state is ItemState.SUSPENDED else view.state.value
        who = f"{said} by {view.names} {clock_time(at, timezone)}, {age_of(now - at)} ago"
        add("state", who + (f": {view.detail}" if view.detail else ""), inks.plain)
    else:
        asks = [word for word, on in (("killer item", item.killer), ("two persons", item.two_person)) if on]
        asks += [f"role {item.role}"] if item.role else []
        asks += [due_words(due, now, timezone) if due is not None else f"due {item.due}"] if item.due else []
        asks += [f"{item.cadence}, {view.period}"] if view.period else []
        asks += ["the next one counts from when it is done"] if item.schedule == "after-completion" else []
        asks += [f"holds for {item.expires}"] if item.expires else []
        asks += ["if applicable"] if item.applies == "if-applicable" else []
        add("state", f" {choose_glyphs().dot} ".join([view.state, *asks]), inks.plain)
    for label, text, ink in sensed_lines(view, inks, now=now, trusted=trusted, production=production):
        add(label, text, ink)
    if item.checked and view.state is ItemState.OPEN:
        add("", "ticked in the file it was imported from; in this run nobody has done it", inks.muted)
    if view.state is ItemState.SUSPENDED:
        add("", "done for the version rolled back: after : retarget tick it again, for the next one", inks.warn)
    if view.state is ItemState.STALE and not view.is_sensed:
        add("", "look again, and tick it again once it holds", inks.warn)
    for record in view.lost_claims if view.state is ItemState.CLAIMED else ():
        when = clock_time(epoch(record.wall), timezone, with_seconds=True)
        add("", f"{record.by.name} claimed it too, at {when}: the earlier claim holds", inks.warn)
    _add_persons(view, add, inks, timezone=timezone, now=now)
    _add_bounds(view, add, inks, timezone=timezone, now=now)
    if item.run:
        add("run", item.run, inks.accent)
    if item.note:
        add("note", item.note, inks.plain)
    for note in reversed(view.notes):
        text = note.text if note.text is not None else "(this text is not here yet)"
        add(clock_time(epoch(note.wall), timezone), f"{note.by.name}: {text}", inks.plain)
    for record in view.attachments:
        add("attached", getattr(record.data, "name", ""), inks.plain)
    return lines


_Add = Callable[[str, str, Style], None]


def _add_persons(view: ItemView, add: _Add, inks: Inks, *, timezone: str, now: float) -> None:
    """Say who asks whom, and what the first of two persons said."""
    waiting = asked(view)
    if waiting is not None:
        when = f"{clock_time(epoch(waiting.wall), timezone)}, {age_of(now - epoch(waiting.wall))} ago"
        add("asked", f"{waiting.by.name} asks the second person since {when}: p answers, with what you see", inks.warn)
    if view.unverified_second:
        add("", "one person answered; the second is not verified (stands as debt): p asks or answers", inks.warn)
    if view.first is not None:
        when = clock_time(epoch(view.first.at), timezone)
        add("first", f"{view.first.by} {when}" + (f": {view.first.said}" if view.first.said else ""), inks.plain)


def _add_bounds(view: ItemView, add: _Add, inks: Inks, *, timezone: str, now: float) -> None:
    """Say how long a person's word holds, and where what they looked at is to be seen."""
    if view.link:
        add("link", view.link, inks.accent)
    if view.holds_until < math.inf and view.state in CLOSED_BY_HAND:
        left = short_duration(view.holds_until - now)
        add("holds", f"until {date_time(view.holds_until, timezone)}, {left} more", inks.plain)

"""Who is here: name, host, what they look at, since when, when last seen, and who drives."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.strip import Strip
from textual.widgets import Static

from cockpit.durations import short_duration
from cockpit.release.live import Live, Presence
from cockpit.release.record import same_name
from cockpit.release.run import Run
from cockpit.release.wheel import Wheel, wheel_of
from cockpit.times import clock_time, day_month
from cockpit.tui.dialogs.ask import safe_content
from cockpit.tui.dialogs.base import Dialog, hint_line
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, fit, part, row
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.row_list import RowList


def whereabouts(name: str, live: Live, now: float) -> str:
    """Return where somebody is, for a question about them: the host and what they look at, or that nobody knows."""
    theirs = [one for one in live.present if one.kind == "screen" and same_name(one.name, name)]
    if not theirs:
        return "and has no cockpit open"
    best = max(theirs, key=lambda one: (one.here(now), one.since))
    at = f" at {best.looking_at}" if best.looking_at else ""
    if best.here(now):
        return f"and is here: on {best.host}{at}"
    return f"and was last seen {short_duration(now - best.seen)} ago on {best.host}{at}"


class PeopleList(RowList[Presence]):
    """People, one cockpit a line."""

    def __init__(self) -> None:
        super().__init__(empty="Nobody has a cockpit open.")
        self._glyphs = choose_glyphs()
        self._wheel = Wheel()
        self._timezone = "UTC"
        self._now = 0.0
        self._me = ""

    def show_moment(self, run: Run, live: Live, now: float, *, me: str) -> None:
        """Show who is here; `me` is our own writer."""
        self._wheel, self._timezone, self._now, self._me = wheel_of(run), run.timezone, now, me
        order = {"screen": 0, "worker": 1, "watcher": 2}
        self.show(sorted(live.present, key=lambda one: (order.get(one.kind, 3), not one.here(now), one.since)))

    def key_of(self, row: Presence) -> str:
        return row.writer

    def draw(self, row: Presence, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, one: Presence, width: int, inks: Inks, *, cursor: bool) -> Strip:
        drives = one.kind == "screen" and self._wheel.among_drivers(one.name)
        here = one.here(self._now)
        ink = inks.plain if here else inks.muted
        wide = width >= 90
        if here:
            seen, seen_ink = "here", inks.good
        else:
            seen, seen_ink = f"last seen {short_duration(self._now - one.seen)} ago", inks.warn
        day = day_month(one.since, self._timezone)
        today = day == day_month(self._now, self._timezone)
        since = clock_time(one.since, self._timezone) if today else day
        mine = " (you)" if one.writer == self._me else ""
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (self._glyphs.wheel if drives else " ", inks.warn),
            (" ", inks.plain),
            (fit(f"{one.name}{mine}", 24 if wide else 16), inks.strong if here else inks.muted),
            (" ", inks.plain),
            (fit(one.host, 16 if wide else 10), inks.muted),
            (" ", inks.plain),
            (f"{'since ' if wide else ''}{since:>5} ", inks.muted),
            ("drives " if drives else "       " if wide else "", inks.warn),
            part(one.looking_at if one.kind == "screen" else one.kind, ink),
        ]  # fmt: skip
        right: list[Part] = [(f" {seen} ", seen_ink)]
        return row(left, right, width, over=inks.cursor if cursor else None)


class PeopleDialog(Dialog[str]):
    """Answers with the name of whom to give the wheel to, an empty text to take it, or nothing."""

    BINDINGS = [Binding("q,W", "cancel", show=False), Binding("t", "take", show=False)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall"):
            yield Static(id="people-title", classes="dialog-title")
            yield PeopleList()
            yield Static(
                Content(hint_line("t takes the wheel", "Enter gives it to this person", "Esc leaves")),
                classes="dialog-hint",
            )

    def on_mount(self) -> None:
        self.show_moment()
        self.query_one(PeopleList).focus()
        self.set_interval(1.0, self.show_moment)

    def show_moment(self) -> None:
        """Show who is here now."""
        run, live, now = self.cockpit.moment
        wheel = wheel_of(run)
        if wheel.free:
            drives = "nobody drives"
        elif wheel.contested:
            drives = f"{wheel.named} took the wheel at the same time"
        else:
            drives = f"{wheel.driver} drives" + (f", given by {wheel.given_by}" if wheel.given_by else "")
        self.query_one("#people-title", Static).update(safe_content(f"Who is here: {drives}"))
        self.query_one(PeopleList).show_moment(run, live, now, me=self.cockpit.workspace.session.writer)

    def action_take(self) -> None:
        """Take the wheel."""
        self.dismiss("")

    @on(RowList.Chosen)
    def _give(self, message: RowList.Chosen) -> None:
        one = message.row
        if one.kind != "screen":
            self.cockpit.tell("only a person drives: choose one at a screen")
        elif same_name(one.name, self.cockpit.me):
            self.cockpit.tell("that is you: t takes the wheel")
        else:
            self.dismiss(one.name)

"""Since you looked: a panel over the lower part of a screen, gone with the first key, which it swallows only where
that would do something to what lies below by reflex."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widget import Widget

from cockpit.durations import short_duration
from cockpit.release.run import Run
from cockpit.release.since import Change, Weight
from cockpit.times import clock_time, day_month, epoch
from cockpit.tui.attention import Summary
from cockpit.tui.rows import Part, labelled, part, width_of
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane


class SinceText(TextPane):
    """The changes, a heading for each person."""

    DEFAULT_CSS = """
    SinceText { height: auto; }
    """

    def __init__(self, summary: Summary, run: Run, now: float) -> None:
        super().__init__()
        self._summary = summary
        self._run = run
        self._now = now

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        summary = self._summary
        what = "change" if summary.count == 1 else "changes"
        ago = short_duration(self._now - summary.since)
        heading = [
            (f"Since you looked, {ago} ago: ", inks.title),
            part(f"{summary.count} {what} by {summary.by}", inks.strong),
        ]
        hint = (f" {self.glyphs.dot} Esc goes on", inks.muted)
        # The footer says so as well: it may be left out.
        lines: list[list[Part]] = [[*heading, hint] if width_of([*heading, hint]) <= width else heading]
        for one in summary.changes:
            lines.append([part(one.who, inks.accent)])
            for change in one.changes:
                lines += self._change(change, inks, width)
        return lines

    def _change(self, change: Change, inks: Inks, width: int) -> list[list[Part]]:
        at = epoch(change.at)
        zone = self._run.timezone
        today = day_month(at, zone) == day_month(self._now, zone)
        when = clock_time(at, zone) if today else day_month(at, zone)
        ink = inks.plain
        if change.alarming:
            ink = inks.bad
        elif change.weight <= Weight.EXECUTION:
            ink = inks.strong
        return labelled(f" {when}", change.text, ink, inks.muted, width=width, indent=8)


class SincePanel(VerticalScroll, can_focus=True):
    """Shows a summary; it takes the focus, and is gone as soon as the focus is.

    `before` is what had the focus until then, and gets it back.
    """

    DEFAULT_CSS = """
    SincePanel {
        layer: above; dock: bottom; height: auto; max-height: 60%; margin-bottom: 1; padding: 0 1;
        background: $surface; border: round $primary; scrollbar-size-vertical: 1;
    }
    """
    BINDINGS = [
        Binding("escape", "close", "go on", key_display="Esc", show=True, id="since.close"),
        Binding("enter,q,space", "close_and_say", show=False, id="since.swallow"),
    ]

    def __init__(self, summary: Summary, run: Run, now: float, *, before: Widget | None) -> None:
        super().__init__()
        self._text = SinceText(summary, run, now)
        self.before = before

    def compose(self) -> ComposeResult:
        yield self._text

    def on_mount(self) -> None:
        self.focus()

    def on_key(self, event: events.Key) -> None:
        """Give the focus back before a key is looked up: one that is not ours means what it meant there."""
        ours = {"escape", "enter", "q", "space", "tab", "shift+tab"}
        scrolls = event.key in {"up", "down", "pageup", "pagedown", "home", "end"} and self.max_scroll_y > 0
        if event.key not in ours and not scrolls:
            self.action_close()

    def on_blur(self, _: events.Blur) -> None:
        # A dialog above takes the focus too, and then gives it back: that is no reason to go.
        if self.screen.is_current and self.screen.focused is not self:
            self.remove()

    def action_close(self) -> None:
        """Go on where one was."""
        before = self.before
        if before is not None and before.is_attached and before.focusable:
            self.screen.set_focus(before)  # at once: the key that closes it may be for there
        self.remove()

    def action_close_and_say(self) -> None:
        """Go on where one was, and say that the key has done nothing but that."""
        self.action_close()
        self.app.notify("the summary is closed, nothing else was done: press again", markup=False)

"""A log with the keys: errors, matches, times, marks, a selection to copy or to attach as evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from textual.binding import Binding
from textual.message import Message

from cockpit.logs.origin import LogOrigin
from cockpit.logs.reader import LogReader
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import ASCII, choose_glyphs
from cockpit.tui.widgets.log_view import LogView


class LogTail(LogView):
    """A log with the table's keys."""

    # Esc is the screen's, but where there is something to stop here.
    BINDINGS = [*bindings("logs"), Binding("escape", "stop_here", show=False)]

    @dataclass(eq=False, repr=False)
    class EvidenceChosen(Message):
        """These lines of the log are to be attached to an item."""

        name: str
        text: str

    def __init__(
        self,
        name: str,
        origin: LogOrigin | Path,
        *,
        timezone: tzinfo,
        clock: Callable[[], float],
        reader: LogReader | None = None,
    ) -> None:
        is_ascii = choose_glyphs() is ASCII
        super().__init__(name, origin, timezone=timezone, clock=clock, reader=reader, ascii_only=is_ascii)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Leave Esc to the screen where there is nothing to stop."""
        if action == "stop_here":
            return bool(self.progress or self.cursor.has_selection)
        return True

    def offers(self, action: str) -> bool:
        """Hint at going to a time where there is a file to go through."""
        return action != "go_to_time" or self.travel is not None

    def action_next_error(self) -> None:
        """Go to the next error; from the newest line, where none can come after, to the newest error."""
        if self.follow:
            self.action_previous_error()
        else:
            super().action_next_error()

    def action_stop_here(self) -> None:
        """Stop a search, or else select nothing."""
        if not (self.progress and self.travel is not None and self.travel.cancel()):
            self.cursor.deselect()
            self.refresh()

    def action_go_to_time(self) -> None:
        """Ask for a time and go there."""
        from cockpit.tui.dialogs.ask import AskDialog

        hint = "14:05, 15m for that long ago, or 2026-03-10T14:05"

        def go(typed: str | None) -> None:
            if typed:
                self.go_to_time(typed)

        self.app.push_screen(AskDialog("Go to a time in the log", hint, does="Enter goes there"), go)

    def action_context(self) -> None:
        """Show what is around the current match, or only the matches again."""
        self.toggle_context()

    def action_mark_line(self) -> None:
        """Mark the line gone to, or the last one in view."""
        with self._holding_still():
            number = self._pointed_at()
            if not self._is_shown(number):
                return
            is_marked = self.cursor.toggle_mark(number)
        self.say("marked" if is_marked else "mark taken away")
        self.refresh()

    def action_next_mark(self) -> None:
        """Go to the mark before the current line, or from the first to the last."""
        marks = self.cursor.marks
        if not marks:
            self.say("no line is marked: M marks one")
            return
        current = self.cursor.current
        here = None if current is None else self._where(current)
        before = [mark for mark in marks if here is not None and mark < here]
        where = before[-1] if before else marks[-1]
        number = self.buffer.number_of(where) if self.buffer.span.start is not None else where
        if number is not None:
            self.jump(number)
        elif self.travel is not None:
            self.follow = False
            self.travel.go(where)

    def action_select_down(self) -> None:
        """Select the next line, too."""
        self._select(1)

    def action_select_up(self) -> None:
        """Select the line before, too."""
        self._select(-1)

    def action_attach_lines(self) -> None:
        """Attach the selection, or what is in view, to an item."""
        text = self.chosen_text(or_view=True)
        if text:
            self.post_message(self.EvidenceChosen(self.log_name, text))
        elif not self.cursor.has_selection:
            self.say("there is nothing to attach")

    def chosen_text(self, *, or_view: bool = False) -> str:
        """Return the lines selected, or else the one gone to, or else the last in view, or all; secrets are masked.

        Of a selection that is not all in memory nothing is returned, rather than a part of it.
        """
        with self._holding_still():
            lines = self.buffer.lines_of(self._chosen(or_view=or_view))
        if not lines and self.cursor.has_selection:
            self.say("what is selected is hidden, or not in memory: Esc selects nothing")
        return self._masked("\n".join(line.text for line in lines))

    def _chosen(self, *, or_view: bool) -> range:
        if self.cursor.has_selection:
            return self.cursor.selected
        last = self.number_at(self.height - 1) if or_view else self._pointed_at()
        return range(self.number_at(0) if or_view else last, last + 1)

    def _select(self, step: int) -> None:
        with self._holding_still():
            start = self._pointed_at()
            found = self.buffer.line_at(self.buffer.row_of(start) + step)
            if found is None:
                self.goes_on_below()
                return
            self.follow = False
        number = found[0]
        self.cursor.extend(number, start=start)
        if not self.is_in_view(number):
            with self.moving():  # who selects the last line has not gone to the end: to follow it selects nothing
                self.scroll_relative(y=step, animate=False)
            self.look()
            self._load_at_edges(asked=True)
        self.say(f"y copies {len(self.buffer.lines_of(self.cursor.selected))} lines, v attaches")
        self.refresh()

    @contextmanager
    def _holding_still(self) -> Iterator[None]:
        """Let rows be those of the lines in memory, of which none is let go meanwhile, as in a flood many are."""
        self.buffer.pinned = True
        try:
            if self.buffer.extent != self._extent:
                self.show_news()
            yield
        finally:
            self.buffer.pinned = not self.follow

    def _pointed_at(self) -> int:
        current = self.current_in_view()
        return current if current is not None and self._is_shown(current) else self.number_at(self.height - 1)

    def _is_shown(self, number: int) -> bool:
        return bool(self.buffer.lines_of(range(number, number + 1)))

    def _where(self, number: int) -> int:
        place = self.buffer.place_of(number)
        return number if place is None else place

"""One log under its title."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from cockpit.logs.counters import LogCounts
from cockpit.logs.follow import FollowState
from cockpit.logs.origin import LogOrigin
from cockpit.logs.reader import LogReader
from cockpit.times import zone
from cockpit.tui.glyphs import choose_glyphs
from cockpit.tui.rows import Part, part, sparkline
from cockpit.tui.theme import Inks, inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.log_status import LogStatus
from cockpit.tui.widgets.log_tail import LogTail

if TYPE_CHECKING:
    from cockpit.logs.match import SlowPatternError

_WIDE, _WIDER = 90, 130  # cells, from which on a title has room for more than the two rates
_COURSE, _LONGER = 12, 30  # minutes of errors, seconds of lines
_GRAVE = ("fatal", "error")
_TOLD = (*_GRAVE, "warning")  # levels that are counted in the title

_FAST = 1000  # lines a second: below that, what was skipped once is no news


class LogPane(Vertical):
    """One log under its title: how it is followed, its errors a minute, its lines a second."""

    class TooSlow(Message):
        """The pattern that was typed takes too long for this log."""

        def __init__(self, trouble: SlowPatternError) -> None:
            super().__init__()
            self.trouble = trouble

    def __init__(
        self,
        name: str,
        origin: LogOrigin | Path,
        timezone: str,
        *,
        clock: Callable[[], float],
        beside: bool,
        reader: LogReader | None = None,
    ) -> None:
        super().__init__(classes="log-pane beside" if beside else "log-pane")
        self.log_name = name
        # Made at once, not on mounting: keys and pages may ask for it before that.
        self.view = LogTail(name, origin, timezone=zone(timezone), clock=clock, reader=reader)
        self._told: SlowPatternError | None = None
        self._status: LogStatus | None = None

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, lambda _: self._tell_again())

    def compose(self) -> ComposeResult:
        yield PaneTitle(f"{self.log_name}")
        yield self.view

    def _tell_again(self) -> None:
        if self._status is not None:
            self._tell(self._status)

    @on(LogStatus)
    def _tell(self, message: LogStatus) -> None:
        self._status = message
        inks = inks_of(self.app)
        follow: Part = ("follow", inks.good) if message.follow else (f"paused, {message.new} new", inks.warn)
        if message.state is FollowState.WAITING:
            follow = ("waiting", inks.warn)
        elif message.state is FollowState.UNREADABLE:
            follow = ("not read", inks.caution)
        left: list[Part] = [follow]
        if message.is_fed and message.state is FollowState.WAITING and message.reason:
            left.append(part(message.reason, inks.caution))
        if message.position:
            left.append(part(message.position, inks.muted))
        if message.said:
            left.append(part(message.said, inks.accent))
        if message.filter:
            left.append(part(f"/{message.filter}", inks.accent))
            if message.context:
                left.append(("lifted: Enter", inks.caution))
        if message.too_slow is not None:
            left.append((" TOO SLOW: not filtered ", inks.caution))
            if message.too_slow is not self._told:
                self.post_message(self.TooSlow(message.too_slow))
        self._told = message.too_slow
        if message.folds:
            left.append(("wrap", inks.muted))
        if message.skipped and message.counts.lines_per_second >= _FAST:
            left.append((f"{message.skipped:,} too fast to show", inks.caution))
        self.query_one(PaneTitle).show(left=left, right=self._rates(message.counts, inks))

    def _rates(self, counts: LogCounts, inks: Inks) -> list[Part]:
        """What stands at the right: errors and lines as rates, and where there is room, levels and the course."""
        errors = counts.errors_per_minute
        ink = inks.bad if errors else inks.muted
        rate: list[Part] = [(f"{errors} errors/min", ink)]
        lines: list[Part] = [(f" {choose_glyphs().rule} {counts.lines_per_second:.0f} l/s", inks.muted)]
        if self.size.width < _WIDE:
            return [*rate, *lines]
        levels: list[Part] = [(f"{counts.own} own left out ", inks.muted)] if counts.own else []
        levels += [
            part(f"{counts.of_others(level)} {level} ", inks.bad if level in _GRAVE else inks.warn)
            for level in _TOLD
            if counts.of_others(level)
        ]
        course = _COURSE if self.size.width < _WIDER else _LONGER
        by_minute, by_second = counts.errors_by_minute[-course:], counts.lines_by_second[-course:]
        if any(by_minute):
            rate.append((" " + _course(by_minute), inks.bad))
        if any(by_second):
            lines.append((" " + _course(by_second), inks.muted))
        return [*levels, *rate, *lines]

    def on_descendant_focus(self) -> None:
        self.query_one(PaneTitle).show(lit=True)

    def on_descendant_blur(self) -> None:
        self.query_one(PaneTitle).show(lit=False)


def _course(values: Sequence[int]) -> str:
    return sparkline(values, len(values), choose_glyphs().bars)

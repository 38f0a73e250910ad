"""Log tails under their titles, side by side or one above the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.message import Message

from cockpit.logs.follow import FollowState
from cockpit.logs.match import SlowPatternError
from cockpit.release.run import Run
from cockpit.times import zone
from cockpit.tui.commands import bindings
from cockpit.tui.glyphs import ASCII, choose_glyphs
from cockpit.tui.rows import Part, part
from cockpit.tui.theme import inks_of
from cockpit.tui.widgets.lines import PaneTitle
from cockpit.tui.widgets.log_view import LogView


class LogTail(LogView):
    """A log with the table's keys."""

    BINDINGS = bindings("logs")

    def __init__(self, name: str, path: Path, *, timezone: tzinfo, clock: Callable[[], float]) -> None:
        super().__init__(name, path, timezone=timezone, clock=clock, ascii_only=choose_glyphs() is ASCII)

    def action_next_error(self) -> None:
        """Go to the next error; from the newest line, where none can come after, to the newest error."""
        if self.follow:
            self.action_previous_error()
        else:
            super().action_next_error()


class LogPane(Vertical):
    """One log under its title: how it is followed, its errors a minute, its lines a second."""

    class TooSlow(Message):
        """The pattern that was typed takes too long for this log."""

        def __init__(self, trouble: SlowPatternError) -> None:
            super().__init__()
            self.trouble = trouble

    def __init__(self, name: str, path: Path, timezone: str, *, clock: Callable[[], float], beside: bool) -> None:
        super().__init__(classes="log-pane beside" if beside else "log-pane")
        self.log_name = name
        self._path = path
        self._timezone = timezone
        self._clock = clock
        self._told: SlowPatternError | None = None

    def compose(self) -> ComposeResult:
        yield PaneTitle(f"{self.log_name}")
        yield LogTail(self.log_name, self._path, timezone=zone(self._timezone), clock=self._clock)

    @property
    def view(self) -> LogTail:
        """The log itself."""
        return self.query_one(LogTail)

    @on(LogView.Status)
    def _tell(self, message: LogView.Status) -> None:
        inks = inks_of(self.app)
        follow: Part = ("follow", inks.good) if message.follow else (f"paused, {message.new} new", inks.warn)
        if message.state is FollowState.WAITING:
            follow = ("waiting", inks.warn)
        left: list[Part] = [follow]
        if message.filter:
            left.append(part(f"/{message.filter}", inks.accent))
        if message.too_slow is not None:
            left.append((" TOO SLOW: not filtered ", inks.caution))
            if message.too_slow is not self._told:
                self.post_message(self.TooSlow(message.too_slow))
        self._told = message.too_slow
        if message.folds:
            left.append(("wrap", inks.muted))
        errors = message.counts.errors_per_minute
        right: list[Part] = [
            (f"{errors} errors/min", inks.bad if errors else inks.muted),
            (f" {choose_glyphs().rule} {message.counts.lines_per_second:.0f} l/s", inks.muted),
        ]
        self.query_one(PaneTitle).show(left=left, right=right)

    def on_descendant_focus(self) -> None:
        self.query_one(PaneTitle).show(lit=True)

    def on_descendant_blur(self) -> None:
        self.query_one(PaneTitle).show(lit=False)


class LogPanes(Container):
    """The configured logs, the first `limit` of them; a filter holds for all."""

    def __init__(self, *, limit: int = 8, id: str | None = None) -> None:
        super().__init__(id=id)
        self._limit = limit
        self._shown: tuple[tuple[str, Path], ...] | None = None
        self._said = ""  # of a filter that is not in force

    def show(self, run: Run) -> None:
        """Show the run's logs; panes are only made anew where the configuration has changed."""
        from cockpit.tui.pages.base import Page

        page = next(node for node in self.ancestors if isinstance(node, Page))
        root = page.cockpit.workspace.root
        logs = tuple((name, root / source.file) for name, source in run.configuration.logs.items())[: self._limit]
        if logs == self._shown:
            return
        self._shown = logs
        self.remove_children()
        if logs:
            clock = page.cockpit.now
            self.mount_all(
                [LogPane(name, path, run.timezone, clock=clock, beside=n > 0) for n, (name, path) in enumerate(logs)]
            )
        else:
            title = PaneTitle("logs")
            self.mount(title)
            title.show(left=[("none is configured: add `logs:` to cockpit.yaml", inks_of(self.app).muted)])

    @property
    def panes(self) -> list[LogPane]:
        """The panes, in the configuration's order."""
        return list(self.query(LogPane))

    @on(LogPane.TooSlow)
    def _say_once(self, message: LogPane.TooSlow) -> None:
        """Say it once, not once a log."""
        said, self._said = self._said, str(message.trouble)
        if said != self._said:
            self.post_message(self.Refused(self._said))

    class Refused(Message):
        """A filter is not in force; `why` says what to do."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def apply_filter(self, text: str) -> None:
        """Filter every log shown."""
        self._said = ""
        for pane in self.panes:
            pane.view.apply_filter(text)

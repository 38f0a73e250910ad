"""Logs alone on the full screen, without a release: `cockpit logs --view`.

The first frame shows the newest lines: what it does not need is loaded when it is asked for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container
from textual.screen import Screen

from cockpit.logs.origin import LogOrigin
from cockpit.logs.reader import LogReader
from cockpit.tui.compositing import PatchScreen
from cockpit.tui.themed import ThemedApp
from cockpit.tui.widgets.log_pane import LogPane
from cockpit.tui.widgets.log_tail import LogTail
from cockpit.tui.widgets.notice_line import NoticeLine

if TYPE_CHECKING:
    from textual.widgets import Input

    from cockpit.tui.widgets.field import Field


class _LogScreen(PatchScreen, Screen[None]):
    """Painted in patches."""


class LogApp(ThemedApp, inherit_bindings=False):
    """Shows `logs`, (name, path or origin) each, with the keys of the log pages.

    Several stand side by side where there is room, one above the other where there is not, or interleaved by time.
    `reader` is that of the only log, where somebody has begun to read it already.
    """

    TITLE = "logs"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]
    CSS = """
    LogView, LogView:focus { border: none; background: $background; scrollbar-size: 0 1; }
    .log-pane { height: 1fr; width: 1fr; }
    #filter { dock: bottom; height: 1; border: none; }
    .-wide #panes { layout: horizontal; }
    .-wide .beside { margin-left: 1; }
    """
    BINDINGS = [
        Binding("q", "leave", "leave"),
        Binding("slash", "filter", "filter"),
        Binding("n", "next_match(1)", "next match"),
        Binding("N", "next_match(-1)", "previous match"),
        Binding("y", "copy_shown", "copy"),
        Binding("I", "toggle_together", "interleave"),
        Binding("escape", "clear_filter", show=False),
        Binding("tab", "focus_next", show=False),
        Binding("shift+tab", "focus_previous", show=False),
    ]

    def __init__(
        self, logs: Sequence[tuple[str, Path | LogOrigin]], timezone: str = "UTC", *, reader: LogReader | None = None
    ) -> None:
        super().__init__()
        self._logs = logs
        self._timezone = timezone
        self._reader = reader
        self._is_together = False

    def get_default_screen(self) -> Screen[None]:
        """Return the only screen there is."""
        return _LogScreen(id="_default")

    def compose(self) -> ComposeResult:
        if len(self._logs) == 1:
            ((name, origin),) = self._logs
            yield LogPane(name, origin, self._timezone, clock=time.time, beside=False, reader=self._reader)
        else:
            yield Container(*self._panes(), id="panes")
        yield NoticeLine()

    def on_mount(self) -> None:
        self._tails[0].focus()

    def _panes(self) -> list[LogPane]:
        logs = [("all", self._as_one())] if self._is_together else self._logs
        return [
            LogPane(name, origin, self._timezone, clock=time.time, beside=n > 0)
            for n, (name, origin) in enumerate(logs)
        ]

    def _as_one(self) -> LogOrigin:
        """Return the logs that are files as one, by time."""
        files: list[tuple[str, str]] = []
        encodings: list[tuple[str, str]] = []
        for name, log in self._logs:
            origin = LogOrigin(name, log) if isinstance(log, Path) else log
            files += [(name, str(origin.path.absolute()))] if origin.path is not None else origin.merged
            encodings += origin.encodings or ((name, origin.encoding),)
        refused = "" if files else "no log is a file"
        return LogOrigin(
            "all", merged=tuple(files), timezone=self._timezone, refused=refused, encodings=tuple(encodings)
        )

    @property
    def _tails(self) -> list[LogTail]:
        return list(self.query(LogTail))

    @property
    def _tail(self) -> LogTail:
        return next((tail for tail in self._tails if tail.has_focus), self._tails[0])

    @property
    def _field(self) -> Field | None:
        return cast("Field | None", next(iter(self.query("#filter")), None))

    def action_leave(self) -> None:
        """Leave."""
        self.exit(0)

    async def action_filter(self) -> None:
        """Type a filter for all logs."""
        from cockpit.tui.widgets.field import Field

        field = self._field
        if field is None:
            field = Field(id="filter", placeholder="pattern, level:warning, since:15m", compact=True)
            await self.mount(field)
        field.display = True
        field.focus()

    def action_clear_filter(self) -> None:
        """Show every line again."""
        if self._field is not None:
            self._field.value = ""
            self._field.display = False
        self._tail.focus()

    def action_next_match(self, step: int) -> None:
        """Go to the next or the previous match."""
        self._tail.go_to_match(step)

    async def action_toggle_together(self) -> None:
        """Show several logs as one, by time, or each by itself."""
        if len(self._logs) == 1:
            self._tell("there is but one log: name several to interleave them")
            return
        self._is_together = not self._is_together
        panes = self.query_one("#panes")
        await panes.remove_children()
        await panes.mount_all(self._panes())
        self._filter(self._field.value if self._field is not None else "")
        self._tails[0].focus()

    def action_copy_shown(self) -> None:
        """Send the selection to the terminal's clipboard, and a file."""
        from cockpit.tui.clipboard import copy_out

        text = self._tail.chosen_text()
        if text:
            self.run_worker(copy_out(self, text, self._tell), group="copy", exit_on_error=False)
        else:
            self._tell("there is nothing to copy")

    def on_input_changed(self, event: Input.Changed) -> None:
        self._filter(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.input.display = bool(event.value)
        if self._tail.filter_remark:
            self._tell(self._tail.filter_remark)
        self._tail.focus()

    @on(LogTail.EvidenceChosen)
    def _has_no_items(self) -> None:
        self._tell("there is no release here to attach lines to: y copies them")

    def _filter(self, typed: str) -> None:
        for tail in self._tails:
            tail.apply_filter(typed)

    def _tell(self, text: str) -> None:
        from cockpit.tui.glyphs import shown

        self.notify(shown(text), markup=False)

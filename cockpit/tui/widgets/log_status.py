"""What a log pane's title and border say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from cockpit.logs.counters import LogCounts
from cockpit.logs.follow import FollowState
from cockpit.tui.glyphs import choose_glyphs

if TYPE_CHECKING:
    from cockpit.logs.match import SlowPatternError
    from cockpit.tui.widgets.log_follow import LogFollow


@dataclass(eq=False, repr=False)
class LogStatus(Message):
    """What the pane's title needs to know; `new` lines have come since the reader left the end.

    `skipped` lines were counted but came too fast to be shown. `context` says that the filter is lifted for now.
    """

    view: LogFollow
    name: str
    counts: LogCounts
    follow: bool
    new: int
    state: FollowState
    reason: str
    filter: str
    folds: bool
    too_slow: SlowPatternError | None  # why the filter wanted is not in force
    skipped: int = 0
    context: bool = False
    position: str = ""  # where in the log the reader stands
    said: str = ""  # how far a search is, or what came of it
    is_fed: bool = False  # by a command or a pipe, of which `reason` says how it ended

    @property
    def control(self) -> LogFollow:
        """The log that this is about."""
        return self.view


def border_text(*, state: FollowState, notice: str, position: str, paused: str) -> str:
    """Return what stands in the lower border: what keeps the log, what is said, where the reader stands."""
    waiting = "" if state is FollowState.FOLLOWING else str(state)
    return f" {choose_glyphs().dot} ".join(part for part in (waiting, notice, position, paused) if part)

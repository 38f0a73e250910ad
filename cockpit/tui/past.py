"""The flight recorder at the screen: an earlier time is put in the place of now, for looking alone."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from functools import partial
from typing import TYPE_CHECKING, cast

from msgspec import Struct
from textual.dom import DOMNode

from cockpit.errors import CockpitError, UsageError
from cockpit.release.live import Live
from cockpit.release.moment import as_of
from cockpit.release.narrative import is_told
from cockpit.release.run import Run
from cockpit.times import date_time, zone, zone_label

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

_REST = 0.05  # seconds that a key may be followed by the next one: a long flight is not replayed for each


class PastMoment(Struct, frozen=True):
    """The run and its feeds as they were at `at`, in epoch seconds."""

    at: float
    run: Run
    live: Live


class Scrubber:
    """Which time is shown, if it is not now; while it is not, the session refuses to write."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self._wanted = 0.0  # where the last key has led, before that moment is there
        self.shown: PastMoment | None = None
        self._times: tuple[Run | None, list[float]] = (None, [])

    def step(self, by: int, *, seconds: float = 0.0) -> None:
        """Go to the next record earlier or later, or by so many seconds; beyond the last one it is now again."""
        now = self._app.now()
        at = self._wanted or now
        if seconds:
            target = at + by * seconds
        else:
            times = self._told_times()
            index = bisect_left(times, at) - 1 if by < 0 else bisect_right(times, at)
            beyond = now if by > 0 else at
            target = times[index] if 0 <= index < len(times) else beyond
        if target >= now:
            self.leave()
        else:
            self.go(target)

    def _told_times(self) -> list[float]:
        run = self._app.workspace.run
        if self._times[0] is not run:
            self._times = run, sorted({record.h[0] / 1000 for record in run.records if is_told(record)})
        return self._times[1]

    def has_earlier(self) -> bool:
        """Whether anything is recorded before the time that is shown."""
        times = self._told_times()
        return bool(times) and times[0] < (self._wanted or self._app.now())

    def go(self, at: float) -> None:
        """Show everything as it was at `at`, in epoch seconds, as soon as that is read."""
        self._wanted = at
        self._app.workspace.session.past = self.words(at)
        read = partial(self._read, at)
        self._app.run_worker(read, group="past", exclusive=True, exit_on_error=False)  # type: ignore[arg-type]

    def leave(self) -> None:
        """Show what is now."""
        self._wanted, self.shown = 0.0, None
        self._app.workspace.session.past = ""
        self._app.workers.cancel_group(self._app, "past")
        self._app.hand_over()

    def words(self, at: float) -> str:
        """Return `AS OF 2026-11-26 14:05:11 CET`."""
        timezone = self._app.workspace.run.timezone
        return f"AS OF {date_time(at, timezone)}:{int(at) % 60:02d} {zone_label(at, timezone)}"

    async def _read(self, at: float) -> None:
        await asyncio.sleep(_REST)
        try:
            self.shown = await asyncio.to_thread(self._replay, at)
        except (CockpitError, OSError) as error:
            self._app.tell(f"that time cannot be shown: {error}", severity="warning")
            self.leave()
            return
        self._app.hand_over()

    def _replay(self, at: float) -> PastMoment:
        from cockpit.recorder import past_live, past_run

        workspace = self._app.workspace
        run = as_of(past_run(workspace, at), at)
        return PastMoment(at, run, past_live(workspace, run, at))


class PastActions(DOMNode):
    """The actions of every full screen on the time that is shown."""

    step_seconds = 0.0  # by which an arrow goes; 0 goes from record to record

    @property
    def _scrubber(self) -> Scrubber:
        return cast("CockpitApp", self.app).past

    def action_past_earlier(self) -> None:
        """Go an event back, on the review an hour."""
        if not self.step_seconds and not self._scrubber.has_earlier():
            cast("CockpitApp", self.app).tell("nothing is recorded before this: Right goes on, Esc back to now")
            return
        self._scrubber.step(-1, seconds=self.step_seconds)

    def action_past_later(self) -> None:
        """Go an event on, on the review an hour; at the end it is now again."""
        if self._scrubber.shown is not None:
            self._scrubber.step(1, seconds=self.step_seconds)

    def action_past_now(self) -> None:
        """Show what is now."""
        self._scrubber.leave()

    def action_past_time(self) -> None:
        """Type the time to be shown."""
        from cockpit.logs.sieve import read_moment
        from cockpit.recorder import past_time
        from cockpit.tui.dialogs.ask import AskDialog

        app = cast("CockpitApp", self.app)

        def typed(text: str | None) -> None:
            if not text:
                return
            now = app.now()
            found = read_moment(text, now=now, zone=zone(app.workspace.run.timezone))
            try:
                at = past_time(text, now) if found is None else found
            except UsageError as error:
                app.tell(str(error), severity="warning")
                return
            if at >= now:
                app.tell("that time is yet to come: name an earlier one, such as 15m ago or 14:05", severity="warning")
            else:
                self._scrubber.go(at)

        hint = "14:05, 2h ago as 2h, or a time such as 2026-03-01T14:05Z"
        app.push_screen(AskDialog("Show everything as it was at", hint, does="Enter goes there"), typed)

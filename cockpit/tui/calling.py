"""The alarms of the moment: every pane that shows some asks for them, and they are gathered once."""

from __future__ import annotations

from cockpit.release.live import Live
from cockpit.release.record import Actor
from cockpit.release.run import Run
from cockpit.tui.alarms import Alarm, alarms_of

_SAME_MOMENT = 0.5  # seconds


class AlarmsNow:
    """Those of the run, the feeds and the time that were asked for last."""

    def __init__(self) -> None:
        self._last: tuple[Run, Live, float, Actor | None, list[Alarm]] | None = None

    def of(self, run: Run, live: Live, now: float, me: Actor | None) -> list[Alarm]:
        """Return `alarms_of` these, of up to half a second ago where neither run nor feeds are others."""
        last = self._last
        if (
            last is not None
            and last[0] is run
            and last[1] is live
            and last[3] is me
            and 0 <= now - last[2] < _SAME_MOMENT
        ):
            return last[4]
        found = alarms_of(run, live, now, me)
        self._last = (run, live, now, me, found)
        return found

"""The alarms of the moment, gathered once for every pane that shows some, and how they call whoever sits here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.release.live import Live
from cockpit.release.record import Actor
from cockpit.release.run import Run
from cockpit.tui.alarms import Alarm, alarms_of, terminal_title

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp

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


class Calling:
    """Calls once for each new alarm: by the bell, by the terminal's title, and by the banner until somebody looks."""

    def __init__(self, app: CockpitApp) -> None:
        self._app = app
        self._now = AlarmsNow()
        self._rung: frozenset[str] = frozenset()
        self._looked_at: frozenset[str] = frozenset()  # the alarms that somebody here has seen in the queue

    def alarms(self, run: Run, live: Live, now: float) -> list[Alarm]:
        """Return all that is abnormal at a moment for whoever sits here."""
        return self._now.of(run, live, now, self._app.workspace.session.actor)

    def keys(self) -> set[str]:
        """Return by its key what is abnormal at present."""
        return {alarm.key for alarm in self.alarms(*self._app.present)}

    def ring(self) -> None:
        """Ring the bell once for each new alarm, and let the terminal's title tell how many there are."""
        run, live, now = self._app.present
        names = frozenset(alarm.key for alarm in self.alarms(run, live, now) if alarm.grave)
        if names - self._rung:
            self._app.bell()
        if names != self._rung:
            self._rung = names
            self._app.set_terminal_title(terminal_title(run, len(names)))

    def unseen(self) -> list[Alarm]:
        """Return what still calls: the grave ones that nobody here has looked at; what is over may call again."""
        alarms = self.alarms(*self._app.present)
        self._looked_at &= {alarm.key for alarm in alarms}
        return [alarm for alarm in alarms if alarm.grave and alarm.key not in self._looked_at]

    def look_at(self, alarms: list[Alarm]) -> None:
        """Call for these no more."""
        self._looked_at |= {alarm.key for alarm in alarms}
        self._app.hand_over()

"""What has come of a change to the run, told to whoever sits here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.release.notices import agreements_of, ends_of, notes_told, notices_of
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.tui.wheel import told_of_wheel

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


def tell_what_happened(app: CockpitApp, run: Run, records: list[Record]) -> None:
    """Tell what others did that concerns the one here, before the screens show it."""
    me = app.workspace.session.actor
    for notice in notices_of(run, me, records):
        app.tell(notice, severity="warning")
    flight = app.flight
    in_view = flight.page.subject().item if flight is not None and flight.is_mounted else ""
    for told in (*agreements_of(run, me, records), notes_told(run, me, records, looked_at=in_view)):
        if told:
            app.tell(told)


def ring_what_happened(app: CockpitApp, records: list[Record]) -> None:
    """Tell with the bell what has ended, and who drives from here on, once the screens show it."""
    wheel = told_of_wheel(records, app.me)
    for told in (*ends_of(records), *([wheel] if wheel else [])):
        app.bell()
        app.tell(told, severity="warning")


def tell_of_turn(app: CockpitApp, before: Run, run: Run) -> None:
    """Say that what is shown is another run from here on."""
    over = f"{before.name} is {before.state}, and " if before.open else ""
    app.bell()
    app.tell(f"{over}{run.name} has been opened: this screen flies {run.name} from here on", severity="warning")

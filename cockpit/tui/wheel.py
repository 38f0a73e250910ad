"""Driver and watcher at the screen: taking the wheel, giving it on, and being told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from cockpit.errors import UsageError
from cockpit.release.events import WheelGiven, WheelTaken
from cockpit.release.intents import GiveWheel, ReleaseWheel, TakeWheel
from cockpit.release.record import Record, same_name
from cockpit.release.wheel import wheel_of

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp


class WheelActions(DOMNode):
    """The actions of every full screen on people and the wheel."""

    @property
    def _cockpit_app(self) -> CockpitApp:
        return cast("CockpitApp", self.app)

    def action_who(self) -> None:
        """List who is here; what is picked there is done here."""
        from cockpit.tui.dialogs.people import PeopleDialog

        def answered(answer: str | None) -> None:
            if answer == "":
                self.action_take_wheel()
            elif answer is not None:
                self._give(answer)

        self.app.push_screen(PeopleDialog(), answered)

    def action_handover(self) -> None:
        """Show what the next shift must know."""
        from cockpit.tui.dialogs.handover import HandoverDialog

        self.app.push_screen(HandoverDialog())

    def action_contacts(self) -> None:
        """List whom to call."""
        from cockpit.tui.dialogs.contacts import ContactsDialog

        self.app.push_screen(ContactsDialog())

    def action_take_wheel(self) -> None:
        """Drive from now on; from somebody who drives it is taken only after a question."""
        from cockpit.tui.dialogs.ask import ConfirmDialog
        from cockpit.tui.dialogs.people import whereabouts

        app = self._cockpit_app
        run, live, now = app.moment
        wheel = wheel_of(run)
        take = TakeWheel(seen=wheel.named)
        others = [name for name in wheel.drivers if not same_name(name, app.me)]
        if wheel.contested or not others:
            app.act(take, said="you drive")
            return
        (driver,) = others

        def answered(yes: bool | None) -> None:
            if yes:
                app.act(take, said=f"you drive; {driver} is told")

        where = whereabouts(driver, live, now)
        self.app.push_screen(ConfirmDialog(f"{driver} drives, {where}.\n\nTake the wheel?", "Take it"), answered)

    def action_give_wheel(self) -> None:
        """Let somebody else drive, by name."""
        from cockpit.people import known_people
        from cockpit.tui.dialogs.ask import AskDialog

        app = self._cockpit_app
        run, live, _ = app.moment
        known = [name for name in known_people(run, live.present) if not same_name(name, app.me)]
        hint = ", ".join(known[:5]) or "a name"

        def named(text: str | None) -> None:
            if text is not None:
                self._give(text)

        self.app.push_screen(AskDialog("Give the wheel to whom?", hint, does="Enter gives it"), named)

    def _give(self, name: str) -> None:
        from cockpit.people import find_person, known_people
        from cockpit.tui.dialogs.handover import HandoverDialog

        app = self._cockpit_app
        run, live, _ = app.moment
        try:
            found = find_person(name, known_people(run, live.present))
        except UsageError as error:
            app.tell(str(error), severity="warning")
            return

        def answered(yes: bool | None) -> None:
            if yes:
                app.act(GiveWheel(found), said=f"{found} drives")

        app.push_screen(HandoverDialog(found), answered)

    def action_release_wheel(self) -> None:
        """Drive no more."""
        self._cockpit_app.act(ReleaseWheel(), said="nobody drives now")


def told_of_wheel(records: list[Record], me: str) -> str:
    """Return what a person must be told of the wheel by the last of these records; empty where nothing."""
    for record in reversed(records):
        if same_name(record.by.name, me):
            continue
        match record.data:
            case WheelGiven(to=name) if same_name(name, me):
                return f"{record.by.name} gave you the wheel: you drive; the palette's hand-over says how it stands"
            case WheelTaken(taken_from=name) if same_name(name, me):
                return f"{record.by.name} took the wheel from you"
            case _:
                pass
    return ""

"""Who is called by a probe, decided at the screen: acknowledged, muted, heard again; and a job's heartbeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

from cockpit.durations import short_duration
from cockpit.release.intents import AcknowledgeProbe, EndAcknowledgement, MuteProbe, StayDespiteTrigger, UnmuteProbe
from cockpit.release.live import ProbeFeed
from cockpit.times import rfc3339

if TYPE_CHECKING:
    from cockpit.tui.app import CockpitApp
    from cockpit.tui.dialogs.ask import Waiver

ACKNOWLEDGED_FOR = 7200.0  # seconds, where nothing else is said


class QuietingActions(DOMNode):
    """The actions of a page on the probe under its cursor."""

    @property
    def probe_here(self) -> ProbeFeed | None:
        """The probe under the cursor."""
        raise NotImplementedError

    def action_acknowledge_probe(self) -> None:
        """Know of this probe's trouble; another one, or the end of the time, calls again."""
        from cockpit.tui.dialogs.ask import WaiverDialog

        app, feed = cast("CockpitApp", self.app), self.probe_here
        if feed is None:
            app.tell("no probe is under the cursor: add `probes:` to cockpit.yaml, or Esc clears the filter")
            return

        def write(waiver: Waiver | None) -> None:
            if waiver is not None:
                until = waiver.until or rfc3339(app.now() + ACKNOWLEDGED_FOR)
                said = f"{feed.name} is acknowledged until {until[:16]}Z"
                app.act(AcknowledgeProbe(feed.name, until, waiver.reason), said=said)

        title = f"Acknowledge {feed.name} ({feed.state}): it calls nobody until then, or until it changes"
        ends = f"until when (4h, a time; {short_duration(ACKNOWLEDGED_FOR)} where nothing is said)"
        self.app.push_screen(WaiverDialog(title, "why, such as: the vendor is on it", ends=ends), write)

    def action_end_acknowledgement(self) -> None:
        """Let the probe's trouble call people again."""
        feed = self.probe_here
        if feed is not None:
            cast("CockpitApp", self.app).act(EndAcknowledgement(feed.name), said=f"{feed.name} calls again")

    def action_mute_probe(self) -> None:
        """Let the probe call nobody whatever it finds, with the reason."""
        from cockpit.tui.dialogs.ask import WaiverDialog

        app, feed = cast("CockpitApp", self.app), self.probe_here
        if feed is None:
            return

        def write(waiver: Waiver | None) -> None:
            if waiver is not None:
                until = f"until {waiver.until[:16]}Z" if waiver.until else "until it is unmuted"
                app.act(MuteProbe(feed.name, waiver.reason, waiver.until), said=f"{feed.name} is muted {until}")

        title = f"Mute {feed.name}: it calls nobody, whatever it finds"
        ends = "until when (4h, a time; until it is unmuted where nothing is said)"
        self.app.push_screen(WaiverDialog(title, "why, such as: the host is being rebuilt", ends=ends), write)

    def action_unmute_probe(self) -> None:
        """Let the probe call people again."""
        feed = self.probe_here
        if feed is not None:
            cast("CockpitApp", self.app).act(UnmuteProbe(feed.name), said=f"{feed.name} calls again")

    def action_beat(self) -> None:
        """Report that the job of this heartbeat ran."""
        from cockpit.live_source import report_beat
        from cockpit.tui.dialogs.ask import AskDialog

        app, feed = cast("CockpitApp", self.app), self.probe_here
        if feed is None:
            return
        name = feed.name

        def write(message: str | None) -> None:
            if message:
                app.in_thread(lambda: report_beat(app.workspace, name, message=message))

        self.app.push_screen(AskDialog(f"The job of {name} ran", "what it did"), write)


class StayActions(DOMNode):
    """The action of every full screen on a breached rollback trigger."""

    def action_stay(self) -> None:
        """Decide on the breached trigger, the first of several, that nothing is rolled back."""
        from cockpit.tui.dialogs.ask import AskDialog

        app = cast("CockpitApp", self.app)
        breaches = app.moment[0].breaches
        if not breaches:
            app.tell("no rollback trigger is breached: there is nothing to decide")
            return
        breach = next(iter(breaches.values()))

        def write(reason: str | None) -> None:
            if reason:
                app.act(StayDespiteTrigger(breach.name, reason), said=f"decided to stay despite {breach.name}")

        title = f"Stay despite {breach.name}, no rollback: {breach.detail}"
        self.app.push_screen(AskDialog(title, "why, such as: a hotfix is minutes away", does="Enter decides"), write)

"""The full-screen app: it owns the threads, carries out intents, and hands each new moment to the screens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events
from textual.binding import Binding
from textual.reactive import reactive
from textual.scrollbar import ScrollBar, ScrollBarRender

from cockpit.collection import IdleCollector
from cockpit.errors import CockpitError
from cockpit.identity import Doubt
from cockpit.layouts import LayoutStore
from cockpit.preferences import Preferences
from cockpit.release.intents import Intent
from cockpit.release.live import Live
from cockpit.release.moment import Moments
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.seen import SeenStore
from cockpit.text import visible
from cockpit.tui.abnormal import Ranked
from cockpit.tui.acting import Acting
from cockpit.tui.calling import Calling
from cockpit.tui.drafts import Drafts
from cockpit.tui.feeds import Feeds
from cockpit.tui.glyphs import ASCII, choose_glyphs, shown
from cockpit.tui.keymap import keymap_of
from cockpit.tui.layout import LayoutKeeper
from cockpit.tui.messages import FeedFailed, LiveChanged, RunChanged, RunTurned
from cockpit.tui.news import ring_what_happened, tell_of_turn, tell_what_happened
from cockpit.tui.own_presence import OwnPresence
from cockpit.tui.past import Scrubber
from cockpit.tui.screens.base import StripScreen
from cockpit.tui.screens.flight import FlightScreen
from cockpit.tui.since import SinceTeller
from cockpit.tui.sizes import HEIGHTS, WIDTHS
from cockpit.tui.themed import ThemedApp
from cockpit.tui.tour import Tour
from cockpit.tui.watched import Begun, keep_watched
from cockpit.tui.who import WhoSitsHere
from cockpit.tui.widgets.steady_scroll import AsciiScrollBar
from cockpit.turning import NewestRun
from cockpit.workspace import Workspace

if TYPE_CHECKING:
    from textual.command import Provider

    from cockpit.live_source import LiveSource
    from cockpit.tui.dialogs.base import Dialog

_WATCHER_COMES = 15.0  # seconds; a loaded host takes some
_AS_IT_COMES = Preferences()
_CALM_AFTER = 10.0  # seconds without a key
_LONGEST_TOLD = 500  # characters
_REST = str(Path(__file__).with_name("rest.tcss"))  # styles


def _load_what_a_crash_needs() -> None:
    """Have at hand what masks the report of a crash: by then the files it is in may have been replaced."""
    import cockpit.redact  # noqa: F401


def _commands_on_offer() -> type[Provider]:
    from cockpit.tui.palette import CommandProvider

    return CommandProvider


class CockpitApp(ThemedApp, inherit_bindings=False):
    """The cockpit on one workspace; `now` gives the time in epoch seconds."""

    TITLE = "release cockpit"
    CSS_PATH = "app.tcss"
    COMMANDS = {_commands_on_offer}
    COMMAND_PALETTE_BINDING = "colon"
    BINDINGS = [
        Binding("ctrl+c", "say_how_to_leave", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False),
    ]
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS

    # Each screen paints what has changed of a moment; by themselves they would paint all of it, once a second.
    run_now: reactive[Run | None] = reactive(None, init=False, always_update=True, repaint=False)
    live: reactive[Live] = reactive(Live(), init=False, repaint=False)

    def __init__(
        self,
        workspace: Workspace,
        *,
        now: Callable[[], float] = time.time,
        feeding: bool = True,
        begin: Callable[[], Begun] = Begun,
        seen: SeenStore | None = None,
        doubt: Doubt | None = None,
        theme: str = "",
        tour: Tour | None = None,
        preferences: Preferences = _AS_IT_COMES,
        layouts: LayoutStore | None = None,
    ) -> None:
        super().__init__(theme=theme)
        self.keymap, complaints = keymap_of(preferences)
        self.set_keymap(self.keymap.for_textual)
        self._complaints = (*preferences.complaints, *complaints)
        self.layouts = layouts
        self._layout = LayoutKeeper(self, layouts)
        self.workspace = workspace
        self._acting = Acting(self)
        self.now = now
        self.tour = tour  # the demo's alone
        self._feeding = feeding
        self._begin_beside = begin  # what is done beside the screen once that is there
        # A watcher that is started beside the screen needs a moment: nobody is called for want of one until then.
        self._watcher_due = 0.0 if begin is Begun or workspace.session.readonly else now() + _WATCHER_COMES
        self.set_reactive(CockpitApp.live, Live(watcher_due=self._watcher_due))
        self._feeds = Feeds(
            workspace.session, self._live_source, self.post_message, NewestRun(workspace).look, self.is_calm
        )
        self._presence = OwnPresence(self)
        self._moments = Moments()
        self.calling = Calling(self)
        self._touched_at = time.monotonic()
        self._collector = IdleCollector()
        self.set_reactive(CockpitApp.run_now, workspace.run)
        self._who = WhoSitsHere(self, doubt)
        self.past = Scrubber(self)
        self.drafts = Drafts(self)
        self.since = SinceTeller(self, seen)
        is_ascii = choose_glyphs() is ASCII
        self.set_class(is_ascii, "-ascii")
        ScrollBar.renderer = AsciiScrollBar if is_ascii else ScrollBarRender

    def _live_source(self) -> LiveSource:
        from cockpit.live_source import LiveSource  # the first frame needs none

        return LiveSource(self.workspace, watcher_due=self._watcher_due)

    @property
    def moment(self) -> tuple[Run, Live, float]:
        """The run, the feeds and the time, as every screen is handed them: those of now, or of the past looked at."""
        past = self.past.shown
        return self.present if past is None else (past.run, past.live, past.at)

    @property
    def present(self) -> tuple[Run, Live, float]:
        """The run, the feeds and the time as they are now, whatever is looked at."""
        now = self.now()
        return self._moments.at(self.workspace.run if self.run_now is None else self.run_now, now), self.live, now

    @property
    def me(self) -> str:
        """The name of whoever sits here."""
        return self.workspace.session.actor.name

    @property
    def may_write(self) -> bool:
        """Whether anything can be written now: not in a read-only cockpit, nor while one looks at the past."""
        return not self.workspace.session.readonly

    def masked(self, text: str) -> str:
        """Return text with the secrets masked that are known here."""
        return self.workspace.session.masked(text)

    @property
    def shown(self) -> StripScreen | None:
        """The topmost full screen, which is in view also below a dialog."""
        if not self.is_running:
            return None
        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, StripScreen)), None)

    def push_screen(self, screen: Any, callback: Any = None, *arguments: Any, **named: Any) -> Any:
        """Show a screen upon the first one; its styles have been read by then.

        What a dialog's answer brings about is about what was flown when it opened, or whoever opened it was asked of.
        """
        self.complete_styles()
        callback = self._acting.opens(screen, callback)
        return super().push_screen(screen, callback, *arguments, **named)

    def complete_styles(self) -> None:
        """Read the styles of what the first page does without, unless they are there already."""
        if not self.stylesheet.has_source(_REST):
            self.stylesheet.read(_REST)
            self.stylesheet.parse()  # else what is known of the rules before would go on

    @staticmethod
    def load_palette() -> None:
        """Have the palette at hand, unless it is already."""
        from cockpit.lean import import_lean_palette

        import_lean_palette("cockpit.tui.palette")

    def get_default_screen(self) -> FlightScreen:
        """Return the first screen: an empty one below it would be put together, too."""
        return FlightScreen()

    def on_mount(self) -> None:
        self.workspace.session.subscribe(self._run_changed)
        if self._feeding:
            self.after_first_frame(lambda: self.run_worker(self._start_feeding(), exit_on_error=False))
        self.after_first_frame(_load_what_a_crash_needs)
        self.set_interval(1.0, self.tick_clock)
        self.app_suspend_signal.subscribe(self, lambda _: self.since.suspend(suspended=True))
        self.app_resume_signal.subscribe(self, lambda _: self.since.suspend(suspended=False))
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """Ask who is here, where that is in doubt, and tell them what they have missed."""
        for complaint in self._complaints:
            self.tell(complaint, severity="warning")
        if self.workspace.session.doubt:
            self._who.ask()
        else:
            self.known()

    def known(self) -> None:
        """Go on with somebody known: colleagues see the name, and what was missed is told."""
        self._presence.call()
        self.run_worker(self._catch_up(), exit_on_error=False)

    async def _catch_up(self) -> None:
        await self._layout.restore()
        await self.since.open()  # upon the place where they have landed

    def _run_changed(self, run: Run, records: list[Record]) -> None:
        self.post_message(RunChanged(run, records))

    async def _start_feeding(self) -> None:
        begun = await asyncio.to_thread(self._begin_beside)
        self._presence.begin()
        if begun.trouble:
            self.tell(begun.trouble, severity="warning")
        self._feeds.start()
        self.run_worker(self._look_for_faults(), exit_on_error=False)
        if begun.found_watcher:
            self.run_worker(keep_watched(self.workspace), exit_on_error=False)

    async def _look_for_faults(self) -> None:
        """Tell what is wrong with the store at first sight."""
        from cockpit.store.doctor.cheap import cheap_findings

        findings = await asyncio.to_thread(cheap_findings, self.workspace.store.location)
        for finding in findings:
            self.tell(str(finding), severity="warning")
        if self.workspace.run.bad_lines:
            self.tell(f"{self.workspace.run.bad_lines} lines of the journals cannot be read: cockpit doctor")

    def on_unmount(self) -> None:
        self.workspace.session.past = ""
        self._feeds.stop()
        self.since.close()
        self._presence.close()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self.since.touch()
            self._layout.touch()
            if self.flight is not None:
                await self.flight.wait_for_page()
        if isinstance(event, events.InputEvent):
            self._touched_at = time.monotonic()
        await super().on_event(event)

    def keep_place(self) -> None:
        """Remember at once where one is: the line may be cut before the clock comes to it."""
        self._layout.tick()

    def is_calm(self) -> bool:
        """Whether nobody has touched a key or the mouse for a while."""
        return time.monotonic() - self._touched_at >= _CALM_AFTER

    def watch_app_focus(self, focused: bool) -> None:
        """Take it that nobody looks while the terminal has not the focus, where it tells."""
        if self.is_running:
            self.since.look(focused=focused)

    def exit(self, *arguments: Any, **named: Any) -> None:
        """Leave, and remember where one was."""
        self._layout.close()
        super().exit(*arguments, **named)

    # The moment

    def on_run_changed(self, message: RunChanged) -> None:
        self.run_now = message.run
        tell_what_happened(self, message.run, message.records)
        self.hand_over()
        ring_what_happened(self, message.records)

    def on_run_turned(self, message: RunTurned) -> None:
        tell_of_turn(self, message.before, message.run)

    def on_live_changed(self, message: LiveChanged) -> None:
        before = self.calling.keys()
        self.live = message.live
        self.since.hear(message.live)
        # Where nobody touches a key, what is as it was waits for the clock.
        if not self.is_calm() or self.calling.keys() != before:
            self.hand_over()

    def on_feed_failed(self, message: FeedFailed) -> None:
        self.tell(message.what, severity="error")

    def tick_clock(self) -> None:
        """Let ages and clocks go on, and colleagues see what is looked at."""
        self.hand_over()
        self.since.tick()
        self._layout.tick()
        self._collector.look(self._touched_at)
        self._presence.tick()

    def hand_over(self) -> None:
        """Let what is in view show the moment."""
        if not self.is_running:
            return  # the screens are being taken down
        shown = self.shown
        if shown is not None:
            shown.show_moment(*self.moment)
            if shown is not self.screen:
                self.screen.refresh()  # a dialog draws what lies below it, too
        self.calling.ring()  # also while one looks at the past

    def set_terminal_title(self, title: str) -> None:
        """Name the terminal's window by OSC 2, with every control character escaped."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(f"\x1b]2;{visible(title)}\x07")

    # What people do

    def act(
        self,
        intent: Intent,
        *,
        said: str = "",
        then: Callable[[list[Record]], None] | None = None,
        answer: Dialog[Any] | None = None,
    ) -> None:
        """Carry out an intent off the loop; `said` is told, and `then` called, once it is on the disk.

        It is refused where another release flies by then than when the dialog opened to which this is the `answer`, by
        default the one that is being answered. What was typed there is kept until it is on the disk.
        """
        self._acting.begin(intent, said=said, then=then, answer=answer)

    def ask_who(self, then: Callable[[], None]) -> None:
        """Ask who sits here, and do something once that is known."""
        self._who.ask(then)

    def told_fault(self, what: str, error: Exception) -> str:
        """Return a sentence on an exception that nobody foresaw, which is being handled, and keep a report of it."""
        from cockpit.tui.crash import keep_report

        return f"{what}: {type(error).__name__}, to be reported with {keep_report(self.masked)}"

    def tell(self, text: str, *, severity: str = "information") -> None:
        """Show a short message; its text is data, never markup."""
        level = severity if severity in {"warning", "error"} else "information"
        timeout = 6.0 if level == "information" else 10.0
        self.notify(shown(text, limit=_LONGEST_TOLD), severity=level, timeout=timeout, markup=False)  # type: ignore[arg-type]

    def refresh_feeds(self) -> None:
        """Read everything again now."""
        self._feeds.wake()

    def copy(self, text: str, *, said: str = "") -> None:
        """Send text to the terminal's clipboard and keep it in a file, off the loop; `said` is told with that."""
        from cockpit.tui.clipboard import copy_out

        self.run_worker(copy_out(self, text, self.tell, said=said), group="copy", exit_on_error=False)

    def in_thread(self, work: Callable[[], object]) -> None:
        """Do something with the disk or git off the loop; a failure is told."""

        async def carry_out() -> None:
            try:
                await asyncio.to_thread(work)
            except (CockpitError, OSError) as error:
                self.tell(str(error), severity="warning")

        self.run_worker(carry_out(), exit_on_error=False)

    @property
    def flight(self) -> FlightScreen | None:
        """The screen of the numbered pages, once it is there."""
        return next((screen for screen in self.screen_stack if isinstance(screen, FlightScreen)), None)

    def go_to(self, place: str) -> None:
        """Go to a page of the flight screen."""
        if self.flight is not None:
            self.flight.go_to(place)

    def go_to_alarm(self, found: Ranked) -> None:
        """Go to what helps with an alarm, on the flight screen."""
        if self.flight is not None:
            self.flight.go_to_alarm(found)

    def action_command_palette(self) -> None:
        """Open the palette."""
        self.load_palette()
        from cockpit.tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette())

    def action_say_how_to_leave(self) -> None:
        """Ctrl-c does not end a launch by reflex."""
        self.tell("q leaves the cockpit; nothing that runs is aborted by it")

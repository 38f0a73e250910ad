"""The two lines at the top of every screen: what this is and who is here, and where one can go."""

from __future__ import annotations

from functools import cache

from textual import events
from textual.message import Message
from textual.strip import Strip

from cockpit.durations import short_duration
from cockpit.release.arrival import rolled_back
from cockpit.release.entities import RUN
from cockpit.release.live import Live, Readiness
from cockpit.release.registers import EMPTY
from cockpit.release.run import ExecutionView, Run
from cockpit.release.wheel import wheel_of
from cockpit.times import clock_time, epoch, zone_label
from cockpit.tui.glyphs import shown
from cockpit.tui.people import people_lines, widest_fitting
from cockpit.tui.rows import Part, part, row, width_of
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.light import done_light, readiness_light
from cockpit.tui.widgets.lines import LineWidget

_STATE_WORDS = {"active": "flying", "rolled-back": " ROLLED BACK ", "held": " HELD "}

_MOST_FOR_PEOPLE = 40  # cells: what is here is more than who

PAGES: tuple[tuple[str, str, str, str], ...] = (
    ("1", "checklist", "Check", "Checklist"),
    ("2", "logs", "Logs", "Logs"),
    ("3", "probes", "Probe", "Probes"),
    ("4", "tags", "Tags", "Tags and rollback"),
    ("5", "runbooks", "Run", "Runbooks"),
    ("6", "env", "Env", "Environment"),
    ("7", "comms", "Comms", "Messages"),
    ("8", "timeline", "Time", "Timeline"),
    ("9", "maintenance", "Maint", "Maintenance"),
    ("0", "review", "Review", "Review and sign-off"),
)


def t_clock(seconds: float) -> str:
    """Return a launch clock: `T-2d03:14:05` before, `T+00:14:32` after."""
    sign = "+" if seconds >= 0 else "-"
    days, rest = divmod(int(abs(seconds)), 86400)
    hours, rest = divmod(rest, 3600)
    return f"T{sign}{f'{days}d' if days else ''}{hours:02d}:{rest // 60:02d}:{rest % 60:02d}"


class IdentityStrip(LineWidget):
    """Service, environment, version, clocks, and who else is here; the whole strip turns red when something is."""

    DEFAULT_CSS = """
    IdentityStrip { background: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._run: Run | None = None
        self._live = Live()
        self._now = 0.0
        self._alarm = ""

    def show(self, run: Run, live: Live, now: float, alarm: str) -> None:
        """Show this moment; `alarm` is the gravest trouble in a few words, or empty."""
        self._run, self._live, self._now, self._alarm = run, live, now, alarm
        self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        run = self._run
        if run is None:
            return row([(" cockpit", inks.title)], [], width)
        environment = "PROD" if run.production else run.environment.upper()
        left: list[Part] = [
            (" ", inks.plain),
            part(run.service, inks.strong),
            (" ", inks.plain),
            part(f" {environment} ", inks.production if run.production else inks.badge),
            (" ", inks.plain),
            part(run.tag or run.name or "no run open", inks.strong),
        ]
        identity = width_of(left)
        if not run.open and not run.name:
            left.append((" : opens one", inks.muted))
        if run.open:
            ink = inks.caution if run.state in {"rolled-back", "held"} else inks.good
            left += [(" ", inks.plain), (_STATE_WORDS.get(run.state, run.state), ink)]
            back = next((e for e in reversed(run.executions) if e.direction == "rollback" and e.over), None)
            if run.state == "rolled-back" and back is not None:
                left += [(" to ", inks.muted), part(back.tag, inks.strong)]
        execution = run.current_execution
        if execution is not None:
            done = sum(step.state in {"ok", "already", "skipped"} for step in execution.steps)
            words = f" {execution.direction.upper()} {execution.state} {done}/{len(execution.steps)} "
            if execution.hosts_done is not None:
                words += "{}/{} hosts on {} ".format(*execution.hosts_done, shown(execution.tag))
            left += [(" ", inks.plain), (words, inks.alarm if execution.state == "stopped" else inks.caution)]
        if self._alarm:
            left += [(" ", inks.plain), part(f" {self._alarm} ", inks.alarm)]
        # What may go on a narrow terminal, the first to go first; the identity stays to the last.
        clock: list[Part] = []
        if run.launch_at:
            clock = [*self._clock(run, inks), ("  ", inks.plain)]
        local: list[Part] = [
            (f"{clock_time(self._now, run.timezone)} {zone_label(self._now, run.timezone)}", inks.strong)
        ]
        utc: list[Part] = [(f" {clock_time(self._now, 'UTC')}Z", inks.muted)] if run.timezone != "UTC" else []
        optional: dict[str, list[Part]] = {
            "watcher": self._watcher(inks),
            "utc": utc,
            "sync": self._sync(inks),
            "people": self._people(inks),
            "clock": clock,
            "local": local,
        }
        for name in optional:
            room = width - 2 - width_of(left) - sum(map(width_of, optional.values()))
            if room >= 0:
                break
            # Fewer letters for the people before more than the least goes; last of all they go themselves.
            fewer = self._people(inks, room=room + width_of(optional["people"]))
            if fewer and name not in {"watcher", "utc"}:
                optional["people"] = fewer
                break
            if (name != "watcher" or not self._live.watcher_missing(self._now)) and (
                name != "sync" or not self._live.sync.troubled
            ):
                optional[name] = []
        right = [part for name in ("clock", "local", "utc", "people", "sync", "watcher") for part in optional[name]]
        if width_of(right) + 1 + identity > width:
            right = []  # on the smallest, not even trouble hides what this is
        return row(left, [*right, (" ", inks.plain)], width)

    def _clock(self, run: Run, inks: Inks) -> list[Part]:
        """Return the launch clock; held, it stands where it was held, and says for how long."""
        held = run.registers.get((RUN, "state"), EMPTY).winner if run.state == "held" else None
        if held is None:
            return [(t_clock(self._now - epoch(run.launch_at)), inks.plain)]
        at = epoch(held.wall)
        words = f" HOLD {t_clock(at - epoch(run.launch_at))} for {short_duration(max(self._now - at, 0.0))} "
        return [(words, inks.caution)]

    def _people(self, inks: Inks, *, room: int = 10_000) -> list[Part]:
        if self._run is None:
            return []
        lines = people_lines(self._live, wheel_of(self._run), self._now, sign=self.glyphs.wheel)
        shown = widest_fitting(lines, min(room - 2, _MOST_FOR_PEOPLE))
        return [("  ", inks.plain), (shown, inks.accent)] if shown else []

    def _sync(self, inks: Inks) -> list[Part]:
        sync = self._live.sync
        if sync.troubled:
            word = {"auth": "SYNC: NO ACCESS", "refused": "SYNC REFUSED"}.get(sync.state, sync.state.upper())
            return [("  ", inks.plain), (f" {word} {short_duration(self._now - sync.since)} ", inks.caution)]
        if sync.state == "synced":
            age = max(int(self._now - sync.at), 0)
            return [(f"  sync {f'{age}s' if age < 60 else short_duration(age)}", inks.muted)]
        return []

    def _watcher(self, inks: Inks) -> list[Part]:
        if self._live.watcher_alive(self._now):
            return [("  watching", inks.muted)]
        if not self._live.watcher_missing(self._now):
            return [("  watcher comes", inks.muted)]
        age = f" {short_duration(self._now - self._live.watcher_at)}" if self._live.watcher_at else ""
        return [("  ", inks.plain), (f" NO WATCHER{age} ", inks.caution)]


class PageTabs(LineWidget):
    """The pages by number, the present one marked, and the rollback's readiness always in view."""

    class Picked(Message):
        """A tab was clicked."""

        def __init__(self, page: str) -> None:
            super().__init__()
            self.page = page

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._page = "checklist"
        self._readiness = Readiness(False)
        self._done: ExecutionView | None = None  # the rollback that has just led here
        self._now, self._timezone = 0.0, "UTC"
        self._spans: list[tuple[int, int, str]] = []

    def show(self, page: str, run: Run, live: Live, now: float) -> None:
        """Mark a page as the present one, and show the light as it is now."""
        done = rolled_back(run, live.readiness.running)
        shown = (page, live.readiness, done)
        if shown != (self._page, self._readiness, self._done) or not self._spans:
            self._page, self._readiness, self._done = shown
            self._now, self._timezone = now, run.timezone
            self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        names, spaced = _names_fitting(width)
        left: list[Part] = [(" ", inks.plain)]
        self._spans = []
        for (number, page, _, _), name in zip(PAGES, names, strict=True):
            here = page == self._page
            start = width_of(left)
            if here:
                left.append((f" {number} {name} " if spaced else f"{number}{name}", inks.badge))
            else:
                left += [
                    (f" {number}" if spaced else number, inks.title),
                    (f" {name} " if spaced else name, inks.muted),
                ]
            if not spaced:
                left.append((" ", inks.plain))
            self._spans.append((start, width_of(left), page))
        room = width - width_of(left) - 1  # every page stays in view
        if self._done is None:
            right = readiness_light(self._readiness, inks, width=width, room=room)
        else:
            right = done_light(self._done, self._readiness, inks, now=self._now, timezone=self._timezone, room=room)
        # A page's name and the light never run into each other, however narrow it is.
        between: list[Part] = [(" ", inks.plain)] if width_of(right) > room else []
        return row(left, [*between, *right, (" ", inks.plain)], width)

    def on_click(self, event: events.Click) -> None:
        for start, end, page in self._spans:
            if start <= event.x < end:
                self.post_message(self.Picked(page))


_LIGHT = len("rollback NOT READY") + 2  # columns


@cache
def _names_fitting(width: int) -> tuple[tuple[str, ...], bool]:
    """Return the pages' names, the longest that leave room for the light, and whether there is space around them."""
    titles = tuple(title for *_, title in PAGES)
    shorts = tuple(short for _, _, short, _ in PAGES)
    for names in (titles, tuple(title.partition(" ")[0] for title in titles), shorts):
        if 1 + sum(len(name) + 4 for name in names) + _LIGHT <= width:
            return names, True
    return shorts, False

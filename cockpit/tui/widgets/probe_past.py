"""A probe's past in full: percentiles, uptime by hour and day, outages to the second, failures with their evidence."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.durations import short_duration
from cockpit.release.health import ProbeResult
from cockpit.release.history import Percentiles, ProbeHistory
from cockpit.release.live import ProbeFeed
from cockpit.release.outages import Outage
from cockpit.release.targets import short_span
from cockpit.times import clock_time, date_time
from cockpit.tui.rows import Part, labelled, part
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane
from cockpit.tui.widgets.probe_detail import measured_words, state_lines, uptime_bars
from cockpit.tui.widgets.probes import percent


class ProbePast(TextPane):
    """Everything that is known of one probe, below each other; as tall as that is."""

    DEFAULT_CSS = """
    ProbePast { height: auto; }
    """

    def __init__(self, feed: ProbeFeed, quiet: str, timezone: str, now: float) -> None:
        super().__init__()
        self._feed = feed
        self._quiet = quiet
        self._timezone = timezone
        self._now = now
        self._history: ProbeHistory | None = None

    def show(self, feed: ProbeFeed, history: ProbeHistory | None, now: float) -> None:
        """Show the probe as it is now, and its past as far as that has been read."""
        self._feed, self._history, self._now = feed, history, now
        self.refresh(layout=True)

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:
        lines = state_lines(self._feed, self._now, self._quiet, self.glyphs, inks)
        lines += self._conditions(inks, width)
        history = self._history
        if history is None:
            return [*lines, [(" reading its past" + self.glyphs.more, inks.muted)]]
        lines += self._percentiles(history, inks)
        lines += self._uptime(history, inks)
        lines += self._outages(history.outages, inks, width)
        for failure in history.failures:
            lines += self._failure(failure, inks, width)
        return lines

    def _conditions(self, inks: Inks, width: int) -> list[list[Part]]:
        if not self._feed.conditions:
            return [[(" expected  ", inks.muted), ("an answer: no condition is written", inks.muted)]]
        lines: list[list[Part]] = []
        for number, condition in enumerate(self._feed.conditions):
            sign, ink = (
                (self.glyphs.done, inks.good)
                if condition.ok
                else (self.glyphs.unknown, inks.warn)
                if condition.ok is None
                else (self.glyphs.down, inks.bad if condition.level == "fail" else inks.warn)
            )
            level = "" if condition.level == "fail" else " (a warning)"
            told = f"{sign} {condition.text}{level}, actual {condition.actual}"
            lines += labelled("" if number else "expected", told, ink, inks.muted, width=width)
        return lines

    def _percentiles(self, history: ProbeHistory, inks: Inks) -> list[list[Part]]:
        titles = "".join(f"{title:>9}" for title in ("p50", "p90", "p95", "p99", "highest", "timed"))
        lines: list[list[Part]] = [[(" latency   ", inks.muted), (titles, inks.muted)]]
        for title, found in (("last hour", history.last_hour), ("last day", history.last_day)):
            lines.append([(f" {title:<10}", inks.muted), (_percentile_row(found), inks.plain)])
        return lines

    def _uptime(self, history: ProbeHistory, inks: Inks) -> list[list[Part]]:
        hour = self._now // 3600 * 3600
        hours = [clock_time(hour - back * 3600, self._timezone) for back in range(23, -1, -1)]
        days = [date_time(self._now - back * 86400, "UTC")[:10] for back in range(59, -1, -1)]
        up = [part(percent(history.uptime), inks.plain), part(f"  {measured_words(history)}", inks.muted)]
        return [
            [(" uptime    ", inks.muted), *up],
            [(" by hour   ", inks.muted), *uptime_bars(history.hours, self.glyphs, inks),
             part(f"  {_lowest(history.hours, hours)}", inks.muted)],
            [(" by day    ", inks.muted), *uptime_bars(history.days, self.glyphs, inks)],
            [("           ", inks.muted), part(_lowest(history.days, days), inks.muted)],
        ]  # fmt: skip

    def _outages(self, outages: Sequence[Outage], inks: Inks, width: int) -> list[list[Part]]:
        if not outages:
            return [[(" outages   ", inks.muted), ("none in the last day", inks.muted)]]
        lines: list[list[Part]] = []
        for number, outage in enumerate(outages):
            told = outage_words(outage, self._timezone, self._now)
            ink = inks.bad if outage.ended is None else inks.plain
            lines += labelled("" if number else "outages", told, ink, inks.muted, width=width)
        return lines

    def _failure(self, failure: ProbeResult, inks: Inks, width: int) -> list[list[Part]]:
        when = f"{date_time(failure.at, self._timezone)}, {short_duration(self._now - failure.at)} ago"
        lines: list[list[Part]] = [[(" failed    ", inks.muted), part(when, inks.warn)]]
        lines += labelled("", failure.detail, inks.plain, inks.muted, width=width)
        for each in failure.conditions:
            if each.ok is False:
                lines += labelled("", f"{each.text}, actual {each.actual}", inks.bad, inks.muted, width=width)
        took = ", ".join(f"{one.name} {one.ms:.0f}ms{f' {one.state}' if one.state else ''}" for one in failure.timings)
        if took:
            lines += labelled("", took, inks.muted, inks.muted, width=width)
        return lines


def outage_words(outage: Outage, timezone: str, now: float) -> str:
    """Return an outage with its bounds to the second, and what makes them certain."""

    def clock(at: float) -> str:
        return clock_time(at, timezone, with_seconds=True)

    day = date_time(outage.began, timezone)[:10]
    until = f"to {clock(outage.ended)}" if outage.ended is not None else "and goes on"
    known = f"well until {clock(outage.well_until)}, " if outage.well_until is not None else ""
    confirmed = f", over for certain {clock(outage.confirmed)}" if outage.confirmed is not None else ""
    return (
        f"{day} {clock(outage.began)} {until}, {short_duration(outage.lasted(now))}, {outage.looks} looks failed; "
        f"{known}noticed {clock(outage.noticed)}{confirmed}"
    )


def _percentile_row(found: Percentiles | None) -> str:
    if found is None:
        return "  nothing was timed"
    spans = (found.p50, found.p90, found.p95, found.p99, found.highest)
    return "".join(f"{short_span(span):>9}" for span in spans) + f"{found.timed:>9}"


def _lowest(shares: Sequence[float | None], names: Sequence[str]) -> str:
    """Return the span that was up least, by name."""
    known = [(share, name) for share, name in zip(shares, names, strict=True) if share is not None]
    if not known:
        return "nothing is known"
    share, name = min(known)
    return f"lowest {percent(share)} at {name}" if share < 1 else f"all up, {len(known)} of {len(shares)} known"

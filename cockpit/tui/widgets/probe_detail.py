"""One probe in words: its state, what was seen, each condition, and its past in a few lines."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.durations import short_duration
from cockpit.release.history import ProbeHistory
from cockpit.release.live import ProbeFeed
from cockpit.tui.glyphs import Glyphs
from cockpit.tui.rows import Part, part
from cockpit.tui.status_style import probe_look
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TextPane
from cockpit.tui.widgets.probes import latency, percent


class ProbeDetail(TextPane):
    """The debounced state beside the latest result, the conditions, and the past in short; Enter opens the whole."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._feed: ProbeFeed | None = None
        self._now = 0.0
        self._quiet = ""
        self._history: ProbeHistory | None = None

    def show(self, feed: ProbeFeed | None, now: float, quiet: str = "", history: ProbeHistory | None = None) -> None:
        """Show a probe, why it calls nobody, and its past as far as that has been read."""
        self._feed, self._now, self._quiet, self._history = feed, now, quiet, history
        self.renew()

    def lines(self, inks: Inks, width: int) -> list[list[Part]]:  # noqa: ARG002
        if self._feed is None:
            return [[(" No probe is selected: Up and Down choose one.", inks.muted)]]
        lines = state_lines(self._feed, self._now, self._quiet, self.glyphs, inks)
        lines += condition_lines(self._feed, self.glyphs, inks)
        return lines + self._past(inks)

    def _past(self, inks: Inks) -> list[list[Part]]:
        history = self._history
        if history is None or not (history.seen or history.maintenance):
            return []
        spans = f"p50 {history.p50:.0f}ms p95 {history.p95:.0f}ms p99 {history.p99:.0f}ms  "
        shares = spans if history.timed else ""
        lines: list[list[Part]] = [
            [(" last day  ", inks.muted), (f"{shares}up {percent(history.uptime)}", inks.plain),
             (f"  {measured_words(history)}", inks.muted)],
            [(" by hour   ", inks.muted), *uptime_bars(history.hours, self.glyphs, inks)],
            [(" by day    ", inks.muted), *uptime_bars(history.days, self.glyphs, inks)],
        ]  # fmt: skip
        for failure in history.failures:
            ago = short_duration(self._now - failure.at)
            told = "; ".join(f"{each.text}: {each.actual}" for each in failure.conditions if each.ok is False)
            lines.append([(" failed    ", inks.muted), (f"{ago:>4} ago ", inks.warn), part(failure.detail, inks.plain),
                          part(f"   {told}" if told else "", inks.muted)])  # fmt: skip
        return lines


def state_lines(feed: ProbeFeed, now: float, quiet: str, glyphs: Glyphs, inks: Inks) -> list[list[Part]]:
    """Return how a probe stands now: state, what was seen, latency, why it is quiet, and how long each part took."""
    stale = bool(feed.at) and feed.stale(now)
    look = probe_look(feed.state if feed.at else "waiting", glyphs, inks, stale=stale)
    since = short_duration(now - feed.since) if feed.since else "?"
    turn = feed.failures if feed.raw == "down" else 2
    head: list[Part] = [(" state     ", inks.muted), (f"{look.glyph} {look.word}", look.ink),
                        (f" for {since}", inks.muted)]  # fmt: skip
    if feed.raw != feed.state:
        head.append((f"   latest result {feed.raw}, {feed.streak} of {turn} in a row", inks.warn))
    known = [value for value in feed.latencies if value is not None]
    lines = [head, [(" seen      ", inks.muted), part(feed.detail, inks.plain)]]
    if known:
        ordered = sorted(known)
        p50, p95 = ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]
        numbers = f"now {latency(feed)}   p50 {p50:.0f}ms   p95 {p95:.0f}ms"
        lines.append([(" latency   ", inks.muted), (numbers, inks.plain),
                      (f"   last {len(known)} samples", inks.muted)])  # fmt: skip
    if quiet:
        lines.append([(" quiet     ", inks.muted), part(quiet, inks.warn)])
    if feed.timings:
        line: list[Part] = [(" steps     " if feed.timings[0].state else " phases    ", inks.muted)]
        for timing in feed.timings:
            ink = inks.bad if timing.state not in {"", "ok"} else inks.plain
            line += [part(f"{timing.name} ", inks.muted), (f"{timing.ms:.0f}ms   ", ink)]
        lines.append(line)
    return lines


def condition_lines(feed: ProbeFeed, glyphs: Glyphs, inks: Inks) -> list[list[Part]]:
    """Return each condition, as it is written, beside what was seen."""
    lines: list[list[Part]] = []
    for condition in feed.conditions:
        if condition.ok:
            sign, ink = glyphs.done, inks.good
        elif condition.ok is None:
            sign, ink = glyphs.unknown, inks.warn
        else:
            sign, ink = glyphs.down, inks.bad if condition.level == "fail" else inks.warn
        lines.append([("           ", inks.muted), (sign, ink), part(f" {condition.text}", inks.plain),
                      (f"   {condition.level}   actual ", inks.muted), part(condition.actual, ink)])  # fmt: skip
    return lines


def measured_words(history: ProbeHistory) -> str:
    """Return who has measured a day, how much of it, and what of it was planned."""
    planned = f", maintenance {short_duration(history.maintenance)}" if history.maintenance else ""
    return f"on {history.observer}, {history.coverage:.0%} covered, {history.seen} looks{planned}"


def uptime_bars(shares: Sequence[float | None], glyphs: Glyphs, inks: Inks) -> list[Part]:
    """Return a sign for each span: full where all was up, lower where some was down, a blank where nothing is known."""
    parts: list[Part] = []
    for share in shares:
        if share is None:
            parts.append((" ", inks.muted))
        elif share >= 1:
            parts.append((glyphs.bars[-1], inks.good))
        else:
            place = min(int(share * (len(glyphs.bars) - 1)), len(glyphs.bars) - 2)
            parts.append((glyphs.bars[max(place, 0)], inks.bad))
    return parts

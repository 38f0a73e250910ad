"""The probes: one line for narrow terminals, a board with sparklines for wide ones; each one widget, drawn by line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from textual.strip import Strip

from cockpit.durations import age as age_of
from cockpit.release.live import ProbeFeed
from cockpit.release.run import Run
from cockpit.tui.glyphs import choose_glyphs, shown
from cockpit.tui.rows import Part, fit, part, row, sparkline, width_of
from cockpit.tui.sizes import is_low
from cockpit.tui.status_style import probe_look
from cockpit.tui.theme import Inks
from cockpit.tui.widgets.lines import TAKEN_IN, LineWidget
from cockpit.tui.widgets.row_list import RowList

_LONGEST_NAME = 20  # cells: one probe must not push all others off the line
_GAP = 3  # cells between two
_GRAVITY = {"down": 0, "unknown": 1, "degraded": 2, "paused": 3, "ok": 4}


def latency(feed: ProbeFeed) -> str:
    """Return the latest latency in at most six characters: `41ms`, `1.20s`, or a dash."""
    if feed.latency_ms is None:
        return choose_glyphs().dash
    return f"{feed.latency_ms:.0f}ms" if feed.latency_ms < 1000 else f"{feed.latency_ms / 1000:.2f}s"


def percent(share: float | None) -> str:
    """Return a share as per cent, never rounded up to all: `99.98 %`."""
    return choose_glyphs().dash if share is None else f"{math.floor(share * 10000) / 100:g} %"


_NO_PROBES = 'No probes yet: probes: {api: {http: "http://HOST/health"}} in cockpit.yaml'
_NO_PROBES_ON_BOARD = f"{_NO_PROBES}. {TAKEN_IN}"


def no_probes(run: Run) -> str:
    """Return why no probe is listed: the first look has not come yet, or there are none."""
    return "reading" + choose_glyphs().more if run.configuration.probes else _NO_PROBES


class ProbeStrip(LineWidget):
    """All probes on one line, the worst first where they do not all fit."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._feeds: Sequence[ProbeFeed] = ()
        self._now = 0.0
        self._empty = _NO_PROBES

    def show(self, feeds: Sequence[ProbeFeed], now: float, *, empty: str = _NO_PROBES) -> None:
        """Show these probes at this time; `empty` is said where there are none."""
        self._feeds, self._now, self._empty = feeds, now, empty
        self.renew()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        if not self._feeds:
            return row([(f" {self._empty}", inks.muted)], [], width)
        seen = [feed for feed in self._feeds if feed.at]
        abnormal = sum(feed.state != "ok" or feed.stale(self._now) for feed in seen)
        right: list[Part] = (
            [(f" {abnormal} abnormal ! ", inks.alarm)]
            if abnormal
            else [
                ("all well ", inks.good) if len(seen) == len(self._feeds) else ("waiting for the watcher ", inks.muted)
            ]
        )
        rule = is_low(self.app)  # where no title stands above it, it is the rule itself
        left: list[Part] = [(self.glyphs.rule * 2 + " ", inks.rule)] if rule else [(" ", inks.plain)]
        room = width - width_of(left) - width_of(right) - rule
        cells = self._cells(room, inks)
        for placed, cell in enumerate(cells):
            rest = sum(map(width_of, cells[placed:])) - _GAP
            if rest > room and width_of(cell) + len(f"+{len(cells)}") > room:
                left.append((f"+{len(cells) - placed} ", inks.muted))
                break
            left += cell
            room -= width_of(cell)
        if not rule:
            return row(left, right, width)
        right = [(" ", inks.rule), *right, (self.glyphs.rule, inks.rule)]
        return row(left, right, width, fill=(self.glyphs.rule, inks.rule))

    def _cells(self, room: int, inks: Inks) -> list[list[Part]]:
        """Return all; where they do not fit, without the latencies of those that are well, or the worst first."""
        for brief in (False, True):
            cells = [self._cell(feed, inks, brief=brief) for feed in self._feeds]
            if sum(map(width_of, cells)) - _GAP <= room:
                return cells
        return [cells[n] for n in sorted(range(len(cells)), key=lambda n: self._gravity(self._feeds[n]))]

    def _gravity(self, feed: ProbeFeed) -> int:
        unknown = _GRAVITY["unknown"]
        gravity = _GRAVITY.get(feed.state, unknown)
        return min(gravity, unknown) if feed.at and feed.stale(self._now) else gravity

    def _cell(self, feed: ProbeFeed, inks: Inks, *, brief: bool) -> list[Part]:
        stale = bool(feed.at) and feed.stale(self._now)
        look = probe_look(feed.state if feed.at else "waiting", self.glyphs, inks, stale=stale)
        name = fit(feed.name, min(cell_len(shown(feed.name)), _LONGEST_NAME))
        parts: list[Part] = [(name, inks.plain), (" ", inks.plain)]
        if feed.state == "ok" and not stale:
            took = "" if brief or feed.latency_ms is None else f" {latency(feed)}"
            parts += [(look.glyph, look.ink), (took, inks.muted)]
        else:
            parts.append((f"{look.glyph} {look.word}", look.ink))
        age = age_of(self._now - feed.at) if feed.at else "never"
        return [*parts, (f" {age}", inks.muted if not stale else inks.warn), (" " * _GAP, inks.plain)]


class ProbeBoard(RowList[ProbeFeed]):
    """A probe a line: state, latency, sparkline, age, and the sentence that says what was seen."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(empty=_NO_PROBES_ON_BOARD, id=id)
        self._glyphs = choose_glyphs()
        self.now = 0.0
        self.quiet: Mapping[str, str] = {}  # why a probe calls nobody, in a word

    def tell_empty(self, run: Run, feeds: Sequence[ProbeFeed]) -> None:
        """Say why it lists none, while it does."""
        waits = run.configuration.probes and not feeds
        self.empty = no_probes(run) if waits else _NO_PROBES_ON_BOARD

    def key_of(self, row: ProbeFeed) -> str:
        return row.name

    def draw(self, row: ProbeFeed, width: int, inks: Inks, *, cursor: bool) -> Strip:
        return self._lay(row, width, inks, cursor=cursor)

    def _lay(self, feed: ProbeFeed, width: int, inks: Inks, *, cursor: bool) -> Strip:
        stale = bool(feed.at) and feed.stale(self.now)
        look = probe_look(feed.state if feed.at else "waiting", self._glyphs, inks, stale=stale)
        # The sentence is worth more than a long past: a third of the width is the sparkline's at most.
        name_width = 18 if width >= 90 else 12
        spark_width = max(min((width - name_width - 30) // 3, 40), 6)
        well = look.word == "ok"
        left: list[Part] = [
            (self._glyphs.cursor if cursor else " ", inks.title),
            (look.glyph, look.ink),
            (" ", inks.plain),
            (fit(feed.name, name_width), inks.plain if well else inks.strong),
            (" ", inks.plain),
            (f"{look.word:<8}", look.ink),
            (f" {latency(feed):>6} ", inks.plain),
            (sparkline(feed.latencies, spark_width, self._glyphs.bars), inks.good if well else look.ink
             if not (look.ink.bgcolor or look.ink.reverse) else inks.bad),
        ]  # fmt: skip
        age = age_of(self.now - feed.at) if feed.at else "never"
        right: list[Part] = [(f" {age:>5} ", inks.warn if stale else inks.muted)]
        room = width - width_of(left) - width_of(right)
        if room >= 10:
            hushed = self.quiet.get(feed.name, "")
            left += [(f" {hushed}:" if hushed and not well else "", inks.warn)]
            left += [(" ", inks.plain), part(feed.detail, inks.muted if well else inks.plain)]
        return row(left, right, width, over=inks.cursor if cursor and self.has_focus else None)

"""A probe's way through time: latency as a chart, and below it when it was up, down, and in maintenance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.color import Color
from rich.style import Style
from rich.text import Text
from textual.app import RenderResult
from textual.strip import Strip
from textual_plotext import PlotextPlot

from cockpit.release.history import Course, Span
from cockpit.release.targets import short_span
from cockpit.times import zone
from cockpit.tui.glyphs import ASCII, FRAME_IN_ASCII, choose_glyphs
from cockpit.tui.rows import Part, row
from cockpit.tui.theme import Inks, inks_of
from cockpit.tui.widgets.lines import LineWidget

_MARGIN = 8  # cells left of the canvas: a latency, and the axis
_TICKS = 5
_MAINTENANCE = "m"


class LatencyChart(PlotextPlot):
    """p95 and p50 over time; where nothing was timed there is a gap."""

    def __init__(self, timezone: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._timezone = timezone
        self._course: Course | None = None

    def show(self, course: Course) -> None:
        """Draw this course."""
        self._course = course
        self.refresh()

    def render(self) -> RenderResult:
        self._draw()
        drawn = super().render()
        if isinstance(drawn, Text) and choose_glyphs() is ASCII:
            drawn.plain = drawn.plain.translate(FRAME_IN_ASCII)
        return drawn

    def _draw(self) -> None:
        plot, course = self.plt, self._course
        plot.clear_figure()
        plot.xaxes(True, False)
        plot.yaxes(True, False)
        timed = [span for span in course.spans if span.p95 is not None] if course is not None else []
        if course is None or not timed:
            plot.title("nothing was timed" if course is not None else "")
            return
        inks, points = inks_of(self.app), choose_glyphs().points
        for mark, ink, which in ((points[0], inks.warn, "p95"), (points[1], inks.good, "p50")):
            for places, values in _runs(course.spans, which):
                plot.plot(places, values, marker=mark, color=_rgb(ink))
        top = max(span.p95 or 0.0 for span in timed) * 1.05
        plot.ylim(0, top)
        plot.xlim(0, len(course.spans) - 1)
        rows = max(min(self.size.height // 2, 5), 2)
        levels = [top * number / (rows - 1) for number in range(rows)]
        plot.yticks(levels, [short_span(level).rjust(_MARGIN - 1) for level in levels])
        places = [round(number * (len(course.spans) - 1) / (_TICKS - 1)) for number in range(_TICKS)]
        plot.xticks([float(place) for place in places], [self._when(course, place) for place in places])

    def _when(self, course: Course, place: int) -> str:
        at = datetime.fromtimestamp(course.spans[place].at, zone(self._timezone))
        if course.scale.step >= 86400:
            return f"{at:%m-%d}"
        return f"{at:%a %H:%M}" if course.scale.seconds > 86400 else f"{at:%H:%M}"


def _runs(spans: Sequence[Span], which: str) -> Iterator[tuple[list[int], list[float]]]:
    """Return the stretches without a gap: places and values."""
    places: list[int] = []
    values: list[float] = []
    for place, span in enumerate(spans):
        value = span.p95 if which == "p95" else span.p50
        if value is None:
            if places:
                yield places, values
            places, values = [], []
        else:
            places.append(place)
            values.append(value)
    if places:
        yield places, values


def _rgb(ink: Style) -> tuple[int, int, int]:
    color = ink.color or Color.parse("white")
    return tuple(color.get_truecolor())  # type: ignore[return-value]


class UpBand(LineWidget):
    """A sign a cell, below the chart's: all up, partly down, all down, in maintenance, or nothing known."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._spans: Sequence[Span] = ()

    def show(self, course: Course) -> None:
        """Show this course."""
        self._spans = course.spans
        self.refresh()

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        cells = max(width - _MARGIN, 0)
        parts: list[Part] = [("up".rjust(_MARGIN - 1) + " ", inks.muted)]
        for cell in range(cells if self._spans else 0):
            # A cell may stand for several spans: the worst of them shows.
            first = cell * len(self._spans) // cells
            last = max((cell + 1) * len(self._spans) // cells, first + 1)
            parts.append(self._sign(self._spans[first:last], inks))
        return row(parts, [], width)

    def _sign(self, spans: Sequence[Span], inks: Inks) -> Part:
        up, down = sum(span.up for span in spans), sum(span.down for span in spans)
        if down:
            return (self.glyphs.degraded, inks.warn) if up else (self.glyphs.down, inks.bad)
        if any(span.maintenance for span in spans):
            return _MAINTENANCE, inks.accent
        return (self.glyphs.full, inks.good) if up else (" ", inks.muted)


class ChartLegend(LineWidget):
    """What the signs of chart and band mean."""

    def line(self, y: int, width: int, inks: Inks) -> Strip:  # noqa: ARG002
        glyphs = self.glyphs
        signs = (
            (glyphs.legend[0], "p95", inks.warn), (glyphs.legend[1], "p50", inks.good), (glyphs.full, "up", inks.good),
            (glyphs.degraded, "partly down", inks.warn), (glyphs.down, "down", inks.bad),
            (_MAINTENANCE, "maintenance", inks.accent),
        )  # fmt: skip
        parts: list[Part] = [(" " * _MARGIN, inks.plain)]
        for sign, word, ink in signs:
            parts += [(sign, ink), (f" {word}  ", inks.muted)]
        return row(parts, [], width)

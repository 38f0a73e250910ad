"""Charts as inline SVG: shapes that tell without colour, words that a pointer or a screen reader finds on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape

from cockpit.durations import long_duration
from cockpit.release.history import ProbeDay, ProbeDays
from cockpit.release.progress import Progress
from cockpit.reports.chronicle import Chronicle, Lane
from cockpit.text import visible
from cockpit.times import clock_time, date_time, day_month, zone

_WIDE, _LEFT, _RIGHT = 720, 50, 14  # of a chart over time, in units of its own
_BELOW = 36  # units for the axis
_STEPS = (
    60, 300, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 2 * 86400, 7 * 86400, 14 * 86400, 28 * 86400,
    91 * 86400, 364 * 86400,
)  # fmt: skip
_TICKS = 7
_LANE = 46
_LEAST = 3.0  # units: a span that lasted a second is seen, too
_LETTER = 7.0  # units that a letter takes in a span
_LONGEST = 300  # characters of one text


def shown(text: str, *, limit: int = _LONGEST) -> str:
    """Return foreign text as HTML that shows these very characters."""
    return escape(visible(text, limit=limit))


class _Axis:
    """Where a moment stands; and the moments that are named beneath."""

    def __init__(self, start: float, end: float, timezone: str) -> None:
        self._start = start
        self._span = max(end - start, 1.0)
        self._timezone = timezone

    def x(self, at: float) -> float:
        return _LEFT + (_WIDE - _LEFT - _RIGHT) * min(max((at - self._start) / self._span, 0.0), 1.0)

    def draw(self, top: float, bottom: float) -> Iterator[str]:
        step = next((one for one in _STEPS if self._span / one <= _TICKS), _STEPS[-1])
        for number, at in enumerate(self._named(step)):
            word = day_month(at, self._timezone) if step >= 86400 else clock_time(at, self._timezone)
            kind = ' class="alt"' if number % 2 else ""
            yield f'<g{kind}><path class="grid" d="M{self.x(at):.1f} {top}V{bottom}"/>'
            yield f'<text class="tick" x="{self.x(at):.1f}" y="{bottom + 24}">{word}</text></g>'

    def _named(self, step: int) -> Iterator[float]:
        """Yield each moment whose clock shows a multiple of `step`, in seconds: midnights also where clocks change."""
        here = zone(self._timezone)
        last, end = self._start, self._start + self._span
        shown = datetime.fromtimestamp(self._start, here).replace(tzinfo=UTC).timestamp()
        while True:
            shown = (shown // step + 1) * step
            at = datetime.fromtimestamp(shown, UTC).replace(tzinfo=here).timestamp()
            if at >= end:
                return
            if at > last:  # no clock shows an hour that is skipped: it is the one after it
                yield at
                last = at


def _svg(width: float, height: float, title: str, *body: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" role="img" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{shown(title)}</title>{''.join(body)}</svg>"
    )


def progress_chart(progress: Sequence[Progress], timezone: str) -> str:
    """Return how many items were done, over time, beneath the line of how many apply."""
    top, bottom = 14, 190
    axis = _Axis(progress[0].at, progress[-1].at, timezone)
    most = max((one.total for one in progress), default=0) or 1

    def y(count: float) -> float:
        return bottom - (bottom - top) * count / most

    done = "".join(f"H{axis.x(one.at):.1f}V{y(one.done):.1f}" for one in progress[1:])
    total = "".join(f"H{axis.x(one.at):.1f}V{y(one.total):.1f}" for one in progress[1:])
    first = progress[0]
    start, end = axis.x(first.at), axis.x(progress[-1].at)
    last = progress[-1]
    levels = [
        f'<path class="grid" d="M{_LEFT} {y(count):.1f}H{_WIDE - _RIGHT}"/>'
        f'<text class="level" x="{_LEFT - 6}" y="{y(count) + 4:.1f}">{count}</text>'
        for count in dict.fromkeys((0, most // 2, most))
    ]
    return _svg(
        _WIDE, bottom + _BELOW,
        f"{last.done} of {last.total} items done at {date_time(last.at, timezone)}",
        *levels,
        *axis.draw(top, bottom),
        f'<path class="area" d="M{start:.1f} {bottom}V{y(first.done):.1f}{done}L{end:.1f} {bottom}Z"/>',
        f'<path class="line" d="M{start:.1f} {y(first.done):.1f}{done}"/>',
        f'<path class="total" d="M{start:.1f} {y(first.total):.1f}{total}"/>',
    )  # fmt: skip


def timeline_chart(chronicle: Chronicle, timezone: str) -> str:
    """Return the lanes of a release over one axis."""
    bottom = 8 + _LANE * len(chronicle.lanes)
    axis = _Axis(chronicle.start, chronicle.end, timezone)
    body = [*axis.draw(4, bottom)]
    for number, lane in enumerate(chronicle.lanes):
        body += _lane(lane, 8 + number * _LANE, axis, timezone)
    if chronicle.launch:
        x = axis.x(chronicle.launch)
        body.append(
            f'<path class="launch" d="M{x:.1f} 4V{bottom}"><title>launch {date_time(chronicle.launch, timezone)}'
            f"</title></path>{_launch_word(x)}"
        )
    return _svg(_WIDE, bottom + _BELOW, "What happened when", *body)


def _launch_word(x: float) -> str:
    if x > _WIDE / 2:
        return f'<text class="launch-word before" x="{x - 6:.1f}" y="20">launch</text>'
    return f'<text class="launch-word" x="{x + 6:.1f}" y="20">launch</text>'


def _lane(lane: Lane, top: float, axis: _Axis, timezone: str) -> Iterator[str]:
    yield f'<text class="lane" x="{_LEFT}" y="{top + 14}">{shown(lane.title, limit=40)}</text>'
    yield f'<path class="base" d="M{_LEFT} {top + 29}H{_WIDE - _RIGHT}"/>'
    for one in lane.spans:
        x = min(axis.x(one.start), _WIDE - _RIGHT - _LEAST)
        width = max(axis.x(one.end) - x, _LEAST)
        told = f"{date_time(one.start, timezone)}, {long_duration(one.end - one.start)}: {one.text}"
        yield (
            f'<rect class="{one.tone}" x="{x:.1f}" y="{top + 20}" width="{width:.1f}" height="18" rx="2">'
            f"<title>{shown(told)}</title></rect>"
        )
        letters = int((width - 8) / _LETTER)
        if letters >= 4:
            yield f'<text class="within" x="{x + 5:.1f}" y="{top + 33}">{shown(one.text, limit=letters)}</text>'
    for mark in lane.marks:
        x = axis.x(mark.at)
        yield (
            f'<path class="mark {mark.tone}" d="M{x:.1f} {top + 20}l5 9l-5 9l-5 -9Z">'
            f"<title>{shown(f'{date_time(mark.at, timezone)} {mark.text}')}</title></path>"
        )


_DAY_WIDTH, _UP_TOP, _UP_HIGH, _SLOW_TOP, _SLOW_HIGH = 360, 4, 34, 48, 56


def probe_chart(probe: ProbeDays) -> str:
    """Return a probe's days: the share that was up as the height of its bar, and the latencies beneath it."""
    slowest = max((day.p95 or 0.0 for day in probe.days), default=0.0)
    width = _DAY_WIDTH / max(len(probe.days), 7)
    body: list[str] = []
    for number, day in enumerate(probe.days):
        body.append(f"<g><title>{shown(day_words(day))}</title>")
        body += _day(day, number * width, max(width - 2, 1.0), slowest)
        body.append("</g>")
    baseline = _SLOW_TOP + _SLOW_HIGH
    body.append(f'<path class="base" d="M0 {baseline}H{_DAY_WIDTH}"/>')
    if probe.days:
        body.append(f'<text class="day" x="0" y="{baseline + 17}">{shown(probe.days[0].day)}</text>')
        end = min(max(len(probe.days) * width, 180), _DAY_WIDTH)
        if len(probe.days) > 1:
            body.append(f'<text class="day last" x="{end:.1f}" y="{baseline + 17}">{shown(probe.days[-1].day)}</text>')
    return _svg(_DAY_WIDTH, baseline + 24, f"{probe.title} by day", *body)


def _day(day: ProbeDay, x: float, width: float, slowest: float) -> Iterator[str]:
    place = f'x="{x:.1f}" width="{width:.1f}"'
    if day.uptime is None:
        yield f'<rect class="nothing" {place} y="{_UP_TOP}" height="{_UP_HIGH}"/>'
        return
    # Any time down is seen, however short.
    lost = _UP_HIGH * max(1 - day.uptime, 0.12) if day.uptime < 1 else 0.0
    if lost:
        yield f'<rect class="bad" {place} y="{_UP_TOP}" height="{lost:.1f}"/>'
    if lost < _UP_HIGH:
        yield f'<rect class="good" {place} y="{_UP_TOP + lost:.1f}" height="{_UP_HIGH - lost:.1f}"/>'
    for kind, latency in (("slow", day.p95), ("usual", day.p50)):
        if latency and slowest:
            high = max(_SLOW_HIGH * latency / slowest, 1.0)
            yield f'<rect class="{kind}" {place} y="{_SLOW_TOP + _SLOW_HIGH - high:.1f}" height="{high:.1f}"/>'


def share(value: float | None) -> str:
    """Return a share of time in per cent; less than all is never told as all."""
    if value is None:
        return "nothing seen"
    percent = value * 100
    return "100 %" if value >= 1 else f"{min(percent, 99.99):.2f} %"


def milliseconds(value: float | None) -> str:
    """Return a latency in whole milliseconds, or nothing."""
    return "" if value is None else f"{value:.0f} ms"


def day_words(day: ProbeDay) -> str:
    """Return a probe's day in words."""
    if day.uptime is None:
        return f"{day.day}: nothing seen"
    told = f"{day.day}: {share(day.uptime)} up of {day.seen} looks"
    return told if day.p95 is None else f"{told}, p50 {milliseconds(day.p50)}, p95 {milliseconds(day.p95)}"

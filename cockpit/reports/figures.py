"""What a report's page shows at a glance: tiles, and charts with their captions."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.release.history import ProbeDays
from cockpit.release.item_state import NO_GO, ItemState
from cockpit.reports.charts import (
    day_words,
    milliseconds,
    probe_chart,
    progress_chart,
    share,
    shown,
    timeline_chart,
)
from cockpit.reports.chronicle import near
from cockpit.reports.report import Report
from cockpit.reports.words import roles_in_use

_LONG = 2 * 86400.0  # seconds of a release that is shown twice: whole, and the day that counts
_HALF_A_DAY = 43200.0
_RUN_TONES = {"active": "good", "closed": "good", "held": "warn", "rolled-back": "bad", "aborted": "bad"}


def tiles_of(report: Report) -> Iterator[str]:
    """Yield the figures at the head of the page."""
    done, total = (sum(getattr(phase, key) for phase in report.phases) for key in ("done", "total"))
    red = sum(ItemState(item.state) in NO_GO for phase in report.phases for item in phase.items)
    roles = roles_in_use(report)
    holds, asked = sum(one.state in {"signed", "unsigned"} for one in roles), len(roles)
    still_open = sum(not one.closed_at for one in report.incidents)
    state = report.run.state
    yield _tile(state.replace("-", " ") if report.run.id else "no run", "the run", _RUN_TONES.get(state, ""))
    yield _tile(f"{done}/{total}", "items done", "good" if total and done == total else "")
    yield _tile(str(red), "items in the way", "bad" if red else "good")
    yield _tile(str(len(report.debt)), "let through", "warn" if report.debt else "good")
    if asked:
        yield _tile(f"{holds}/{asked}", "roles signed off", "good" if holds == asked else "")
    back = sum(one.direction == "rollback" for one in report.executions)
    yield _tile(str(back), "rollback" if back == 1 else "rollbacks", "warn" if back else "")
    yield _tile(str(len(report.executions) - back), "deploy" if len(report.executions) - back == 1 else "deploys", "")
    yield _tile(f"{still_open}/{len(report.incidents)}", "incidents open", "bad" if still_open else "good")


def _tile(value: str, label: str, tone: str) -> str:
    return f'<div class="tile {tone}"><b>{shown(value)}</b><span>{label}</span></div>'


def progress_figure(report: Report) -> Iterator[str]:
    """Yield how many items were done over time, where that is known."""
    if len(report.progress) > 1:
        yield '<figure class="over-time"><figcaption><b>Items done over time</b>'
        yield '<span class="soft">dashed: how many apply</span></figcaption>'
        yield progress_chart(report.progress, report.timezone) + "</figure>"


def timeline_figure(report: Report) -> Iterator[str]:
    """Yield the lanes of what happened, where anything did; of a long release the day around its launch, too."""
    whole = report.chronicle
    if not whole.lanes:
        return
    yield f'<figure class="over-time">{timeline_chart(whole, report.timezone)}</figure>'
    day = near(whole, whole.launch or whole.end, seconds=_HALF_A_DAY)
    if whole.end - whole.start > _LONG and day.lanes:
        title = "The day around the launch" if whole.launch else "The last hours"
        yield f'<figure class="over-time"><figcaption><b>{title}</b></figcaption>'
        yield timeline_chart(day, report.timezone) + "</figure>"


def probe_figures(report: Report) -> Iterator[str]:
    """Yield a chart for each probe that was looked at."""
    seen = [probe for probe in report.probes if any(day.seen for day in probe.days)]
    if not seen:
        return
    yield (
        '<p class="soft">Above, the share of looks that found it up: what was down hangs from the top. Below, how long'
        f" answers took: p50 in p95. Days are of UTC, as {shown(seen[0].observer)} saw them.</p>"
    )
    yield '<div class="probes">'
    for probe in seen:
        yield from _probe_figure(probe)
    yield "</div>"


def _probe_figure(probe: ProbeDays) -> Iterator[str]:
    looks = sum(day.seen for day in probe.days)
    up = sum((day.uptime or 0.0) * day.seen for day in probe.days)
    slowest = max((day.p95 for day in probe.days if day.p95 is not None), default=None)
    slow = f", p95 at most {milliseconds(slowest)}" if slowest is not None else ""
    yield f"<figure><figcaption><b>{shown(probe.title)}</b>"
    yield f'<span class="soft">{share(up / looks)} up{slow}</span></figcaption>{probe_chart(probe)}'
    days = "<br>".join(shown(day_words(day)) for day in probe.days)
    count = f"{len(probe.days)} day" + ("s" if len(probe.days) != 1 else "")
    yield f"<details><summary>{count} in numbers</summary><small>{days}</small></details></figure>"

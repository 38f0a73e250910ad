"""Gathers what a review is made of from the samples of this clone, and reads which span of time is meant."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from cockpit.durations import parse_duration
from cockpit.errors import UsageError
from cockpit.live_source import heartbeat_key
from cockpit.measuring import sample_key
from cockpit.release.configuration import LogSource
from cockpit.release.days import Day, days_of
from cockpit.release.intents import CompleteReview
from cockpit.release.periods import local_date, start_of_day
from cockpit.release.review import Review, review_of
from cockpit.release.review_data import LogData, LogDay, ProbeData, ReviewData, SeriesData
from cockpit.release.review_marks import begins_at
from cockpit.release.rollup import Rollup
from cockpit.release.run import Run
from cockpit.release.targets import goals_of
from cockpit.samples.looking_back import LookingBack
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import step_series
from cockpit.times import epoch, parse_time, rfc3339, zone
from cockpit.workspace import Workspace

SINCE_HELP = "24h and the like, a time with an offset, last, launch, or yesterday (default: the last completed review)"


def parse_since(text: str, run: Run, now: float) -> tuple[float, str]:
    """Return where a review begins, in epoch seconds, and why there, as a person has said it; UsageError says what is
    accepted.
    """
    wanted = text.strip().casefold()
    if wanted in {"", "last"}:
        return begins_at(run, now)
    if wanted == "launch":
        launch = epoch(run.launch_at)
        if not 0.0 < launch < now:
            raise UsageError("there was no launch yet", fix="cockpit review --since 24h")
        return launch, "the launch"
    if wanted == "yesterday":
        where = zone(run.timezone)
        return start_of_day(local_date(now, where) - timedelta(days=1), where), "the beginning of yesterday"
    try:
        since, why = now - parse_duration(text), f"{text.strip()} ago"
    except ValueError:
        since, why = _moment(text), "as asked for"
    if since <= 0.0:
        raise UsageError(f"{text[:20]!r} goes back to before 1970", fix="cockpit review --since 24h")
    if since >= now:
        raise UsageError(f"{text!r} is not before now", fix="cockpit review --since 24h")
    return since, why


def _moment(text: str) -> float:
    try:
        return epoch(parse_time(text))
    except UsageError as error:
        raise UsageError(
            error.what, fix="Write 24h, last, launch, yesterday, or a time such as 2026-03-01T14:00Z"
        ) from None


def gather_review(workspace: Workspace, *, since: str = "", until: float, run: Run | None = None) -> Review:
    """Return the review up to `until`, in epoch seconds, of the run in focus, or of it as it stood at that time."""
    run = workspace.run if run is None else run
    start, why = parse_since(since, run, until)
    with SampleReader(workspace.store.location.root) as reader:
        data = gather(workspace, reader, run, since=start, until=until, begins=why)
    return review_of(run, data, zone(run.timezone))


def gather(
    workspace: Workspace, reader: SampleReader, run: Run, *, since: float, until: float, begins: str
) -> ReviewData:
    """Return what the samples say of [since, until)."""
    back = LookingBack(reader)
    days = days_of(since, until, zone(run.timezone))
    watched = back.watched(since, until).get(heartbeat_key(run, workspace.host), [])
    probes = tuple(_probe(back, run, name, days, since, until) for name in run.configuration.probes)
    return ReviewData(
        since=since,
        until=until,
        begins=begins,
        observer=workspace.host,
        days=days,
        watched=tuple(watched),
        probes=probes,
        series={
            goal.id: SeriesData(_rollups(back, _series_of(run, goal.probe, goal.step), days))
            for goal in goals_of(run.configuration.targets, run.library)
            if goal.probe in run.configuration.probes
        },
        logs=tuple(
            _log(back, workspace, run, name, source, days, since, until)
            for name, source in run.configuration.logs.items()
        ),
        trouble=back.trouble,
    )


def _series_of(run: Run, probe: str, step: str) -> str:
    series = sample_key(run, probe)
    return step_series(series, step) if step else series


def _probe(back: LookingBack, run: Run, name: str, days: tuple[Day, ...], since: float, until: float) -> ProbeData:
    probe, series = run.configuration.probes[name], sample_key(run, name)
    return ProbeData(
        name,
        probe.title or name,
        parse_duration(probe.interval),
        tuple(back.stretches(series, since, until)),
        _rollups(back, series, days),
        probe.failures,
    )


def _rollups(back: LookingBack, series: str, days: tuple[Day, ...]) -> tuple[Rollup, ...]:
    return tuple(back.rollup(series, day.start, day.end) for day in days)


def _log(
    back: LookingBack, workspace: Workspace, run: Run, name: str, source: LogSource, days: tuple[Day, ...],
    since: float, until: float,
) -> LogData:  # fmt: skip
    key = sample_key(run, name)
    why = (
        "its command is not trusted on this host" if (source.command or source.source) and not workspace.trusted else ""
    )
    return LogData(
        name,
        tuple(_log_day(back, key, day) for day in days),
        tuple(back.errors(key, since, until)),
        tuple(back.endpoints(key, since, until)),
        why,
    )


def _log_day(back: LookingBack, key: str, day: Day) -> LogDay:
    return LogDay(
        *back.counted(key, day.start, day.end),
        *back.looked(key, day.start, day.end),
        back.patterns(key, day.start, day.end),
    )


_TIMES = frozenset({"since", "until", "at", "first_at", "last_at"})  # the fields of a review that are moments


def review_document(review: Review, *, completed: bool = False) -> dict[str, Any]:
    """Return a review as scripts read it: moments are RFC 3339 UTC, spans seconds, latencies milliseconds."""
    document: dict[str, Any] = _with_times(msgspec.to_builtins(review))
    return {**document, "completed": completed}


def _with_times(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _with_times(inner, key) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_with_times(inner) for inner in value]
    is_moment = name in _TIMES and isinstance(value, int | float) and not isinstance(value, bool)
    return rfc3339(value) if is_moment else value


def completion(review: Review) -> CompleteReview:
    """Return the intent that says that this review is complete."""
    return CompleteReview(rfc3339(review.since), rfc3339(review.until))

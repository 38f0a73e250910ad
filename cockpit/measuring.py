"""What the samples of this clone say of probes and targets, and its logs: for commands, screens, and checks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from cockpit.closing import Closing
from cockpit.durations import age, parse_duration
from cockpit.release.checks import LogCheck
from cockpit.release.health import ProbeState
from cockpit.release.ports import Observed
from cockpit.release.probes import Probe
from cockpit.release.rollup import Rollup, added_up
from cockpit.release.run import Run
from cockpit.release.sources import SourceQuestion
from cockpit.release.targets import (
    Goal,
    Measured,
    TargetResult,
    goals_of,
    judge_target,
    judge_value,
    measured_of_lines,
    measured_of_looks,
    measured_of_rollup,
    unbound,
)
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import DAY, HOUR, MINUTE, SAMPLES_KEPT, step_series
from cockpit.times import rfc3339
from cockpit.workspace import Workspace

if TYPE_CHECKING:
    from cockpit.release.history import Course, ProbeDay, ProbeDays, ProbeHistory, Scale

_LATE_AFTER = 3  # intervals without a result


def sample_key(run: Run, name: str) -> str:
    """Return the name under which a probe's samples lie: staging's `api` is not production's."""
    return f"{run.service}/{run.environment}/{name}"


class Measurer(Closing):
    """Answers from the samples; its SQLite connection belongs to the thread that asks first."""

    def __init__(self, workspace: Workspace, *, now: Callable[[], float], samples: SampleReader | None = None) -> None:
        self._workspace = workspace
        self._now = now
        self._own = samples is None
        self._samples = samples or SampleReader(workspace.store.location.root)

    def close(self) -> None:
        """Close the samples, where they are its own."""
        if self._own:
            self._samples.close()

    def targets(self) -> tuple[TargetResult, ...]:
        """Return every target against what its window has shown up to now."""
        run = self._workspace.run
        return tuple(self._target(run, goal) for goal in goals_of(run.configuration.targets, run.library))

    def _target(self, run: Run, goal: Goal) -> TargetResult:
        if goal.log and goal.measure == "errors":
            return self._target_of_log(goal, sample_key(run, goal.log))
        probe = run.configuration.probes.get(goal.probe)
        if probe is None:
            return unbound(goal)
        series = sample_key(run, goal.probe)
        if probe.source is not None:
            return self._target_of_source(goal, probe, probe.source, series)
        if goal.step:
            series = step_series(series, goal.step)
        return judge_target(
            goal,
            self._measured(goal, series, goal.window),
            self._measured(goal, series, HOUR),
            interval=parse_duration(probe.interval),
            observer=self._workspace.host,
        )

    def _target_of_source(self, goal: Goal, probe: Probe, question: SourceQuestion, series: str) -> TargetResult:
        """Judge the number that a monitoring tool gave last; one that is late, or was none, is no number."""
        current = self._samples.current().get(series)
        value, unit, why = None, "", "no sample yet: is a watcher running? cockpit watch"
        if current is not None:
            why = self._lateness(probe, current.result.at) or current.result.detail
            known = current.result.state is not ProbeState.UNKNOWN and why == current.result.detail
            value, unit = current.result.value if known else None, current.result.unit
        return judge_value(goal, question, value, unit, why=why, observer=self._workspace.host)

    def _lateness(self, probe: Probe, at: float) -> str:
        """Say that a result of then is too old to go by; empty where it is not."""
        seconds = self._now() - at
        late = seconds > max(_LATE_AFTER * parse_duration(probe.interval), 10.0)
        return f"last seen {age(seconds)} ago" if late else ""

    def _target_of_log(self, goal: Goal, series: str) -> TargetResult:
        """Judge what a log has written in the minutes that begin within the window; those it was not followed lack."""
        now = self._now()
        window, hour = (self._samples.log_total(series, now - span) for span in (goal.window, HOUR))
        return judge_target(
            goal,
            measured_of_lines(window.lines, window.errors, own=window.own),
            measured_of_lines(hour.lines, hour.errors),
            known=window.minutes * MINUTE / max(goal.window, MINUTE),
            observer=self._workspace.host,
        )

    def _measured(self, goal: Goal, series: str, window: float) -> Measured:
        until = self._now()
        if window > SAMPLES_KEPT:
            # Whole hours: the one that the window begins in counts only from its beginning on.
            found = self._samples.rollups(series, HOUR, until - window, until)
            return measured_of_rollup(goal, added_up(found.values()))
        looks = self._samples.raw(series, until - window, until + 1.0)
        counted = [(look.state, look.latency_ms) for look in looks if not look.planned]
        return measured_of_looks(goal, counted, maintenance=len(looks) - len(counted))

    def history(self, name: str, *, outages: bool = True) -> ProbeHistory:
        """Return a probe's last day and its last 60 days, by roll-ups, and its last failures whole.

        For its outages every look of the day is read, so that a pane that shows none should not ask for them.
        """
        from cockpit.release.history import ProbeHistory, percentiles_of
        from cockpit.release.outages import outages_of

        run, now = self._workspace.run, self._now()
        series = sample_key(run, name)
        this_hour, today = int(now // HOUR) * HOUR, int(now // DAY) * DAY
        first_hour, first_day = this_hour - 23 * HOUR, today - 59 * DAY
        hours = self._samples.rollups(series, HOUR, first_hour, now + 1)
        days = self._samples.rollups(series, DAY, first_day, now + 1)
        whole = added_up(hours.values())
        probe = run.configuration.probes.get(name)
        interval = parse_duration(probe.interval) if probe is not None else 0.0
        expected = (now - first_hour) / interval if interval else math.inf
        raw = self._samples.raw(series, first_hour, now + 1) if outages else ()
        looks = ((look.at, look.state, look.planned) for look in raw)
        failures, passes = (probe.failures, probe.passes) if probe is not None else (3, 2)
        return ProbeHistory(
            name=name,
            seen=whole.seen,
            timed=whole.timed,
            uptime=whole.uptime,
            p50=whole.percentile(50) or 0.0,
            p95=whole.percentile(95) or 0.0,
            p99=whole.percentile(99) or 0.0,
            coverage=min((whole.seen + whole.maintenance) / max(expected, 1.0), 1.0),
            hours=tuple(_uptime(hours.get(first_hour + n * HOUR)) for n in range(24)),
            days=tuple(_uptime(days.get(first_day + n * DAY)) for n in range(60)),
            failures=self._samples.failures(series, 5),
            observer=self._workspace.host,
            maintenance=whole.maintenance * interval,
            outages=outages_of(looks, failures=failures, passes=passes)[::-1],
            last_day=percentiles_of(whole),
            last_hour=percentiles_of(added_up(self._samples.rollups(series, MINUTE, now - HOUR, now + 1).values())),
        )

    def days(self, since: float, *, most: int = 60) -> tuple[ProbeDays, ...]:
        """Return every probe's days from `since` (epoch seconds) to today, at most so many, by this clone's samples."""
        from cockpit.release.history import ProbeDays

        run, today = self._workspace.run, int(self._now() // DAY) * DAY
        first = max(int(since // DAY) * DAY, today - (most - 1) * DAY)
        found = []
        for name, probe in run.configuration.probes.items():
            rollups = self._samples.rollups(sample_key(run, name), DAY, first, today + 1)
            days = tuple(_day(at, rollups.get(at)) for at in range(first, today + 1, DAY))
            found.append(ProbeDays(name, probe.title or name, days, self._workspace.host))
        return tuple(found)

    def course(self, name: str, scale: Scale) -> Course:
        """Return a probe's way through the time that a chart shows."""
        from cockpit.release.history import course_of

        now = self._now()
        found = self._samples.rollups(sample_key(self._workspace.run, name), scale.size, now - scale.seconds, now + 1)
        return course_of(name, scale, found, now)

    def observe_probe(self, name: str, *, degraded: bool) -> Observed:
        """Return a probe's lasting state as an observation; `degraded` says whether that will do."""
        run = self._workspace.run
        probe = run.configuration.probes.get(name)
        current = self._samples.current().get(sample_key(run, name))
        if probe is None:
            return Observed("unknown", f"no probe {name} is configured")
        if current is None:
            return Observed("unknown", "no sample yet", "is a watcher running? cockpit watch")
        result, lasting = current.result, current.debounced
        told = f"{lasting.state}: {result.detail}"
        if late := self._lateness(probe, result.at):
            return Observed("unknown", late, told)
        if ProbeState.UNKNOWN in {lasting.state, result.state} or lasting.state is ProbeState.PAUSED:
            return Observed("unknown", told)
        good = lasting.state is ProbeState.OK or (degraded and lasting.state is ProbeState.DEGRADED)
        return Observed("ok" if good else "failed", told)

    def observe_target(self, name: str) -> Observed:
        """Return a target against its actual as an observation."""
        found = next((result for result in self.targets() if result.id == name), None)
        if found is None:
            return Observed("unknown", f"no target {name} is configured")
        told = f"{found.actual} ({found.samples} samples, {found.coverage:.0%} of the window)"
        if found.state in {"met", "missed"}:
            return Observed("ok" if found.state == "met" else "failed", told, found.detail)
        return Observed("unknown", f"{found.state}: {found.detail}", told)

    def observe_log(self, check: LogCheck, *, seconds: float) -> Observed:
        """Return how many lines of a log are as the check counts them, against what it allows, within that time."""
        from cockpit.logwatch import observe_log  # its expressions take a while to compile

        workspace = self._workspace
        return observe_log(
            workspace.root,
            workspace.run.configuration,
            check,
            now=self._now(),
            seconds=seconds,
            trusted=workspace.trusted,
        )


def _day(at: int, rollup: Rollup | None) -> ProbeDay:
    from cockpit.release.history import ProbeDay

    day = rfc3339(at)[:10]
    if rollup is None:
        return ProbeDay(day, 0, None)
    return ProbeDay(day, rollup.seen, rollup.uptime, rollup.percentile(50), rollup.percentile(95))


def _uptime(rollup: Rollup | None) -> float | None:
    return None if rollup is None else rollup.uptime

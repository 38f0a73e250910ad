"""What every form of a report says alike: title, facts, digests, times, and what of it is not in use."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.reports.report import Report, ReportPhase
from cockpit.reports.signatures import ReportSignOff
from cockpit.times import date_time, epoch, zone_label

ABOUT_DIGEST = (
    "The store digest is that of all events and of what they add up to: a replica that holds the same events tells the "
    "same one, as cockpit status --json prints it."
)


def title_of(report: Report) -> str:
    """Return what the report is about in one line."""
    run = report.run
    environment = "PRODUCTION" if report.production else run.environment
    undone = ", rolled back" if run.state == "rolled-back" else ""
    return f"{run.service} {environment}: {run.name or 'no run is open'}{undone}"


def when_in(report: Report, at: str) -> str:
    """Return a time (RFC 3339) to the minute, as people of the service read it; one that is none stays as it is."""
    seconds = epoch(at)
    return date_time(seconds, report.timezone) if seconds else at


def moment_in(report: Report, at: str) -> str:
    """Return a time as `when_in` does, to the second: of what happened in the same minute one sees what came first."""
    seconds = epoch(at)
    return date_time(seconds, report.timezone, with_seconds=True) if seconds else at


def verdict_of(phase: ReportPhase) -> str:
    """Return how a phase stands in a few words: what is done of it and what its poll says, as one."""
    count = len(phase.gate.reasons)
    because = f"{count} reason{'s' if count != 1 else ''}"
    if phase.state == "done":
        return "go" if phase.gate.go else f"no-go, though every item is done: {because}"
    began = "begun" if phase.state == "going" else "not begun"
    return f"{began}, nothing holds it" if phase.gate.go else f"{began}, no-go: {because}"


def about_times(report: Report) -> str:
    """Return in which zone the report's times are, by both its names where the clocks changed meanwhile."""
    told = (report.run.opened_at, *(entry.at for entry in report.timeline), report.run.launch_at, report.written_at)
    moments = sorted(filter(None, map(epoch, told))) or [0.0]
    names = " and ".join(dict.fromkeys(zone_label(at, report.timezone) for at in moments))
    times = f"{report.timezone} ({names})" if names != report.timezone else report.timezone
    return f"Times are of {times}."


def facts_of(report: Report) -> list[tuple[str, str]]:
    """Return the run's facts, name and value."""
    run = report.run
    facts = [
        ("state", run.state.replace("-", " ") if run.id else "no run is open"),
        ("tag", f"{run.tag} {run.commit[:8]}".strip()),
        ("run", run.id),
        ("opened", when_in(report, run.opened_at)),
        ("launch", when_in(report, run.launch_at)),
        ("deploys locked", report.deploys_locked),
        ("written", when_in(report, report.written_at)),
    ]
    return [(name, value) for name, value in facts if value]


def digests_of(report: Report) -> list[tuple[str, str]]:
    """Return the digests by which two replicas compare, name and value; none in a page that is kept up to date."""
    if not report.digest:
        return []
    found = (("store digest", report.digest), ("files digest", report.configuration_digest))
    return [(name, value) for name, value in found if value]


def roles_in_use(report: Report) -> tuple[ReportSignOff, ...]:
    """Return the roles that have to sign or did; all of them as soon as anybody has signed."""
    if any(one.by for one in report.sign_off):
        return report.sign_off
    return tuple(one for one in report.sign_off if one.asked)


def not_in_use(report: Report) -> str:
    """Return in one line what of the report nobody set up or used; empty where there is nothing."""
    used = {one.role for one in roles_in_use(report)}
    return "; ".join(_absent(report, [one.title for one in report.sign_off if one.role not in used]))


def _absent(report: Report, roles: list[str]) -> Iterator[str]:
    if roles:
        yield f"sign-off as {', '.join(roles)} (no phase asks for it, and nobody signed)"
    if report.written_at and not any(day.seen for probe in report.probes for day in probe.days):
        yield "probes by day (no watcher kept any)"

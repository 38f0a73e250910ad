"""What the release itself tells a message: who, what, where, since when; times in the service's zone and in UTC."""

from __future__ import annotations

from datetime import UTC

from cockpit.release.contacts import contacts_of, ways_of
from cockpit.release.incidents import Incident
from cockpit.release.periods import local_time
from cockpit.release.run import ExecutionView, Run
from cockpit.release.turns import next_window
from cockpit.times import epoch
from cockpit.times import zone as zone_of


def both_clocks(at: float, timezone: str) -> str:
    """Return epoch seconds as `2026-11-26 14:16 CET (13:16 UTC)`; the UTC day where it is another."""
    local, utc = local_time(at, zone_of(timezone)), local_time(at, UTC)
    if local.utcoffset() == utc.utcoffset():
        return f"{utc:%Y-%m-%d %H:%M} UTC"
    return f"{local:%Y-%m-%d %H:%M %Z} ({utc:{'%H:%M' if local.date() == utc.date() else '%Y-%m-%d %H:%M'}} UTC)"


def interval_words(seconds: float) -> str:
    """Return a span as people say it: `30 minutes`, `2 hours`, `1 day`."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size and seconds % size == 0:
            count = int(seconds // size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{int(seconds)} seconds"


def facts_of(run: Run, *, now: float, by: str, incident: str = "") -> dict[str, str]:
    """Return what is known at `now`, by the name of the blank that it fills; what is not known is left out.

    With `incident` it is told of that one, else of the run, and of the last rollback or deploy.
    """
    found = {
        "service": run.service,
        "environment": run.environment,
        "tag": run.tag,
        "commit": run.commit[:8],
        "run": run.name,
        "by": by,
        "now": both_clocks(now, run.timezone),
        "time": both_clocks(now, run.timezone),
        "since": both_clocks(at, run.timezone) if (at := _deployed_at(run)) else "",
        "component": _component(run),
        "contact": _contact(run),
        "launch": both_clocks(epoch(run.launch_at), run.timezone) if run.launch_at else "",
    }
    if run.executions:
        found |= _of_execution(run, run.current_execution or run.executions[-1])
    of = run.incidents.get(incident)
    if of is not None:
        found |= _of_incident(run, of, now)
    found |= _of_window(run, now)
    return {name: value for name, value in found.items() if value}


def _deployed_at(run: Run) -> float:
    """Return when the deploy of the version that is flown had ended; 0.0 where the cockpit carried none out."""
    last = next((one for one in reversed(run.executions) if one.outcome in {"succeeded", "unverified"}), None)
    if last is None or (last.direction, last.tag) != ("deploy", run.tag):
        return 0.0
    return epoch(last.ended)


def _component(run: Run) -> str:
    down = sorted(name for name, probe in run.probes.items() if probe.state == "down")
    return ", ".join(
        (run.configuration.probes[name].title if name in run.configuration.probes else "") or name for name in down
    )


def _contact(run: Run) -> str:
    known = [one for one in contacts_of(run) if one.id in {"general", "technical"} and ways_of(one)]
    return " ".join(filter(None, (known[0].name, ways_of(known[0])[0]))) if known else ""


def _of_incident(run: Run, incident: Incident, now: float) -> dict[str, str]:
    every = run.configuration.incidents.every(incident.severity)
    ended = incident.closed
    told = {
        "component": incident.component or _component(run),
        "description": incident.title,
        "severity": incident.severity,
        "time": both_clocks(epoch(incident.at), run.timezone),
        "status": "resolved" if ended is not None else "mitigating" if run.current_execution else "investigating",
        "update": incident.updates[-1].text if incident.updates else "",
        "resolution": ended.text if ended is not None else "",
        "ended": both_clocks(epoch(ended.at), run.timezone) if ended is not None else "",
        "lasted": interval_words(max(60.0, incident.lasted(now) // 60 * 60)),
    }
    if ended is None:
        told |= {"update_interval": interval_words(every), "next_update": interval_words(every)}
    return told


def _of_execution(run: Run, execution: ExecutionView) -> dict[str, str]:
    begun = epoch(execution.wall)
    rehearsal = run.rehearsals.get(execution.tag)
    reckoned = begun + rehearsal.seconds if rehearsal is not None and rehearsal.ok and not execution.over else 0.0
    return {
        "direction": execution.direction,
        "from": execution.from_tag or execution.from_commit[:8],
        "to": execution.tag,
        "started": both_clocks(begun, run.timezone),
        "ended": both_clocks(epoch(execution.ended), run.timezone) if execution.ended else "",
        "outcome": execution.outcome or "",
        "result": execution.told,
        "verified": execution.told if execution.outcome == "succeeded" and execution.direction == "deploy" else "",
        "etr": both_clocks(reckoned, run.timezone) if reckoned else "",
    }


def _of_window(run: Run, now: float) -> dict[str, str]:
    found = next_window(run.configuration.maintenance_windows, now, zone_of(run.timezone))
    if found is None:
        return {}
    window, starts, ends = found
    return {
        "window": window.title,
        "window_starts": both_clocks(starts, run.timezone),
        "window_ends": both_clocks(ends, run.timezone),
    }

"""What is not as it should be, ranked: it feeds the strip, the bell, the title and the abnormal list."""

from __future__ import annotations

from typing import NamedTuple

from cockpit.release.item_state import ALARMING
from cockpit.release.live import Live
from cockpit.release.run import Run


class Alarm(NamedTuple):
    """One abnormal thing: `grave` calls a human; `page` is where to look."""

    key: str
    title: str
    detail: str
    grave: bool
    page: str


def alarms_of(run: Run, live: Live, now: float) -> list[Alarm]:
    """Return all that is abnormal, the gravest first."""
    alarms: list[Alarm] = []
    execution = run.current_execution
    if execution is not None and execution.state == "stopped":
        title = f"{execution.direction} to {execution.tag} stopped"
        alarms.append(Alarm(f"execution:{execution.id}", title, execution.detail, True, "execution"))
    alarms += [
        Alarm(f"probe:{feed.name}", f"{feed.name} DOWN", feed.detail, True, "probes")
        for feed in live.probes
        if feed.state == "down"
    ]
    for view in run.items.values():
        if view.state in ALARMING:
            title = f"{view.item.text}: {view.state}"
            alarms.append(Alarm(f"item:{view.id}", title, view.detail, view.item.killer, "checklist"))
    alarms += [
        Alarm(f"probe:{feed.name}", f"{feed.name} {feed.state.upper()}", feed.detail, False, "probes")
        for feed in live.probes
        if feed.state in {"degraded", "unknown"} and feed.at
    ]
    if live.watcher_at and not live.watcher_alive(now):
        alarms.append(Alarm("watcher", "no watcher", "nothing is being probed: cockpit watch", True, "probes"))
    if run.deploys_locked:
        alarms.append(Alarm("deploys", "deploys locked", run.deploys_locked, False, "tags"))
    return alarms


def strip_alarm(alarms: list[Alarm]) -> str:
    """Return the gravest trouble in a few words for the strip; empty while nothing is grave."""
    grave = [alarm for alarm in alarms if alarm.grave]
    if not grave:
        return ""
    more = f" +{len(grave) - 1}" if len(grave) > 1 else ""
    return grave[0].title + more


def terminal_title(run: Run, red: int) -> str:
    """Return the terminal's title, such as `2 RED PROD shop`."""
    environment = "PROD" if run.production else run.environment
    return f"{f'{red} RED ' if red else ''}{environment} {run.service} {run.tag or run.name}".strip()

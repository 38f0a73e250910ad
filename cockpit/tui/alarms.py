"""What is not as it should be, ranked: it feeds the strip, the bell, the title and the abnormal list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cockpit.durations import age, short_duration
from cockpit.release.asked import awaited_from
from cockpit.release.discrepancy import discrepancy
from cockpit.release.due import dues_in
from cockpit.release.emergency_documents import due_words
from cockpit.release.incidents import Incident
from cockpit.release.item_state import ALARMING
from cockpit.release.live import Live, ProbeFeed, edited_words
from cockpit.release.messages import STATE_WORDS
from cockpit.release.quiet import Quiet, quiet_probes
from cockpit.release.reckoning import Reckoner
from cockpit.release.record import Actor
from cockpit.release.run import ExecutionView, Run
from cockpit.release.signoffs import sign_off_of
from cockpit.release.triggers import Breach, Trigger, decide_by
from cockpit.release.updates import updates_due
from cockpit.times import epoch, zone


class Alarm(NamedTuple):
    """One abnormal thing: `grave` calls a human; `page` is where to look, `item` at what there."""

    key: str
    title: str
    detail: str
    grave: bool
    page: str
    item: str = ""


_RECKONER = Reckoner()
_CHALLENGE, _ASKED = "challenge:", "YOUR ANSWER"
_MESSAGE_TOLD_FOR = 86400.0  # seconds for which one that did not arrive is among what is abnormal
_WORKER_GRACE = 4.0  # seconds for a worker to start, and for its lock to be seen


def worker_gone(execution: ExecutionView, live: Live, now: float) -> bool:
    """Whether an execution should be under way from this clone and no worker carries it out."""
    if execution.state not in {"requested", "running"} or live.executing:
        return False
    if not live.host or is_elsewhere(execution, live):
        return False
    last = max([epoch(execution.wall), *(epoch(step.started) for step in execution.steps if step.started)])
    return now - last > _WORKER_GRACE


def is_elsewhere(execution: ExecutionView, live: Live) -> bool:
    """Whether an execution is carried out on another host, or from another clone on this one: its lock is not here."""
    if not live.host:
        return False  # nothing has been looked at yet
    if execution.host != live.host or execution.plan is None:
        return True
    return bool(live.code) and execution.plan.code != live.code


def _state_alarms(run: Run, live: Live, now: float) -> Iterator[Alarm]:
    """Yield what is the matter with what answers, with what the run flies by, and with what is exchanged."""
    wrong = discrepancy(run, live.readiness.running, now)
    if wrong is not None and wrong.grave:
        yield Alarm("version", "WRONG VERSION", wrong.text, True, "tags")
    if live.edited:
        why = "this run flies by what was pinned; : migrate the run takes the new in"
        yield Alarm("edited", f"{edited_words(live.edited)} edited since", why, False, "checklist")
    if live.sync.troubled:
        title = f"state not exchanged with {live.sync.remote}: {live.sync.state}"
        yield Alarm("sync", title, f"{live.sync.reason}. {live.sync.fix}", False, "timeline")


def alarms_of(run: Run, live: Live, now: float, me: Actor | None = None) -> list[Alarm]:
    """Return all that is abnormal, the gravest first; what waits for the answer of `me` calls them, and nobody else."""
    alarms: list[Alarm] = []
    execution = run.current_execution
    if execution is not None and execution.state in {"requested", "running"}:
        title = f"{execution.direction} to {execution.tag} {execution.state}"
        alarms.append(Alarm(f"running:{execution.id}", title, f"by {execution.by.name}", False, "execution"))
    if execution is not None and execution.state == "stopped":
        title = f"{execution.direction} to {execution.tag} stopped"
        alarms.append(Alarm(f"execution:{execution.id}", title, execution.detail, True, "execution"))
    if execution is not None and worker_gone(execution, live, now):
        title = f"{execution.direction} to {execution.tag}: WORKER GONE"
        alarms.append(Alarm(f"worker:{execution.id}", title, "r goes on, A aborts", True, "execution"))
    quiet = quiet_probes(run, live.probes, now, zone(run.timezone))
    alarms += [_breach_alarm(run, breach, now) for breach in run.breaches.values()]
    alarms += [*(_incident_alarm(run, incident, now) for incident in run.open_incidents), *_message_alarms(run, now)]
    alarms += [
        Alarm(f"probe:{feed.name}", *_down(feed), True, "probes")
        for feed in live.probes
        if feed.state == "down" and feed.name not in quiet
    ]
    for contest in run.contests:
        # Which tag is flown, and whether at all, nobody may be mistaken about.
        grave = contest.register != "launch"
        alarms.append(Alarm(f"run:{contest.register}", f"{contest.title} CONTESTED", contest.told, grave, "timeline"))
    for view in (*run.items.values(), *run.instances.values()):
        if view.state in ALARMING:
            title = f"{view.item.title}{f' ({view.period})' if view.period else ''}: {view.state}"
            page = "maintenance" if view.period else "checklist"
            alarms.append(Alarm(f"item:{view.id}", title, view.detail, view.item.killer, page, view.id))
    alarms += _awaited(run, me) if me is not None else []
    alarms += _lesser_alarms(live, quiet, now)
    if run.open and not live.readiness.ready:
        why = "; ".join(live.readiness.reasons)
        alarms.append(Alarm("readiness", "rollback NOT READY", why, False, "tags"))
    alarms += _state_alarms(run, live, now)
    if live.lease is not None and not live.lease.ours and live.lease.stale(now):
        lease = live.lease
        age = f"not seen for {short_duration(now - lease.seen)}" if lease.seen else "it cannot be read"
        remedy = "where nothing executes there: cockpit execution unlock --lease --reason"
        title = f"STALE lease of {lease.owner} on {lease.host}" if lease.seen else "UNREADABLE lease"
        alarms.append(Alarm("lease", title, f"{age}, {lease.reason}; {remedy}", False, "tags"))
    if execution is not None and execution.lease_conflict:
        alarms.append(Alarm("lease-conflict", "another held the lease", execution.lease_conflict, True, "execution"))
    alarms += _overdue(run, now)
    for one in _RECKONER.at(run, now, zone(run.timezone)):
        if one.state == "overdue":
            title = f"{one.view.item.title} ({one.period.label}) OVERDUE {short_duration(one.overdue_by)}"
            detail = f"{one.missed} more missed before it" if one.missed else one.view.item.role
            alarms.append(Alarm(f"maintenance:{one.id}", title, detail, False, "maintenance"))
    for role in sign_off_of(run):
        if role.given is not None and role.objection:
            title = f"sign-off of {role.title} {role.state}"
            alarms.append(Alarm(f"signoff:{role.role}", title, role.objection, False, "review"))
    if run.frozen is not None:
        alarms.append(Alarm("freeze", "change freeze", run.frozen.told, False, "timeline"))
    if run.deploys_locked:
        alarms.append(Alarm("deploys", "deploys locked", f"{run.deploys_locked}; : unlock deploys", False, "tags"))
    return alarms


def _down(feed: ProbeFeed) -> tuple[str, str]:
    """Return what is said of one that lasts as down, and what was seen last; one that answers again is on its way."""
    if feed.raw in {"ok", "degraded"}:
        return f"{feed.name} RECOVERING", f"the last answer was well, not yet for long: {feed.detail}"
    return f"{feed.name} DOWN", feed.detail


def _incident_alarm(run: Run, incident: Incident, now: float) -> Alarm:
    told = due_words(run, incident, now=now)
    if incident.due_at(run.configuration.incidents) <= now:
        # Each update that is missed calls anew.
        key = f"incident:{incident.id}:{int(incident.told_at)}"
        return Alarm(key, told, incident.title, True, "runbooks", incident.id)
    title = f"INCIDENT {age(incident.lasted(now))}"
    detail = f"{incident.severity}: {incident.title}; {told}"
    return Alarm(f"incident:{incident.id}", title, detail, incident.severity != "minor", "runbooks", incident.id)


def _message_alarms(run: Run, now: float) -> list[Alarm]:
    """Return the promises that were not kept, and what did not arrive as far as anybody knows."""
    alarms = [
        Alarm(f"update:{owed.key}", owed.words(now), owed.title, True, "comms")
        for owed in updates_due(run)
        if owed.message and owed.due_at <= now
    ]
    for message in run.messages.values():
        state = message.state(now)
        if state in {"failed", "no result", "unknown"} and now - epoch(message.last.at) < _MESSAGE_TOLD_FOR:
            title = f"message to {message.channel}: {STATE_WORDS[state]}"
            alarms.append(Alarm(f"message:{message.id}", title, message.subject, False, "comms"))
    return alarms


def _awaited(run: Run, me: Actor) -> list[Alarm]:
    alarms = []
    for view, record in awaited_from(run, me):
        title = f"{_ASKED}: {view.item.title}{f' ({view.period})' if view.period else ''}"
        detail = f"{record.by.name} asks; p answers"
        page = "maintenance" if view.period else "checklist"
        alarms.append(Alarm(f"{_CHALLENGE}{record.id}", title, detail, True, page, view.id))
    return alarms


def _overdue(run: Run, now: float) -> list[Alarm]:
    dues = dues_in(run, zone(run.timezone))
    count = sum(each.count(now).overdue for each in dues)
    if not count:
        return []
    at, item = min(each.deadlines[0] for each in dues if each.deadlines)
    title = f"{count} item{'s' if count > 1 else ''} OVERDUE, for up to {short_duration(now - at)}"
    return [Alarm("due", title, run.items[item].item.title, False, "checklist", item)]


def _breach_alarm(run: Run, breach: Breach, now: float) -> Alarm:
    trigger = run.configuration.triggers.get(breach.name, Trigger())
    left = decide_by(trigger, epoch(breach.at)) - now
    clock = f"decide within {short_duration(left)}" if left > 0 else f"decision OVERDUE by {short_duration(-left)}"
    title = f"ROLLBACK TRIGGER {trigger.title or breach.name}"
    return Alarm(f"trigger:{breach.name}", title, f"{clock}: {breach.detail}", True, "tags")


def _lesser_alarms(live: Live, quiet: Mapping[str, Quiet], now: float) -> list[Alarm]:
    """Return what probes and targets tell beside what is down, and whether anybody watches them at all."""
    alarms = []
    for feed in live.probes:
        hushed = quiet.get(feed.name)
        if hushed is not None and feed.state in {"down", "degraded", "unknown"}:
            title = f"{feed.name} {feed.state} ({hushed.why})"
            alarms.append(Alarm(f"quiet:{feed.name}", title, hushed.words, False, "probes"))
        elif hushed is None and feed.state in {"degraded", "unknown"} and feed.at and not feed.stale(now):
            title = f"{feed.name} {feed.state.upper()}"
            alarms.append(Alarm(f"probe:{feed.name}", title, feed.detail, False, "probes"))
    for target in live.targets:
        if target.state == "missed":
            detail = f"{target.actual}, wanted {target.goal}"
            alarms.append(Alarm(f"target:{target.id}", f"{target.title} MISSED", detail, False, "probes"))
    if live.probes and live.watcher_missing(now):
        alarms.append(Alarm("watcher", "no watcher", "nothing is being probed: cockpit watch", True, "probes"))
    elif live.probes:
        alarms += [
            Alarm(f"stale:{feed.name}", f"{feed.name} STALE", "no result for several intervals", False, "probes")
            for feed in live.probes
            if feed.stale(now) and feed.state != "paused" and feed.name not in quiet
        ]
    return alarms


def strip_alarm(alarms: list[Alarm]) -> str:
    """Return the gravest trouble in a few words for the strip; empty while nothing is grave."""
    # A stopped execution has words of its own in the strip.
    grave = [alarm for alarm in alarms if alarm.grave and not alarm.key.startswith("execution:")]
    if not grave:
        return ""
    # Whoever's answer is awaited reads so, whatever else is wrong.
    asked = any(alarm.key.startswith(_CHALLENGE) for alarm in grave[1:]) and not grave[0].key.startswith(_CHALLENGE)
    first = told_first(grave)
    others = len(grave) - len(first) - asked
    titles = [alarm.title for alarm in first] + ([_ASKED] if asked else [])
    return ", ".join(titles) + (f" +{others}" if others else "")


def told_first(alarms: Sequence[Alarm]) -> Sequence[Alarm]:
    """Return the gravest and, beside an incident, which people know of, the first that is down by what is seen now."""
    if not alarms or not alarms[0].key.startswith("incident:"):
        return alarms[:1]
    seen = [alarm for alarm in alarms[1:] if alarm.key.startswith("probe:")]
    return [alarms[0], *seen[:1]]


def terminal_title(run: Run, red: int) -> str:
    """Return the terminal's title, such as `2 RED PROD shop`."""
    environment = "PROD" if run.production else run.environment
    return f"{f'{red} RED ' if red else ''}{environment} {run.service} {run.tag or run.name}".strip()

"""Events in words, for the timeline: one short sentence each, the same on the screen and on the command line."""

from __future__ import annotations

from cockpit.durations import short_duration
from cockpit.release.agreement import is_contest
from cockpit.release.contests import CONTESTABLE, word_of
from cockpit.release.emergencies import emergency_sentence
from cockpit.release.entities import ITEM_PREFIX, RUN
from cockpit.release.events import (
    CallAcknowledged,
    DaySummed,
    DeploysLocked,
    DeploysUnlocked,
    EvidenceAttached,
    EvidencePurged,
    ExecutionConfirmed,
    ExecutionEnded,
    ExecutionRequested,
    ExecutionStopped,
    FreezeLifted,
    FreezeSet,
    GateAnswered,
    HostEnded,
    IncidentOpened,
    ItemAttested,
    ItemChallenged,
    ItemClaimed,
    ItemDeferred,
    ItemDone,
    ItemEvent,
    ItemMoved,
    ItemNotApplicable,
    ItemObserved,
    ItemOverridden,
    ItemReopened,
    ItemUnclaimed,
    LaunchMoved,
    LeaseBroken,
    LeaseOverridden,
    LeaseReconciled,
    MessageEnded,
    MessageIntended,
    NoteAdded,
    NoteRevoked,
    ProbeAckEnded,
    ProbeAcknowledged,
    ProbeChanged,
    ProbeMuted,
    ProbeUnmuted,
    ReviewCompleted,
    RollbackRehearsed,
    RunbookCommandEnded,
    RunMigrated,
    RunOpened,
    RunRetargeted,
    RunStateChanged,
    SignOffGiven,
    SignOffRevoked,
    StepEnded,
    StepStarted,
    TagMarked,
    TriggerBreached,
    TriggerCleared,
    TriggerDecided,
    WheelGiven,
    WheelReleased,
    WheelTaken,
    WorkerStarted,
    register_of,
)
from cockpit.release.incidents import INCIDENT_PREFIX
from cockpit.release.messages import MESSAGE_PREFIX
from cockpit.release.record import Record
from cockpit.release.registers import EMPTY, Register
from cockpit.release.run import Run
from cockpit.release.runbooks import RUNBOOK_PREFIX

_NEWEST = 32  # notes that are looked through before all are put in order by their ids
_ITEM_WORDS: dict[type[ItemEvent], str] = {
    ItemDone: "ticked",
    ItemAttested: "attested",
    ItemReopened: "reopened",
    ItemDeferred: "deferred",
    ItemNotApplicable: "marked not applicable:",
    ItemOverridden: "overrode",
    ItemClaimed: "claimed",
    ItemUnclaimed: "let go",
}


def is_alarming(record: Record) -> bool:
    """Whether a reader's eye should be drawn to the record."""
    match record.data:
        case ProbeChanged(state=state):
            return state in {"down", "unknown"}
        case ItemObserved(state=state):
            return state != "ok"
        case StepEnded(outcome=outcome) | HostEnded(outcome=outcome):
            return outcome in {"failed", "timed-out", "aborted"}
        case ExecutionStopped() | TriggerBreached() | IncidentOpened():
            return True
        case MessageEnded(outcome=outcome):
            return outcome != "sent"
        case RunbookCommandEnded(outcome=outcome):
            return outcome != "ok"
        case ExecutionEnded(outcome=outcome):
            return outcome != "succeeded"
        case LeaseBroken() | LeaseOverridden() | SignOffRevoked():
            return True
        case RollbackRehearsed(ok=ok):
            return not ok
        case LeaseReconciled(owner=owner):
            return bool(owner)
        case _:
            return False


def is_told(record: Record) -> bool:
    """Whether the record is news: what only renews an observation stands in no timeline."""
    return not (isinstance(record.data, ItemObserved) and record.data.renewal)


def sentence(record: Record, run: Run) -> str:
    """Return what happened, without who and when; what is at odds with somebody else's word says so."""
    return _plain_sentence(record, run) + _aside(record, run)


def _aside(record: Record, run: Run) -> str:
    """Return what the record is at odds with, or what it settles; empty for nearly all."""
    register = register_of(record.kind)
    if register is None or not (record.ent.startswith("item:") or (record.ent == "run" and register in CONTESTABLE)):
        return ""
    heads = run.registers.get((record.ent, register), EMPTY).heads
    if record in heads and len(heads) > 1:
        return _at_odds(record, heads, register, run)
    if len(record.sup) > 1:
        replaced = [other for other in run.records if other.id in record.sup and register_of(other.kind) == register]
        if len({word_of(other) for other in replaced}) > 1:
            return f" (settles {', '.join(f'{other.by.name}: {word_of(other)}' for other in replaced)})"
    return ""


def _at_odds(record: Record, heads: tuple[Record, ...], register: str, run: Run) -> str:
    if register == "claim":
        view = run.view_of(record.ent.removeprefix("item:"))
        lost = view is not None and record in view.lost_claims
        holder = view.claimed_by if view is not None else None
        return f" (too late: {holder.name} had claimed it)" if lost and holder is not None else ""
    others = [other for other in heads if other is not record]
    if record.ent.startswith(ITEM_PREFIX) and not is_contest(Register(heads)):
        return f" (as did {', '.join(dict.fromkeys(other.by.name for other in others))}, at the same time)"
    if record.ent == "run":  # of the run, two who say the same agree
        others = [other for other in others if word_of(other) != word_of(record)]
    if not others:
        return ""
    return f" (CONTESTED by {', '.join(f'{other.by.name}: {word_of(other)}' for other in others)})"


def is_contested(record: Record, run: Run) -> bool:
    """Whether the record stands against somebody else's word, and nobody has decided."""
    if record.ent == "run":
        return any(side.record == record.id for contest in run.contests for side in contest.sides)
    view = run.view_of(record.ent.removeprefix("item:")) if record.ent.startswith("item:") else None
    return view is not None and any(side.record == record.id for side in view.sides)


def _note_text(record: Record, run: Run) -> str | None:
    # Of thousands, mostly one of the newest is told of; who comes back is told of all that were unseen.
    newest = next((note for note in run.notes[:-_NEWEST:-1] if note.id == record.id), None)
    note = newest or run.notes_by_id.get(record.id)
    return note.text if note is not None else None


def _plain_sentence(record: Record, run: Run) -> str:
    data = record.data
    if isinstance(data, ItemEvent):
        return _item_sentence(record, data, run)
    if record.ent.startswith((INCIDENT_PREFIX, RUNBOOK_PREFIX)):
        told = emergency_sentence(record, run)
        if told:
            return told
    match data:
        case NoteAdded():
            text = _note_text(record, run)
            about = note_subject(record.ent, run)
            on = f" on {about}" if about else ""
            return f"noted{on}: {text if text is not None else '(taken back, or not here yet)'}"
        case ItemChallenged():
            return f"put {_item_text(record.ent, run)} to the second person"
        case ItemMoved(moved=moved):
            return f"saw that {_item_text(record.ent, run)} holds no more: {moved}"
        case NoteRevoked():
            return "took a note back"
        case EvidenceAttached(name=name, size=size, masked=masked, blob=blob):
            masked_words = ", its hash alone" if blob is None else ", secrets masked" if masked else ""
            what = "the run" if record.ent == RUN else _item_text(record.ent, run)
            return f"attached {name} ({size} bytes{masked_words}) to {what}"
        case EvidencePurged(blobs=blobs):
            return f"purged {len(blobs)} piece{'s' if len(blobs) != 1 else ''} of evidence"
        case ProbeChanged(state=state, previous=previous, detail=detail):
            return f"{_probe_name(record.ent)} {previous or 'new'} -> {state}: {detail}"
        case ProbeAcknowledged(until=until):
            return f"acknowledged {_probe_name(record.ent)} until {until[:16]}Z"
        case ProbeAckEnded():
            return f"took back the acknowledgement of {_probe_name(record.ent)}"
        case ProbeMuted(until=until):
            return f"muted {_probe_name(record.ent)}" + (f" until {until[:16]}Z" if until else "")
        case TriggerBreached(detail=detail):
            return f"ROLLBACK TRIGGER {record.ent.removeprefix('trigger:')} breached: {detail}"
        case TriggerCleared():
            return f"the trigger {record.ent.removeprefix('trigger:')} is clear again"
        case TriggerDecided():
            return f"decided to stay despite the trigger {record.ent.removeprefix('trigger:')}"
        case ProbeUnmuted():
            return f"unmuted {_probe_name(record.ent)}"
        case ItemObserved():
            return _observation(record, data, run)
        case RunOpened(name=name, tag=tag):
            return f"opened the run {name}" + (f" of {tag}" if tag and tag != name else "")
        case RunMigrated(detail=detail):
            return f"migrated the checklists and the configuration: {detail}"
        case RunRetargeted(tag=tag):
            return f"retargeted the run to {tag}"
        case LaunchMoved(launch_at=launch_at):
            return f"moved the launch to {launch_at or 'no time'}"
        case RunStateChanged(state=state):
            return f"the run is {state}"
        case WheelTaken(taken_from=name):
            return f"took the wheel from {name}" if name else "took the wheel"
        case WheelGiven(to=name):
            return f"gave the wheel to {name}"
        case WheelReleased():
            return "let go of the wheel"
        case TagMarked(mark=mark):
            return f"marked {record.ent.removeprefix('tag:')} {mark}"
        case GateAnswered(role=role, answer=answer, on_behalf=behalf):
            phase = record.ent.split("/")[1] if record.ent.count("/") == 2 else record.ent
            return f"answered {answer} for {role} at {phase}" + (f", on behalf of {behalf}" if behalf else "")
        case SignOffGiven(role=role, tag=tag, on_behalf=behalf):
            return f"signed {tag} for {role}" + (f", on behalf of {behalf}" if behalf else "")
        case SignOffRevoked():
            reason = next((one.revoked for one in run.signed.get(record.ent.removeprefix("signoff:"), ())
                           if one.revoked and one.record in data.records), "")  # fmt: skip
            return f"revoked the sign-off of {record.ent.removeprefix('signoff:')}: {reason.partition(': ')[2]}"
        case DaySummed() | ReviewCompleted():
            return _span_words(data)
        case FreezeSet():
            return "froze the service: no deploy starts"
        case FreezeLifted():
            return "lifted the change freeze"
        case DeploysLocked(reason=reason):
            return f"deploys locked: {reason}"
        case DeploysUnlocked():
            return "deploys unlocked"
        case MessageIntended() | MessageEnded():
            return _message_sentence(record, run)
        case CallAcknowledged(title=title):
            return f"knows of it: {title or record.ent.partition(':')[2]}"
        case LeaseBroken(owner=owner, host=host, at=at, target=target):
            whose = f"of {owner} on {host} since {at}, for {target}" if owner else "that nobody could read"
            return f"broke the lease {whose}"
        case _:
            return _execution_sentence(record)


def _message_sentence(record: Record, run: Run) -> str:
    found = run.messages.get(record.ent.removeprefix(MESSAGE_PREFIX))
    what = f'"{found.subject}"' if found is not None else "a message"
    match record.data:
        case MessageIntended(channel=channel, call=call):
            return f"{'calls' if call else 'sends to'} {channel}: {what}"
        case MessageEnded(outcome=outcome, detail=detail):
            to = f" to {found.channel}" if found is not None else ""
            how = {"sent": f"was sent{to}", "failed": f"was NOT DELIVERED{to}", "unknown": f"may have been sent{to}"}
            return f"{what} {how[outcome]}" + (f": {detail}" if detail else "")
        case _:
            return ""


def _execution_sentence(record: Record) -> str:
    match record.data:
        case ExecutionRequested(direction=direction, tag=tag, from_tag=from_tag, from_commit=commit, against=against):
            although = f", although {'; '.join(against)}" if against else ""
            return f"confirmed the {direction} from {from_tag or commit[:8]} to {tag}{although}"
        case WorkerStarted(step=step):
            return "the worker started" if step == 0 else f"the worker went on at step {step + 1}"
        case StepStarted(index=index, step=step, attempt=attempt):
            return f"step {index + 1} {step} started" + (f" (attempt {attempt})" if attempt > 1 else "")
        case StepEnded(index=index, step=step, outcome=outcome, seconds=seconds, detail=detail):
            return f"step {index + 1} {step} {outcome} in {short_duration(seconds)}" + (f": {detail}" if detail else "")
        case HostEnded(index=index, step=step, host=host, outcome=outcome, detail=detail):
            return f"step {index + 1} {step} {outcome} on {host}" + (f": {detail}" if detail else "")
        case RollbackRehearsed(tag=tag, from_tag=from_tag, from_commit=commit, ok=ok, seconds=seconds, detail=detail):
            how = f"in {short_duration(seconds)}" if ok else f"and it FAILED: {detail}"
            return f"rehearsed the rollback from {from_tag or commit[:8]} to {tag} {how}"
        case ExecutionConfirmed():
            return "confirmed that the target runs well, by what they saw"
        case LeaseOverridden(trouble=trouble):
            return f"went on without the remote's lease: {trouble}"
        case LeaseReconciled(owner=owner, host=host, at=at, target=target):
            if not owner:
                return "the remote is back: nobody held the lease meanwhile"
            return f"the remote is back: {owner} on {host} held the lease since {at}, for {target}"
        case ExecutionStopped(reason=reason):
            return f"the execution stopped: {reason}"
        case ExecutionEnded(outcome=outcome, detail=detail):
            return f"the execution {outcome}: {detail}"
        case _:
            return f"{record.kind} on {record.ent} (this cockpit does not know it: a newer one wrote it)"


def note_subject(entity: str, run: Run) -> str:
    """Return what a note is about, in words; empty for the release itself."""
    if entity.startswith(INCIDENT_PREFIX):
        found = run.incidents.get(entity.removeprefix(INCIDENT_PREFIX))
        return f"the incident {found.title if found is not None else entity.removeprefix(INCIDENT_PREFIX)}"
    return _item_text(entity, run) if entity.startswith(ITEM_PREFIX) else ""


def _probe_name(entity: str) -> str:
    return entity.removeprefix("probe:").rpartition("/")[2]


def _observation(record: Record, data: ItemObserved, run: Run) -> str:
    words = {"ok": "saw", "failed": "saw FAIL", "unknown": "could not see"}
    found = data.moved or data.actual or data.detail
    return f"{words[data.state]} {_item_text(record.ent, run)}: {found} (on {data.observer})"


def _item_text(entity: str, run: Run) -> str:
    view = run.view_of(entity.removeprefix("item:"))
    if view is None:
        return entity.removeprefix("item:")
    return f"{view.item.title} ({view.period})" if view.period else view.item.title


def _item_sentence(record: Record, data: ItemEvent, run: Run) -> str:
    words = _ITEM_WORDS.get(type(data), record.kind)
    if isinstance(data, ItemDone) and data.answers:
        words = "answered as the second person:"
    undone = " (undo)" if data.undoes else " (redo)" if data.redoes else ""
    return f"{words} {_item_text(record.ent, run)}{undone}"


def _span_words(data: DaySummed | ReviewCompleted) -> str:
    if isinstance(data, ReviewCompleted):
        return f"completed the review of {data.since[:16]}Z to {data.until[:16]}Z"
    return f"summed up {data.day}, of which it watched {data.watched / 3600:.1f} h: {_days_uptime(data)}"


def _days_uptime(summed: DaySummed) -> str:
    told = [f"{name} {each.uptime:.1%} up" for name, each in summed.probes.items() if each.uptime is not None]
    others = f" and {len(told) - 3} more" if len(told) > 3 else ""
    return (", ".join(told[:3]) or "nothing was seen") + others

"""What a report says, as plain values: `cockpit report --format json` prints it, other formats are drawn from it."""

from __future__ import annotations

import base64

from msgspec import Struct

from cockpit.release.gates import Debt, Gate, debt_of, gate_of
from cockpit.release.item_state import ItemState
from cockpit.release.moment import as_of
from cockpit.release.narrative import is_told, sentence
from cockpit.release.run import ItemView, Run, RunSummary
from cockpit.release.signoffs import RoleStanding, sign_off_of

_ENTRIES = 1000  # of the timeline, the newest

MARKS = {
    ItemState.OPEN: "☐", ItemState.CLAIMED: "◐", ItemState.DONE: "☑", ItemState.ATTESTED: "☑", ItemState.SENSED: "☑",
    ItemState.REGRESSED: "✗", ItemState.UNKNOWN: "?", ItemState.STALE: "?", ItemState.DEFERRED: "→", ItemState.NA: "–",
    ItemState.OVERRIDDEN: "!", ItemState.BLOCKED: "✗", ItemState.CONTESTED: "✗", ItemState.SUSPENDED: "‖",
}  # fmt: skip


class ReportItem(Struct, frozen=True):
    """One item: its state in a word, who brought it there and when (RFC 3339 UTC), and its notes."""

    id: str
    text: str
    section: str
    depth: int
    killer: bool
    state: str
    by: str
    at: str
    detail: str
    notes: tuple[str, ...]


class ReportPhase(Struct, frozen=True):
    """One phase with its items, how far it is, and its poll."""

    id: str
    title: str
    done: int
    total: int
    state: str
    gate: Gate
    items: tuple[ReportItem, ...]


class ReportExecution(Struct, frozen=True):
    """A rollback or deploy."""

    direction: str
    tag: str
    from_tag: str
    by: str
    at: str
    state: str
    detail: str


class ReportSignOff(Struct, frozen=True):
    """How a role signed; a reader verifies `signature` over the bytes of `payload` by ssh-keygen alone."""

    role: str
    title: str
    state: str
    by: str
    on_behalf: str
    at: str
    statement: str
    why: str
    signer: str
    key: str
    payload: str
    signature: str


class Entry(Struct, frozen=True):
    """One line of the timeline."""

    at: str
    by: str
    text: str


class Report(Struct, frozen=True):
    """The whole of one release; `left_out` counts older entries of the timeline that are not listed."""

    run: RunSummary
    production: bool
    current_phase: str
    phases: tuple[ReportPhase, ...]
    debt: tuple[Debt, ...]
    executions: tuple[ReportExecution, ...]
    deploys_locked: str
    timeline: tuple[Entry, ...]
    left_out: int
    sign_off: tuple[ReportSignOff, ...] = ()


def report_of(run: Run, *, now: float) -> Report:
    """Return what there is to say of a run at `now` (epoch seconds); the polls take no probes into account."""
    run = as_of(run, now)
    current = run.current_phase
    told = [record for record in run.records if is_told(record)]
    entries = [Entry(record.wall, record.by.name, sentence(record, run)) for record in told[-_ENTRIES:]]
    return Report(
        run=run.summary(),
        production=run.production,
        current_phase=current.phase.id if current is not None else "",
        phases=tuple(
            ReportPhase(
                view.phase.id, view.phase.title, view.done, view.total, view.state, gate_of(run, view, (), now=now),
                tuple(_item(item) for item in view.items),
            )
            for view in run.phases
        ),
        debt=debt_of(run),
        executions=tuple(
            ReportExecution(
                view.direction, view.tag, view.from_tag or view.from_commit[:8], view.by.name, view.wall, view.state,
                view.detail,
            )
            for view in run.executions
        ),
        deploys_locked=run.deploys_locked,
        timeline=tuple(entries),
        left_out=len(told) - len(entries),
        sign_off=tuple(_sign_off(one) for one in sign_off_of(run)),
    )  # fmt: skip


def _sign_off(one: RoleStanding) -> ReportSignOff:
    given, verdict = one.given, one.verdict
    return ReportSignOff(
        role=one.role,
        title=one.title,
        state=one.state,
        by=given.by.name if given is not None else "",
        on_behalf=given.on_behalf if given is not None else "",
        at=given.at if given is not None else "",
        statement=given.statement if given is not None else one.statement,
        why=one.objection or verdict.why,
        signer=verdict.who,
        key=verdict.key,
        payload=verdict.payload,
        signature=verdict.signature,
    )


def _item(view: ItemView) -> ReportItem:
    return ReportItem(
        id=view.id,
        text=view.item.text,
        section=view.section,
        depth=view.depth,
        killer=view.item.killer,
        state=view.state.value,
        by=view.by.name if view.by is not None else "",
        at=view.at or "",
        detail=view.detail,
        notes=tuple(f"{note.by.name}: {note.text}" for note in view.notes if note.text is not None),
    )


def title_of(report: Report) -> str:
    """Return what the report is about in one line."""
    run = report.run
    environment = "PRODUCTION" if report.production else run.environment
    return f"{run.service} {environment}: {run.name or 'no run is open'}"


def signature_words(one: ReportSignOff) -> str:
    """Return what the table says in the column of the signature."""
    if one.state == "open":
        return ""
    told = f"{one.signer} {one.key}".strip() if one.state == "signed" else ""
    state = "" if one.state == "revoked" else one.state  # its why begins with that word
    return "; ".join(part for part in (state, told, one.why) if part)


def payload_lines(one: ReportSignOff) -> list[str]:
    """Return the signed bytes as base64, in lines: whatever they hold, a reader gets them back as they were."""
    text = base64.b64encode(one.payload.encode("utf-8", "surrogatepass")).decode()
    return [text[start : start + 76] for start in range(0, len(text), 76)]


HOW_TO_VERIFY = (
    "What was signed stands below, as base64 and with its signature. Save both, and the list of allowed signers, then: "
    "base64 -d ROLE.b64 | ssh-keygen -Y verify -f allowed_signers -I SIGNER -n cockpit-signoff-v1 -s ROLE.sig"
)


def facts_of(report: Report) -> list[tuple[str, str]]:
    """Return the run's facts, name and value."""
    run = report.run
    facts = [
        ("state", run.state if run.id else "no run is open"),
        ("tag", f"{run.tag} {run.commit[:8]}".strip()),
        ("run", run.id),
        ("opened", run.opened_at),
        ("launch", run.launch_at),
        ("deploys locked", report.deploys_locked),
    ]
    return [(name, value) for name, value in facts if value]

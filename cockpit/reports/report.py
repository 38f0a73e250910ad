"""What a report says, as plain values: `cockpit report --format json` prints it, other formats are drawn from it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec import Struct

from cockpit.release.course import counted_items, standing_of
from cockpit.release.decisions.context import OVER
from cockpit.release.events import EvidenceAttached
from cockpit.release.gates import Debt, Gate, debt_of, gate_of
from cockpit.release.history import ProbeDays
from cockpit.release.item_state import ItemState
from cockpit.release.moment import as_of
from cockpit.release.narrative import is_told
from cockpit.release.progress import Progress, progress_of
from cockpit.release.record_texts import TextOf
from cockpit.release.run import ExecutionView, ItemView, Run, RunSummary
from cockpit.reports.chronicle import Chronicle, chronicle_of
from cockpit.reports.signatures import ReportSignOff, SignerList, sign_offs_of
from cockpit.reports.timeline import Entry, entry_of
from cockpit.times import epoch

_ENTRIES = 1000  # of the timeline, the newest

MARKS = {
    ItemState.OPEN: "☐", ItemState.CLAIMED: "◐", ItemState.DONE: "☑", ItemState.ATTESTED: "☑", ItemState.SENSED: "☑",
    ItemState.REGRESSED: "✗", ItemState.UNKNOWN: "?", ItemState.STALE: "?", ItemState.DEFERRED: "→", ItemState.NA: "–",
    ItemState.OVERRIDDEN: "!", ItemState.BLOCKED: "✗", ItemState.CONTESTED: "✗", ItemState.SUSPENDED: "‖",
}  # fmt: skip


class Measured(Struct, frozen=True):
    """What a report says beside the run's own records: when it was written, and what only this clone knows.

    `digest` is the store's, as `cockpit status` tells it. A page that is kept up to date has none of it, and no charts:
    it would change with nothing to tell.
    """

    written_at: str = ""  # RFC 3339 UTC
    digest: str = ""
    probes: tuple[ProbeDays, ...] = ()
    signers: SignerList = SignerList()


_NOTHING_MEASURED = Measured()


class ReportItem(Struct, frozen=True):
    """One item: its state in a word, who brought it there and when (RFC 3339 UTC), its notes and evidence."""

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
    evidence: tuple[str, ...] = ()


class ReportPhase(Struct, frozen=True):
    """One phase with its items, how far it is, and its poll."""

    id: str
    title: str
    done: int
    total: int
    state: str
    gate: Gate
    items: tuple[ReportItem, ...]


class ReportStep(Struct, frozen=True):
    """One step of an execution, as it ended last."""

    step: str
    state: str
    seconds: float
    attempt: int
    detail: str


class ReportExecution(Struct, frozen=True):
    """A rollback or deploy."""

    direction: str
    tag: str
    from_tag: str
    by: str
    at: str
    state: str
    detail: str
    ended: str = ""
    steps: tuple[ReportStep, ...] = ()
    against: tuple[str, ...] = ()  # the pause points that said no-go when it was confirmed


class ReportIncident(Struct, frozen=True):
    """An incident of the service; `closed_at` is empty while it is open."""

    id: str
    title: str
    severity: str
    component: str
    by: str
    at: str
    closed_at: str
    how: str
    updates: int


class Report(Struct, frozen=True):
    """The whole of one release; `summary` are the sentences that it begins with.

    `left_out` counts older entries of the timeline that are not listed.
    """

    run: RunSummary
    production: bool
    current_phase: str
    phases: tuple[ReportPhase, ...]
    debt: tuple[Debt, ...]
    executions: tuple[ReportExecution, ...]
    deploys_locked: str
    timeline: tuple[Entry, ...]
    left_out: int
    sign_off: tuple[ReportSignOff, ...]
    timezone: str
    written_at: str
    digest: str
    configuration_digest: str
    signers: SignerList
    incidents: tuple[ReportIncident, ...]
    progress: tuple[Progress, ...]
    probes: tuple[ProbeDays, ...]
    chronicle: Chronicle
    summary: tuple[str, ...] = ()


def report_of(run: Run, *, now: float, text_of: TextOf, measured: Measured = _NOTHING_MEASURED) -> Report:
    """Return what there is to say of a run at `now` (epoch seconds); the polls take no probes into account.

    `text_of` tells the free texts that are here, for the reasons in the timeline.
    """
    folded, run = run, as_of(run, now)
    current = run.current_phase
    start, end = lasted(run)
    told = [one for one in run.records if is_told(one) and (one.run == run.id or start <= epoch(one.wall) <= end)]
    listed = told[-_ENTRIES:]
    until = min(end, now)
    whole = bool(measured.written_at)
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
        executions=tuple(map(_execution, run.executions)),
        deploys_locked=run.deploys_locked,
        timeline=tuple(entry_of(one, run, text_of) for one in listed),
        left_out=len(told) - len(listed),
        sign_off=sign_offs_of(run, measured.signers),
        timezone=run.timezone,
        written_at=measured.written_at,
        digest=measured.digest,
        configuration_digest=run.digest,
        signers=measured.signers,
        incidents=tuple(_incidents(run, start, end)),
        progress=progress_of(folded, now=until) if whole else (),
        probes=measured.probes,
        chronicle=chronicle_of(run, until=until) if whole else Chronicle(until, until, ()),
        summary=(*standing_of(run, now=now if whole else 0.0), *_open(run)),
    )  # fmt: skip


def lasted(run: Run) -> tuple[float, float]:
    """Return from when to when (epoch seconds) what happens to the service belongs to the run, too."""
    own = (epoch(record.wall) for record in run.records if record.run == run.id and is_told(record))
    return epoch(run.opened_at), max(own, default=math.inf) if run.state in OVER else math.inf


def _open(run: Run) -> Iterator[str]:
    if not run.open:
        return
    yield f"{counted_items(run)}."
    incidents, known = run.open_incidents, run.configuration.probes
    down = sorted(name for name, one in run.probes.items() if one.state == "down" and name in known)
    if incidents:
        yield f"Incidents OPEN: {', '.join(one.title for one in incidents)}."
    if down:
        yield f"DOWN as last told: {', '.join(down)}."


def _execution(view: ExecutionView) -> ReportExecution:
    return ReportExecution(
        direction=view.direction,
        tag=view.tag,
        from_tag=view.from_tag or view.from_commit[:8],
        by=view.by.name,
        at=view.wall,
        state=view.state,
        detail=view.told,
        ended=view.ended,
        against=view.against,
        steps=tuple(
            ReportStep(step.step, step.state, step.seconds, step.attempt, step.detail)
            for step in view.steps
            if step.attempt
        ),
    )


def _incidents(run: Run, start: float, end: float) -> Iterator[ReportIncident]:
    for one in run.incidents.values():
        if epoch(one.at) > end or (one.closed is not None and epoch(one.closed.at) < start):
            continue
        closed_at, how = (one.closed.at, one.closed.text) if one.closed is not None else ("", "")
        yield ReportIncident(
            one.id, one.title, one.severity, one.component, one.by.name, one.at, closed_at, how, len(one.updates)
        )


def _item(view: ItemView) -> ReportItem:
    attached = [record.data for record in view.attachments if isinstance(record.data, EvidenceAttached)]
    return ReportItem(
        id=view.id,
        text=view.item.text,
        section=view.section,
        depth=view.depth,
        killer=view.item.killer,
        state=view.state.value,
        by=view.names,
        at=view.at or "",
        detail=view.detail,
        notes=tuple(f"{note.by.name}: {note.text}" for note in view.notes if note.text is not None),
        evidence=tuple(f"{one.name}, {one.size} bytes, sha256 {one.sha256}" for one in attached),
    )

"""An incident's post-mortem: what is on the record, in its order; why it was so is left for people to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from cockpit.durations import long_duration
from cockpit.release.emergencies import runbook_of
from cockpit.release.events import RunbookCommandEnded
from cockpit.release.incidents import Incident
from cockpit.release.narrative import is_alarming, is_told, sentence
from cockpit.release.record import Record, TextRef
from cockpit.release.run import Run
from cockpit.release.runbooks import RunbookUse
from cockpit.reports.markdown import plain
from cockpit.text import visible_lines
from cockpit.times import epoch

_BEFORE = 3600.0  # seconds before the opening that a probe's fall still belongs to it
_AFTER = 600.0  # seconds after the closing that still do
_OUTPUT_LINES = 40  # of one command
_OPEN_QUESTIONS = (
    ("Impact", "Who noticed what, how many, and for how long."),
    ("Causes", "What made it possible, and what set it off."),
    ("What went well, what did not", ""),
    ("Actions", "What is done by whom until when, so that it does not come again."),
)


class Moment(Struct, frozen=True):
    """One line of what happened; `at` is RFC 3339 UTC, `output` what a command printed."""

    at: str
    by: str
    text: str
    alarming: bool
    output: str = ""


class FollowedStep(Struct, frozen=True):
    """One step of a procedure that was followed."""

    text: str
    state: str
    by: str
    at: str
    note: str


class FollowedRunbook(Struct, frozen=True):
    """A procedure that was followed in the incident."""

    title: str
    steps: tuple[FollowedStep, ...]


class Postmortem(Struct, frozen=True):
    """The whole of an incident; times are RFC 3339 UTC, spans in seconds, None where it is not known or not over."""

    title: str
    id: str
    severity: str
    component: str
    service: str
    environment: str
    production: bool
    tag: str
    commit: str
    opened_at: str
    opened_by: str
    closed_at: str | None
    closed_by: str | None
    how_it_ended: str
    lasted: int
    trouble_began_at: str | None
    noticed_after: int | None
    updates: int
    runbooks: tuple[FollowedRunbook, ...]
    timeline: tuple[Moment, ...]


def postmortem_of(run: Run, incident: Incident, text_of: Callable[[TextRef], str | None], *, now: float) -> Postmortem:
    """Return what is on the record of an incident at `now`, in epoch seconds.

    Its timeline is all that happened from the trouble's beginning to a little after the closing: where the component
    is a probe that went down within the hour before, it begins with that.
    """
    began = _trouble_began(run, incident)
    first = epoch(began or incident.at)
    closed = incident.closed
    last = epoch(closed.at) + _AFTER if closed is not None else now
    moments = [
        Moment(record.wall, record.by.name, sentence(record, run), is_alarming(record), _output(record, text_of))
        for record in run.records
        if is_told(record) and first <= epoch(record.wall) <= last
    ]
    return Postmortem(
        title=incident.title,
        id=incident.id,
        severity=incident.severity,
        component=incident.component,
        service=run.service,
        environment=run.environment,
        production=run.production,
        tag=run.tag,
        commit=run.commit,
        opened_at=incident.at,
        opened_by=incident.by.name,
        closed_at=closed.at if closed is not None else None,
        closed_by=closed.by.name if closed is not None else None,
        how_it_ended=closed.text if closed is not None else "",
        lasted=round(incident.lasted(now)),
        trouble_began_at=began or None,
        noticed_after=round(epoch(incident.at) - epoch(began)) if began else None,
        updates=len(incident.updates),
        runbooks=tuple(_followed(run, use) for use in run.runbook_uses if use.incident == incident.id),
        timeline=tuple(moments),
    )


def _trouble_began(run: Run, incident: Incident) -> str:
    """Return when the component, where it is a probe, went down that time; empty where that is not known."""
    opened = epoch(incident.at)
    began = ""
    for record in run.records:
        if not record.ent.startswith("probe:") or record.ent.rpartition("/")[2].removeprefix("probe:") != (
            incident.component
        ):
            continue
        at = epoch(record.wall)
        state = getattr(record.data, "state", "")
        if opened - _BEFORE <= at <= opened and state in {"down", "degraded"}:
            began = began or record.wall
        elif at <= opened and state == "ok":
            began = ""
    return began


def _output(record: Record, text_of: Callable[[TextRef], str | None]) -> str:
    if not isinstance(record.data, RunbookCommandEnded) or record.data.output is None:
        return ""
    return text_of(record.data.output) or "(this text is not here yet)"


def _followed(run: Run, use: RunbookUse) -> FollowedRunbook:
    runbook = runbook_of(run, use.runbook)
    known = [(step.id, step.text) for step in runbook.steps] if runbook is not None else []
    # Also what the files of now do not know any more.
    known += [(step, step) for step in use.steps if step not in dict(known)]
    steps = tuple(
        FollowedStep(text, (found := use.step(step)).state, found.by, found.at, found.note) for step, text in known
    )
    return FollowedRunbook(runbook.title if runbook is not None else use.runbook, steps)


def to_markdown(page: Postmortem) -> str:
    """Return the post-mortem as one Markdown page."""
    return "\n".join(_lines(page)) + "\n"


def _lines(page: Postmortem) -> Iterator[str]:
    yield f"# Post-mortem: {plain(page.title)}"
    yield ""
    environment = f"{page.environment}, PRODUCTION" if page.production else page.environment
    facts = {
        "service": f"{page.service} ({environment})",
        "version": f"{page.tag} {page.commit[:8]}".strip(),
        "severity": page.severity,
        "component": page.component,
        "trouble began": page.trouble_began_at or "",
        "opened": f"{page.opened_at}, {page.opened_by}",
        "noticed after": long_duration(page.noticed_after) if page.noticed_after is not None else "",
        "closed": f"{page.closed_at}, {page.closed_by}" if page.closed_at else "NOT YET",
        "lasted": long_duration(page.lasted),
        "how it ended": page.how_it_ended,
        "updates": str(page.updates),
        "incident": page.id,
    }
    yield from (f"- {name}: {plain(value)}" for name, value in facts.items() if value)
    for runbook in page.runbooks:
        yield from ("", f"## Runbook: {plain(runbook.title)}", "")
        for number, step in enumerate(runbook.steps, 1):
            who = f", {plain(step.by)} {plain(step.at)}" if step.by else ""
            note = f": {plain(step.note)}" if step.note else ""
            yield f"{number}. {plain(step.text)} ({step.state}{who}){note}"
    yield from ("", "## Timeline", "")
    for moment in page.timeline:
        what = plain(moment.text)
        yield f"- {plain(moment.at)} {plain(moment.by)}: {f'**{what}**' if moment.alarming else what}"
        if moment.output.strip():
            yield ""
            lines = visible_lines(moment.output.rstrip())
            if len(lines) > _OUTPUT_LINES:
                yield f"      ({len(lines) - _OUTPUT_LINES} lines before these)"
            yield from (f"      {line}" for line in lines[-_OUTPUT_LINES:])
            yield ""
    for title, hint in _OPEN_QUESTIONS:
        yield from ("", f"## {title}", "")
        if hint:
            yield f"*{hint}*"

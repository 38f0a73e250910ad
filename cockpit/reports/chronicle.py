"""The release's course as lanes over one time axis: what lasted, and what happened at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from cockpit.release.events import (
    GateAnswered,
    NoteAdded,
    ProbeChanged,
    RunStateChanged,
    SignOffGiven,
    SignOffRevoked,
    TriggerBreached,
)
from cockpit.release.narrative import sentence
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.times import epoch

Tone = Literal["good", "warn", "bad", "plain"]
_LANES_OF_PROBES = 12  # those in trouble for longest
_STATES: dict[str, Tone] = {"active": "good", "held": "warn", "rolled-back": "bad", "aborted": "bad"}
_OUTCOMES: dict[str, Tone] = {"succeeded": "good", "running": "plain", "requested": "plain"}


class Span(Struct, frozen=True):
    """Something that lasted; times are epoch seconds."""

    start: float
    end: float
    text: str
    tone: Tone = "plain"


class Mark(Struct, frozen=True):
    """Something that happened at a moment."""

    at: float
    text: str
    tone: Tone = "plain"


class Lane(Struct, frozen=True):
    """One line of the chart."""

    title: str
    spans: tuple[Span, ...] = ()
    marks: tuple[Mark, ...] = ()


class Chronicle(Struct, frozen=True):
    """All lanes, from `start` to `end`; `launch` is 0.0 where none is set, or it lies outside."""

    start: float
    end: float
    lanes: tuple[Lane, ...]
    launch: float = 0.0


def chronicle_of(run: Run, *, until: float) -> Chronicle:
    """Return the lanes of a run from its opening to `until` (epoch seconds); empty ones are left out."""
    start = epoch(run.opened_at)
    launch = epoch(run.launch_at)
    lanes = [
        Lane("the run", tuple(_states(run, start, until))),
        Lane("rollback and deploy", tuple(_executions(run, until))),
        Lane("incidents", tuple(_incidents(run, until))),
        *_probes(run, start, until),
        Lane("pause points and sign-off", marks=tuple(_words(run, GateAnswered, SignOffGiven, SignOffRevoked))),
        Lane("rollback triggers", marks=tuple(_words(run, TriggerBreached))),
        Lane("notes", marks=tuple(_words(run, NoteAdded))),
    ]
    within = [_within(lane, start, until) for lane in lanes]
    return Chronicle(
        start, until, tuple(lane for lane in within if lane.spans or lane.marks),
        launch if start <= launch <= until else 0.0,
    )  # fmt: skip


def near(chronicle: Chronicle, at: float, *, seconds: float) -> Chronicle:
    """Return the part of a chronicle that lies so many seconds around a moment."""
    start, end = max(at - seconds, chronicle.start), min(at + seconds, chronicle.end)
    within = (_within(lane, start, end) for lane in chronicle.lanes)
    lanes = tuple(lane for lane in within if lane.spans or lane.marks)
    return Chronicle(start, end, lanes, chronicle.launch if start <= chronicle.launch <= end else 0.0)


def _within(lane: Lane, start: float, end: float) -> Lane:
    spans = tuple(
        Span(max(one.start, start), min(one.end, end), one.text, one.tone)
        for one in lane.spans
        if one.end >= start and one.start <= end
    )
    return Lane(lane.title, spans, tuple(one for one in lane.marks if start <= one.at <= end))


def _states(run: Run, start: float, until: float) -> Iterator[Span]:
    changes = [(epoch(one.wall), one.data.state) for one in run.records if isinstance(one.data, RunStateChanged)]
    since, state = start, "planned"
    for at, following in [*changes, (until, "")]:
        if at > since:
            yield Span(since, at, state, _STATES.get(state, "plain"))
        since, state = at, following


def _executions(run: Run, until: float) -> Iterator[Span]:
    for view in run.executions:
        end = epoch(view.ended) if view.ended else until
        said = f"{view.direction} to {view.tag} by {view.by.name}: {view.state}"
        yield Span(epoch(view.wall), end, said, _OUTCOMES.get(view.state, "bad"))


def _incidents(run: Run, until: float) -> Iterator[Span]:
    for one in run.incidents.values():
        end = epoch(one.closed.at) if one.closed is not None else until
        how = f"closed: {one.closed.text}" if one.closed is not None else "open"
        yield Span(epoch(one.at), end, f"{one.severity}: {one.title} ({how})", "bad")


def _probes(run: Run, start: float, until: float) -> list[Lane]:
    """Return a lane for each probe that was not well, those that were so for longest."""
    spans: dict[str, list[Span]] = {}
    since: dict[str, tuple[float, ProbeChanged]] = {}
    for record in run.records:
        if not isinstance(record.data, ProbeChanged):
            continue
        name, at = record.ent.removeprefix("probe:").rpartition("/")[2], epoch(record.wall)
        _end_trouble(name, at, since, spans)
        if record.data.state in {"down", "degraded"}:
            since[name] = (at, record.data)
    for name in tuple(since):
        _end_trouble(name, until, since, spans)

    def lasted(name: str) -> float:
        return sum(min(one.end, until) - max(one.start, start) for one in spans[name] if one.end > start)

    longest = sorted(spans, key=lasted, reverse=True)[:_LANES_OF_PROBES]
    return [Lane(f"probe {name}", tuple(spans[name])) for name in longest]


def _end_trouble(
    name: str, at: float, since: dict[str, tuple[float, ProbeChanged]], spans: dict[str, list[Span]]
) -> None:
    began = since.pop(name, None)
    if began is not None:
        tone: Tone = "bad" if began[1].state == "down" else "warn"
        spans.setdefault(name, []).append(Span(began[0], at, f"{began[1].state}: {began[1].detail}", tone))


def _words(run: Run, *kinds: type) -> Iterator[Mark]:
    for record in run.records:
        if isinstance(record.data, kinds):
            yield Mark(epoch(record.wall), f"{record.by.name} {sentence(record, run)}", _tone(record))


def _tone(record: Record) -> Tone:
    match record.data:
        case GateAnswered(answer="no-go") | SignOffRevoked() | TriggerBreached():
            return "bad"
        case GateAnswered() | SignOffGiven():
            return "good"
        case _:
            return "plain"

"""A report's timeline: an entry a record, and the same with a worker's bookkeeping folded to a line an execution."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from cockpit.release.events import HostEnded, StepEnded, StepStarted, WorkerStarted
from cockpit.release.narrative import is_alarming, sentence
from cockpit.release.record import Record
from cockpit.release.record_texts import TextOf, with_words, words_of
from cockpit.release.run import Run

_BOOKKEEPING = (WorkerStarted, StepStarted, StepEnded, HostEnded)
_WELL = {"ok", "already"}


class Entry(Struct, frozen=True):
    """One line of the timeline; `execution` is the id of what a worker's bookkeeping is of, `step` what has ended."""

    at: str
    by: str
    text: str
    alarming: bool = False
    execution: str = ""
    step: str = ""
    outcome: str = ""


def entry_of(record: Record, run: Run, text_of: TextOf) -> Entry:
    """Return a record as a line, with the reason that was given."""
    data = record.data
    execution = record.ent.rpartition(":")[2] if isinstance(data, _BOOKKEEPING) else ""
    said = with_words(sentence(record, run), words_of(record, run, text_of).values())
    told = record.wall, record.by.name, said, is_alarming(record), execution
    return Entry(*told, data.step, data.outcome) if isinstance(data, StepEnded) else Entry(*told)


def folded(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the entries with what a worker wrote of its steps as one line, where its last line stood."""
    last = {one.execution: number for number, one in enumerate(entries) if one.execution}
    for number, one in enumerate(entries):
        if not one.execution:
            yield one
        elif last[one.execution] == number:
            yield _line([each for each in entries if each.execution == one.execution])


def _line(entries: Sequence[Entry]) -> Entry:
    last, steps = entries[-1], _outcomes(entries)
    if not steps:
        return last
    troubles = [f"{step} {', then '.join(outcomes)}" for step, outcomes in steps.items() if set(outcomes) - _WELL]
    said = f"the worker went through {len(steps)} step{'s' if len(steps) != 1 else ''}"
    alarming = any(set(outcomes) - _WELL - {"skipped"} for outcomes in steps.values())
    return Entry(last.at, last.by, f"{said}: {'; '.join(troubles) or 'all ok'}", alarming)


def _outcomes(entries: Sequence[Entry]) -> dict[str, list[str]]:
    """Return how each step ended, attempt by attempt."""
    steps: dict[str, list[str]] = {}
    for one in entries:
        if one.step:
            steps.setdefault(one.step, []).append(one.outcome)
    return steps

"""The poll at a pause point: each role's go or no-go, in person or on behalf; silence is no go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.release.events import GateAnswer, GateAnswered
from cockpit.release.record import Actor, Record, TextRef
from cockpit.release.recurrence import instant
from cockpit.release.registers import Register
from cockpit.release.run import Answer, PhaseView, Run

PREFIX: Final = "gate:"
_TIMEOUT = "15m"


class Polled(Struct, frozen=True):
    """A role that is polled, and what it says; `objection` is why it is not a go, or empty."""

    role: str
    title: str
    answer: Answer | None
    objection: str
    also: tuple[str, ...] = ()  # other roles that the same person answers for

    @property
    def named(self) -> str:
        """The role as people read it."""
        title = self.title or self.role
        return title if title.casefold() == self.role else f"{title} ({self.role})"


def gate_entity(phase: PhaseView, role: str) -> str:
    """Return the entity under which a role's answers at a phase's pause point stand."""
    return f"{PREFIX}{phase.checklist_id}/{phase.phase.id}/{role}"


def answers_in(
    registers: Mapping[tuple[str, str], Register], text_of: Callable[[TextRef], str | None]
) -> Iterator[tuple[str, Answer]]:
    """Yield every role's present answer by its entity; where answers were given at the same time, a no-go stands."""
    for (entity, name), register in registers.items():
        if name != "answer" or not entity.startswith(PREFIX):
            continue
        heads = [(head, head.data) for head in register.heads if isinstance(head.data, GateAnswered)]
        heads.sort(key=lambda each: each[1].answer != "no-go")
        for record, data in heads[:1]:
            yield entity, _answer(record, data, text_of)


def _answer(record: Record, data: GateAnswered, text_of: Callable[[TextRef], str | None]) -> Answer:
    reason = "" if data.reason is None else text_of(data.reason)
    return Answer(
        role=data.role,
        answer=data.answer,
        by=record.by,
        on_behalf=data.on_behalf,
        at=record.wall,
        reason="(this text is not here yet)" if reason is None else reason,
        tag=data.tag,
        commit=data.commit,
    )


def polled_roles(run: Run, phase: PhaseView) -> tuple[str, ...]:
    """Return the roles polled at a phase's end: those it names, else the sign-off roles among those of its items."""
    if not phase.phase.pause_point:
        return ()
    if phase.phase.poll:
        return phase.phase.poll
    needed = {view.item.role for view in phase.items}
    return tuple(role.id for role in run.library.roles if role.id in needed)


def poll_of(run: Run, phase: PhaseView, *, now: float | None = None) -> tuple[Polled, ...]:
    """Return what each polled role says; `now` (epoch seconds) tells who has let the time run out.

    The time runs from the first answer. An answer holds for the commit that it was given for.
    """
    roles = polled_roles(run, phase)
    found = {role: run.answers.get(gate_entity(phase, role)) for role in roles}
    fresh = [instant(one.at) for one in found.values() if one is not None and _is_fresh(one, run)]
    timeout = phase.phase.poll_timeout or _TIMEOUT
    is_over = bool(fresh) and now is not None and now - min(fresh) > parse_duration(timeout)
    silent = f"time-out, no answer within {timeout}" if is_over else "no answer"
    titles = {role.id: role.title for role in run.library.roles}
    return tuple(
        Polled(
            role,
            titles.get(role, role),
            answer,
            silent if answer is None else _objection(answer, run),
            () if answer is None else tuple(o for o in roles if o != role and _speaks(found[o]) == _speaks(answer)),
        )
        for role, answer in found.items()
    )


def spoken(answer: GateAnswer, by: Actor, on_behalf: str, reason: str = "") -> str:
    """Return an answer in words: `no-go by Ana on behalf of Ben: the backup is broken`."""
    behalf = f" on behalf of {on_behalf}" if on_behalf else ""
    return f"{answer} by {by.name}{behalf}" + (f": {reason}" if reason else "")


def _objection(answer: Answer, run: Run) -> str:
    if answer.answer == "no-go":
        return spoken(answer.answer, answer.by, answer.on_behalf, answer.reason)
    if not _is_fresh(answer, run):
        before = answer.tag or answer.commit[:8] or "no tag yet"
        return f"go by {answer.by.name} was for {before}, the run flies {run.tag or run.commit[:8]}: ask again"
    return ""


def _is_fresh(answer: Answer, run: Run) -> bool:
    return answer.commit == run.commit


def _speaks(answer: Answer | None) -> str:
    return "" if answer is None else answer.on_behalf or answer.by.name

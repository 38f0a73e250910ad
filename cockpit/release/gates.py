"""Pause points: go or no-go, computed, with every reason named; and the debt that a release carries along."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from cockpit.release.bonds import WAIVERS
from cockpit.release.discrepancy import discrepancy
from cockpit.release.item_state import COUNTS_AS_DONE, NO_GO, SETTLED, ItemState
from cockpit.release.live import Live
from cockpit.release.moment import item_as_of
from cockpit.release.polls import Polled, poll_of, polled_roles
from cockpit.release.run import ItemView, PhaseView, Run
from cockpit.release.signoffs import objections_to
from cockpit.times import epoch

_GROUNDED = {
    "rolled-back": "rolled back; for its next version: cockpit release retarget TAG",
    "aborted": "the run is aborted",
    "superseded": "the run is superseded by another",
}
_RED_PROBES = frozenset({"down", "unknown"})


class Reason(Struct, frozen=True):
    """Why a gate says no-go: an item's id or a probe's name, and the words for it."""

    item: str
    why: str


class Gate(Struct, frozen=True):
    """The poll at the end of a phase."""

    phase: str
    go: bool
    reasons: tuple[Reason, ...]


def gate_seen(run: Run, phase: PhaseView, live: Live, *, now: float) -> Gate:
    """Return the poll of a phase at `now` (epoch seconds), with what the feeds say of probes and of what answers."""
    wrong = discrepancy(run, live.readiness.running, now)
    states = [(feed.name, feed.reliable(now)) for feed in live.probes]
    return gate_of(run, phase, states, now=now, wrong_version=wrong.text if wrong is not None and wrong.grave else "")


def gate_of(
    run: Run, phase: PhaseView, probe_states: Sequence[tuple[str, str]], *, now: float, wrong_version: str = ""
) -> Gate:
    """Return the poll of a phase at `now` (epoch seconds); `probe_states` are (name, `ProbeFeed.reliable(now)`).

    No-go while a killer item is not done, an item is contested, blocked, regressed, unknown or stale, the run's
    target, launch or state is contested, another version answers than should (`wrong_version`, in words), a probe is
    down or unknown, an execution is not over, an incident is open,
    the run is held, aborted, superseded, or rolled back and of no other version since, the service is frozen, a
    polled role has not said go, or a role that has to sign has not. Deferred, overridden and suspended killers are
    named too: nothing is waved through. Where no item is marked as a killer, every item that is open counts. What a
    check has seen counts while it is valid. What recurs holds no gate.
    """
    refused, open_items, unsaid = _objections(run, phase, now)
    reds = sorted(pair for pair in probe_states if pair[1] in _RED_PROBES)
    # The gravest first: where there is room for one alone, it is that.
    reasons = [
        *refused,
        *_standing(run),
        *([Reason("version", f"WRONG VERSION: {wrong_version}")] if wrong_version else []),
        *(Reason(f"probe:{name}", f"{name} is {state}") for name, state in sorted(reds, key=lambda pair: pair[1])),
        *open_items,
        *unsaid,
    ]
    return Gate(phase.phase.id, not reasons, tuple(reasons))


def phase_to_pass(run: Run, *, now: float, roles: Collection[str] = ()) -> PhaseView | None:
    """Return the first phase that ends in a poll and is not passed at `now`, by its own items, answers, signatures.

    Where all are passed it is the last one; where none ends in a poll, every phase counts as one that does. What holds
    all gates alike, such as a freeze or a probe that is down, un-passes none. With `roles` those phases are looked at
    that poll one of them, where any does. None without a phase.
    """
    ending = [phase for phase in run.phases if not phase.recurs] or run.phases
    gates = [phase for phase in ending if phase.phase.pause_point] or ending
    gates = [phase for phase in gates if set(roles).intersection(polled_roles(run, phase))] or gates
    return next((phase for phase in gates if any(_objections(run, phase, now))), gates[-1] if gates else None)


def _objections(run: Run, phase: PhaseView, now: float) -> tuple[list[Reason], list[Reason], list[Reason]]:
    """Return what in a phase itself speaks against a go: who refused, its items, what nobody has said or signed yet."""
    items = [item_as_of(view, now) for view in phase.once]
    polled = [one for one in poll_of(run, phase, now=now) if one.objection]
    refused = [one for one in polled if one.answer is not None and one.answer.answer == "no-go"]
    return (
        [_said(one) for one in refused],
        [*(Reason(view.id, why) for view in items if (why := _objection(view))), *_unmarked(items)],
        [
            *(_said(one) for one in polled if one not in refused),
            *(Reason(f"signoff:{role}", why) for role, why in objections_to(run, phase.phase.id)),
        ],
    )


def _said(polled: Polled) -> Reason:
    return Reason(f"role:{polled.role}", f"{polled.named}: {polled.objection}")


def _standing(run: Run) -> Iterator[Reason]:
    """Yield what speaks against a go in how the run and its service stand."""
    execution = run.current_execution
    if execution is not None:
        yield Reason(f"execution:{execution.id}", f"a {execution.direction} is {execution.state}")
    for incident in run.open_incidents:
        yield Reason(f"incident:{incident.id}", f"the {incident.severity} incident {incident.title} is open")
    for contest in run.contests:
        yield Reason(f"run:{contest.register}", f"{contest.title}: {contest.told}")
    if run.state == "held":
        yield Reason("run:held", "the run is held: cockpit release resume")
    if run.state in _GROUNDED and not _has_next_version(run):
        yield Reason(f"run:{run.state}", _GROUNDED[run.state])
    if run.frozen is not None:
        yield Reason("freeze", run.frozen.told)


def _has_next_version(run: Run) -> bool:
    """Whether a run that was rolled back has been given another version since, which waits for its go."""
    return run.state == "rolled-back" and bool(run.undone) and run.commit not in {"", run.undone}


def _unmarked(items: Sequence[ItemView]) -> list[Reason]:
    """Return the objection of items among which none is marked as one that counts more than the others."""
    left = [view for view in items if view.state not in SETTLED - {ItemState.SUSPENDED}]
    if not left or any(view.item.killer for view in items):
        return []
    what = (
        f"{left[0].item.title} and {len(left) - 1} more are open" if len(left) > 1 else f"{left[0].item.title} is open"
    )
    return [Reason(left[0].id, f"{what}; no item of this phase is marked `killer: true`, so each counts")]


def _objection(view: ItemView) -> str:
    text = view.item.title
    match view.state:
        case state if state in NO_GO:
            seen = f" ({view.detail})" if view.is_sensed and view.detail else ""
            return f"{text}: {state}{seen}"
        case ItemState.NA:
            return ""
        case state if view.item.killer and state not in COUNTS_AS_DONE:
            return f"{text}: {state}"
        case _:
            return ""


class Debt(Struct, frozen=True):
    """Something that was let through and must not be forgotten."""

    item: str
    text: str
    kind: str
    reason: str
    by: str
    at: str


def debt_of(run: Run) -> tuple[Debt, ...]:
    """Return all deferrals, overrides, expired waivers, second persons missing, and what ran unleased.

    What has expired is told of a run as it stands at a moment (`moment.as_of`).
    """
    debts = []
    for view in run.items.values():
        if view.state in {ItemState.DEFERRED, ItemState.OVERRIDDEN}:
            kind = view.state.value
        elif view.state is ItemState.STALE and view.said is not None and isinstance(view.said.data, WAIVERS):
            kind = "expired waiver"
        elif view.unverified_second:
            kind = "second person unverified"
        else:
            continue
        by = view.names
        debts.append(Debt(view.id, view.item.text, kind, view.detail, by, view.at or ""))
    for execution in run.executions:
        without = execution.without_lease
        if without is not None:
            meanwhile = f"; meanwhile {execution.lease_conflict}" if execution.lease_conflict else ""
            text = f"{execution.direction} to {execution.tag}"
            reason = f"{without.reason}{meanwhile}"
            kind = "without the remote's lease" + ("" if execution.reconciled else ", not reconciled yet")
            debts.append(Debt(f"execution:{execution.id}", text, kind, reason, without.by, without.at))
    return (*debts, *_unleased_commands(run))


def _unleased_commands(run: Run) -> Iterator[Debt]:
    """Yield the commands of runbooks that changed things without the remote's lease since this run was opened."""
    for use in run.runbook_uses:
        for step in use.steps.values():
            for ran in step.runs:
                if ran.without_lease and epoch(ran.at) >= epoch(run.opened_at):
                    text = f"the runbook {use.runbook}, {step.step}"
                    kind = "without the remote's lease"
                    yield Debt(f"{use.entity}/{step.step}", text, kind, ran.without_lease, ran.by, ran.at)

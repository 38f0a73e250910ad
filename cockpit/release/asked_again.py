"""What another target would ask again: said before the run is retargeted, not found out afterwards."""

from __future__ import annotations

from cockpit.release.events import ItemDone
from cockpit.release.item_state import CLOSED_BY_HAND, ItemState
from cockpit.release.rehearsals import look_at_rehearsals
from cockpit.release.run import ItemView, Run
from cockpit.release.signoffs import sign_off_of

_HOLDS = CLOSED_BY_HAND | {ItemState.SENSED, ItemState.SUSPENDED}
_NAMED = 3  # items; the others are counted


def asked_again(run: Run, tag: str, commit: str, *, now: float) -> tuple[str, ...]:
    """Return what a retarget to a tag would change, a sentence each: what regresses, and what was done for another.

    `now` is in epoch seconds. What a check would see is told only where it is known without looking.
    """
    told = [
        f"{view.item.title} regresses: {why}"
        for view in run.items.values()
        if view.state in _HOLDS and (why := _not_rehearsed(view, run, commit, now))
    ]
    moved = [view for view in run.items.values() if _is_for_another(view, commit)]
    if moved:
        names = ", ".join(view.item.title for view in moved[:_NAMED])
        more = f" and {len(moved) - _NAMED} more" if len(moved) > _NAMED else ""
        verb = "stays suspended" if run.state == "rolled-back" else "goes stale"
        verb = verb if len(moved) == 1 else verb.replace("stays", "stay").replace("goes", "go")
        told.append(f"{names}{more} {verb} until done for {tag}")
    signed = [one.title for one in sign_off_of(run) if one.given is not None and not one.objection]
    if signed and commit != run.commit:
        told.append(f"what {', '.join(signed)} signed goes stale")
    return tuple(told)


def _not_rehearsed(view: ItemView, run: Run, commit: str, now: float) -> str:
    """Return why an item whose check wants a rehearsed rollback would not hold; empty where it would, or wants none."""
    check = view.sensing.check.rehearsal if view.sensing is not None else None
    if check is None:
        return ""
    state, why = look_at_rehearsals(check, run.rehearsals.values(), commit=commit, now=now)
    return why if state == "failed" else ""


def _is_for_another(view: ItemView, commit: str) -> bool:
    """Whether a person has done an item for another commit, and it counts for that one alone."""
    if view.item.binds not in {"commit", "release"} or view.state not in _HOLDS:
        return False
    said = view.said.data if view.said is not None else None
    return isinstance(said, ItemDone) and bool(said.commit) and said.commit != commit

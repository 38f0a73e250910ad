"""When people are to be told next: of each open incident, and of what a message has promised; one clock for both."""

from __future__ import annotations

from msgspec import Struct

from cockpit.durations import short_duration
from cockpit.release.messages import last_promise
from cockpit.release.run import Run
from cockpit.times import epoch


class UpdateDue(Struct, frozen=True):
    """An update that is owed: `due_at` in epoch seconds; of an incident, or of a message by its id.

    The key changes with each word that is sent, so that each one that is missed calls anew.
    """

    key: str
    title: str
    due_at: float
    host: str
    incident: str = ""
    message: str = ""

    def words(self, now: float) -> str:
        """Return it in words: `next update in 6m`, or `update OVERDUE 3m`."""
        left = self.due_at - now
        return f"next update in {short_duration(left)}" if left > 0 else f"update OVERDUE {short_duration(-left)}"


def updates_due(run: Run) -> list[UpdateDue]:
    """Return what is owed, what is due first."""
    found = [
        UpdateDue(
            f"incident:{one.id}:{int(one.told_at)}",
            one.title,
            one.due_at(run.configuration.incidents),
            one.host,
            incident=one.id,
        )
        for one in run.open_incidents
    ]
    promise = last_promise(run.messages.values())
    if promise is not None:
        due_at = epoch(promise.next_update_at)
        key = f"{promise.id}:{int(due_at)}"
        found.append(UpdateDue(key, promise.subject, due_at, promise.last.host, message=promise.id))
    return sorted(found, key=lambda one: (one.due_at, one.key))

"""What a decision may look at, and what it gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Literal

import msgspec
from msgspec import Struct

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.entities import ITEM_PREFIX, item_entity
from cockpit.release.events import (
    ItemDeferred,
    ItemDone,
    ItemNotApplicable,
    ItemOverridden,
    kind_of,
    register_of,
)
from cockpit.release.executions import carried_out_on
from cockpit.release.incidents import INCIDENT_PREFIX
from cockpit.release.instances import instance_view, is_instance
from cockpit.release.periods import parse_instance
from cockpit.release.record import Actor, Event, TextRef
from cockpit.release.registers import EMPTY
from cockpit.release.run import ItemView, Run
from cockpit.times import date_time, epoch, zone_label

Scope = Literal["run", "service"]

OVER = frozenset({"aborted", "superseded", "closed"})
_CLOSING = (ItemDone, ItemDeferred, ItemNotApplicable, ItemOverridden)


def shown_time(at: str, run: Run) -> str:
    """Return an RFC 3339 time as the run's people read it, with the zone: `2026-03-01 14:16 CET`."""
    seconds = epoch(at)
    return f"{date_time(seconds, run.timezone)} {zone_label(seconds, run.timezone)}"


def scope_of(entity: str) -> Scope:
    """Return whose stream a note on an entity stands in: an incident is the service's."""
    return "service" if entity.startswith(INCIDENT_PREFIX) else "run"


class Draft(Struct, frozen=True):
    """An event to be written: of the run's stream or the service's."""

    ent: str
    data: Event
    sup: tuple[str, ...] = ()
    scope: Scope = "run"


class Context(Struct, frozen=True):
    """The run as it is, who asks, and the time (RFC 3339 UTC).

    `seal` names the blob that a free text (clipped at its ends' limit, secrets masked) or some bytes (kept whole) will
    be; `redact` masks the secrets of a text; `writer` is the id of the process that writes, empty where none does.
    """

    run: Run
    actor: Actor
    now: str
    seal: Callable[[str | bytes], TextRef]
    redact: Callable[[str], str] = str
    writer: str = ""

    @property
    def at(self) -> float:
        """The time in epoch seconds."""
        return epoch(self.now)

    def draft(self, ent: str, data: Event, *, scope: Scope = "run") -> Draft:
        """Return a draft that supersedes the present heads of the register it writes, if it writes one."""
        register = register_of(kind_of(data))
        if register is None:
            return Draft(ent, data, (), scope)
        return Draft(ent, data, self.run.registers.get((ent, register), EMPTY).head_ids, scope)

    def item_draft(self, view: ItemView, data: Event) -> Draft:
        """Return a draft of an event on an item; what closes it keeps the commit that it was closed for."""
        if isinstance(data, _CLOSING):
            data = msgspec.structs.replace(data, commit=self.run.commit)
        if isinstance(data, ItemDone):
            data = msgspec.structs.replace(data, tag=self.run.tag, host=carried_out_on(self.run.executions))
        return self.draft(item_entity(view.id), data)

    def contested(self, register: str) -> bool:
        """Whether people have written that register of the run at the same time and not alike."""
        return any(contest.register == register for contest in self.run.contests)

    def require_run(self) -> None:
        """Refuse unless a run is open and not over."""
        if not self.run.open:
            raise RefusedError("no release run is open", fix="Open one: cockpit release open NAME", code="no-run")
        if self.run.state in OVER:
            raise RefusedError(
                f"the run {self.run.name} is {self.run.state}", fix="Reopen it: cockpit release reopen", code="run-over"
            )

    def item(self, item_id: str) -> ItemView:
        """Return the item of that id, in a run that can be written, or an instance, which needs no run."""
        instance = instance_view(self.run, item_id)
        if instance is not None:
            self._require_begun(instance)
            return instance
        self.require_run()
        view = self.run.items.get(item_id)
        if view is None:
            raise NotFoundError(f"no item {item_id!r} in this checklist", fix="cockpit status lists them")
        if view.item.cadence is not None:
            raise RefusedError(
                f"{view.item.text!r} recurs, so it is done once a period",
                fix=f"Name the period, as `cockpit maintenance` does: {view.item.cadence}/PERIOD/{view.id}",
                code="recurs",
            )
        return view

    def require_open(self, entity: str) -> None:
        """Refuse to write to an entity of a run that is not open; what recurs, and an incident, needs none."""
        if not is_instance(self.run, entity.removeprefix(ITEM_PREFIX)) and not entity.startswith(INCIDENT_PREFIX):
            self.require_run()

    def _require_begun(self, instance: ItemView) -> None:
        key = parse_instance(instance.id)
        # A day's grace, for it may be tomorrow in the service's time zone; the next period may be done ahead.
        soon = date.fromisoformat(self.now[:10]) + timedelta(days=1)
        if key is not None and not instance.history and key.period.after(-1).first > soon:
            raise RefusedError(
                f"{key.period.label} is too far ahead", fix="cockpit maintenance lists what is due", code="not-due"
            )

    def reason(self, text: str, example: str) -> TextRef:
        """Seal a reason, which must be given."""
        stripped = text.strip()
        if not stripped:
            raise RefusedError("this needs a reason", fix=f"Say why, such as: {example}", code="no-reason")
        return self.seal(stripped)

"""Looking at sensed items now, because a person asked: the same looks as the watcher's, written down as theirs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from cockpit.bootstrap import make_checker, now
from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.checks import Check, expectation
from cockpit.release.decisions.context import OVER
from cockpit.release.intents import RecordFact
from cockpit.release.periods import parse_instance
from cockpit.release.ports import Observed
from cockpit.release.recurrence import Almanac
from cockpit.release.sensing import word_of
from cockpit.times import zone
from cockpit.workspace import Workspace


class Verified(Struct, frozen=True):
    """One item's look; `found` is None where it has effects that nobody asked for by name."""

    item: str
    text: str
    check: Check
    expected: str
    found: Observed | None
    at: float  # epoch seconds


def checked_items(workspace: Workspace, wanted: Sequence[str]) -> dict[str, tuple[str, Check]]:
    """Return (text, check) of the named items, or of all that have a check; NotFoundError where one has none.

    Of what speaks of a version that was rolled back only what is named. Of what recurs it is the instance of the
    present period, by the item's id or its own.
    """
    run, at = workspace.run, now()
    almanac = Almanac(run, at, zone(run.timezone))
    present = {one.view.id: one.view for one in almanac.sensed_now()}
    views = {view.id: view for view in (*run.items.values(), *present.values()) if view.sensing is not None}
    named = {key.item: identity for identity in present if (key := parse_instance(identity)) is not None}
    found = []
    looked_at = [identity for identity, view in views.items() if view.sensing is not None and not view.sensing.rests]
    for identity in wanted or looked_at:
        view = views.get(named.get(identity, identity))
        if view is None:
            raise NotFoundError(
                f"{identity} has no check", fix=f"Write one under checks: in cockpit.yaml; {len(views)} items have one"
            )
        found.append(view)
    return {view.id: (view.item.text, view.sensing.check) for view in found if view.sensing is not None}


def verify(workspace: Workspace, wanted: Sequence[str]) -> list[Verified]:
    """Look at the named items, or at all whose checks have no effects in production; write down what is news.

    Runs an event loop of its own. Raises RefusedError where this cockpit is read-only, or the configuration is not
    trusted on this host.
    """
    workspace.session.require_writing()
    items = checked_items(workspace, wanted)
    if items and not workspace.trusted:
        raise RefusedError(
            "this configuration is not trusted on this host",
            fix="See what it would run: cockpit trust --show, then: cockpit trust",
            code="not-trusted",
        )
    return asyncio.run(_look_at_all(workspace, items, named=bool(wanted)))


async def _look_at_all(workspace: Workspace, items: dict[str, tuple[str, Check]], *, named: bool) -> list[Verified]:
    run = workspace.run
    async with make_checker(workspace) as checker:

        async def look(identity: str, text: str, check: Check) -> Verified:
            if not named and check.waits_for_person(production=run.production):
                return Verified(identity, text, check, expectation(check), None, now())
            found = await checker.observe(check, workspace.situation)
            await asyncio.to_thread(_write_down, workspace, identity, check, found)
            return Verified(identity, text, check, expectation(check), found, now())

        return list(await asyncio.gather(*(look(identity, text, check) for identity, (text, check) in items.items())))


def _write_down(workspace: Workspace, identity: str, check: Check, found: Observed) -> None:
    run = workspace.run
    view = run.view_of(identity)
    if parse_instance(identity) is None and (not run.open or run.state in OVER):
        return
    words = view.sensing.seen if view is not None and view.sensing is not None else ()
    before = next((word for word in words if word.observer == workspace.host), None)
    word = word_of(check, found, observer=workspace.host, before=before, now=now())
    if word is not None:
        workspace.session.act(RecordFact(f"item:{identity}", word, None if word.renewal else found.output))

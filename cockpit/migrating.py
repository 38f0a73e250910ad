"""An open run turns to the files as they are now, or back: what would change is told first, and only that happens."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from cockpit.errors import NotFoundError, RefusedError
from cockpit.parsed import digest_of
from cockpit.pinning import Sources, read_work_tree
from cockpit.release.intents import MigrateRun
from cockpit.release.ledger import Pinned
from cockpit.release.migration import Migration, compare
from cockpit.release.run import Run
from cockpit.runs import parse_pins, texts_of
from cockpit.trust import ConfiguredCommand, configured_commands
from cockpit.workspace import Workspace


class Proposal(Struct, frozen=True):
    """Other files to fly by, and what would change; exactly these are pinned where a person says yes."""

    texts: Mapping[str, str]
    pinned: Pinned
    changes: Migration
    new_commands: tuple[ConfiguredCommand, ...]  # that trust would have to allow
    gone_commands: tuple[ConfiguredCommand, ...]
    trusted: bool  # whether the other files are trusted on this host already

    def lines(self) -> list[str]:
        """Return what would change, a line each, for a person."""
        lines = self.changes.lines() or ["nothing but spaces and comments differ"]
        lines += [f"+ command {one.where}: {one.command}" for one in self.new_commands]
        lines += [f"- command {one.where}: {one.command}" for one in self.gone_commands]
        count = self.changes.carried
        lines.append(f"what was said of {count} item{'s' if count != 1 else ''} is carried over, by id")
        if not self.trusted:
            lines.append("these files are not trusted on this host: nothing runs until somebody says cockpit trust")
        return lines


def propose(workspace: Workspace, *, back: bool = False) -> Proposal:
    """Return what would change if the run flew by the work tree's files; with `back`, by those before the last change.

    Raises ConfigurationError with every mistake in them, RefusedError where nothing differs, or where they describe
    another service or environment.
    """
    run = workspace.run
    pins = workspace.session.pins()
    if not run.open or pins is None:
        raise RefusedError("no release run is open", fix="Open one: cockpit release open NAME", code="no-run")
    sources = _before(workspace) if back else _now(workspace)
    pinned = sources.pinned
    there = (pinned.configuration.service, pinned.configuration.environment.name)
    if there != (run.service, run.environment):
        raise RefusedError(
            f"cockpit.yaml describes {there[0]} in {there[1]} now, and this run is of {run.service} in"
            f" {run.environment}",
            fix="Open a run of its own: cockpit release open NAME",
            code="other-environment",
        )
    if pinned.digest == run.digest and not any(contest.register == "pins" for contest in run.contests):
        raise RefusedError(
            "the run flies by these very files already", fix="Edit the checklist or cockpit.yaml first", code="already"
        )
    flown = workspace.session.run_pinned
    before, after = _commands(flown), _commands(pinned)
    return Proposal(
        sources.texts,
        pinned,
        compare(flown, pinned, run, old_texts=texts_of(workspace.store, pins, run.name), new_texts=sources.texts),
        tuple(one for one in after if one not in before),
        tuple(one for one in before if one not in after),
        workspace.trust.trusted(pinned.digest),
    )


def migrate(workspace: Workspace, proposal: Proposal) -> Run:
    """Let the run fly by the proposal's files; RefusedError where it has been migrated since they were looked at."""
    workspace.session.act(intent_of(proposal))
    return workspace.run


def intent_of(proposal: Proposal) -> MigrateRun:
    """Return what it is that a person says yes to."""
    return MigrateRun(
        digest=proposal.pinned.digest,
        pins=dict(proposal.texts),
        checklists=tuple(checklist.id for checklist in proposal.pinned.checklists),
        detail=proposal.changes.summary,
        seen=proposal.changes.before,
    )


def _now(workspace: Workspace) -> Sources:
    sources = read_work_tree(workspace.root, workspace.run.environment)
    run = workspace.run
    if len(run.checklists) >= len(run.configuration.checklists):
        return sources
    # It was opened with some of its checklists only, and keeps to those.
    flown = {checklist.id for checklist in run.checklists}
    kept = tuple(checklist for checklist in sources.pinned.checklists if checklist.id in flown)
    if not kept:
        raise RefusedError(
            f"none of the checklists of this run is named any more: {', '.join(sorted(flown))}",
            fix="Name it in cockpit.yaml again, or open a run of its own",
            code="conflicting",
        )
    return Sources(sources.texts, replace(sources.pinned, checklists=kept))


def _before(workspace: Workspace) -> Sources:
    pins = workspace.session.pins_before()
    if pins is None:
        raise RefusedError(
            "the run has never been migrated", fix="It flies by the files that it was opened with", code="none"
        )
    texts = texts_of(workspace.store, pins, workspace.run.name)
    if digest_of(texts) != pins.digest:
        raise NotFoundError("the files that it flew by before are not the ones that were pinned")
    return Sources(texts, parse_pins(texts, pins))


def _commands(pinned: Pinned) -> list[ConfiguredCommand]:
    found = configured_commands(pinned.configuration, pinned.library, pinned.checklists)
    return [ConfiguredCommand(one.where, one.command) for one in found]  # what is said beside one makes it no other

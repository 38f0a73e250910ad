"""`cockpit doctor --purge`: what is meant, that a person means it, and what could not be reached."""

from __future__ import annotations

import argparse
import shutil
import sys
from typing import TYPE_CHECKING

from msgspec import Struct

from cockpit.cli.common import open_here, print_json, require_writing, say, wants_json, warn
from cockpit.cli.questions import types
from cockpit.errors import CockpitError, ExitCode, NotFoundError, RefusedError, UsageError
from cockpit.store.layout import PAGE_BRANCH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cockpit.store.envelope import Stored
    from cockpit.workspace import Workspace

_WORD = "purge"
_SHORTEST = 8  # hex digits of an id or a hash that may stand for the whole
_HEX = frozenset("0123456789abcdef")
_SHOWN = 60  # characters of a text that is about to go


class Doomed(Struct, frozen=True):
    """A blob that is to be purged, and who wrote what with it."""

    sha256: str
    said: str


def purge(arguments: argparse.Namespace) -> ExitCode:
    """Purge the evidence that the arguments name, once a person has typed so."""
    require_writing(arguments)
    workspace = open_here(arguments, any_run=True)
    doomed = _find_all(workspace, arguments.purge)
    keeps = _keeps(workspace)  # a branch of reports is gone once it is purged
    if not wants_json(arguments):
        for each in doomed:
            warn(f"{each.sha256[:12]}  {each.said}")
    _confirm(arguments, len(doomed))
    from cockpit.parsed import ParsedTexts
    from cockpit.release.intents import PurgeEvidence

    workspace.session.act(PurgeEvidence(tuple(each.sha256 for each in doomed), arguments.reason))
    ParsedTexts().forget()
    shutil.rmtree(workspace.store.location.checkpoints, ignore_errors=True)
    commit, objects, trouble = _carry_out(workspace)
    if wants_json(arguments):
        print_json(
            {
                "purged": [each.sha256 for each in doomed],
                "commit": commit,
                "objects": objects,
                "trouble": trouble,
                "keeps": keeps,
            }
        )
    else:
        say(f"purged {len(doomed)}: no cockpit will show or pass them on; {objects} git objects were removed here")
        say("\n".join(f"- {sentence}" for sentence in keeps))
        if trouble:
            say(f"TO DO: {trouble}")
    return ExitCode.FAILED if trouble else ExitCode.OK


def _carry_out(workspace: Workspace) -> tuple[str | None, int, str]:
    """Drop the blobs from the ref and prune; return the new commit, the objects removed, and what stood in the way."""
    try:
        commit = workspace.store.commit("cockpit: purge").commit
    except CockpitError as error:
        return None, 0, f"the ref still holds them ({error.what}): run cockpit doctor"
    try:
        pruned = workspace.store.prune()
    except CockpitError as error:
        return commit, 0, f"git still holds them, unreachable ({error.what}): run cockpit doctor"
    trouble = pruned.trouble
    return commit, pruned.objects, f"git still holds them ({trouble}): git gc --prune=now" if trouble else ""


def _keeps(workspace: Workspace) -> list[str]:
    """Return in plain sentences who still has what was purged."""
    remotes = workspace.git.run("remote").text.split()
    told = [
        "Other clones keep their copies until they sync with this one and run cockpit doctor; backups keep theirs.",
        "If it was a secret, revoke it: purging hides it, and cannot call it back.",
    ]
    if remotes:
        told.insert(
            0,
            f"The remote ({', '.join(remotes)}) keeps it until the next sync replaces its ref, and a forge keeps"
            " unreachable objects and caches until its own clean-up: ask its support.",
        )
    if workspace.git.run("rev-parse", "--verify", "--quiet", f"refs/heads/{PAGE_BRANCH}").ok:
        told.append(
            f"The branch {PAGE_BRANCH} is gone here with all its history, and begins anew at the remote, too, with:"
            " cockpit report --publish"
        )
    if workspace.executions_directory.is_dir():
        told.append(f"What steps printed lies in {workspace.executions_directory}, too, and is not touched.")
    return told


def _confirm(arguments: argparse.Namespace, count: int) -> None:
    if arguments.yes:
        return
    if not sys.stdin.isatty():
        raise RefusedError(
            "purging cannot be taken back, and there is no terminal to confirm it on",
            fix="Look at what it names, then add --yes",
            code="not-confirmed",
        )
    say(f"This forgets {count} of them in every clone that syncs, for ever.")
    if not types(_WORD):
        raise RefusedError("nothing was purged", code="not-confirmed")


def _find_all(workspace: Workspace, targets: Sequence[str]) -> list[Doomed]:
    from cockpit.codec import named_blobs
    from cockpit.store.reader import JournalReader

    events = JournalReader(workspace.store.location.root).poll()
    naming: dict[str, Stored] = {}
    for event in events:
        for sha256 in named_blobs(event):
            naming.setdefault(sha256, event)
    found = dict.fromkeys(
        sha256 for target in targets for sha256 in _find(workspace, target.lower(), naming, {e.id: e for e in events})
    )
    return [Doomed(sha256, _said(workspace, sha256, naming.get(sha256))) for sha256 in found]


def _find(
    workspace: Workspace, target: str, naming: Mapping[str, Stored], events: Mapping[str, Stored]
) -> Sequence[str]:
    """Return the hashes that a blob's hash, an event's id (or the beginning of either) or an item's id means."""
    from cockpit.codec import named_blobs

    if len(target) >= _SHORTEST and _HEX.issuperset(target):
        known = {*naming, *events} | {path.name for path in workspace.store.location.evidence.glob(f"{target}*")}
        whole = [identity for identity in known if identity.startswith(target)]
        if len(whole) > 1:
            raise UsageError(f"{target!r} fits several", fix=f"Name one whole: {', '.join(sorted(whole))}")
        if whole:
            found = sorted(named_blobs(events[whole[0]])) if whole[0] in events else whole
            if not found:
                raise NotFoundError(f"the event {target} names no evidence", fix="cockpit timeline --json lists them")
            return found
    if target in workspace.run.items or "/" in target:
        from cockpit.bootstrap import now
        from cockpit.cli.item_names import find_item
        from cockpit.release.entities import item_entity

        entity = item_entity(find_item(workspace.run, target, now=now()))
        found = [sha256 for sha256, event in naming.items() if event.envelope.ent == entity]
        if found:
            return found
    raise NotFoundError(
        f"no evidence is called {target!r}",
        fix="Name the sha256 of a blob, the id of a note's event (cockpit timeline --json) or an item",
    )


def _said(workspace: Workspace, sha256: str, event: Stored | None) -> str:
    from cockpit.errors import NotFoundError
    from cockpit.text import visible

    try:
        content = workspace.store.evidence.get(sha256).content
        text = visible(content.decode("utf-8", "replace"), limit=_SHOWN)
    except NotFoundError:
        text = "(not here)"
    if event is None:
        return f"no event names it: {text}"
    envelope = event.envelope
    return f"{envelope.kind} on {envelope.ent} by {envelope.by.name} at {envelope.wall}: {text}"

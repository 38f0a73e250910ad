"""A run that is about to be opened: which files it pins, under which id, and why it may not be."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from cockpit.errors import NotFoundError, RefusedError
from cockpit.git.command import Git
from cockpit.git.resolve import resolve_tag
from cockpit.release.configuration import Configuration
from cockpit.release.decisions.context import OVER
from cockpit.release.inapplicable import inapplicable_items
from cockpit.release.intents import OpenRun
from cockpit.release.ledger import Pinned
from cockpit.runs import list_runs
from cockpit.store.store import Store

if TYPE_CHECKING:
    from cockpit.pinning import Sources

_SLUG = re.compile(r"[^a-z0-9]+")


class Opening(Struct, frozen=True):
    """What opens a run of that id, and the files that it is flown by."""

    run_id: str
    sources: Sources
    intent: OpenRun


def opening_of(
    root: Path, store: Store, name: str, *, env: str, tag: str, launch_at: str, checklists: tuple[str, ...] = ()
) -> Opening:
    """Return what opens a run with the files of the work tree at `root` pinned.

    Where `tag` is empty and `name` is a tag, it is that tag; the tag is resolved to its commit here. Refused where
    another environment was asked for than the one that the work tree's `cockpit.yaml` describes, and where a run of
    that name is open there; UsageError where it describes several and none was named.
    """
    from cockpit.pinning import read_work_tree  # what reads YAML is slow to load

    sources = read_work_tree(root, env)
    require_environment(env, sources.pinned.configuration)
    sources = _with_checklists(sources, checklists)
    configuration = sources.pinned.configuration
    code_git = Git((root / configuration.code.directory).resolve())
    commit = ""
    if tag:
        commit = resolve_tag(code_git, tag)
    else:
        # A run may be opened weeks before its tag exists.
        with contextlib.suppress(NotFoundError, RefusedError):
            commit = resolve_tag(code_git, name)
            tag = name
    _refuse_twin(store, name, configuration)
    slug = _SLUG.sub("-", name.lower())[:40].strip("-") or "run"
    intent = OpenRun(
        name=name,
        service=configuration.service,
        environment=configuration.environment.name,
        production=configuration.environment.production,
        timezone=configuration.timezone,
        digest=sources.pinned.digest,
        pins=dict(sources.texts),
        checklists=tuple(checklist.id for checklist in sources.pinned.checklists),
        tag=tag,
        commit=commit,
        launch_at=launch_at,
        not_applicable=inapplicable_items(configuration.not_applicable, sources.pinned.checklists),
    )
    return Opening(f"{slug}-{os.urandom(4).hex()}", sources, intent)


def _refuse_twin(store: Store, name: str, configuration: Configuration) -> None:
    twin = next(
        (
            one
            for one in list_runs(store).values()
            if one.state not in OVER
            and (one.name, one.service, one.environment)
            == (name, configuration.service, configuration.environment.name)
        ),
        None,
    )
    if twin is not None:
        raise RefusedError(
            f"a run {name} is open already in {twin.environment}",
            fix=f"Go on with {twin.id}, or close it first",
            code="already",
        )


def _with_checklists(sources: Sources, wanted: tuple[str, ...]) -> Sources:
    if not wanted:
        return sources
    known = {checklist.id: checklist for checklist in sources.pinned.checklists}
    missing = [identity for identity in wanted if identity not in known]
    if missing:
        raise NotFoundError(
            f"no checklist {missing[0]!r} in cockpit.yaml", fix=f"There is: {', '.join(known) or 'none'}"
        )
    pinned = Pinned(
        sources.pinned.configuration,
        tuple(known[identity] for identity in wanted),
        sources.pinned.library,
        sources.pinned.digest,
    )
    return replace(sources, pinned=pinned)


def require_environment(wanted: str, configuration: Configuration) -> None:
    """Refuse where a `cockpit.yaml` describes another environment than the one asked for; empty asks for none."""
    name = configuration.environment.name
    if wanted not in {"", name}:
        raise RefusedError(
            f"cockpit.yaml here describes the environment {name!r}, not {wanted!r}",
            fix=f"Leave --env out for {name}; {wanted} needs a cockpit.yaml that says environment: {{name: {wanted}}}",
            code="other-environment",
        )

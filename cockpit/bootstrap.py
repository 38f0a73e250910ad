"""The composition root: the clock, ids, the store, git and the rest are chosen here and nowhere else."""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.errors import CockpitError, NotFoundError, RefusedError, UsageError
from cockpit.git.command import Git
from cockpit.loading import Checkpoints, load_whole
from cockpit.masking import Mask
from cockpit.release.env_schema import env_schema
from cockpit.release.ledger import Pinned
from cockpit.release.ports import UNLEASED, Lease
from cockpit.release.record import Actor, same_name
from cockpit.runs import choose_run, parse_pins, pinned_of, read_runs
from cockpit.sealing import Seals
from cockpit.session import Session
from cockpit.store.clock import HybridClock
from cockpit.store.location import StoreLocation, Surroundings
from cockpit.store.store import Store
from cockpit.text import visible
from cockpit.trust import TrustStore
from cockpit.workspace import NameFrom, Options, Workspace

if TYPE_CHECKING:
    from cockpit.checks.checker import Checker
    from cockpit.execution.worker import Worker
    from cockpit.health.probes import Prober
    from cockpit.health.verify import HealthVerifier
    from cockpit.pinning import Sources
    from cockpit.release.plan import Plan
    from cockpit.release.sources import SourceQuestion, SourceReading
    from cockpit.signing.judge import CheckedSigner
    from cockpit.sources.budget import Budgets
    from cockpit.sources.desk import SourceDesk
    from cockpit.store.remote import StateRemote


_budgets: Budgets | None = None


def now() -> float:
    """Return the present time in epoch seconds."""
    return time.time()


def now_ms() -> int:
    """Return the present time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def open_store(repo: Path) -> Store:
    """Open the store of the repository that `repo` is in, with a writer id of this process's own."""
    return _store_at(StoreLocation.of(repo))


def _store_at(location: StoreLocation) -> Store:
    return Store.open(
        location,
        clock=HybridClock(now_ms),
        writer_id=os.urandom(16).hex(),
        host=os.uname().nodename,
    )


def find_actor(configured: Mapping[str, str], by: str) -> tuple[Actor, NameFrom]:
    """Return who acts, and where that is from: `--by`, else git's user.name, else the account's name.

    Raises UsageError for a name that is no UTF-8.
    """
    name = by.strip() or configured.get("user.name", "").strip() or os.environ.get("USER", "") or "somebody"
    if not name.isascii() and any("\ud800" <= letter <= "\udfff" for letter in name):  # it could stand in no event
        raise UsageError(
            f"the name {visible(name)} holds bytes that are no UTF-8",
            fix="Set the terminal to UTF-8 (look at LC_ALL), or write the name without that letter: --by NAME",
        )
    is_other = by.strip() and not same_name(by, configured.get("user.name", ""))
    email = "" if is_other else configured.get("user.email", "")
    name_from: NameFrom = "by" if by.strip() else "git" if configured.get("user.name", "").strip() else "account"
    return Actor(name=name, email=email), name_from


def open_workspace(
    options: Options,
    *,
    any_run: bool = False,
    any_env: bool = False,
    around: Surroundings | None = None,
    looking: bool = False,
) -> Workspace:
    """Open the repository, its store, and the run that is meant.

    A run flies by its pinned files; without an open run the work tree's `cockpit.yaml` counts, and where a checkout
    has removed that, the newest run's. With `any_run` several open runs are no mistake: the newest is taken; with
    `any_env` several environments are none, for what is the same in all. `around` is what git has just told of the
    repository, where it was asked already. Who is only `looking` at how things stand goes on from a checkpoint.
    Raises UsageError where one must be named.
    """
    around = around or Surroundings.of(options.repo)
    store = _store_at(around.location)
    root = around.top or around.location.common
    git = Git(root)
    checkpoints = Checkpoints(store.location, writes=not options.readonly) if looking else None
    stored = read_runs(store, checkpoints)
    runs = {identity: run.summary for identity, run in stored.items()}
    chosen = choose_run(runs, run=options.run, env=options.env, newest=any_run)
    run_id = chosen.id if chosen is not None else ""
    pinned: Pinned
    if chosen is not None:
        pinned = pinned_of(store, chosen, stored[chosen.id].pins)
    else:
        past = [summary for summary in runs.values() if options.env in {"", summary.environment}]
        try:
            pinned = _of_work_tree(root, options.env, any_env=any_env).pinned
        except NotFoundError:
            if not past:
                raise
            pinned = pinned_of(store, past[-1])
        if options.env not in {"", pinned.configuration.environment.name} and past:
            pinned = pinned_of(store, past[-1])  # of an environment in which no run is open at present
    environment = pinned.configuration.environment.name
    if options.env not in {"", environment}:
        known = ", ".join(sorted({environment, *(summary.environment for summary in runs.values())}))
        raise NotFoundError(f"nothing is known of an environment {options.env!r}", fix=f"There is: {known}")
    actor, name_from = find_actor(around.user, options.by)
    mask = Mask()
    session = Session(
        store, actor, now=now, readonly=options.readonly, redact=mask, parse_pins=parse_pins, seals=Seals(git),
        load=checkpoints.load if checkpoints is not None else load_whole,
    )  # fmt: skip
    session.focus(run_id, pinned)
    workspace = Workspace(
        root=root, git=git, store=store, session=session, trust=TrustStore(), runs=runs, env=options.env,
        name_from=name_from,
    )  # fmt: skip
    mask.tell_of(
        lambda: workspace.code / workspace.run.configuration.env.file,
        lambda: [
            rule.name
            for rule in env_schema(workspace.run.configuration, workspace.run.library)
            if rule.type == "secret"
        ],
    )
    return workspace


def _of_work_tree(root: Path, env: str, *, any_env: bool) -> Sources:
    from cockpit.pinning import environments_in, read_work_tree  # what reads YAML is slow to load: a run needs it once

    try:
        return read_work_tree(root, env)
    except UsageError as error:
        if error.code != "several-environments" or not any_env:
            raise
        return read_work_tree(root, environments_in(root)[0])


def remote_of(options: Options, store: Store, *, named: str = "", branch: str = "") -> StateRemote | None:
    """Return the remote to exchange the state with; also in a fresh clone, where no run and no configuration is yet."""
    from cockpit.store.remote import StateRemote

    try:
        workspace = open_workspace(options, any_run=True, any_env=True)
    except NotFoundError:
        local = Git(options.repo).run("config", "--get", "cockpit.stateRemote").text.strip()
        remote = StateRemote.of(store.location, named or local, branch=branch)
        own = remote.own_program() if remote is not None and not named else ""
        if remote is None or not own:
            return remote
        raise RefusedError(
            f"this clone brings along {own}, by which {remote.shown} would be asked, and nothing to trust is here yet",
            fix="Where that is meant, name the remote: cockpit sync --remote R",
            code="not-trusted",
        ) from None
    found = workspace.state_remote(named)
    if found is not None and branch:
        return found.on_branch(branch)
    return found


def commit_quietly(store: Store, message: str) -> None:
    """Commit to the state ref; a failure stops nothing, for the events are safe in the journals."""
    with contextlib.suppress(CockpitError):
        store.commit(message)


def make_checker(workspace: Workspace) -> Checker:
    """Return what looks at the run's sensed items; only what is trusted may be asked of it."""
    from cockpit.checks.checker import Checker
    from cockpit.measuring import Measurer

    return Checker(
        root=workspace.root,
        mask=workspace.session.masked,
        code=lambda: workspace.code,
        now=now,
        measures=lambda: Measurer(workspace, now=now),
        rehearsals=lambda: tuple(workspace.run.rehearsals.values()),
        sources=_Desk(workspace),
    )


def make_desk(workspace: Workspace) -> SourceDesk:
    """Return where the monitoring tools of the present run are asked; a credential has one budget in this process."""
    from cockpit.sources.budget import Budgets
    from cockpit.sources.desk import SourceDesk

    global _budgets  # noqa: PLW0603 - made when the first source is asked: most commands ask none
    _budgets = _budgets or Budgets(now)
    return SourceDesk(
        lambda: workspace.run.configuration.sources,
        environment=os.environ,
        root=workspace.root,
        budgets=_budgets,
        now=now,
        trusted=lambda: workspace.trusted,
    )


class _Desk:
    """The desk, set up once somebody asks: most services have no source, and what speaks HTTP is slow to import."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @functools.cached_property
    def _desk(self) -> SourceDesk:
        return make_desk(self._workspace)

    async def ask(self, question: SourceQuestion, *, seconds: float) -> SourceReading:
        return await self._desk.ask(question, seconds=seconds)


def make_prober(workspace: Workspace) -> Prober:
    """Return what takes looks, from the configuration's directory; it runs programs only where that is trusted now."""
    from cockpit.health.beats import beat_path
    from cockpit.health.probes import Prober

    return Prober(
        observer=workspace.host,
        directory=workspace.root,
        trusted=workspace.trusted,
        beats=lambda name: beat_path(workspace.store.location.root, workspace.run.environment, name),
        sources=_Desk(workspace),
        mask=workspace.session.masked,
    )


def make_verifier(workspace: Workspace) -> HealthVerifier:
    """Return what decides whether the service is well, and at its target's version."""
    from cockpit.health.verify import HealthVerifier

    configuration = workspace.run.configuration
    return HealthVerifier(configuration.probes, configuration.version, lambda: make_prober(workspace))


def make_signer(workspace: Workspace, key: str = "") -> CheckedSigner | None:
    """Return what signs: the key of that file, git's, or the agent's; None where there is none and none is needed."""
    from cockpit.signing.allowed import allowed_signers
    from cockpit.signing.judge import CheckedSigner
    from cockpit.signing.keys import choose_signer

    signing = workspace.run.configuration.signing
    allowed = allowed_signers(workspace.git, signing)
    signer = choose_signer(workspace.git, key, allowed)
    return CheckedSigner(signer, signing, allowed) if signer is not None else None


def make_worker(workspace: Workspace, execution: str, *, turn: int | None = None, lease: Lease = UNLEASED) -> Worker:
    """Put a worker together for the rest of an execution."""
    from cockpit.execution.control import output_path
    from cockpit.execution.databases.actions import DatabaseActions
    from cockpit.execution.databases.place import locator
    from cockpit.execution.prepare import refuse_foreign_dump
    from cockpit.execution.worker import Worker
    from cockpit.git.facts import head_commit
    from cockpit.git.resolve import resolve_named
    from cockpit.release.planning import rebuilt

    configuration = workspace.run.configuration

    def rebuild(plan: Plan) -> Plan:
        refuse_foreign_dump(plan, configuration, workspace.root)
        return rebuilt(
            plan,
            configuration,
            digest=workspace.run.digest,
            code=str(workspace.code),
            root=str(workspace.root.absolute()),
            locate=locator(workspace.root),
        )

    workspace.session.keep_pins()

    return Worker(
        execution,
        act=workspace.session.act,
        run_of=lambda: workspace.run,
        output=output_path(workspace.executions_directory, execution),
        verifier=make_verifier(workspace),
        trusted=workspace.trust.trusted,
        resolve=lambda plan: resolve_named(workspace.code_git, plan.tag, plan.tag_raw),
        head=lambda: head_commit(workspace.code_git),
        rebuild=rebuild,
        databases=DatabaseActions(execution, root=workspace.root, environment=os.environ, now=now),
        commit=lambda: commit_quietly(workspace.store, "cockpit: execution"),
        turn=turn,
        lease=lease,
    )

"""What a process works in: one repository, its store, one service and environment, and the run in focus."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from cockpit.codec import to_record
from cockpit.errors import CockpitError, NotFoundError, RefusedError, UsageError
from cockpit.git.command import Git
from cockpit.identity import Doubt, doubt_about
from cockpit.release.assumed import Tried, assumed_of, tried_in, untried
from cockpit.release.ledger import Ledger, Pinned
from cockpit.release.live import Presence
from cockpit.release.plan import Plan
from cockpit.release.ports import Situation
from cockpit.release.run import ExecutionView, Run, RunSummary
from cockpit.runs import texts_of
from cockpit.session import SERVICE_STREAM, Session
from cockpit.store import files
from cockpit.store.lock import FileLock, Held
from cockpit.store.reader import JournalReader
from cockpit.store.store import Store
from cockpit.times import rfc3339
from cockpit.trust import TrustStore

if TYPE_CHECKING:
    from cockpit.store.remote import StateRemote

_OTHERS_OPEN = 10.0  # seconds to outlast somebody else who opens a run

NameFrom = Literal["by", "git", "account"]  # where the actor's name is from: said, git's user.name, or the account


class Options(Struct, frozen=True):
    """What every command accepts: the repository, which run, which environment, who, and whether to write."""

    repo: Path
    run: str = ""
    env: str = ""
    by: str = ""
    readonly: bool = False


class Workspace:
    """The composition of one process, made by `bootstrap.open_workspace`."""

    def __init__(
        self,
        *,
        root: Path,
        git: Git,
        store: Store,
        session: Session,
        trust: TrustStore,
        runs: Mapping[str, RunSummary],
        env: str = "",
        name_from: NameFrom = "by",
    ) -> None:
        self.root = root
        self.git = git
        self.store = store
        self.session = session
        self.trust = trust
        self.runs = dict(runs)
        self.env = env  # the environment that was asked for by name; empty where it was left open
        self.name_from = name_from
        self.host = os.uname().nodename

    def doubt(self, present: Iterable[Presence] = ()) -> Doubt | None:
        """Return why one must ask who acts here, given who is here; None where it is clear."""
        return doubt_about(
            self.session.actor.name,
            told=self.name_from == "by",
            configured=self.name_from == "git",
            configuration=self.run.configuration,
            present=present,
            now=time.time(),
        )

    @property
    def run(self) -> Run:
        """The present snapshot."""
        return self.session.run

    @property
    def code(self) -> Path:
        """The work tree that is released and rolled back."""
        return (self.root / self.run.configuration.code.directory).resolve()

    @property
    def code_git(self) -> Git:
        """Git in that work tree."""
        return Git(self.code, fetches=self.trusted)

    @property
    def trusted(self) -> bool:
        """Whether this user lets this very configuration run its commands on this host."""
        return self.trust.trusted(self.run.digest)

    @property
    def situation(self) -> Situation:
        """What a check may be told of the run."""
        run = self.run
        return Situation(run.tag, run.commit, run.service, run.environment)

    @property
    def execution_lock(self) -> str:
        """The name of the lock that everything holds which executes."""
        return f"execute-{self.run.service}-{self.run.environment}"

    @property
    def executions_directory(self) -> Path:
        """Where workers keep what their steps print."""
        return self.store.location.root / "executions"

    def execution_elsewhere(self) -> tuple[str, ExecutionView] | None:
        """Return an execution that is not over of another run of this service and environment, with that run's id."""
        return next(((run_id, view) for run_id, view in self.executions_elsewhere() if not view.over), None)

    def executions_elsewhere(self) -> Iterator[tuple[str, ExecutionView]]:
        """Return every execution of the other runs of this service and environment, with the run's id."""
        run = self.run
        for stream in self.store.streams():
            service, environment, run_id = stream.split("/")
            if (service, environment) != (run.service, run.environment) or run_id in {run.id, SERVICE_STREAM}:
                continue
            ledger = Ledger(self.session.text)
            ledger.add(
                to_record(stored)
                for stored in JournalReader(self.store.location.root, [stream]).poll()
                if stored.envelope.ent.startswith("execution:")
            )
            yield from ((run_id, view) for view in ledger.executions())

    def tried(self) -> Tried:
        """Return what tells which steps have run well, in whatever run of this service and environment."""
        return tried_in([*self.run.executions, *(view for _, view in self.executions_elsewhere())])

    def assumed(self, plan: Plan) -> dict[str, str]:
        """Return which steps of a plan are only guessed, and why, by their ids; it may take a look at other runs."""
        configuration = self.run.configuration
        found = assumed_of(configuration, plan.direction, untried)
        return assumed_of(configuration, plan.direction, self.tried()) if found else {}

    def state_remote(self, named: str = "") -> StateRemote | None:
        """Return the remote that the state is exchanged with, or None where there is none or it is `none`.

        What is named wins, then git's `cockpit.stateRemote`, then the configuration, then origin or the only remote.
        Raises NotFoundError for a name that is no remote, RefusedError (`not-trusted`) for an address that only an
        untrusted configuration names, and for a remote that nobody `named` and something
        in an untrusted clone has a program run for.
        """
        from cockpit.store.remote import StateRemote

        location, configuration = self.store.location, self.run.configuration
        local = self.git.run("config", "--get", "cockpit.stateRemote").text.strip()
        wanted = named or local or configuration.state_remote
        if wanted == "none":
            return None
        remote = StateRemote.of(location, wanted, branch=configuration.state_branch)
        if remote is None or self.trusted:
            return remote
        by_file, own = not named and not local, "" if named else remote.own_program()
        if (by_file and not remote.configured_in_git) or own:
            way = f"by {own}, which this clone brings along, " if own else ""
            raise RefusedError(
                f"the state would go {way}to {remote.shown}, and this configuration is not trusted on this host",
                fix="Look at it and say: cockpit trust",
                code="not-trusted",
            )
        return remote

    def environments(self) -> dict[str, Pinned]:
        """Return the files that are flown by, as they hold in each environment that they describe."""
        from cockpit.pinning import parse_environments, read_work_tree  # what reads YAML is slow to load

        pins = self.session.pins()
        if pins is not None:
            return parse_environments(texts_of(self.store, pins, self.run.name))
        try:
            return parse_environments(read_work_tree(self.root, self.run.environment).texts)
        except NotFoundError:  # checked out is a commit that has none, or one that knows this environment no more
            return {self.run.environment: self.session.run_pinned}

    def log_path(self, name: str) -> Path:
        """Return the file of a configured log, or its pattern; NotFoundError lists those there are."""
        source = self.run.configuration.logs.get(name)
        if source is None:
            known = ", ".join(self.run.configuration.logs) or "none is configured"
            raise NotFoundError(f"no log {name!r}", fix=f"There is: {known}")
        if not source.file:
            raise UsageError(f"the log {name!r} is what a command says", fix=f"cockpit logs {name} -f runs it")
        return self.root / source.file

    def open_run(self, name: str, *, tag: str, launch_at: str, checklists: tuple[str, ...] = ()) -> Run:
        """Open a run with the work tree's files pinned, and turn to it; refused as `opening.opening_of` refuses."""
        from cockpit.opening import opening_of

        require_writable(self)
        unwritable = self.store.read_only_because()
        if unwritable is not None:
            raise unwritable
        with self._opening_lock():
            opening = opening_of(
                self.root, self.store, name, env=self.env, tag=tag, launch_at=launch_at, checklists=checklists
            )
            before = self.run.id, self.session.run_pinned
            self.session.focus(opening.run_id, opening.sources.pinned)
            try:
                self.session.act(opening.intent)
            except CockpitError:
                self.session.focus(*before)
                raise
        self.runs[opening.run_id] = self.run.summary()
        return self.run

    def _opening_lock(self) -> FileLock:
        """Return the lock under which runs are opened: of two that open one of a name at once, the second is told."""
        location = self.store.location
        files.make_directories(location.locks, below=location.common, share=location.share)
        holder = Held(self.session.actor.name, self.host, os.getpid(), rfc3339(time.time()), "opening a run")
        return FileLock(location.lock("open-run"), holder, wait=_OTHERS_OPEN, share=location.share)


def require_trust(workspace: Workspace) -> None:
    """Refuse where a person has not let this very configuration run its commands on this host."""
    if not workspace.trusted:
        raise RefusedError(
            "this configuration is not trusted on this host",
            fix="Look at what it would run (cockpit trust --show), then say: cockpit trust",
            code="not-trusted",
        )


def require_writable(workspace: Workspace) -> None:
    """Refuse in a read-only cockpit, and where it is not clear who acts, before anything is started or stopped."""
    workspace.session.require_writing()
    workspace.session.require_identity()

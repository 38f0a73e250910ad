"""What a process works in: one repository, its store, one service and environment, and the run in focus."""

from __future__ import annotations

import contextlib
import re
import secrets
import socket
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from cockpit.codec import to_record
from cockpit.errors import CockpitError, NotFoundError, RefusedError, UsageError
from cockpit.git.command import Git
from cockpit.git.resolve import resolve_tag
from cockpit.identity import Doubt, doubt_about
from cockpit.pinning import Sources, parse_environments, parse_texts, read_work_tree
from cockpit.release.configuration import Configuration
from cockpit.release.decisions.context import OVER
from cockpit.release.entities import RUN
from cockpit.release.intents import OpenRun
from cockpit.release.ledger import Ledger, Pinned, Pins
from cockpit.release.live import Presence
from cockpit.release.ports import Situation
from cockpit.release.record import Record
from cockpit.release.run import ExecutionView, Run, RunSummary
from cockpit.session import SERVICE_STREAM, Session
from cockpit.store.reader import JournalReader
from cockpit.store.remote import StateRemote
from cockpit.store.store import Store
from cockpit.trust import TrustStore

NameFrom = Literal["by", "git", "account"]  # where the actor's name is from: said, git's user.name, or the account

_SLUG = re.compile(r"[^a-z0-9]+")


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
        self.host = socket.gethostname()

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
        return Git(self.code)

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

    def state_remote(self, named: str = "") -> StateRemote | None:
        """Return the remote that the state is exchanged with, or None where there is none or it is `none`.

        What is named wins, then git's `cockpit.stateRemote`, then the configuration, then origin or the only remote.
        Raises NotFoundError for a name that is no remote, RefusedError (`not-trusted`) for an address that only an
        untrusted configuration names.
        """
        location, configuration = self.store.location, self.run.configuration
        local = self.git.run("config", "--get", "cockpit.stateRemote").text.strip()
        wanted = named or local or configuration.state_remote
        if wanted == "none":
            return None
        remote = StateRemote.of(location, wanted, branch=configuration.state_branch)
        by_file = not named and not local
        if remote is not None and by_file and not remote.configured_in_git and not self.trusted:
            raise RefusedError(
                f"the state would go to {remote.shown}, and this configuration is not trusted on this host",
                fix="Look at it and say: cockpit trust",
                code="not-trusted",
            )
        return remote

    def environments(self) -> dict[str, Pinned]:
        """Return the files that are flown by, as they hold in each environment that they describe."""
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
        """Open a run with the work tree's files pinned, and turn to it.

        Where `tag` is empty and `name` is a tag, it is that tag; the tag is resolved to its commit here. Refused where
        another environment was asked for than the one that the work tree's `cockpit.yaml` describes; UsageError where
        it describes several and none was named.
        """
        sources = read_work_tree(self.root, self.env)
        require_environment(self.env, sources.pinned.configuration)
        sources = self._with_checklists(sources, checklists)
        configuration = sources.pinned.configuration
        code_git = Git((self.root / configuration.code.directory).resolve())
        commit = ""
        if tag:
            commit = resolve_tag(code_git, tag)
        else:
            # A run may be opened weeks before its tag exists.
            with contextlib.suppress(NotFoundError, RefusedError):
                commit = resolve_tag(code_git, name)
                tag = name
        twin = next(
            (
                one
                for one in list_runs(self.store).values()
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
        slug = _SLUG.sub("-", name.lower())[:40].strip("-") or "run"
        run_id = f"{slug}-{secrets.token_hex(4)}"
        opening = OpenRun(
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
        )
        before = self.run.id, self.session.run_pinned
        self.session.focus(run_id, sources.pinned)
        try:
            self.session.act(opening)
        except CockpitError:
            self.session.focus(*before)
            raise
        self.runs[run_id] = self.run.summary()
        return self.run

    def _with_checklists(self, sources: Sources, wanted: tuple[str, ...]) -> Sources:
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
        return Sources(sources.texts, pinned)


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


def require_environment(wanted: str, configuration: Configuration) -> None:
    """Refuse where a `cockpit.yaml` describes another environment than the one asked for; empty asks for none."""
    name = configuration.environment.name
    if wanted not in {"", name}:
        raise RefusedError(
            f"cockpit.yaml here describes the environment {name!r}, not {wanted!r}",
            fix=f"Leave --env out for {name}; {wanted} needs a cockpit.yaml that says environment: {{name: {wanted}}}",
            code="other-environment",
        )


def list_runs(store: Store) -> dict[str, RunSummary]:
    """Return every run in the store by its id, oldest first."""
    summaries = []
    for stream in store.streams():
        service, environment, run_id = stream.split("/")
        if run_id == SERVICE_STREAM:
            continue
        ledger = Ledger(lambda _: None)
        ledger.add(_records_of_run(store, stream))
        opened = ledger.opened()
        record = ledger.register(RUN, "opened").winner
        if opened is None or record is None:
            continue
        tag, commit = ledger.target()
        summaries.append(
            RunSummary(
                run_id, service, environment, opened.name, tag, commit, ledger.run_state(), record.wall,
                ledger.launch_at(),
            )
        )  # fmt: skip
    summaries.sort(key=lambda summary: (summary.opened_at, summary.id))
    return {summary.id: summary for summary in summaries}


def choose_run(runs: Mapping[str, RunSummary], *, run: str, env: str, newest: bool = False) -> RunSummary | None:
    """Return the run that is meant: the one named, else the only open one; None where none is open.

    With `newest`, of several open ones it is the one opened last. Raises NotFoundError for a name that fits none,
    UsageError where several fit or several are open.
    """
    candidates = [summary for summary in runs.values() if not env or summary.environment == env]
    if run:
        exact = [summary for summary in candidates if run in {summary.id, summary.name}]
        found = exact or [summary for summary in candidates if summary.id.startswith(run)]
        still_open = [summary for summary in found if summary.state not in OVER]
        found = still_open or found[-1:]
        if not found:
            known = ", ".join(summary.id for summary in candidates) or "none has been opened"
            raise NotFoundError(f"no run {run!r}", fix=f"There is: {known}")
    else:
        found = [summary for summary in candidates if summary.state not in OVER]
    if len(found) > 1 and (run or not newest):
        listing = ", ".join(f"{summary.id} ({summary.environment}, {summary.state})" for summary in found)
        what = f"several runs are called {run!r}" if run else "several runs are open"
        raise UsageError(what, fix=f"Name one with --run: {listing}", code="several-runs")
    return found[-1] if found else None


def pinned_of(store: Store, summary: RunSummary) -> Pinned:
    """Return the files that a run was opened with or migrated to, from the store alone; the digest is of what is there.

    Raises ConfigurationError where this version cannot read them, NotFoundError where a text is not here yet.
    """
    stream = f"{summary.service}/{summary.environment}/{summary.id}"
    ledger = Ledger(lambda _: None)
    ledger.add(_records_of_run(store, stream))
    pins = ledger.pins()
    if pins is None:
        raise NotFoundError(f"the run {summary.id} has no opening event here yet")
    return parse_pins(texts_of(store, pins, summary.name), pins)


def texts_of(store: Store, pins: Pins, run: str) -> dict[str, str]:
    """Return the pinned texts of a run by their path; raises NotFoundError, which names it, for one not here yet."""
    texts = {}
    for path, ref in pins.pins.items():
        try:
            texts[path] = store.evidence.get(ref.sha256).content.decode("utf-8", "replace")
        except NotFoundError:
            raise NotFoundError(
                f"the pinned {path} of {run} is not in this clone's store yet",
                fix="Exchange the state first: cockpit sync",
            ) from None
    return texts


def parse_pins(texts: Mapping[str, str], pins: Pins) -> Pinned:
    """Return what pinned texts say, without the checklists that this run leaves out."""
    pinned = parse_texts(texts, pins.environment)
    checklists = tuple(checklist for checklist in pinned.checklists if checklist.id in pins.checklists)
    return Pinned(pinned.configuration, checklists, pinned.library, pinned.digest)


def _records_of_run(store: Store, stream: str) -> list[Record]:
    # With a reader of its own: what the store's session follows stays as it is.
    found = JournalReader(store.location.root, [stream]).poll()
    return [to_record(stored) for stored in found if stored.envelope.ent == RUN]

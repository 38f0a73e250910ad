"""A release on real parts for the screens to show: a repository with tags, a store, an open run, a clock to turn.

Nothing of the machine shows: commits, times, hosts and writer ids are fixed, and the workspace's root is relative, so
that a scene is entered (`Scene.enter`) before its app runs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from cockpit.codec import encode_data
from cockpit.execution.control import output_path
from cockpit.execution.prepare import prepare
from cockpit.git.command import Git
from cockpit.identity import Doubt
from cockpit.layouts import LayoutStore
from cockpit.pinning import read_work_tree
from cockpit.preferences import Preferences
from cockpit.release.entities import execution_entity, item_entity
from cockpit.release.events import (
    ExecutionStopped,
    ItemDeferred,
    StepEnded,
    StepOutcome,
    StepStarted,
    WorkerStarted,
    kind_of,
)
from cockpit.release.intents import Intent, RecordFact, RequestExecution, TickItem
from cockpit.release.live import Live
from cockpit.release.plan import Plan
from cockpit.release.record import Actor, Event, TextRef
from cockpit.release.run import Run
from cockpit.runs import parse_pins, pinned_of
from cockpit.seen import SeenStore
from cockpit.session import Session
from cockpit.store.clock import HybridClock
from cockpit.store.envelope import By
from cockpit.store.location import StoreLocation
from cockpit.store.store import Store
from cockpit.times import epoch, rfc3339
from cockpit.trust import TrustStore
from cockpit.tui.app import CockpitApp
from cockpit.workspace import Workspace

NOW = epoch("2026-03-10T13:16:32Z")  # a Tuesday, 14:16 in Berlin
LAUNCH = "2026-03-10T13:02:00.000Z"
HOST = "bridge"
ANA = Actor("Ana Lima", "ana@example.org")
BEN = Actor("Ben Okafor", "ben@example.org")
EXECUTION = "5eed0001"
_RELEASES = (
    ("v2.3.0", "2026-02-03T10:00:00Z", "Gift cards"),
    ("v2.4.0", "2026-02-24T10:00:00Z", "Faster search"),
    ("v2.4.1", "2026-03-10T09:30:00Z", "Cart totals in the customer's currency"),
)
CONFIGURATION = """\
service: shop
environment: {name: production, production: true}
timezone: Europe/Berlin
logs:
  app: {file: logs/app.log}
  access: {file: logs/access.log}
probes:
  api: {title: Shop API, http: "http://shop.example/health", conditions: ["[STATUS] == 200"]}
  db: {title: Database, tcp: "db.example:5432"}
  checkout: {title: Checkout, http: "http://shop.example/checkout"}
  cdn: {title: CDN, http: "http://cdn.example/"}
  search: {title: Search, http: "http://shop.example/search"}
channels:
  ops: {slack: {url_env: OPS_WEBHOOK}}
  mail: {smtp: {host: mail.example, from: ops@shop.example, to: [all@shop.example]}}
  pager: {pagerduty: {routing_key_env: PAGER_KEY}}
  log: {file: logs/messages.log}
notify:
  trigger-breached: [pager, ops]
  update-overdue: [ops]
rollback:
  migrations: ["migrations/*"]
  backups: {glob: "backups/shop-{tag}.dump"}
  steps:
    - {id: stop, title: Stop the service, run: "echo stopping; true", danger: The shop is down from here on}
    - {id: checkout, title: Check out the target, checkout: true}
    - {id: migrate, title: Migrate the database back, run: "true", needs_backup: true, optional: true}
    - {id: start, title: Start the service, run: "echo started; true"}
"""
APP_LOG = """\
2026-03-10T13:16:28Z INFO  GET /cart 200 31 ms
2026-03-10T13:16:29Z DEBUG cache hit ratio 0.97
2026-03-10T13:16:31Z WARN  queue depth 180
2026-03-10T13:16:33Z INFO  migrated 0042
2026-03-10T13:16:33Z ERROR payment gateway timeout after 5000 ms order=8812
Traceback (most recent call last):
  File "shop/pay.py", line 88, in charge
TimeoutError: no answer
2026-03-10T13:16:34Z INFO  GET /cart 200 31 ms
"""
ACCESS_LOG = "".join(
    f'203.0.113.{n} - - [10/Mar/2026:14:16:{n:02d} +0100] "GET /p/{n} HTTP/1.1" {status} 812\n'
    for n, status in enumerate((200, 200, 304, 200, 502, 200, 404, 200), 20)
)


class Clock:
    """Epoch seconds that go on only when told."""

    def __init__(self, start: float) -> None:
        self.time = start

    def __call__(self) -> float:
        return self.time

    def milliseconds(self) -> int:
        return round(self.time * 1000)


def build_repository(repo: Path, configuration: str = CONFIGURATION) -> None:
    """Make a repository with three releases, the last one checked out, and logs that git does not see."""
    repo.mkdir(parents=True)
    git = Git(repo)
    quiet = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    git.output("init", "--quiet", "--initial-branch=main", "--template=", env=quiet)
    for setting in (f"user.name={ANA.name}", f"user.email={ANA.email}", "commit.gpgSign=false", "tag.gpgSign=false"):
        git.output("config", *setting.split("=", 1))
    (repo / ".gitignore").write_text("logs/\nbackups/\n")
    (repo / "cockpit.yaml").write_text(configuration)
    for number, (tag, date, subject) in enumerate(_RELEASES):
        (repo / "VERSION").write_text(f"{tag}\n")
        (repo / "migrations").mkdir(exist_ok=True)
        (repo / "migrations" / f"004{number}.sql").write_text(f"-- {tag}\n")
        dated = quiet | {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        git.output("add", "--all", env=dated)
        git.output("commit", "--quiet", "--message", subject, env=dated)
        git.output("tag", "--annotate", f"--message={subject}", "--", tag, env=dated)
    for name, text in (("app", APP_LOG), ("access", ACCESS_LOG)):
        (repo / "logs").mkdir(exist_ok=True)
        (repo / "logs" / f"{name}.log").write_text(text)
    (repo / "backups").mkdir()
    dump = repo / "backups" / "shop-v2.4.0.dump"
    dump.write_bytes(b"dump")
    os.utime(dump, (NOW - 11_520.0, NOW - 11_520.0))


class Scene:
    """One open run, flown by Ana; `live` is what the probes say, and whoever is here."""

    def __init__(
        self, home: Path, template: Path, *, clock: Callable[[], float] | None = None, writers: int = 0
    ) -> None:
        self.repo = home / "shop"
        shutil.copytree(template, self.repo, symlinks=True)
        Git(self.repo).output("update-index", "-q", "--refresh")  # its index knew the template's files
        self.state = home / "state"
        self.clock = Clock(NOW - 600.0)
        self._now = clock or self.clock
        self._writers = writers  # so many have written in the template's store
        self.live = Live()
        self.seen: SeenStore | None = None  # what its people saw in earlier sessions
        self.doubt: Doubt | None = None
        self.store = self._open_store()
        self.session = Session(self.store, ANA, now=self._now, parse_pins=parse_pins)
        self.workspace = Workspace(
            root=Path(), git=Git(self.repo), store=self.store, session=self.session,
            trust=TrustStore(self.state), runs={},
        )  # fmt: skip
        self.workspace.host = HOST

    def again(self, home: Path) -> Scene:
        """Return this scene anew in another place, as whoever leaves the cockpit comes back to it."""
        shutil.copytree(self.state, home / "state")
        other = Scene(home, self.repo, writers=self._writers)
        other.clock.time = self.clock.time
        other.live, other.seen, other.doubt = self.live, self.seen, self.doubt
        other.session.focus(self.run.id, pinned_of(other.store, self.run.summary()))
        other.workspace.runs[self.run.id] = self.run.summary()
        return other

    def _open_store(self) -> Store:
        """Open it as another process would, with the next writer id."""
        self._writers += 1
        writer = f"{self._writers:032x}"
        clock = HybridClock(lambda: round(self._now() * 1000))
        return Store.open(StoreLocation.of(self.repo), clock=clock, writer_id=writer, host=HOST, now=self._now)

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> Scene:
        """Make the repository the current directory, and our state this user's."""
        monkeypatch.chdir(self.repo)
        monkeypatch.setenv("COCKPIT_STATE_DIR", str(self.state))
        return self

    def open(self, *, trust: bool = True) -> None:
        """Open the run of v2.4.1."""
        self.session.focus("", read_work_tree(self.workspace.root).pinned)
        self.workspace.open_run("v2.4.1", tag="", launch_at=LAUNCH)
        if trust:
            self.workspace.trust.trust(self.run.digest, by=ANA.name, at=rfc3339(self._now()), repository="shop")

    @property
    def run(self) -> Run:
        """The present snapshot."""
        return self.workspace.run

    def app(
        self, *, theme: str = "", preferences: Preferences | None = None, layouts: LayoutStore | None = None
    ) -> CockpitApp:
        """An app on this scene at its moment, with the feeds as `live` has them."""
        app = CockpitApp(
            self.workspace, now=self._now, feeding=False, seen=self.seen, doubt=self.doubt, theme=theme,
            preferences=preferences or Preferences(), layouts=layouts,
        )  # fmt: skip
        app.set_reactive(CockpitApp.live, self.live)
        return app

    def act(self, *intents: Intent, every: float = 1.0) -> None:
        """Carry out intents, some seconds apart."""
        for intent in intents:
            self.clock.time += every
            self.session.act(intent)

    def tick(self, items: Iterable[str]) -> None:
        """Tick items, a second apart."""
        self.act(*(TickItem(item) for item in items))

    def colleague(self) -> Session:
        """Ben's own session on the same run."""
        return self._session_of(BEN)

    def again_beside(self) -> Session:
        """Ana's second session on the same run, beside the first."""
        return self._session_of(ANA)

    def _session_of(self, actor: Actor) -> Session:
        session = Session(self._open_store(), actor, now=self._now, parse_pins=parse_pins)
        session.focus(self.run.id, pinned_of(self.store, self.run.summary()))
        return session

    def contradict(self, item: str, reason: str) -> None:
        """Let Ben defer an item without having seen what Ana wrote on it."""
        blob = self.store.evidence.put_text(reason)
        self.meanwhile(item_entity(item), ItemDeferred(reason=TextRef(blob.sha256, blob.size)))

    def meanwhile(self, entity: str, event: Event, *, later: float = 1.0) -> None:
        """Let Ben write something without having seen what Ana wrote, `later` (which may be negative) by his clock."""
        self.clock.time += later
        run = self.run
        self._open_store().append(
            f"{run.service}/{run.environment}/{run.id}",
            kind_of(event),
            entity,
            (),
            encode_data(event),
            by=By(BEN.name, BEN.email),
            wall=rfc3339(self._now()),
        )
        self.session.poll()

    # Executions

    def plan(self, tag: str = "v2.4.0") -> Plan:
        """Resolve the rollback to a tag."""
        work = self.workspace
        return prepare(work.run, "rollback", tag, root=work.root, code=work.code, host=work.host)

    def request(self, printed: str, *, tag: str = "v2.4.0") -> None:
        """Confirm the rollback, and let a worker begin that has printed something."""
        self.act(RequestExecution(EXECUTION, self.plan(tag), tag))
        path = output_path(self.workspace.executions_directory, EXECUTION)
        path.parent.mkdir(parents=True)
        path.write_text(printed)
        self.fact(WorkerStarted(pid=4711, step=0))

    def fact(self, event: Event) -> None:
        """Let the worker write down a fact."""
        self.act(RecordFact(execution_entity(EXECUTION), event))

    def begin(self, index: int, name: str) -> None:
        """Let the worker begin a step."""
        self.fact(StepStarted(index=index, step=name, attempt=1))

    def end(self, index: int, name: str, outcome: StepOutcome = "ok", detail: str = "") -> None:
        """Let the worker end a step after four seconds."""
        self.clock.time += 3.0
        self.fact(StepEnded(index=index, step=name, attempt=1, outcome=outcome, seconds=4.0, code=0, detail=detail))

    def stop(self, index: int, name: str, why: str) -> None:
        """Let the step under way fail, and the worker stop at it."""
        self.end(index, name, "failed", why)
        self.fact(ExecutionStopped(index=index, reason=f"{name} failed: {why}"))

"""A small release on real parts: a repository with two tags, a service of shell scripts, an open run, trusted."""

from __future__ import annotations

import contextlib
import io
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cockpit.bootstrap import make_worker, open_workspace
from cockpit.cli.main import run
from cockpit.execution.prepare import prepare
from cockpit.git.command import Git
from cockpit.release.intents import RequestExecution
from cockpit.release.plan import Plan
from cockpit.release.run import ExecutionView
from cockpit.store.lock import holder_of
from cockpit.workspace import Options, Workspace

Step = dict[str, Any]

# A shell that waits at the gate by itself, without a child that somebody would have to reap.
WAIT = '{ [ -e "$V/gone" ] || read _ < "$V/gate" || :; }'

CHECKLIST = """\
id: short
title: Short
phases:
  - id: day
    title: Day
    sections:
      - id: before
        title: Before
        items:
          - {id: day/before/look, text: Look}
"""
SETTINGS = """
[user]
    name = Ana
    email = ana@example.org
[commit]
    gpgSign = false
[tag]
    gpgSign = false
"""


def wait_until(holds: Callable[[], object], *, within: float = 20.0) -> None:
    """Return as soon as the condition holds; fail where it does not in time."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "the condition did not come to hold"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Flight:
    """One service: `var` is its world outside the work tree, `trace` what its steps have done, in order."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.repo = home / "the shop"
        self.var = home / "var"
        self.repo.mkdir(parents=True)
        self.var.mkdir()
        os.mkfifo(self.var / "gate")
        self.git = Git(self.repo)
        self.git.output("init", "--quiet", "--initial-branch=main", "--template=")
        with (self.repo / ".git" / "config").open("a") as config:
            config.write(SETTINGS)
        (self.repo / "checklists").mkdir()
        (self.repo / "checklists" / "short.yaml").write_text(CHECKLIST)

    def release(self, tag: str) -> str:
        """Commit and tag a version; return the commit."""
        (self.repo / "VERSION").write_text(f"{tag}\n")
        self.git.output("add", "--all")
        self.git.output("commit", "--quiet", "--message", tag)
        self.git.output("tag", "--annotate", f"--message={tag}", "--", tag)
        return self.git.text("rev-parse", "HEAD")

    def configure(self, steps: Sequence[Step], **more: Any) -> None:
        configuration = {
            "service": "shop",
            "environment": {"name": "staging", "production": False},
            "checklists": ["short"],
            "probes": {"up": {"command": self.sh('test -f "$V/up"')}},
            "version": {"file": str(self.var / "version")},
            "rollback": {"steps": list(steps)},
            "deploy": {"steps": list(steps)},
            **more,
        }
        (self.repo / "cockpit.yaml").write_text(json.dumps(configuration))

    def sh(self, script: str) -> str:
        """Return a command line in which V is our world."""
        return f"V='{self.var}'; {script}"

    def step(self, name: str, script: str = ":", **more: Any) -> Step:
        """Return a step that leaves a trace before it runs its script."""
        return {"id": name, "run": self.sh(f'echo {name} >> "$V/trace"; {script}'), "timeout": "30s", **more}

    def stop_step(self) -> Step:
        return self.step("stop", 'rm -f "$V/up"', done_when=self.sh('! test -f "$V/up"'))

    def checkout_step(self) -> Step:
        return {"id": "checkout", "checkout": True}

    def start_step(self) -> Step:
        return self.step("start", 'cp VERSION "$V/version"; touch "$V/up"', done_when=self.sh('test -f "$V/up"'))

    def verify_step(self, **more: Any) -> Step:
        return {"id": "verify", "verify": {"probes": ["up"], "within": "5s", "passes": 1, **more}}

    def usual_steps(self) -> list[Step]:
        return [self.stop_step(), self.checkout_step(), self.step("migrate"), self.start_step(), self.verify_step()]

    def begin(self, steps: Sequence[Step] | None = None, *, trust: bool = True, **more: Any) -> Workspace:
        """Release v1 and v2, open the run of v2, which is up, and return a workspace on it."""
        self.configure(self.usual_steps() if steps is None else steps, **more)
        self.release("v1")
        self.release("v2")
        (self.var / "up").touch()
        (self.var / "version").write_text("v2\n")
        workspace = self.workspace()
        workspace.open_run("v2", tag="", launch_at="")
        if trust:
            self.trust(workspace)
        return workspace

    def trust(self, workspace: Workspace) -> None:
        workspace.trust.trust(workspace.run.digest, by="Ana", at="2027-01-15T08:00:00Z", repository=str(self.repo))

    def workspace(self) -> Workspace:
        """Open the workspace as another process would."""
        return open_workspace(Options(repo=self.repo))

    def plan(self, workspace: Workspace, tag: str = "v1") -> Plan:
        return prepare(workspace.run, "rollback", tag, root=workspace.root, code=workspace.code, host=workspace.host)

    def request(self, workspace: Workspace, tag: str = "v1") -> str:
        """Record a confirmed rollback that no worker carries out yet; return its id."""
        identity = secrets.token_hex(4)
        workspace.session.act(RequestExecution(identity, self.plan(workspace, tag), tag))
        return identity

    def work(self, workspace: Workspace, identity: str) -> ExecutionView:
        """Carry an execution out in this process, as far as it goes."""
        make_worker(workspace, identity).run()
        return self.view(workspace, identity)

    def view(self, workspace: Workspace, identity: str = "") -> ExecutionView:
        """Return where an execution (by default the only one) stands now."""
        workspace.session.poll()
        (found,) = (view for view in workspace.run.executions if not identity or view.id == identity)
        return found

    def go(self) -> None:
        """Open the gate for every step that waits at it, and for all that will."""
        (self.var / "gone").touch()
        with contextlib.suppress(OSError):  # nobody waits
            descriptor = os.open(self.var / "gate", os.O_WRONLY | os.O_NONBLOCK)
            os.write(descriptor, b"go")
            os.close(descriptor)

    def trace(self) -> list[str]:
        path = self.var / "trace"
        return path.read_text().split() if path.exists() else []

    def worker(self, workspace: Workspace) -> int | None:
        """Return the pid of the worker that executes now."""
        held = holder_of(workspace.store.location.lock(workspace.execution_lock))
        return held.pid if held is not None and held.reason.startswith("execution ") else None

    def kill_worker(self, workspace: Workspace, number: signal.Signals = signal.SIGKILL) -> None:
        """Signal the worker and wait until its lock is free."""
        pid = self.worker(workspace)
        assert pid
        os.kill(pid, number)
        wait_until(lambda: self.worker(workspace) is None)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "cockpit", "--repo", str(self.repo), *arguments]

    def cockpit(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the cockpit in a process of its own."""
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run a command with `--json` in this process, and return its document; workers are processes all the same."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            status = run(["--repo", str(self.repo), *arguments, "--json"])
        assert status == code, said.getvalue()
        return json.loads(said.getvalue())

    def end(self) -> None:
        """End what our steps and services have left running: they wrote their pids down."""
        for path in self.var.glob("*.pid"):
            with contextlib.suppress(ValueError, ProcessLookupError):
                os.killpg(int(path.read_text()), signal.SIGKILL)

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.main import run
from tests.execution.flight import Flight


class Console:
    """Types commands, in a repository."""

    def __init__(self, repo: Path) -> None:
        self.repo = repo

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "cockpit", *arguments]

    def process(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command as a process of its own, in the repository."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.repo,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **environment},
        )

    def say(self, *arguments: str) -> tuple[int, str, str]:
        """Run a command in this process; return its exit status, output and diagnostics."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = run(["--repo", str(self.repo), *arguments])
            except SystemExit as ended:  # --help and --version
                assert isinstance(ended.code, int)
                status = ended.code
        return status, out.getvalue(), err.getvalue()

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Run a command with `--json`; what it prints is one document and nothing else."""
        status, out, err = self.say(*arguments, "--json")
        assert status == code, out + err
        assert out.isascii()
        return json.loads(out)

    def refused(self, *arguments: str, code: int) -> dict[str, str]:
        """Run a command that fails, with `--json` and without; return its error."""
        error: dict[str, str] = self.json(*arguments, code=code)["error"]
        assert error["what"]
        assert {"code", "what", "fix"} <= error.keys()
        status, out, err = self.say(*arguments)
        assert (status, out) == (code, "")
        assert err
        return error


@contextlib.contextmanager
def no_room_beyond(size: int) -> Iterator[None]:
    """Let no file of this process grow larger than so many bytes, as where a disk is full."""
    before, compiled = resource.getrlimit(resource.RLIMIT_FSIZE), sys.dont_write_bytecode
    sys.dont_write_bytecode = True  # half of a compiled module would stay, and break whoever imports it next
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = compiled


@contextlib.contextmanager
def serving(root: Path) -> Iterator[Console]:
    """Serve a demo under `root`, as in a first terminal."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_STATE_DIR", str(root / "state"))
        command = [sys.executable, "-P", "-m", "cockpit", "demo", "--serve", str(root / "the demo"), "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as demo:
            assert demo.stdout is not None
            lines = []
            for line in demo.stdout:
                lines.append(line)
                if line == "}\n":
                    break
            try:
                yield Console(Path(json.loads("".join(lines))["repository"]))
            finally:
                demo.send_signal(signal.SIGTERM)


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A demo for all tests that only look at it."""
    with serving(tmp_path_factory.mktemp("served")) as console:
        yield console


@pytest.fixture
def flight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flight]:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    flight = Flight(tmp_path)
    yield flight
    flight.end()


@pytest.fixture
def console(flight: Flight) -> Console:
    """A console in a small release whose run is open."""
    flight.begin()
    return Console(flight.repo)

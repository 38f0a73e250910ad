"""What is printed may have no reader any more: a command comes to its own end, and one without an end ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Console
from tests.execution.flight import Flight

pytestmark = pytest.mark.full


def unread(console: Console, *arguments: str, errors: bool = False) -> tuple[int, str]:
    """Run a command whose output nobody reads, with `errors` its diagnostics neither; return its status and these."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = subprocess.run(
            console.command("--repo", str(console.repo), *arguments),
            stdin=subprocess.DEVNULL,
            stdout=writer,
            stderr=writer if errors else subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )
    finally:
        os.close(writer)
    return ended.returncode, ended.stderr or ""


@pytest.mark.parametrize("errors", [False, True])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["gate"], 1),
        (["gate", "--json"], 1),
        (["validate", "nosuch.yaml"], 2),
        (["validate", "nosuch.yaml", "--json"], 2),
        (["probe", "http://127.0.0.1:1"], 1),
        (["probe", "nosuch", "--json"], 2),
        (["status"], 0),
        (["--help"], 0),
    ],
)
def test_a_verdict_stands_whoever_reads_it(console: Console, arguments: list[str], status: int, errors: bool) -> None:
    found, told = unread(console, *arguments, errors=errors)
    assert found == status, told
    assert "BrokenPipe" not in told


def test_a_step_that_fails_is_told_by_the_status_alone(flight: Flight) -> None:
    flight.begin([{"id": "code", "run": "exit 3"}])
    console = Console(flight.repo)
    status, told = unread(console, "rollback", "v1", "--execute", "--confirm", "v1")
    assert status == 5, told


def test_what_has_no_end_ends_with_its_reader(console: Console, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("2026-07-01 12:00:01 INFO all is well\n" * 100_000)
    assert unread(console, "logs", str(log)) == (0, "")
    assert unread(console, "logs", str(log), "-f") == (0, "")
    log.write_text("INFO a\n")
    assert unread(console, "logs", str(log), "-f") == (0, "")

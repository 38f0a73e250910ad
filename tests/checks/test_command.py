"""Commands as checks: how they end, what they print, and that nothing of them is left."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from cockpit.release.checks import Check, CommandCheck
from tests.checks.conftest import Eye

SLOW = f"printf %s {'a' * 60}!"
FLOOD = "yes aaa | head -c 100000"


def command(run: str, *, timeout: str = "20s", **more: object) -> Check:
    return Check(command=CommandCheck(run=run, **more), timeout=timeout)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (command("echo 12 passed"), "ok: 12 passed"),
        (command("true"), "ok: exit status 0"),
        (command("echo 1 failed; exit 1"), "failed: exit status 1: 1 failed"),
        (command("echo two; exit 2", status=2), "ok: two"),
        (command("true", status=2), "failed: exit status 0"),
        (command("echo all good", matches="good$"), "ok: all good"),
        (command("echo all bad", matches="good$"), "failed: no match of good$ in its output: all bad"),
        (command("echo 'TODO: x'", lacks="TODO"), "failed: its output holds TODO"),
        (command("echo done", lacks="TODO"), "ok: done"),
        (command(f"echo TODO; {FLOOD}", lacks="TODO"), "unknown: not searched whole (it printed more than is searched"),
        (command(f"echo good; {FLOOD}", matches="good"), "unknown: not searched whole (it printed more than is search"),
        (command(f"{FLOOD}; echo good; echo TODO", matches="good", lacks="TODO"), "failed: its output holds TODO"),
        (command(f"{FLOOD}; echo good", matches="good"), "ok: good"),
        (command(f"{FLOOD}; exit 3", matches="good"), "failed: exit status 3: aaa"),
        (command("no-such-command-here"), "unknown: cannot be run (/bin/sh: 1: no-such-command-here: not found)"),
        (command(SLOW, lacks="(a|aa)+$"), "unknown: not searched whole (an expression takes too long to look for"),
        (command(SLOW, matches="(a|aa)+$"), "unknown: not searched whole (an expression takes too long to look for"),
        (command("kill -9 $$"), "unknown: ended by signal 9"),
        (command("true", directory="nowhere"), "unknown: not seen"),
    ],
)
async def test_how_it_ends(eye: Eye, check: Check, says: str) -> None:
    assert (await eye.says(check)).startswith(says)


async def test_it_is_told_the_target_by_its_environment_and_runs_in_the_code(eye: Eye) -> None:
    assert await eye.says(command('echo "$COCKPIT_TARGET_TAG $(cat app.py)"')) == "ok: v2 version = 2"


async def test_one_that_does_not_end_says_nothing_and_is_gone_with_its_children(eye: Eye, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    started = time.monotonic()
    says = await eye.says(command(f"sleep 60 & echo $! > {pid_file}; wait", timeout="300ms"))
    assert says == "unknown: no end within 300ms"
    assert time.monotonic() - started < 10
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


async def test_what_it_prints_is_evidence_without_its_secrets(eye: Eye, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "hunter2hunter2")
    found = await eye.look(command("echo first; echo using $SHOP_TOKEN password=letmein"))
    assert found.output is not None
    assert found.output.startswith("first\n")
    for told in (found.output, found.actual):
        assert "hunter2" not in told
        assert "letmein" not in told


async def test_it_is_bound_to_the_commit_it_looked_at(eye: Eye) -> None:
    assert (await eye.look(command("true"))).commit == eye.situation.commit
    moved = await eye.look(command("git checkout -q v1"))
    assert (moved.state, moved.detail) == ("unknown", "what it looks at changed meanwhile")


async def test_evidence_bound_to_paths_tells_when_they_move(eye: Eye) -> None:
    check = Check(command=CommandCheck(run="true"), binds="paths", paths=("app.py",))
    first = (await eye.look(check)).bound
    (eye.code / "other.txt").write_text("of no concern")
    assert (await eye.look(check)).bound == first != ""
    (eye.code / "app.py").write_text("version = 3\n")
    changed = (await eye.look(check)).bound
    assert changed != first
    (eye.code / "app.py").write_text("version = 4\n")
    assert (await eye.look(check)).bound not in {first, changed}

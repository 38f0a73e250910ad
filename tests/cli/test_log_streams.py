from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Console


def piped(console: Console, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        console.command("logs", "-", *arguments), input=text, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def test_what_is_piped_in_is_filtered_and_made_safe(console: Console) -> None:
    text = "INFO one\nERROR two \x1b[31m\nINFO three\nERROR unfinished"
    assert piped(console, text, "--level", "error").stdout == "ERROR two ␛[31m\nERROR unfinished\n"
    assert piped(console, text, "--grep", "!ERROR", "-n", "1").stdout == "INFO three\n"
    assert piped(console, text, "--stats").returncode == 2
    assert piped(console, text, "--view").returncode == 2


CONFIGURATION = """\
service: shop
environment: {name: staging}
logs:
  far: {command: "echo INFO near; echo ERROR far >&2; exit 3"}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    repo = tmp_path / "repo"
    for argv in (["init", "-q", str(repo)], ["-C", str(repo), "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", "-c", "user.name=Ana", "-c", "user.email=ana@example.org", *argv], check=True)
    (repo / "cockpit.yaml").write_text(CONFIGURATION)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Console(repo)


def test_a_command_is_run_only_where_it_is_trusted(shop: Console) -> None:
    refused = shop.process("logs", "far")
    assert refused.returncode == 4
    assert "not trusted" in refused.stderr
    assert "echo INFO near" in shop.process("trust", "--show").stdout
    assert shop.process("trust").returncode == 0
    ran = shop.process("logs", "far", "--level", "error")
    assert (ran.returncode, ran.stdout) == (5, "ERROR far\n")
    assert "ended with status 3" in ran.stderr

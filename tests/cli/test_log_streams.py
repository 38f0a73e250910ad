from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Console

pytestmark = pytest.mark.full


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
  workers: {file: "work/*.log"}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Console:
    repo = tmp_path / "repo"
    for argv in (["init", "-q", str(repo)], ["-C", str(repo), "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", "-c", "user.name=Ana", "-c", "user.email=ana@example.org", *argv], check=True)
    (repo / "cockpit.yaml").write_text(CONFIGURATION)
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
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


def test_what_a_command_prints_is_counted_too(shop: Console) -> None:
    assert "not trusted" in shop.refused("logs", "far", "--stats", code=4)["what"]
    shop.process("trust")
    assert shop.json("logs", "far", "--stats")["levels"]["error"] == 1
    assert [line["text"] for line in shop.json("logs", "far", "--level", "error")] == ["ERROR far"]
    found = shop.json("logs", "far", "--stats", "--fingerprints")["fingerprints"]
    assert {one["template"] for one in found} == {"near", "far"}
    assert "ended with status 3" in shop.process("logs", "far", "--stats").stderr


def test_the_files_of_a_pattern_are_one_log(shop: Console) -> None:
    work = shop.repo / "work"
    work.mkdir()
    assert "no file matches" in shop.refused("logs", "workers", "--stats", code=2)["what"]
    stamp = "2026-07-01 12:00:0{},000 {} number {}\n".format
    (work / "one.log").write_text(stamp(1, "INFO", 1) + stamp(4, "ERROR", 4) + "  of which more\n")
    (work / "two.log").write_text(stamp(2, "INFO", 2) + stamp(3, "ERROR", 3) + stamp(5, "INFO", 5))
    counted = shop.json("logs", "workers", "--stats")
    assert (counted["lines"], counted["levels"]["error"], counted["last_at"]) == (6, 2, "2026-07-01T12:00:05Z")
    (errors, *_) = shop.json("logs", "workers", "--stats", "--fingerprints")["fingerprints"]
    assert (errors["template"], errors["count"]) == ("number <n>", 2)
    lines = shop.process("logs", "workers").stdout.splitlines()
    assert [line[-1] for line in lines] == ["1", "2", "3", "4", "e", "5"]
    assert shop.process("logs", "workers", "-n", "1").stdout.endswith("number 5\n")
    assert "--view follows all" in shop.process("logs", "workers", "-f").stderr

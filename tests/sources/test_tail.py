"""A tool's log followed: windows overlap, so that what comes late is told; each line once, and no failure hidden."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.logs.feeds import CommandFeed
from cockpit.logs.sourced import logs_of
from cockpit.logwatch import observe_log
from cockpit.process import shell
from cockpit.release.checks import LogCheck
from cockpit.release.configuration import Configuration, Environment, LogSource
from cockpit.release.sources import Source
from cockpit.sources.tail import Tail
from tests.cli.conftest import Console
from tests.execution.flight import Flight, wait_until
from tests.sources.contracts import TOKEN, streams
from tests.sources.support import NOW, desk_of
from tests.sources.vendor import Reply, Request, Vendor

NANO = 1_000_000_000


class Loki:
    """Holds lines, each with its time, and gives those of the asked window."""

    def __init__(self) -> None:
        self.vendor = Vendor()
        self.lines: list[tuple[float, str]] = []
        self.ill = False
        self.vendor.answer = self.answer

    def answer(self, request: Request) -> Reply:
        if self.ill:
            return Reply(b"", status=503)
        start, end = int(request.query["start"]), int(request.query["end"])
        found = sorted(((int(at * NANO), text) for at, text in self.lines), reverse=True)
        shown = [line for line in found if start <= line[0] < end][: int(request.query["limit"])]
        return Reply({"status": "success", "data": streams(*shown)})


@pytest.fixture
def loki() -> Iterator[Loki]:
    running = Loki()
    yield running
    running.vendor.close()


def test_each_line_is_told_once_and_none_is_lost(loki: Loki) -> None:
    now = NOW
    desk = desk_of(now=lambda: now, loki=Source("loki", url=loki.vendor.url))
    tail = Tail(desk, "loki", '{app="shop"}', since=600, now=lambda: now)

    def poll() -> list[str]:
        found = tail.poll()
        assert not found.trouble, found
        return [line.text for line in found.lines]

    loki.lines += [(NOW - 700, "too old"), (NOW - 500, "a"), (NOW - 10, "b"), (NOW - 10, "b2")]
    assert poll() == ["a", "b", "b2"]
    assert poll() == []
    now += 15
    loki.lines += [(NOW + 5, "c"), (NOW - 40, "late")]
    assert poll() == ["late", "c"]
    loki.ill = True
    for _ in range(30):  # longer than windows overlap
        now += 15
        assert "503" in tail.poll().trouble
        loki.lines.append((now - 1, f"at {now - NOW:.0f}"))
    loki.ill = False
    now += 15
    assert poll() == [f"at {15 * n + 15}" for n in range(1, 31)]
    now += 1000
    assert poll() == []
    assert tail._told == {}  # what no window can bring again is not kept


def test_more_lines_than_one_look_takes_are_told(loki: Loki) -> None:
    desk = desk_of(now=lambda: NOW, loki=Source("loki", url=loki.vendor.url))
    loki.lines += [(NOW - 1 - n / 1000, f"{n}") for n in range(60)]
    found = Tail(desk, "loki", "{}", since=600, now=lambda: NOW, limit=50).poll()
    assert len(found.lines) == 50
    assert "left out" in found.trouble


def test_lines_hold_no_credential(loki: Loki) -> None:
    desk = desk_of({"T": TOKEN}, now=lambda: NOW, loki=Source("loki", url=loki.vendor.url, token_env="T"))
    loki.lines.append((NOW - 1, f"Authorization: Bearer {TOKEN}"))
    (line,) = Tail(desk, "loki", "{}", since=60, now=lambda: NOW).poll().lines
    assert TOKEN not in line.text


@pytest.mark.full
def test_panes_commands_and_checks_follow_it(loki: Loki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    now = time.time()
    loki.lines += [(now - 30 + n, f"level=info msg=paid n={n}") for n in range(20)] + [
        (now - 5, "level=error msg=failed")
    ]
    flight = Flight(tmp_path)
    sources = {"loki": {"kind": "loki", "url": loki.vendor.url}}
    logs = {"app": {"source": "loki", "query": '{app="shop"}'}}
    workspace = flight.begin(sources=sources, logs=logs)
    console = Console(flight.repo)

    found = console.json("source", "logs", "loki", "--query", '{app="shop"}', "--since", "1h")
    assert len(found) == 21
    status, out, _ = console.say("logs", "app")
    assert (status, len(out.splitlines())) == (0, 21)
    assert "ERROR" not in out
    assert "level=error msg=failed" in out
    assert console.json("logs", "app", "--stats", "--since", "1h")["levels"]["error"] == 1

    check = LogCheck("app", level="error", within="10m", max=0)
    configuration = workspace.run.configuration
    monkeypatch.chdir(flight.repo)

    def look(check: LogCheck, *, trusted: bool = True) -> str:
        seen = observe_log(workspace.root, configuration, check, now=time.time(), trusted=trusted)
        return f"{seen.state}: {seen.actual} {seen.detail}"

    assert look(check).startswith("failed: 1 error of 21 lines")
    assert look(LogCheck("app", level="error", within="10m", max=1)).startswith("ok")
    assert look(check, trusted=False).startswith("unknown")

    feed = CommandFeed("app", shell(logs_of(configuration)["app"].command), cwd=workspace.root)
    feed.start()
    try:
        wait_until(lambda: feed.path.read_text().count("\n") == 21)
    finally:
        feed.stop()
        feed.join(10)

    loki.ill = True
    assert look(LogCheck("app", level="error", within="10m", max=1)).startswith("unknown")
    assert console.refused("source", "logs", "loki", code=3)["code"] == "unknown"
    flight.end()


@pytest.mark.full
def test_what_came_of_a_log_in_flood_is_shown_though_not_all_of_it_came(
    loki: Loki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    now = time.time()
    loki.lines += [(now - 600 + n / 10, f"level=error n={n}") for n in range(1100)]
    flight = Flight(tmp_path)
    workspace = flight.begin(
        sources={"loki": {"kind": "loki", "url": loki.vendor.url}}, logs={"app": {"source": "loki", "query": "{}"}}
    )
    status, out, err = Console(flight.repo).say("source", "logs", "loki", "--query", "{}", "--since", "1h")
    assert (status, len(out.splitlines())) == (3, 1000)
    assert out.splitlines()[-1].endswith("level=error n=1099")
    assert "older ones were left out" in err
    check = LogCheck("app", level="error", within="1h", max=2000)
    monkeypatch.chdir(flight.repo)
    seen = observe_log(workspace.root, workspace.run.configuration, check, now=time.time(), trusted=True)
    assert seen.state == "unknown"
    flight.end()


def test_a_log_of_an_environment_names_it() -> None:
    logs = {"app": LogSource(source="loki", query="{a='b c'}"), "own": LogSource(file="app.log")}
    configuration = Configuration("shop", Environment("live"), logs=logs, environments=("live", "test"))
    made = logs_of(configuration)
    assert made["own"] == logs["own"]
    assert shlex.split(made["app"].command)[-4:] == ["--query={a='b c'}", "--since=10m", "--follow", "--env=live"]

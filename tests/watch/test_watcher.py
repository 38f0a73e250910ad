"""The watcher on a real clone: its own process where that matters, else in this one's event loop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cockpit.live_source import WATCHER_LOCK, asks_directory
from cockpit.measuring import Measurer, sample_key
from cockpit.presence import PresenceFile, presence_directory
from cockpit.release.events import ProbeChanged
from cockpit.release.intents import AddNote, ChangeRunState
from cockpit.release.live import Presence
from cockpit.samples.looking_back import LookingBack
from cockpit.samples.reader import SampleReader
from cockpit.store.lock import holder_of
from cockpit.watch.asks import ProbeNow, ask, take_asks
from cockpit.watch.watcher import Pace
from cockpit.watching.start import ensure_watcher
from cockpit.watching.watch import keep_watch
from cockpit.workspace import Workspace
from tests.execution.flight import Flight, alive, wait_until

pytestmark = pytest.mark.full

QUICK = Pace(beat=0.02, commit_after=0.05, alone=0.3, triggers=0.02)


def probe(flight: Flight, script: str, **more: Any) -> dict[str, Any]:
    return {"command": flight.sh(script), "interval": "100ms", **more}


def up(flight: Flight, **more: Any) -> dict[str, Any]:
    return probe(flight, 'test -f "$V/up"', failures=1, passes=1, **more)


def transitions(workspace: Workspace) -> list[tuple[str, str]]:
    workspace.session.poll()
    data = [record.data for record in workspace.run.records]
    return [(each.previous, each.state) for each in data if isinstance(each, ProbeChanged)]


def samples(workspace: Workspace, name: str = "up") -> list[str]:
    with SampleReader(workspace.store.location.root) as reader:
        key = sample_key(workspace.run, name)
        return [sample.state.value for sample in reader.windows([key], 0.0, 1000)[key]]


async def eventually(holds: Callable[[], object], *, within: float = 20.0) -> None:
    """Return as soon as the condition holds; fail where it does not in time."""
    async with asyncio.timeout(within):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(0.02)


async def more_samples(workspace: Workspace, number: int = 2) -> None:
    before = len(samples(workspace))
    await eventually(lambda: len(samples(workspace)) >= before + number)


@contextlib.asynccontextmanager
async def watching(flight: Flight, *, said: list[str] | None = None, pace: Pace = QUICK) -> AsyncIterator[None]:
    """Watch in this process, on a workspace of the watcher's own, until SIGTERM."""
    lines: list[str] = [] if said is None else said
    watch = asyncio.create_task(keep_watch(flight.workspace(), by_hand=True, say=lines.append, pace=pace))
    await eventually(lambda: lines)
    try:
        yield
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await watch


async def test_transitions_are_recorded_once_and_every_look_is_a_sample(flight: Flight) -> None:
    workspace = flight.begin([], probes={"up": up(flight)})
    async with watching(flight):
        await eventually(lambda: samples(workspace).count("ok") >= 3)
        (flight.var / "up").unlink()
        await eventually(lambda: samples(workspace).count("down") >= 3)
    assert transitions(workspace) == [("unknown", "ok"), ("ok", "down")]


async def test_a_new_watcher_does_not_record_what_has_not_changed(flight: Flight) -> None:
    workspace = flight.begin([], probes={"up": up(flight)})
    for count in (1, 2):
        async with watching(flight):
            await more_samples(workspace)
        assert transitions(workspace) == [("unknown", "ok")], count


async def test_it_beats_while_it_lives_and_leaves_when_it_ends(flight: Flight) -> None:
    workspace = flight.begin()

    def beats() -> list[int]:
        with SampleReader(workspace.store.location.root) as reader:
            return [beat.pid for beat in reader.heartbeats()]

    async with watching(flight):
        await eventually(lambda: beats() == [os.getpid()])
    assert beats() == []


async def test_what_a_review_asks_for_is_kept_while_nobody_looks(flight: Flight) -> None:
    log = flight.var / "app.log"
    log.write_text("2026-03-10T13:16:31Z ERROR of the time before\n")
    workspace = flight.begin([], probes={"up": up(flight)}, logs={"app": {"file": str(log)}})
    key = sample_key(workspace.run, "app")

    def errors() -> dict[str, int]:
        with SampleReader(workspace.store.location.root) as reader:
            return {one.template: one.count for one, _ in LookingBack(reader).errors(key, 0.0, time.time() + 60)}

    async with watching(flight):
        await eventually(lambda: len(samples(workspace)) >= 3)
        with log.open("a") as file:
            for number in range(3):
                file.write(f"2026-03-10T13:16:3{number}Z ERROR payment {number} failed\n")
                file.flush()
        await eventually(lambda: errors() == {"payment <n> failed": 3})
    with SampleReader(workspace.store.location.root) as reader:
        back = LookingBack(reader)
        assert back.patterns(key, 0.0, time.time() + 60)["payment-failure"] == 3
        (watched,) = back.watched(0.0, time.time() + 60)[workspace.host]
        stretches = back.stretches(sample_key(workspace.run, "up"), 0.0, time.time() + 60)
        assert [one.state for one in stretches] == ["ok"]
        assert watched[0] <= stretches[0].at + 1
        assert stretches[0].looks == len(samples(workspace))


async def test_a_probe_that_is_asked_for_is_run_at_once(flight: Flight) -> None:
    slow = up(flight) | {"interval": "1h"}
    workspace = flight.begin([], probes={"up": slow})
    said: list[str] = []
    async with watching(flight, said=said):
        await eventually(lambda: len(samples(workspace)) == 1)
        ask(asks_directory(workspace), ProbeNow("gone"))
        ask(asks_directory(workspace), ProbeNow("up"))
        await eventually(lambda: len(samples(workspace)) == 2)
    assert any("No probe is called 'gone'" in line for line in said)


async def test_changes_are_committed_a_burst_at_a_time(flight: Flight) -> None:
    workspace = flight.begin([], probes={})

    def commits() -> int:
        return len(flight.git.run("rev-list", "refs/cockpit/state").text.split())

    def published() -> str:
        return flight.git.run("grep", "--count", "note.added", "refs/cockpit/state").text

    async with watching(flight):
        await eventually(lambda: commits() == 1)
        for number in range(10):
            workspace.session.act(AddNote(f"note {number}"))
        await eventually(lambda: published().strip().endswith(":10"))
    assert commits() < 6


async def test_a_run_that_is_opened_meanwhile_is_picked_up(flight: Flight) -> None:
    workspace = flight.begin([], probes={})
    async with watching(flight):
        workspace.session.act(ChangeRunState("closed"))
        flight.configure([], probes={"new": up(flight)})
        fresh = flight.workspace()
        fresh.open_run("the next", tag="", launch_at="")
        flight.trust(fresh)
        await eventually(lambda: "ok" in samples(workspace, "new"))
        await eventually(lambda: transitions(fresh)[-1:] == [("unknown", "ok")])


async def test_trust_that_is_given_while_it_watches_is_honoured(flight: Flight) -> None:
    workspace = flight.begin([], trust=False, probes={"up": probe(flight, 'touch "$V/ran"')})
    async with watching(flight):
        await eventually(lambda: samples(workspace).count("unknown") >= 3)
        assert not (flight.var / "ran").exists()
        flight.trust(workspace)
        await eventually((flight.var / "ran").exists)


async def test_trust_in_one_configuration_is_none_in_the_next(flight: Flight) -> None:
    workspace = flight.begin([], probes={"up": up(flight)})
    async with watching(flight):
        await eventually(lambda: "ok" in samples(workspace))
        workspace.session.act(ChangeRunState("closed"))
        flight.configure([], probes={"up": up(flight), "evil": probe(flight, 'touch "$V/ran"')})
        flight.workspace().open_run("from somewhere", tag="", launch_at="")
        await eventually(lambda: samples(workspace, "evil").count("unknown") >= 3)
    assert not (flight.var / "ran").exists()


async def test_what_has_effects_waits_for_a_person_in_production(flight: Flight) -> None:
    pay = probe(flight, 'touch "$V/paid"', effects="money")
    environment = {"name": "production", "production": True}
    workspace = flight.begin([], probes={"pay": pay}, environment=environment)
    async with watching(flight):
        await eventually(lambda: samples(workspace, "pay").count("paused") >= 3)
        assert not (flight.var / "paid").exists()
        ask(asks_directory(workspace), ProbeNow("pay"))
        await eventually((flight.var / "paid").exists)


async def test_log_lines_are_counted_by_the_minute(flight: Flight) -> None:
    log = flight.var / "app.log"
    log.write_text("2027-01-15T08:00:00Z ERROR before it watched\n")
    workspace = flight.begin([], probes={}, logs={"app": {"file": str(log)}})

    def counted() -> tuple[int, int, int]:
        with SampleReader(workspace.store.location.root) as reader:
            minutes = reader.log_minutes(sample_key(workspace.run, "app"), 0.0)
        return sum(m.lines for m in minutes), sum(m.errors for m in minutes), sum(m.warnings for m in minutes)

    async with watching(flight):
        with log.open("a") as file:
            file.write("2027-01-15T08:00:01Z ERROR one\n2027-01-15T08:00:02Z WARN two\n2027-01-15T08:00:03Z INFO 3\n")
        await eventually(lambda: counted() == (3, 1, 1))
        # The next run follows the same file anew, and goes on counting.
        workspace.session.act(ChangeRunState("closed"))
        flight.configure([], probes={"up": up(flight)}, logs={"app": {"file": str(log)}})
        fresh = flight.workspace()
        fresh.open_run("the next", tag="", launch_at="")
        await eventually(lambda: samples(workspace, "up"))
        with log.open("a") as file:
            file.write("2027-01-15T08:00:04Z ERROR four\n")
        await eventually(lambda: counted() == (4, 2, 1))


async def test_a_target_is_the_share_of_requests_that_failed_in_an_access_log(flight: Flight) -> None:
    access, quiet = flight.var / "access.log", flight.var / "quiet.log"
    access.touch()
    quiet.touch()
    target = {"log": "access", "below": "10%", "window": "2m", "coverage": "50%"}
    workspace = flight.begin(
        [],
        probes={},
        logs={"access": {"file": str(access)}, "quiet": {"file": str(quiet)}},
        targets={"failing": target, "silent": {**target, "log": "quiet"}},
    )

    def told() -> dict[str, tuple[str, str, int]]:
        with Measurer(workspace, now=time.time) as measurer:
            found = {result.id: result for result in measurer.targets()}
        assert found["silent"].actual == "-"
        return {name: (result.state, result.actual, result.samples) for name, result in found.items()}

    def write(status: int, count: int, agent: str = "curl") -> None:
        moment = datetime.now(UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
        with access.open("a") as file:
            file.write(f'10.0.0.1 - - [{moment}] "GET /pay HTTP/1.1" {status} 12 "-" "{agent}"\n' * count)

    async with watching(flight):
        write(200, 18)
        await eventually(lambda: told()["failing"] == ("not enough data", "0 %", 18))
        write(503, 2)
        await eventually(lambda: told()["failing"] == ("missed", "10 %", 20))
        write(404, 5)  # what people get wrong is not the service's error
        await eventually(lambda: told()["failing"] == ("met", "8 %", 25))
        write(503, 7, "release-cockpit/0.9.0")  # our own probes, and a customer after them
        write(200, 1)
        await eventually(lambda: told()["failing"] == ("met", "7.693 %", 26))
        assert {one["own_traffic"] for one in flight.json("targets", "failing")} == {7}
        with SampleReader(workspace.store.location.root) as reader:
            silent = reader.log_total(sample_key(workspace.run, "quiet"), 0.0)
    assert (silent.lines, silent.minutes) in {(0, 1), (0, 2)}, "that nothing came is known"


async def test_attached_it_ends_after_the_last_screen(flight: Flight) -> None:
    workspace = flight.begin([], probes={})
    me = Presence(name="Ana", host=workspace.host, writer="0" * 32, kind="screen", since=0.0)
    with PresenceFile(presence_directory(workspace.store.location), me):
        watch = asyncio.create_task(keep_watch(flight.workspace(), by_hand=False, say=lambda _: None, pace=QUICK))
        done, _ = await asyncio.wait({watch}, timeout=3 * QUICK.alone)
        assert not done
    await asyncio.wait_for(watch, 20)


async def test_a_store_that_cannot_be_read_does_not_end_the_watch(flight: Flight) -> None:
    workspace = flight.begin([], probes={"up": up(flight)})
    said: list[str] = []
    journal = workspace.store.location.journal
    async with watching(flight, said=said):
        asks = asks_directory(workspace)
        await eventually(lambda: samples(workspace))
        # A run whose pinned files are not here: what a half-arrived exchange looks like.
        flight.configure([], probes={"later": up(flight)})
        evidence = workspace.store.location.root / "evidence"
        workspace.session.act(ChangeRunState("closed"))
        kept = {path: path.read_bytes() for path in evidence.iterdir()}
        fresh = flight.workspace()
        fresh.open_run("half here", tag="", launch_at="")
        new = {path: path.read_bytes() for path in evidence.iterdir() if path not in kept}
        for path in new:
            path.unlink()
        await more_samples(workspace)
        assert journal.is_dir()
        ask(asks, ProbeNow("up"))
        await eventually(lambda: not list(asks.glob("*.json")))


@contextlib.contextmanager
def watch_process(flight: Flight, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Watch in a process of its own, which does not outlive the test."""
    command = flight.command("watch", *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watch:
        try:
            yield watch
        finally:
            watch.kill()


def test_one_a_clone_and_sigterm_leaves_everything_written(flight: Flight) -> None:
    workspace = flight.begin([], probes={"up": up(flight)})
    with watch_process(flight, "--json") as watch:
        wait_until(lambda: samples(workspace))
        second = flight.cockpit("watch", "--json")
        assert second.returncode == 4
        assert json.loads(second.stdout)["error"]["code"] == "locked"
        assert not ensure_watcher(workspace)
        workspace.session.act(AddNote("the last word"))
        watch.send_signal(signal.SIGHUP)
        watch.send_signal(signal.SIGTERM)
        out, err = watch.communicate(timeout=20)
        assert watch.returncode == 0, err
    assert json.loads(out) == {"service": "shop", "environment": "staging", "run": workspace.run.id}
    assert err == ""
    assert flight.git.run("grep", "--quiet", "note.added", "refs/cockpit/state").ok
    assert holder_of(workspace.store.location.lock(WATCHER_LOCK)) is None


def test_what_cannot_be_said_ends_no_watch(flight: Flight, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    workspace = flight.begin([], probes={"up": up(flight)})
    (flight.var / "up").touch()
    out = flight.home / "out"
    limit = 64 * 1024 * 1024  # bytes of the largest file, which the output is already
    with out.open("wb") as file:
        file.truncate(limit - 5)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    with out.open("ab") as full:
        watch = subprocess.Popen(flight.command("watch"), stdout=full, stderr=full)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with watch:
        wait_until(lambda: watch.poll() is not None or len(samples(workspace)) >= 2)
        assert watch.poll() is None
        with out.open("rb+") as file:
            file.truncate(0)  # room again
        delete(flight)
        assert watch.wait(20) == 0
    assert "was moved or deleted" in out.read_text()


def test_a_reader_that_is_gone_ends_no_watch(flight: Flight, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    workspace = flight.begin([], probes={"up": up(flight)})
    with watch_process(flight) as watch:
        assert watch.stdout is not None
        watch.stdout.close()
        wait_until(lambda: watch.poll() is not None or len(samples(workspace)) >= 2)
        watch.send_signal(signal.SIGTERM)
        assert watch.wait(20) == 0
    with SampleReader(workspace.store.location.root) as reader:
        assert len(samples(workspace)) >= 2
        assert reader.heartbeats() == ()


def move(flight: Flight) -> None:
    (flight.repo / ".git").rename(flight.home / "away")


def delete(flight: Flight) -> None:
    shutil.rmtree(flight.repo)


def replace(flight: Flight) -> None:
    flight.repo.rename(flight.home / "the old shop")
    flight.repo.mkdir()
    flight.git.output("init", "--quiet", "--template=")


@pytest.mark.parametrize("lose", [move, delete, replace])
def test_where_its_repository_is_gone_it_ends_and_makes_nothing_anew(
    flight: Flight, lose: Callable[[Flight], None]
) -> None:
    flight.git.output("init", "--quiet", "--bare", str(flight.home / "remote.git"))
    flight.git.output("remote", "add", "origin", str(flight.home / "remote.git"))
    workspace = flight.begin([], probes={"up": up(flight)})
    with watch_process(flight) as watch:
        wait_until(lambda: samples(workspace))
        lose(flight)
        left = sorted(flight.repo.rglob("*"))
        out, err = watch.communicate(timeout=20)
        assert watch.returncode == 0, err
    assert f"{flight.repo / '.git'} was moved or deleted: nothing more is watched here" in out
    assert sorted(flight.repo.rglob("*")) == left
    assert flight.repo.exists() is (lose is not delete)


def test_read_only_it_does_not_watch(flight: Flight) -> None:
    flight.begin()
    assert flight.json("watch", "--readonly", code=4)["error"]["code"] == "readonly"


def test_a_screen_starts_one_which_imports_nothing_from_the_work_tree(flight: Flight) -> None:
    (flight.repo / "msgspec.py").write_text(f"open({str(flight.var / 'imported')!r}, 'w')\n")
    workspace = flight.begin([], probes={"up": up(flight)}, trust=False)
    assert ensure_watcher(workspace)
    wait_until(lambda: samples(workspace))
    held = holder_of(workspace.store.location.lock(WATCHER_LOCK))
    assert held is not None
    os.kill(held.pid, signal.SIGTERM)
    wait_until(lambda: not alive(held.pid))
    assert not (flight.var / "imported").exists()


def test_asks_are_taken_once_and_rubbish_is_dropped(tmp_path: Path) -> None:
    assert take_asks(tmp_path / "none") == []
    ask(tmp_path, ProbeNow("one"))
    (tmp_path / "rubbish.json").write_bytes(b"{\xff")
    (tmp_path / ".draft").write_bytes(b"half")
    assert take_asks(tmp_path) == [ProbeNow("one")]
    assert take_asks(tmp_path) == []


async def test_a_trigger_that_lasts_calls_once_and_executes_nothing(flight: Flight) -> None:
    triggers = {"payment": {"probe": "up", "lasts": "300ms", "decide_within": "10m"}}
    workspace = flight.begin(probes={"up": up(flight)}, triggers=triggers)

    def breaches() -> list[str]:
        workspace.session.poll()
        return list(workspace.run.breaches)

    async with watching(flight):
        await eventually(lambda: samples(workspace).count("ok") >= 2)
        (flight.var / "up").unlink()
        await eventually(lambda: breaches() == ["payment"])
        await more_samples(workspace, 4)
        (flight.var / "up").touch()
        await eventually(lambda: breaches() == [])
    events = [type(record.data).__name__ for record in workspace.run.records if record.ent == "trigger:payment"]
    assert events == ["TriggerBreached", "TriggerCleared"]
    assert workspace.run.executions == ()


async def test_nothing_that_was_seen_is_lost_by_an_end(flight: Flight) -> None:
    workspace = flight.begin([], probes={"up": up(flight)})
    async with watching(flight):
        await eventually(lambda: len(samples(workspace)) >= 3)
    with SampleReader(workspace.store.location.root) as reader:
        days = reader.rollups(sample_key(workspace.run, "up"), 86400, 0, 1e12)
        assert sum(day.seen for day in days.values()) == len(samples(workspace))


async def test_without_a_run_transitions_are_the_services(flight: Flight) -> None:
    workspace = flight.begin([], probes={"up": up(flight)})
    workspace.session.act(ChangeRunState("aborted", "not today"))
    workspace = flight.workspace()
    assert not workspace.run.open
    flight.trust(workspace)
    async with watching(flight):
        await eventually(lambda: samples(workspace).count("ok") >= 2)
    workspace.session.poll()
    assert workspace.run.probes["up"].state == "ok"

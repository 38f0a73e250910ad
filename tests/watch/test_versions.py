"""Which version answers is looked at by the watcher, and every command tells the same of it."""

from __future__ import annotations

import asyncio
import re

import pytest

from cockpit.bootstrap import now
from cockpit.release.running import Sighting
from cockpit.sighting import sighting_of
from cockpit.workspace import Workspace
from tests.execution.flight import Flight
from tests.watch.test_watcher import eventually, watching

pytestmark = pytest.mark.full


def seen(workspace: Workspace) -> Sighting:
    workspace.session.poll()
    return sighting_of(workspace, now=now())


async def test_what_answers_is_seen_again_and_again_and_the_last_one_is_kept(flight: Flight) -> None:
    workspace = flight.begin()
    assert seen(workspace) == Sighting(by="version", trouble="nobody has looked yet: cockpit watch")
    version = flight.var / "version"
    async with watching(flight):
        await eventually(lambda: seen(workspace).lasting)
        first = seen(workspace)
        assert (first.version, first.by, first.trouble) == ("v2", "version", "")
        version.write_text("v1\n")
        await eventually(lambda: seen(workspace).version == "v1")
        assert seen(workspace).since > first.since
        version.unlink()
        await eventually(lambda: seen(workspace).trouble)
        last = seen(workspace)
        assert (last.version, last.since <= last.at) == ("v1", True), "what was seen before it went"
        assert "version cannot be read" in last.trouble


async def test_tags_status_and_the_light_tell_the_same_of_what_was_seen(flight: Flight) -> None:
    workspace = flight.begin()
    (flight.var / "version").write_text("v1\n")
    before = {tag["name"]: (tag["running"], tag["head"], tag["seen_at"]) for tag in flight.json("tags")}
    assert before == {"v2": (True, True, None), "v1": (False, False, None)}
    assert flight.json("status")["running"]["version"] is None
    async with watching(flight):
        await eventually(lambda: seen(workspace).lasting)
    tags = {tag["name"]: tag for tag in flight.json("tags")}
    assert [(tags[name]["running"], tags[name]["head"]) for name in ("v2", "v1")] == [(False, True), (True, False)]
    assert tags["v2"]["seen_at"] is None
    told = flight.json("status")
    running = told["running"]
    assert (running["tag"], running["version"], running["head_tag"], running["differs"]) == ("v1", "v1", "v2", True)
    assert running["at"] == tags["v1"]["seen_at"]
    assert (running["warning"], running["grave"]) == ("this run flies v2, not deployed yet: v1 answers", False)
    assert told["readiness"]["target"] == "v1", "what still answers is the way back"
    lines = flight.cockpit("status").stdout
    since = rf"(, seen since \d\d:\d\d)?, HEAD v2\n  - {re.escape(running['warning'])}"
    assert re.search(f"running v1{since}", lines), lines
    assert "v1 answers, and v2 is checked out" in flight.cockpit("rollback", "v1").stdout
    rows = [line.split()[:2] for line in flight.cockpit("tags").stdout.splitlines()]
    assert rows == [["v2", "HEAD"], ["v1", "running"]]


async def test_after_a_rollback_the_version_that_answers_all_the_same_is_told_plainly(flight: Flight) -> None:
    workspace = flight.begin()
    view = await asyncio.to_thread(lambda: flight.work(workspace, flight.request(workspace)))
    assert (view.outcome, seen(workspace).version, seen(workspace).by) == ("succeeded", "v1", "the rollback")
    (flight.var / "version").write_text("v2\n")
    async with watching(flight):
        await eventually(lambda: seen(workspace).version == "v2" and seen(workspace).lasting)
    told = flight.json("status")
    assert told["readiness"]["target"] == "v1"
    assert "v2 answers, and v1 is checked out: a plan leads away from what answers" in told["readiness"]["warnings"]
    again = await asyncio.to_thread(flight.json, "rollback", "v1", "--execute", "--confirm", "v1")
    assert (again["outcome"], again["version_seen"]) == ("succeeded", "v1"), "the service is started anew"


async def test_a_command_that_tells_the_version_runs_only_where_it_is_trusted(flight: Flight) -> None:
    told = flight.var / "told"
    command = flight.sh('echo v2; touch "$V/told"')
    workspace = flight.begin([], probes={}, version={"command": command}, trust=False)
    async with watching(flight):
        await eventually(
            lambda: seen(workspace).trouble == "The running version cannot be seen: not trusted on this host"
        )
        assert not told.exists()
        flight.trust(workspace)
        await eventually(lambda: seen(workspace).version == "v2")


def test_without_anything_that_reports_it_nothing_is_looked_for(flight: Flight) -> None:
    flight.begin(version=None)
    told = flight.json("status")["running"]
    assert (told["tag"], told["version"], told["by"], told["differs"]) == ("v2", None, None, False)
    assert "\nchecked out v2\n" in flight.cockpit("status").stdout
    assert [line.split()[1:3] for line in flight.cockpit("tags", "--limit=1").stdout.splitlines()] == [
        ["checked", "out"]
    ]

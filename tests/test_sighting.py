"""Which version was seen last: where no `version:` is configured, what a probe reads, and what executions saw."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from cockpit.git.command import Git
from cockpit.live_source import LiveSource
from cockpit.measuring import sample_key
from cockpit.release.health import ConditionResult, Debounced, ProbeResult, ProbeState
from cockpit.release.run import ExecutionView
from cockpit.release.running import Sighting
from cockpit.samples.reader import SampleReader
from cockpit.samples.writer import SampleWriter
from cockpit.sighting import last_sighting, running_of, sighting_of, version_key
from cockpit.times import rfc3339
from cockpit.trust import TrustStore
from cockpit.workspace import Workspace
from tests.shop import CONFIGURATION, NOW, make_shop, pinned_in, start_session

PROBED = (
    CONFIGURATION
    + """\
probes:
  page: {http: "http://x.example/", conditions: ["[STATUS] == 200", "[BODY].api.version_count > 1"]}
  health: {http: "http://x.example/health", conditions: ["[BODY].build.version == v1"]}
  header: {http: "http://x.example/", conditions: ["[HEADER].X-Version present"]}
  proxy: {http: "http://x.example/", conditions: ["[HEADER].Server-Version == 1.2"]}
"""
)


def shop(home: Path, configuration: str = PROBED) -> Workspace:
    repo = make_shop(home / "shop", configuration)
    session = start_session(repo)
    session.focus("", pinned_in(repo))
    return Workspace(
        root=repo, git=Git(repo), store=session.store, session=session, trust=TrustStore(home / "state"), runs={}
    )


def look(workspace: Workspace, name: str, text: str, actual: str, *, at: float, ok: bool | None = True) -> None:
    """Let the watcher have looked at a probe that holds a condition against what it saw."""
    with SampleWriter(workspace.store.location.root) as writer:
        key, condition = sample_key(workspace.run, name), ConditionResult(text, ok, actual)
        result = ProbeResult(key, ProbeState.OK, 1.0, "seen", at, (condition,))
        writer.record(result, Debounced(ProbeState.OK, at, ProbeState.OK))


def test_a_probe_that_reads_the_version_tells_it_whether_it_fits_or_not(tmp_path: Path) -> None:
    workspace = shop(tmp_path)
    assert sighting_of(workspace, now=NOW) == Sighting(
        by="probe health", trouble="nobody has looked yet: cockpit watch"
    )
    look(workspace, "page", "[BODY].api.version_count > 1", "7", at=NOW)
    look(workspace, "proxy", "[HEADER].Server-Version == 1.2", "1.2", at=NOW)
    look(workspace, "header", "[HEADER].X-Version present", "absent", at=NOW)
    assert not sighting_of(workspace, now=NOW).version, "none of that is the service's version"
    look(workspace, "health", "[BODY].build.version == v1", "v0", at=NOW - 9, ok=False)
    found = sighting_of(workspace, now=NOW)
    assert (found.version, found.at, found.by) == ("v0", NOW - 9, "probe health")
    look(workspace, "header", "[HEADER].X-Version present", "v1", at=NOW - 3)
    assert sighting_of(workspace, now=NOW).version == "v1", "whoever looked last"
    look(workspace, "header", "[HEADER].X-Version present", "not seen", at=NOW - 1, ok=None)
    assert sighting_of(workspace, now=NOW).version == "v0"


def test_where_nothing_reports_a_version_what_is_checked_out_is_all_that_is_known(tmp_path: Path) -> None:
    workspace = shop(tmp_path, CONFIGURATION)
    assert sighting_of(workspace, now=NOW) == Sighting()
    tags, running = running_of(workspace, now=NOW)
    assert running.tag == running.checked_out == next(tag for tag in tags if tag.name == "v1")
    assert not running.differs


@pytest.mark.parametrize(("age", "expected"), [(5.0, "v1"), (500.0, "")])
def test_what_was_seen_before_an_execution_ended_says_nothing_of_what_runs_after_it(
    tmp_path: Path, age: float, expected: str
) -> None:
    workspace = shop(tmp_path, CONFIGURATION + "version: {file: VERSION}\n")
    with SampleWriter(workspace.store.location.root) as writer:
        writer.see(version_key(workspace.run), "v1", NOW - age)
    with SampleReader(workspace.store.location.root) as samples:
        run = workspace.run
        assert last_sighting(run, samples, now=NOW).version == "v1"
        ended = ExecutionView(
            "x", "deploy", "v1", "1" * 40, "v0", "0" * 40, workspace.session.actor, "h1", rfc3339(NOW - 300),
            "succeeded", None, "", (), ended=rfc3339(NOW - 2), outcome="succeeded",
        )  # fmt: skip
        unseen = last_sighting(replace(run, executions=(ended,)), samples, now=NOW)
        assert unseen.version == expected
        verified = last_sighting(replace(run, executions=(replace(ended, version_seen="v2"),)), samples, now=NOW)
        assert (verified.version, verified.by, verified.at) == ("v2", "the deploy", NOW - 2)


def test_a_screen_follows_what_the_watcher_sees_between_its_looks_at_the_repository(tmp_path: Path) -> None:
    workspace = shop(tmp_path, CONFIGURATION + "version: {file: VERSION}\n")
    source, key = LiveSource(workspace), version_key(workspace.run)

    def seen() -> tuple[str, str, float]:
        running = source.read().readiness.running
        return running.name, running.head_name, running.seen.at

    with contextlib.closing(source), SampleWriter(workspace.store.location.root) as writer:
        assert seen() == ("v1", "v1", 0.0)
        for version, at in (("v0", NOW), ("v0", NOW + 10), ("v1", NOW + 20)):
            writer.see(key, version, at)
            writer.flush()
            assert seen() == (version, "v1", at)
        writer.see(key, "", NOW + 30, "connection refused")
        writer.flush()
        assert seen() == ("v1", "v1", NOW + 20)
        assert source.read().readiness.running.seen.trouble == "connection refused"

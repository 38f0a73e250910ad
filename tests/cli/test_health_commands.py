"""`probes`, `targets`, `watch --unit`: what is typed, printed, recorded and refused, on a real clone."""

from __future__ import annotations

import shutil
import subprocess
import time
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from cockpit.measuring import sample_key
from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.release.quiet import quiet_probes
from cockpit.samples.writer import SampleWriter
from cockpit.workspace import Workspace
from tests.cli.conftest import Console
from tests.execution.flight import Flight


@pytest.fixture
def flight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flight:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    return Flight(tmp_path)


def begin(flight: Flight, **more: Any) -> Workspace:
    return flight.begin(
        [],
        probes={"api": {"http": "http://127.0.0.1:1/", "interval": "10s"}, "nightly": {"heartbeat": "24h"}},
        targets={"api-response-time": {"probe": "api", "below": "500ms", "window": "10m"}},
        **more,
    )


def keep(workspace: Workspace, latencies: list[float], state: ProbeState = ProbeState.OK) -> None:
    now = time.time()
    with SampleWriter(workspace.store.location.root) as writer:
        for position, latency in enumerate(latencies):
            at = now - 10.0 * (len(latencies) - position) + 9
            key = sample_key(workspace.run, "api")
            writer.record(ProbeResult(key, state, latency, "seen", at), Debounced(state, at, state))


def test_an_acknowledgement_is_recorded_and_taken_back(flight: Flight) -> None:
    workspace = begin(flight)
    console = Console(flight.repo)
    document = console.json("probes", "ack", "api", "--for", "2h", "--reason", "vendor informed")
    assert document["probe"] == "api"
    workspace.session.poll()
    hush = workspace.run.acknowledged["api"]
    assert (hush.reason, hush.until) == ("vendor informed", document["until"])
    assert quiet_probes(workspace.run, [], 0.0, UTC) == {}
    assert console.say("probes", "unack", "api")[0] == 0
    workspace.session.poll()
    assert workspace.run.acknowledged == {}
    assert (
        "over already"
        in console.refused("probes", "ack", "api", "--until", "2020-01-01T00:00:00Z", "--reason", "x", code=4)["what"]
    )
    assert "until when" in console.refused("probes", "ack", "api", "--reason", "x", code=2)["what"]
    assert console.refused("probes", "mute", "nope", "--reason", "x", code=2)["what"] == "no probe 'nope'"


def test_a_job_reports_itself_and_the_probe_sees_it(flight: Flight) -> None:
    begin(flight)
    console = Console(flight.repo)
    assert console.json("probe", "nightly", code=3)[0]["detail"] == "no beat has come yet"
    assert console.say("probes", "beat", "nightly", "--message", "312 orders", "--took", "90s") == (0, "", "")
    (result,) = console.json("probe", "nightly")
    assert (result["state"], result["latency_ms"]) == ("ok", 90_000.0)
    assert result["detail"].endswith("312 orders")
    console.say("probes", "beat", "nightly", "--failed")
    assert console.json("probe", "nightly", code=1)[0]["state"] == "down"
    assert "no heartbeat 'api'" in console.refused("probes", "beat", "api", code=2)["what"]


def test_targets_are_met_missed_or_not_known(flight: Flight) -> None:
    workspace = begin(flight)
    console = Console(flight.repo)
    (found,) = console.json("targets", "api-response-time", code=3)
    assert (found["state"], found["actual"]) == ("not enough data", "-")
    keep(workspace, [100.0] * 50)
    (found,) = console.json("targets", "api-response-time")
    assert (found["state"], found["actual"], found["samples"], found["source"]) == ("met", "100ms", 50, "api")
    assert 0.8 < found["coverage"] < 0.9
    assert found["observer"] == workspace.host
    keep(workspace, [900.0] * 59)
    (found,) = console.json("targets", "api-response-time", code=1)
    assert (found["state"], found["actual"]) == ("missed", "900ms")
    assert "unbound" not in console.say("targets")[1]
    assert "no target 'x'" in console.refused("targets", "x", code=2)["what"]


def test_items_are_sensed_by_probes_and_targets(flight: Flight) -> None:
    checks = {"day/before/look": {"probe": {"name": "api"}, "closes": True}}
    workspace = begin(flight, checks=checks)
    console = Console(flight.repo)
    assert console.json("verify", "day/before/look", code=3)[0]["state"] == "unknown"
    keep(workspace, [100.0] * 30)
    assert console.json("verify", "day/before/look")[0]["state"] == "ok"
    keep(workspace, [100.0] * 30, ProbeState.DOWN)
    assert console.json("verify", "day/before/look", code=1)[0]["state"] == "failed"


def test_a_check_by_target_is_green_red_and_unknown(flight: Flight) -> None:
    workspace = begin(flight, checks={"day/before/look": {"target": {"name": "api-response-time"}}})
    console = Console(flight.repo)
    keep(workspace, [100.0] * 10)
    found = console.json("verify", "day/before/look", code=3)[0]
    assert found["actual"] == "not enough data: 10 samples, 20 are needed"
    keep(workspace, [100.0] * 40)
    assert console.json("verify", "day/before/look")[0]["actual"].startswith("100ms (50 samples")
    keep(workspace, [700.0] * 40)
    assert console.json("verify", "day/before/look", code=1)[0]["state"] == "failed"


def test_the_unit_is_one_that_systemd_takes(flight: Flight, tmp_path: Path) -> None:
    begin(flight)
    status, text, _ = Console(flight.repo).say("watch", "--unit")
    assert status == 0
    assert "EnvironmentFile=-/etc/cockpit/shop-staging.env" in text
    assert f'"--repo={flight.repo}"' in text, "a path with a blank is one word"
    if shutil.which("systemd-analyze") is None:
        return
    unit = tmp_path / "cockpit-watch-shop-staging.service"
    unit.write_text(text)
    told = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert unit.name not in told.stderr, told.stderr

"""One tool in all its uses: a probe, a target, a check with its gate, and the commands, on Prometheus itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from cockpit.bootstrap import make_checker, make_prober, open_workspace
from cockpit.measuring import Measurer, sample_key
from cockpit.release.checks import Check
from cockpit.release.health import ProbeResult, ProbeState, advance
from cockpit.release.ports import Observed, Situation
from cockpit.samples.writer import SampleWriter
from cockpit.workspace import Options
from tests.cli.conftest import Console
from tests.execution.flight import Flight

pytestmark = pytest.mark.full

ITEM = "day/before/look"


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prometheus: str) -> Iterator[Console]:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    flight = Flight(tmp_path)
    asked = {"name": "prom", "ask": "metric"}
    flight.begin(
        sources={"prom": {"kind": "prometheus", "url": prometheus}},
        probes={
            "up": {"command": "true"},
            "load": {"source": {**asked, "query": "vector(0.3)", "unit": "s", "below": 2}},
            "odd": {"source": {**asked, "query": "vector(NaN)", "unit": "s"}},
        },
        targets={"p95": {"probe": "load", "below": "500ms"}, "odd": {"probe": "odd", "below": "500ms"}},
        checks={ITEM: {"source": {**asked, "query": "vector(1)", "below": 5}, "closes": True}},
    )
    console = Console(flight.repo)
    yield console
    flight.end()


async def test_a_probe_and_the_target_it_feeds(console: Console) -> None:
    workspace = open_workspace(Options(console.repo))
    async with make_prober(workspace) as prober:
        probes = workspace.run.configuration.probes
        results = {name: await prober.run(name, probe, time.time()) for name, probe in probes.items() if probe.source}
    assert (results["load"].state, results["load"].value, results["load"].unit) == (ProbeState.OK, 0.3, "s")
    assert (results["odd"].state, results["odd"].value) == (ProbeState.UNKNOWN, None)

    def measured(*seen: ProbeResult) -> dict[str, str]:
        writer = SampleWriter(workspace.store.location.root)
        for result in seen:
            debounced, _ = advance(None, result)
            writer.record(replace(result, name=sample_key(workspace.run, result.name)), debounced)
        writer.close()
        with Measurer(workspace, now=time.time) as measurer:
            return {one.id: f"{one.state} {one.actual}" for one in measurer.targets() if one.id in {"p95", "odd"}}

    assert measured() == {"p95": "not enough data -", "odd": "not enough data -"}
    assert measured(*results.values()) == {"p95": "met 300ms", "odd": "not enough data -"}
    assert measured(replace(results["load"], at=time.time() + 1, value=0.7))["p95"] == "missed 700ms"
    late = replace(results["load"], at=time.time() - 600)
    assert measured(late)["p95"] == "not enough data -"


async def test_a_check(console: Console) -> None:
    workspace = open_workspace(Options(console.repo))
    check = workspace.run.configuration.checks[ITEM]
    assert check.source is not None

    async def look(**more: object) -> Observed:
        async with make_checker(workspace) as checker:
            changed = Check(source=replace(check.source, **more))  # type: ignore[type-var]
            return await checker.observe(changed, Situation())

    assert (await look()).state == "ok"
    assert (await look(below=0.5)).state == "failed"
    assert (await look(query="nothing_of_it")).state == "unknown"


def test_commands(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    found = console.json("source", "test", "prom", code=3)  # one of the questions has no answer: odd is not a number
    assert not found["works"]
    assert "Prometheus tells metric" in found["sentence"]
    states = {(one["ask"], one["query"]): one["state"] for one in found["answers"]}
    assert states["metric", "vector(0.3)"] == "ok"
    assert states["metric", "vector(NaN)"] == "unknown"
    assert {"status", "errors"} <= {ask for ask, _ in states}
    (listed,) = console.json("source", "list")
    assert listed["used_by"] == ["probe load", "probe odd", f"check {ITEM}"]
    assert console.refused("source", "test", "none", code=2)["code"] == "not-found"
    assert console.say("source", "test", "prom")[1].startswith("prom: Prometheus tells ")

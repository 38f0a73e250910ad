"""Planned time on a real clone: a window, and a rollback under way; neither is up nor down, and commands say so."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from cockpit.measuring import Measurer, sample_key
from cockpit.samples.reader import SampleReader
from cockpit.samples.schema import Sample
from cockpit.times import rfc3339
from cockpit.workspace import Workspace
from tests.execution.flight import WAIT, Flight
from tests.watch.test_watcher import QUICK, eventually, transitions, up, watching

pytestmark = pytest.mark.full

TARGET = {"available": {"probe": "up", "above": "99%", "window": "10m", "samples": 1, "coverage": "0%"}}


@pytest.fixture
def flight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flight:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    return Flight(tmp_path)


def looks(workspace: Workspace) -> list[Sample]:
    with SampleReader(workspace.store.location.root) as reader:
        return list(reader.raw(sample_key(workspace.run, "up"), 0.0, time.time() + 1))


def target(flight: Flight, code: int) -> dict[str, Any]:
    found: dict[str, Any] = flight.json("targets", "available", code=code)[0]
    return found


async def test_in_a_window_nothing_counts_as_down_and_the_time_is_named(flight: Flight) -> None:
    window = {"title": "moving", "starts": rfc3339(time.time() - 60), "ends": rfc3339(time.time() + 600)}
    workspace = flight.begin(
        [],
        probes={"up": up(flight)},
        maintenance_windows=[window],
        targets=TARGET,
        triggers={"t": {"probe": "up", "lasts": "1ms"}},
    )
    async with watching(flight):
        await eventually(lambda: looks(workspace))
        (flight.var / "up").unlink()
        await eventually(lambda: ("ok", "down") in transitions(workspace))
        await eventually(lambda: sum(look.state == "down" for look in looks(workspace)) >= 2)
    assert all(look.planned for look in looks(workspace))
    assert not workspace.run.breaches, "what was announced asks for no decision"
    told = target(flight, 3)
    assert (told["state"], told["samples"], told["actual"]) == ("not enough data", 0, "-")
    assert told["maintenance"] == pytest.approx(0.1 * len(looks(workspace)))
    probe = (await asyncio.to_thread(flight.json, "probe", "up", code=1))[0]
    assert probe["outages"] == []
    assert (probe["last_day"]["uptime"], probe["last_day"]["looks"]) == (None, 0)
    assert probe["last_day"]["maintenance"] > 0


@pytest.mark.parametrize("beat", [0.02, 2.0])  # 2.0: the probe looks before the watcher looks around
async def test_what_a_rollback_brings_down_is_planned_and_what_was_down_before_is_not(
    flight: Flight, beat: float
) -> None:
    steps = [flight.stop_step(), flight.step("wait", WAIT), flight.checkout_step(), flight.start_step()]
    steps.append(flight.verify_step())
    probes = {"up": up(flight), "cart": {**up(flight), "command": flight.sh('test -f "$V/cart"')}}
    workspace = flight.begin(steps, probes=probes, targets=TARGET)

    def cart() -> list[Sample]:
        with SampleReader(workspace.store.location.root) as reader:
            return list(reader.raw(sample_key(workspace.run, "cart"), 0.0, time.time() + 1))

    async with watching(flight, pace=structs.replace(QUICK, beat=beat, exchange=beat)):
        await eventually(lambda: len(looks(workspace)) >= 2 and len(cart()) >= 2)
        flight.json("rollback", "v1", "--execute", "--confirm", "v1", "--detach")
        await eventually(lambda: sum(look.planned for look in looks(workspace)) >= 3)
        flight.go()
        await eventually(lambda: flight.view(workspace).state == "succeeded")
        before = len(looks(workspace))
        await eventually(lambda: len(looks(workspace)) >= before + 2)
    down = [look for look in looks(workspace) if look.state == "down"]
    assert down
    assert all(look.planned for look in down)
    assert not any(look.planned for look in looks(workspace) if look.state == "ok"), "what answered was up"
    assert not any(look.planned for look in cart()), "it was down before the rollback"
    assert target(flight, 0)["actual"] == "100 %"
    with Measurer(workspace, now=time.time) as measurer:
        assert measurer.history("up").outages == ()
        assert len(measurer.history("cart").outages) == 1

"""What a screen reads of its probes: each second's news, and of the others what it has already."""

from __future__ import annotations

import time
from pathlib import Path

from cockpit.live_source import LiveSource
from cockpit.measuring import sample_key
from cockpit.release.health import Debounced, ProbeResult, ProbeState
from cockpit.samples.writer import SampleWriter
from cockpit.workspace import Workspace
from tests.test_sighting import shop


def _look(workspace: Workspace, name: str, latency: float, *, at: float) -> None:
    with SampleWriter(workspace.store.location.root) as writer:
        result = ProbeResult(sample_key(workspace.run, name), ProbeState.OK, latency, "seen", at)
        writer.record(result, Debounced(ProbeState.OK, at, ProbeState.OK))


def test_only_the_probes_that_were_looked_at_are_made_anew(tmp_path: Path) -> None:
    workspace, began = shop(tmp_path), time.time()
    for name in ("page", "health"):
        _look(workspace, name, 1.0, at=began)
    source = LiveSource(workspace)
    try:
        before = {feed.name: feed for feed in source.read().probes}
        _look(workspace, "page", 2.0, at=began + 1)
        after = {feed.name: feed for feed in source.read().probes}
    finally:
        source.close()
    assert (after["page"].latencies, after["page"].at) == ((1.0, 2.0), began + 1)
    assert after["health"].latencies == (1.0,)
    assert [name for name in before if after[name] is not before[name]] == ["page"]

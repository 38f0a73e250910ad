"""A monitoring tool's word as an observation: what it cannot tell, or watches no more, is unseen."""

from __future__ import annotations

import time

from cockpit.health.observation import Observation, unseen
from cockpit.release.sources import Sourced, SourceQuestion


async def observe_source(sources: Sourced | None, question: SourceQuestion, *, seconds: float) -> Observation:
    """Ask a configured source once."""
    if sources is None:
        return unseen("no sources are known here")
    started = time.monotonic()
    reading = await sources.ask(question, seconds=seconds)
    if reading.state in {"unknown", "paused"}:
        why = reading.detail or reading.state
        return unseen(f"{question.name}: {why}" + (f". {reading.fix}" if reading.fix else ""))
    values: dict[str, str | int | float | bool] = {"SOURCE": reading.state}
    if reading.value is not None:
        values |= {"VALUE": reading.value, "UNIT": reading.unit}
    return Observation(
        connected=True, latency=time.monotonic() - started, summary=f"{question.name}: {reading.detail}", values=values
    )

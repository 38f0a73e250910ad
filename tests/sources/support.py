"""Sources asked in tests: a desk at a clock of the test's own, and the words for what came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from cockpit.release.sources import Source, SourceQuestion, SourceReading
from cockpit.sources.budget import Budgets
from cockpit.sources.desk import SourceDesk

NOW = 1_800_000_000.0


def desk_of(
    environment: Mapping[str, str] | None = None,
    *,
    now: Callable[[], float] = lambda: NOW,
    budgets: Budgets | None = None,
    trusted: bool = True,
    **sources: Source,
) -> SourceDesk:
    """Return a desk for these sources, by name."""
    return SourceDesk(
        lambda: sources,
        environment=environment or {},
        root=Path(),
        budgets=budgets or Budgets(now),
        now=now,
        trusted=lambda: trusted,
    )


def told(reading: SourceReading) -> str:
    """Return an answer in a few words."""
    why = f" {reading.trouble}" if reading.trouble else ""
    value = "" if reading.value is None else f" {reading.value:g}"
    return f"{reading.state}{why}{value}"


async def ask(desk: SourceDesk, name: str, ask: str = "status", query: str = "", **more: object) -> SourceReading:
    question = SourceQuestion(name, ask, query, **more)  # type: ignore[arg-type]
    return await desk.ask(question, seconds=5)

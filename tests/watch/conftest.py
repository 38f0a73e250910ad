from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.execution.flight import Flight


@pytest.fixture
def flight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flight]:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    flight = Flight(tmp_path)
    yield flight
    flight.end()

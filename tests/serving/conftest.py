from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.execution.flight import Flight


@pytest.fixture(scope="module")
def flight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flight]:
    """A small release whose run is open, for all tests of a module."""
    home = tmp_path_factory.mktemp("served")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COCKPIT_STATE_DIR", str(home / "state"))
        flight = Flight(home)
        log = home / "app.log"
        log.write_text("2026-03-01T12:00:00Z INFO the till is open\n")
        flight.begin(logs={"app": {"file": str(log)}})
        yield flight
        flight.end()

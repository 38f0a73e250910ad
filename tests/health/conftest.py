from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from cockpit.health.probes import Prober
from tests.health.misbehaving import Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
async def prober(tmp_path: Path) -> AsyncIterator[Prober]:
    async with Prober(observer="here", directory=tmp_path, trusted=True) as running:
        yield running

from __future__ import annotations

import pytest

from tests.health.certificates import Certificate
from tests.parts import require


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate of localhost that nobody trusts who was not told to."""
    require("openssl")
    return Certificate(tmp_path_factory.mktemp("mail") / "own", "20991231235959Z", "DNS:localhost")

"""The real parts that tests run on: programs that a machine may lack."""

from __future__ import annotations

import os
import shutil

import pytest


def require(program: str) -> str:
    """Return the program's path; skip the test where it is missing, or fail it where CI_REQUIRE_PARTS=1."""
    path = shutil.which(program)
    if path is not None:
        return path
    reason = f"{program} is not installed"
    if os.environ.get("CI_REQUIRE_PARTS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)

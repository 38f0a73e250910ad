"""The real parts that tests run on: programs that a machine may lack."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def require(program: str) -> str:
    """Return the program's path; skip the test where it is missing, or fail it where CI_REQUIRE_PARTS=1."""
    path = shutil.which(program)
    if path is None:
        fail_or_skip(f"{program} is not installed")
    return path


def fail_or_skip(reason: str) -> NoReturn:
    """Skip the test, or fail it where CI_REQUIRE_PARTS=1."""
    if os.environ.get("CI_REQUIRE_PARTS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)

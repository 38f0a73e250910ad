"""A program that a look runs: in a thread of the pool, and gone with the look."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path

from cockpit.health.observation import BODY_LIMIT
from cockpit.process import Finished, run

_GRACE = 1.0  # seconds that a command has to end by itself once it is told to


async def run_in(
    pool: Executor,
    argv: Sequence[str],
    *,
    seconds: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program once; `seconds` bound it. A cancel ends its process group. Raises ProcessError."""
    cancel = threading.Event()
    look = partial(run, list(argv), cwd=cwd, timeout=seconds, limit=BODY_LIMIT, cancel=cancel, grace=_GRACE, env=env)
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, look)
    finally:
        cancel.set()

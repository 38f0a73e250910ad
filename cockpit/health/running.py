"""A program that a look runs: in a thread apart, and gone with the look."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from cockpit.errors import ProcessError
from cockpit.health.apart import Apart, HeldUpError
from cockpit.health.observation import BODY_LIMIT
from cockpit.process import Finished, run

_GRACE = 1.0  # seconds that a command has to end by itself once it is told to
END_WITHIN = _GRACE + 7.0  # seconds in which a command is ended, unless the kernel does not let it go


async def run_in(
    apart: Apart,
    argv: Sequence[str],
    *,
    seconds: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program once; `seconds` bound it, and its wait for a place. A cancel ends its process group.

    Raises ProcessError.
    """
    cancel = threading.Event()
    look = partial(run, list(argv), cwd=cwd, timeout=seconds, limit=BODY_LIMIT, cancel=cancel, grace=_GRACE, env=env)
    try:
        return await apart.call("\0".join(argv), look, queue=seconds, within=seconds + END_WITHIN)
    except HeldUpError as error:
        raise ProcessError(str(error)) from error
    except TimeoutError:  # it waits for a device or a mount, and no signal reaches it
        return Finished(tuple(argv), None, b"", b"", seconds, timed_out=True)
    finally:
        cancel.set()

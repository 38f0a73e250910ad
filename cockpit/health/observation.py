"""What one look at a target brought back, before anything is judged."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cockpit.release.health import Timing
from cockpit.text import visible

BODY_LIMIT = 1024 * 1024  # bytes of an answer that are read; the rest is left unread
DETAIL_LIMIT = 200  # characters of a detail


class Observation(Struct, frozen=True):
    """The values of one look; None is a value that was not seen.

    `latency` is in seconds up to the whole answer, header names are lower-case, `certificate_expires` is in
    epoch seconds. `summary` says what answered. `trouble` says why there is no whole answer; with `unseen` the
    fault was on our side, so that nothing may be said about the target. `timings` are the phases or steps of the look,
    `values` what only one kind of probe sees, by the condition's subject.
    """

    connected: bool = False
    latency: float | None = None
    status: int | None = None
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    certificate_expires: float | None = None
    exit_status: int | None = None
    summary: str = ""
    trouble: str = ""
    unseen: bool = False
    timings: tuple[Timing, ...] = ()
    values: Mapping[str, str | int | float | bool] = {}
    cookies: tuple[str, ...] = ()


def unseen(trouble: str) -> Observation:
    """Return the observation of a look that could not be taken."""
    return Observation(trouble=trouble, unseen=True)


def shown(text: str, limit: int = DETAIL_LIMIT) -> str:
    """Return external text made safe, on one line of at most `limit` characters, escapes counted."""
    safe = visible(text, limit=limit)
    return safe if len(safe) <= limit else f"{safe[: limit - 1]}…"


def first_line(data: bytes) -> str:
    """Return the first line of `data` that is not blank, as text that still needs `shown`."""
    for line in data[:4096].decode("utf-8", "replace").splitlines():
        if line.strip():
            return line.strip()
    return ""

"""What one look of a check brought back, and the short words for it."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cockpit.release.events import ObservedState

ACTUAL_LIMIT = 160  # characters


class Look(Struct, frozen=True):
    """The outcome, what was seen in a few words, and, of a command, what it printed."""

    state: ObservedState
    actual: str
    detail: str = ""
    output: str | None = None


def unseen(why: str) -> Look:
    """Return a look that could not be taken."""
    return Look("unknown", "not seen", why)


def judged(faults: Sequence[str], well: str) -> Look:
    """Return a failure that names all faults, or a success in the words `well`."""
    if not faults:
        return Look("ok", clipped(well))
    return Look("failed", clipped("; ".join(faults)))


def clipped(text: str) -> str:
    """Return text on one line of bounded length."""
    line = " ".join(text.split())
    return line if len(line) <= ACTUAL_LIMIT else f"{line[: ACTUAL_LIMIT - 1]}…"

"""What the background threads tell the app."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from cockpit.release.live import Live
from cockpit.release.record import Record
from cockpit.release.run import Run

# Nobody compares messages or prints them, and to make what does takes time of every start.


@dataclass(eq=False, repr=False)
class RunChanged(Message):
    """The shared state changed, by us or by somebody else."""

    run: Run
    records: list[Record]


@dataclass(eq=False, repr=False)
class RunTurned(Message):
    """The run that was shown is over, or there was none, and another one has been opened elsewhere."""

    before: Run
    run: Run


@dataclass(eq=False, repr=False)
class LiveChanged(Message):
    """The sampled feeds changed; only the newest counts."""

    live: Live

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LiveChanged)


@dataclass(eq=False, repr=False)
class FeedFailed(Message):
    """A background thread met a trouble that a person should know of."""

    what: str

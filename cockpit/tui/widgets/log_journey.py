"""What a journey through a log's history tells the log's widget."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass(eq=False, repr=False)
class Arrived(Message, bubble=False):
    """A `journey` has ended: at the line that starts at `place`, or nowhere, and `said` tells why if need be."""

    place: int | None
    said: str = ""
    journey: object = None


class Travelled(Message, bubble=False):
    """A journey goes on, or has brought lines; waiting ones are merged into one."""

    def can_replace(self, message: Message) -> bool:
        """Every one says the same."""
        return isinstance(message, Travelled)

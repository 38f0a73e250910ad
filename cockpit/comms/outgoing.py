"""What is handed to a channel, and what a try or all of them came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct

from cockpit.net.trusted_roots import TrustedRoots
from cockpit.release.events import Delivery


class Outgoing(Struct, frozen=True):
    """One message as it leaves; the id is the same whenever it is sent again. `about` is told to commands by name."""

    id: str
    subject: str
    body: str
    source: str  # what it speaks of: `shop/production`
    about: Mapping[str, str] = {}

    @property
    def text(self) -> str:
        """Subject and body together."""
        return f"{self.subject}\n\n{self.body}"


def beginning(text: str, limit: int) -> str:
    """Return as much of a text as `limit` characters hold, with a sign where it was cut: secrets are masked by that."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


class Tools(Struct, frozen=True):
    """What senders are given: the environment with its secrets, where files lie, a terminal's clipboard if any."""

    environment: Mapping[str, str]
    directory: Path
    roots: TrustedRoots
    clipboard: Callable[[str], None] | None = None

    def secret(self, variable: str) -> str:
        """Return the value of a variable; SecretMissingError where it is not set."""
        value = self.environment.get(variable, "").strip()
        if not value:
            raise SecretMissingError(variable)
        return value


class SecretMissingError(Exception):
    """An environment variable that a channel needs is not set here."""

    def __init__(self, variable: str) -> None:
        super().__init__(f"{variable} is not set: set it where the cockpit and its watcher are started")


class Tried(Struct, frozen=True):
    """How one try ended: `again` where another may succeed, after at least `wait` seconds.

    Whether it may be made, where nobody knows what became of this one, is for `sending` to say.
    """

    outcome: Delivery
    detail: str
    again: bool = False
    wait: float = 0.0


class Sent(Struct, frozen=True):
    """How a message was delivered, in one sentence; `tries` counts how often it was tried."""

    outcome: Delivery
    detail: str
    tries: int

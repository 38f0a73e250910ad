"""What goes wrong while it is watched: said once of each subject, and again once that was well in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cockpit.errors import CockpitError


class Troubles:
    """Remembers what is wrong with each subject; safe to use from any thread."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._standing: dict[str, str] = {}
        self._lock = threading.Lock()

    def tell(self, subject: str, text: str) -> None:
        """Say what is wrong with a subject, unless that stands already, of it or of another; no text: it is well."""
        with self._lock:
            is_news = bool(text) and text not in self._standing.values()
            if text:
                self._standing[subject] = text
            else:
                self._standing.pop(subject, None)
        if is_news:
            self._say(text)

    def well(self, subject: str) -> None:
        """Note that nothing is wrong with a subject any more."""
        self.tell(subject, "")

    @contextmanager
    def attempt(self, subject: str, failed: str) -> Iterator[None]:
        """Go on where something fails: it is told of its subject, after what `failed`, until it goes well again."""
        try:
            yield
        except Exception as error:  # of whatever kind: one subject's fault must not end the watch over the others
            self.tell(subject, f"{failed}: {error if isinstance(error, CockpitError | OSError) else repr(error)}")
        else:
            self.well(subject)

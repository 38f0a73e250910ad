"""What is masked before text leaves this process: secrets by their shape, the environment's, and the env file's."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from pathlib import Path

from cockpit.errors import ObservationError

_SUFFIX = "_SECRET"  # what makes the name of a variable that the schema calls secret speak of it, too
_LOOK_AGAIN = 1.0  # seconds between looks whether the env file has changed: a screen asks for every line


class Mask:
    """Masks secrets in text; safe to call from any thread.

    Until it is told of an env file, whose values are read anew when the file changes, it knows the environment alone,
    as it was when this was made.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._environment = dict(os.environ)
        self._file_of: Callable[[], Path] | None = None
        self._secrets: Callable[[], Collection[str]] = tuple
        self._read: tuple[Path, int, int] | None = None
        self._due = 0.0
        self._values: list[str] | None = None  # until they are asked for: what finds them is slow to load

    def tell_of(self, file_of: Callable[[], Path], secrets: Callable[[], Collection[str]]) -> None:
        """Take in where the env file lies, and which of its variables hold secrets whatever they are called."""
        self._file_of, self._secrets, self._due = file_of, secrets, 0.0

    def __call__(self, text: str) -> str:
        """Return the text with secrets masked."""
        from cockpit.redact import masked, secret_values

        if self._values is None:
            self._values = secret_values(self._environment)
        if self._file_of is not None and self._monotonic() >= self._due:
            self._look(self._file_of())
            self._due = self._monotonic() + _LOOK_AGAIN
        return masked(text, self._values)

    def _look(self, path: Path) -> None:
        try:
            found = path.stat()
        except OSError:
            return  # what it held once may still be told
        mark = path, found.st_mtime_ns, found.st_size
        if mark != self._read:
            from cockpit.redact import secret_values

            self._values = secret_values({**self._variables_of(path), **self._environment})
            self._read = mark

    def _variables_of(self, path: Path) -> dict[str, str]:
        from cockpit.envfile.parsing import read_env_file

        try:
            parsed = read_env_file(path)
        except ObservationError:
            return {}
        entries = parsed.entries if parsed is not None else {}
        secrets = frozenset(self._secrets())
        return {
            f"{name}{_SUFFIX}" if name in secrets else name: entry.value
            for name, entry in entries.items()
            if entry.value is not None
        }

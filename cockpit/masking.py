"""What is masked before text leaves this process: secrets by their shape, the environment's, and the env file's."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from pathlib import Path

from cockpit.envfile.parsing import read_env_file
from cockpit.errors import ObservationError
from cockpit.redact import masked, secret_values

_SUFFIX = "_SECRET"  # what makes the name of a variable that the schema calls secret speak of it, too


class Mask:
    """Masks secrets in text; safe to call from any thread.

    Until it is told of an env file, whose values are read anew when the file changes, it knows the environment alone.
    """

    def __init__(self) -> None:
        self._file_of: Callable[[], Path] | None = None
        self._secrets: Callable[[], Collection[str]] = tuple
        self._read: tuple[Path, int, int] | None = None
        self._variables: dict[str, str] = {}
        self._known: tuple[int, dict[str, str]] = (0, {})
        self._values: list[str] = []

    def tell_of(self, file_of: Callable[[], Path], secrets: Callable[[], Collection[str]]) -> None:
        """Take in where the env file lies, and which of its variables hold secrets whatever they are called."""
        self._file_of, self._secrets = file_of, secrets

    def __call__(self, text: str) -> str:
        """Return the text with secrets masked."""
        variables = self._of_file()
        known = hash(frozenset(os.environ.items())), variables
        if known != self._known:
            self._values, self._known = secret_values({**variables, **os.environ}), known
        return masked(text, self._values)

    def _of_file(self) -> dict[str, str]:
        if self._file_of is None:
            return {}
        path = self._file_of()
        try:
            found = path.stat()
        except OSError:
            return {}
        mark = path, found.st_mtime_ns, found.st_size
        if mark != self._read:
            self._variables, self._read = self._variables_of(path), mark
        return self._variables

    def _variables_of(self, path: Path) -> dict[str, str]:
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

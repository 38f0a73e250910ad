"""An env file as its users' frameworks read it: python-dotenv's grammar, with the line of each variable.

Values stay inside this room: nothing that it returns to others repeats one.
"""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from msgspec import Struct

from cockpit.errors import ObservationError

LARGEST = 1024 * 1024  # bytes


class Entry(Struct, frozen=True):
    """One variable as it is set; `borrows` names variables of the process's environment that its value takes in."""

    name: str
    value: str | None  # None where there is a name and no equals sign
    line: int
    borrows: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show no value, also in a traceback or a failing test."""
        return f"Entry({self.name!r}, line={self.line})"


class Parsed(Struct, frozen=True):
    """What a file holds: of a name that stands twice the last one counts; `unreadable` are line numbers."""

    entries: dict[str, Entry]
    unreadable: tuple[int, ...] = ()
    repeated: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


def parse_env(text: str) -> Parsed:
    """Return the variables of `text`; references such as `${HOME_PAGE}` are resolved within the file alone."""
    from dotenv.parser import parse_stream

    entries: dict[str, Entry] = {}
    unreadable, repeated = [], []
    for binding in parse_stream(io.StringIO(text)):
        line = binding.original.line + _leading_lines(binding.original.string)
        if binding.error:
            unreadable.append(line)
        elif binding.key is not None:
            if binding.key in entries:
                repeated.append(binding.key)
            entries[binding.key] = _entry(binding.key, binding.value, line, entries)
    troubles: tuple[str, ...] = ()
    if text.startswith("\ufeff"):
        troubles = ("it begins with a byte order mark, which becomes part of the first name: save it without",)
    return Parsed(entries, tuple(unreadable), tuple(dict.fromkeys(repeated)), troubles)


def read_env_file(path: Path) -> Parsed | None:
    """Return what the file holds, or None where there is none; ObservationError where it cannot be read whole."""
    try:
        # A fifo or a device would hold the reader up for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116
            raise ObservationError(f"{path.name} is no ordinary file", fix="Name a file of KEY=value lines")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ObservationError(
            f"{path.name} cannot be read: {error.strerror}", fix="Let this user read it, or look as the service's"
        ) from error
    if len(content) > LARGEST:
        raise ObservationError(f"{path.name} holds more than {LARGEST} bytes", fix="Name a file of KEY=value lines")
    parsed = parse_env(content.decode("utf-8", "replace"))
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return Parsed(parsed.entries, parsed.unreadable, parsed.repeated, (*parsed.troubles, "it is not UTF-8"))
    return parsed


def _leading_lines(text: str) -> int:
    """Return how many lines of blanks stand before what a binding is about."""
    return text[: len(text) - len(text.lstrip())].count("\n")


def _entry(name: str, value: str | None, line: int, before: dict[str, Entry]) -> Entry:
    from dotenv.variables import Variable, parse_variables

    if value is None or "$" not in value:
        return Entry(name, value, line)
    known = {key: entry.value for key, entry in before.items()}
    atoms = list(parse_variables(value))
    borrows = tuple(
        atom.name for atom in atoms if isinstance(atom, Variable) and atom.name not in known and not atom.default
    )
    return Entry(name, "".join(atom.resolve(known) for atom in atoms), line, borrows)

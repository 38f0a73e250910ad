"""YAML files into msgspec Structs: strict, and all mistakes of a file at once, each with line and column."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, TypeVar, cast

from msgspec import inspect

from cockpit.content.nodes import Mapping, Node, Sequence, parse
from cockpit.content.problems import Problems
from cockpit.content.schema import convert
from cockpit.errors import ConfigurationError, Problem

T = TypeVar("T")
# A few hundred times the largest checklist known; what is beyond it was not written by hand.
LARGEST_FILE = 4 * 1024 * 1024

Step = str | int
_SHAPES: dict[type, inspect.Type] = {}


class Positions:
    """Where each value of a document stands in its file, for mistakes found after loading."""

    def __init__(self, root: Node) -> None:
        self._root = root

    def of(self, *where: Step) -> tuple[int, int]:
        """Return (line, column) of the value at keys and indices `where`, or of what encloses it if it is a default."""
        _, node = self._find(where)
        return node.line, node.column

    def of_key(self, *where: Step) -> tuple[int, int]:
        """Return (line, column) of the key that names the value at `where`."""
        key, _ = self._find(where)
        return key.line, key.column

    def _find(self, where: tuple[Step, ...]) -> tuple[Node, Node]:
        key = node = self._root
        for step in where:
            if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
                key, node = node.entries[step]
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                key = node = node.items[step]
            else:
                break
        return key, node


class Document(Generic[T]):
    """A loaded value, where its parts stand, and the mistakes found in it so far."""

    def __init__(self, value: T, root: Node, problems: Problems) -> None:
        self.value = value
        self.positions = Positions(root)
        self.problems = problems


class ParsedFile:
    """A file whose notation is understood and whose type is still open; ConfigurationError where it is not YAML."""

    def __init__(self, text: str, path: str) -> None:
        self.problems = Problems(path)
        self._root = parse(text, self.problems)
        self.keys = frozenset(self._root.entries if isinstance(self._root, Mapping) else ())

    def document(self, type_: type[T]) -> Document[T]:
        """Return it as a `type_`, a Struct; ConfigurationError holds all mistakes."""
        value = convert(self._root, _shape(type_), self.problems)
        self.problems.raise_any()
        return Document(cast(T, value), self._root, self.problems)


def _shape(type_: type) -> inspect.Type:
    # Of a Struct as deep as a configuration it takes as long as to convert a file to it.
    if type_ not in _SHAPES:
        _SHAPES[type_] = inspect.type_info(type_)
    return _SHAPES[type_]


def load_document(text: str, path: str, type_: type[T]) -> Document[T]:
    """Return `text` as a `type_`, a Struct, with positions; ConfigurationError holds all mistakes in `path`."""
    return ParsedFile(text, path).document(type_)


def load_text(text: str, path: str, type_: type[T]) -> T:
    """Return `text` as a `type_`, a Struct; ConfigurationError holds all mistakes in `path`."""
    return load_document(text, path, type_).value


def load_file(path: Path, type_: type[T]) -> T:
    """Return the file at `path` as a `type_`; ConfigurationError holds all mistakes."""
    return load_text(read_text(path), str(path), type_)


def read_text(path: Path) -> str:
    """Return a file's text; ConfigurationError where it cannot be read, is not UTF-8 or is larger than LARGEST_FILE."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise _unreadable(path, 1, 1, f"cannot be read: {error.strerror or error}") from None
    if len(content) > LARGEST_FILE:
        raise _unreadable(path, 1, 1, f"larger than {LARGEST_FILE // 1024 // 1024} MiB: split it")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode().removeprefix("\ufeff")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"the byte 0x{content[error.start]:02x} is not UTF-8: save the file as UTF-8"
        raise _unreadable(path, line, column, message) from None


def _unreadable(path: Path, line: int, column: int, message: str) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), line, column, message)])

"""What a person has set for themselves, as YAML: how the screen looks (`config.yaml`), and its keys (`keymap.yaml`)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from cockpit.content.nodes import Mapping, Node, Scalar, Sequence, parse
from cockpit.content.problems import Problems
from cockpit.content.strict_yaml import load_document, read_text
from cockpit.errors import ConfigurationError, Problem
from cockpit.text import visible


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """`config.yaml`; what is left out is as the terminal has it."""

    theme: Literal["", "dark", "light", "colour-blind", "16-colour", "monochrome"] = ""
    mouse: bool | None = None
    glyphs: Literal["", "unicode", "ascii"] = ""


class KeyChoice(Struct, frozen=True):
    """The keys that a person wants for a command, and where in the file that is said; lines and columns from 1."""

    command: str
    keys: tuple[str, ...]
    line: int
    column: int


def read_settings(path: Path) -> tuple[Settings, list[Problem]]:
    """Return what `config.yaml` says, and its mistakes, for which it counts as empty."""
    try:
        text = read_text(path) if path.exists() else ""
        return load_document(text, str(path), Settings).value if text.strip() else Settings(), []
    except ConfigurationError as error:
        return Settings(), error.problems


def read_keymap(path: Path) -> tuple[tuple[KeyChoice, ...], list[Problem]]:
    """Return the choices in `keymap.yaml` that can be read, and its mistakes."""
    problems = Problems(str(path))
    try:
        text = read_text(path) if path.exists() else ""
        return (_choices(parse(text, problems), problems), problems.found) if text.strip() else ((), [])
    except ConfigurationError as error:
        return (), error.problems


def _choices(root: Node, problems: Problems) -> tuple[KeyChoice, ...]:
    if not isinstance(root, Mapping):
        problems.add(root.line, root.column, "write one command a line, as in `checklist.claim: C`")
        return ()
    found = []
    for command, (key, node) in root.entries.items():
        nodes = node.items if isinstance(node, Sequence) else [node]
        keys = [one.text for one in nodes if isinstance(one, Scalar) and one.text]
        if not keys or len(keys) < len(nodes):
            problems.add(node.line, node.column, f"give {visible(command, limit=60)} a key, or several as in [a, b]")
        else:
            found.append(KeyChoice(command, tuple(keys), key.line, key.column))
    return tuple(found)

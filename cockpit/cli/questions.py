"""Asking a person at a plain terminal: a default in brackets, and Enter takes it."""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import textwrap

from cockpit.cli.common import flush, put, wants_json
from cockpit.errors import RefusedError
from cockpit.text import visible

_LABEL = re.compile(r" *(?:\S+(?: \S+)* {2,})?")  # of a row such as `  health    http://...`, or what is indented
_COLOURS = {"good": "32", "bad": "31", "strong": "1"}


def ask(question: str, default: str) -> str:
    """Return what is typed; nothing typed, or the end of the input, is the default."""
    try:
        return input(f"{visible(question)} [{visible(default)}]: ").strip() or default
    except EOFError:
        put("\n")
        return default


def agreed(question: str, *, default: bool = False) -> bool:
    """Whether a person says yes; whatever else is typed is no."""
    return ask(f"{question} (yes/no)", "yes" if default else "no").casefold() in {"y", "yes"}


def types(word: str) -> bool:
    """Whether a person types that very word to go on."""
    try:
        return input(f"Type {visible(word)} to go on: ").strip() == word
    except EOFError:
        put("\n")
        return False


def confirm_at_terminal(arguments: argparse.Namespace, question: str, word: str, *, kept: str) -> None:
    """Let a person at a terminal type a word first; whoever says --yes or --json, or has no terminal, is not asked.

    RefusedError says with `kept` what was left as it was.
    """
    if arguments.yes or wants_json(arguments) or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    show(question)
    if not types(word):
        raise RefusedError(f"not confirmed: {kept}", fix=f"Type {word}, in full, or add --yes", code="not-confirmed")


def show(text: str, ink: str = "") -> None:
    """Print one line for a person, in a colour where the terminal has some; external text in it is made safe.

    At a terminal it is folded between words, below the place where its text begins.
    """
    safe = visible(text)
    if sys.stdout.isatty():
        safe = folded(safe, shutil.get_terminal_size().columns)
    plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    put(f"{safe}\n" if plain or not ink else f"\x1b[{_COLOURS[ink]}m{safe}\x1b[0m\n")
    flush()


def folded(text: str, width: int) -> str:
    """Return a line folded between words to `width` columns; what follows stands below where its text begins."""
    found = _LABEL.match(text)
    indent = found.end() if found is not None and found.end() < width // 2 else 0
    lines = textwrap.wrap(text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines) or text

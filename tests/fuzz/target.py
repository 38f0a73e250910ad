"""What is fuzzed, and what is asked of it: no errors but those documented, in bounded time, and safe to print."""

from __future__ import annotations

import contextlib
import io
import json
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

from cockpit.cli.main import run
from tests.fuzz.unsafe import controls_in, hostile_in

T = TypeVar("T")

CPU_SECONDS = 5.0  # of this process for one input; ten times what any takes on a slow machine


class FaultError(AssertionError):
    """Something came out that must not."""


class Target(ABC, Generic[T]):
    """One thing that reads what others wrote; `make` is pure, so that a dice tells the same input again."""

    name: str
    seconds = CPU_SECONDS

    def __init__(self, place: Path) -> None:
        self.place = place  # an empty directory of its own

    def open(self) -> None:
        """Prepare what all inputs share."""

    def close(self) -> None:
        """End what `open` began."""

    @abstractmethod
    def make(self, dice: Random) -> T:
        """Return an input."""

    @abstractmethod
    def check(self, made: T) -> None:
        """Let it be read; raises whatever is wrong."""

    def try_on(self, made: T) -> float:
        """Let an input be read; return the CPU seconds of it, FaultError where these are too many."""
        began = time.process_time()
        self.check(made)
        spent = time.process_time() - began
        if spent > self.seconds:
            raise FaultError(f"it took {spent:.1f} s of CPU")
        return spent


def require_safe(text: str, what: str = "what is printed", *, document: bool = False) -> None:
    """Raise FaultError where a terminal or a reader could take a character of the text as an instruction.

    A document may hold what only a reader could: it is given back as it was taken in.
    """
    found = controls_in(text) if document else hostile_in(text)
    if found:
        at = text.index(chr(found[0]))
        raise FaultError(f"{what} holds U+{found[0]:04X}: {text[max(at - 60, 0) : at + 60]!r}")


def require_strict(printed: str) -> None:
    """Raise FaultError unless what is printed is JSON for any reader: no NaN, and no half of a surrogate pair."""

    def refuse(name: str) -> float:
        raise FaultError(f"{name} is no JSON: {printed[:200]!r}")

    texts = [line for line in printed.splitlines() if line] if printed.startswith('{"') else [printed]
    for text in texts:
        try:
            document = json.loads(text, parse_constant=refuse)
        except ValueError as error:
            raise FaultError(f"no JSON ({error}): {text[:200]!r}") from error
        for leaf in leaves_of(document):
            half = (
                isinstance(leaf, str) and not leaf.isascii() and any("\ud800" <= letter <= "\udfff" for letter in leaf)
            )
            require(not half, f"half of a surrogate pair in JSON: {leaf!r:.200}")
            require(not isinstance(leaf, float) or math.isfinite(leaf), f"the number {leaf} in JSON")


def leaves_of(document: object) -> Iterator[object]:
    """Yield every text, number and None in a document of JSON, the keys too."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from leaves_of(value)
    elif isinstance(document, list):
        for value in document:
            yield from leaves_of(value)
    else:
        yield document


def require(holds: object, what: str) -> None:
    """Raise FaultError unless it holds."""
    if not holds:
        raise FaultError(what)


@contextlib.contextmanager
def printed() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """Take what is printed meanwhile."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        yield out, err


def command(*arguments: str, document: bool = False) -> tuple[int, str, str]:
    """Run a command in this process; return its exit status, output and diagnostics, which are safe to print."""
    with printed() as (out, err):
        status = run(arguments)
    require(0 <= int(status) <= 5, f"exit status {status}")
    require_safe(out.getvalue(), document=document)
    require_safe(err.getvalue(), "what is said")
    if "--json" in arguments and out.getvalue().strip():
        require_strict(out.getvalue())
    return int(status), out.getvalue(), err.getvalue()

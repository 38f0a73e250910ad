"""Texts made to lead pattern after pattern astray: whatever reads external text takes a time in proportion to it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC
from functools import cache
from importlib import import_module
from pathlib import Path
from random import Random
from typing import NamedTuple

from cockpit import logs
from cockpit.logs.classify import Classifier
from cockpit.logs.fingerprints import template_of
from cockpit.logs.line import LogLine
from cockpit.logs.patterns import Patterns
from cockpit.logs.requests import read_request
from cockpit.redact import masked
from cockpit.text import visible
from tests.fuzz.mutate import HOSTILE
from tests.fuzz.samples_of import sample
from tests.fuzz.target import FaultError, Target

_NOW = 1_782_907_200.0
_LONGEST = 4000  # characters: no more of a line is drawn
_LOGS = Path(logs.__path__[0])
_MODULES = ("cockpit.redact", *(f"cockpit.logs.{path.stem}" for path in _LOGS.glob("*.py") if path.stem[0] != "_"))
_SIGNS = (
    *"0123456789=:;,.-_/\\'\"()[]{}<>|@#$%^&*!? \t", "0" * 9, "a" * 9, "A" * 9, "2026-07-01 12:00:00", "10.0.0.1",
    "01/Jul/2026:12:00:00 +0000", '"GET / HTTP/1.1"', "key=value", '{"a":', "://", "é",
)  # fmt: skip
_WORD = re.compile(r"[A-Za-z]{2,}")


class Text(NamedTuple):
    """A text of one line."""

    text: str


@cache
def patterns() -> tuple[str, ...]:
    """Return the regular expressions of the modules that read external text."""
    found = set[str]()
    for name in _MODULES:
        for value in vars(import_module(name)).values():
            pattern = getattr(value, "pattern", value)
            if isinstance(pattern, bytes):
                pattern = pattern.decode("latin-1")
            if isinstance(pattern, str) and len(pattern) > 3 and not pattern.startswith(("cockpit", "/", '"""')):
                found.add(pattern)
    return tuple(sorted(found))


@cache
def vocabulary() -> tuple[str, ...]:
    """Return the words that stand in the patterns, and the signs between them."""
    words = {word for pattern in patterns() for word in _WORD.findall(pattern)}
    return (*sorted(words), *_SIGNS)


class Texts(Target[Text]):
    """Words and signs of our own patterns, repeated."""

    name = "texts"
    seconds = 0.4  # for each reader; a hundred times what an ordinary text takes

    def make(self, dice: Random) -> Text:
        words = vocabulary()
        text = ""
        if dice.random() < 0.6:
            near = sample(dice, dice.choice(patterns()))
            at = dice.randint(0, len(near))
            text = near if dice.random() < 0.5 else near[:at] + dice.choice(words) + near[at:]
            text += sample(dice, dice.choice(patterns())) if dice.random() < 0.3 else ""
            return Text((text[:_LONGEST] + dice.choice(("", "!", "\x7f"))).replace("\n", " "))
        for _ in range(dice.randint(1, 5)):
            piece = "".join(dice.choice(words) for _ in range(dice.choice((1, 1, 2, 3, 6))))
            text += piece * dice.choice((1, 1, 5, 60, 2000))
            if len(text) > _LONGEST:
                break
        return Text((text[:_LONGEST] + dice.choice(("", "!", dice.choice(HOSTILE)))).replace("\n", " "))

    def check(self, made: Text) -> None:
        classifier = Classifier("app", zone=UTC, clock=lambda: _NOW)
        counted = Patterns({})
        line: list[LogLine] = []
        readers: dict[str, Callable[[], object]] = {
            "masked": lambda: masked(made.text, ()),
            "classify": lambda: line.append(classifier.classify(made.text)),
            "template_of": lambda: template_of(made.text),
            "read_request": lambda: read_request(line[0]),
            "patterns": lambda: counted.of(made.text),
            "visible": lambda: visible(made.text),
        }
        for name, read in readers.items():
            began = time.process_time()
            read()
            spent = time.process_time() - began
            if spent > self.seconds:
                raise FaultError(f"{name} takes too long, {spent:.2f} s for {len(made.text)} characters")

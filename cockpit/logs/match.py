"""What a person types to choose lines: a regular expression, with `!` before it for all others.

A regular expression can need longer than the release lasts: `(a+)+$` on a line of fifty a's and a b. Python's own
engine can neither be interrupted nor lets other threads go on meanwhile. So what can only take a time in proportion
to the text is matched by `re`, and everything else by `regex`, which gives the interpreter free and keeps to a time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Self

from cockpit.errors import UsageError
from cockpit.logs.colours import without_colours
from cockpit.logs.line import Level, LogLine
from cockpit.patterns import BRACE, CHOICES, UNREADABLE, readable

_LONGEST = 0.1  # seconds that one text may take
_PATIENCE = 2.0  # seconds for all texts together, and:
_EACH = 1e-6  # seconds a character; patterns that people write need a tenth of it at most

_Search = Callable[[str], object]


class SlowPatternError(UsageError):
    """A regular expression needs too long for the texts that it is to look through."""


class TextFilter:
    """Chooses texts by a regular expression; `inverted` chooses those in which it is not found."""

    minimum = Level.NONE  # lines of every level
    text_only = True

    def __init__(self, body: str, flags: re.RegexFlag, *, typed: str) -> None:
        self._body = body
        self._flags = flags
        self._search: _Search | None = None if CHOICES.search(body) else readable(body, flags).search
        self._seconds = 0.0
        self._characters = 0
        self.inverted = typed.startswith("!")
        self.typed = typed
        self.why_literal = ""  # why it is looked for as plain text, where it was typed as it may be and is no pattern
        self.slow: SlowPatternError | None = None  # once it took too long, and should not be asked again

    @classmethod
    def strict(cls, typed: str) -> Self:
        """Read a regular expression, as grep does; UsageError says what is wrong with it, and where."""
        body = typed.removeprefix("!")
        try:
            readable(body, re.NOFLAG)
        except UNREADABLE as error:
            raise UsageError(
                f"{body!r} is not a regular expression: {error}", fix="Quote special characters with \\"
            ) from None
        return cls(body, re.NOFLAG, typed=typed)

    @classmethod
    def lenient(cls, typed: str) -> Self:
        """Read what is typed while watching: what is no regular expression, such as `pay(`, is looked for literally.

        All in lower case it matches either case.
        """
        body = typed.removeprefix("!")
        flags = re.IGNORECASE if body == body.lower() else re.NOFLAG
        try:
            readable(body, flags)
        except UNREADABLE as error:
            found = cls(re.escape(body), flags, typed=typed)
            found.why_literal = f"{body!r} is no regular expression ({error}): it is looked for as plain text"
            return found
        return cls(body, flags, typed=typed)

    def wants(self, line: LogLine) -> bool:
        """Whether this line is chosen, by its text."""
        return self.matches(line.text)

    def matches(self, text: str) -> bool:
        """Whether this text is chosen, its colours aside; SlowPatternError where that takes too long to find out."""
        if "\x1b" in text:
            text = without_colours(text)
        search = self._search
        if search is None:
            search = self._search = self._bounded()
        return (search(text) is None) is self.inverted

    def _bounded(self) -> _Search:
        """Return a search that gives up in time. It is made at the first text: the import would hold up a key."""
        import regex

        flags = regex.IGNORECASE if self._flags & re.IGNORECASE else 0
        try:
            search = regex.compile(BRACE.sub(lambda found: found[1] or r"\{", self._body), flags).search
        except (regex.error, RecursionError, OverflowError):  # the two do not read all alike
            search = regex.compile(regex.escape(self._body, special_only=True), flags).search

        def bounded(text: str) -> object:
            start = time.perf_counter()
            try:
                # A text of a class of its own could change while others go on.
                found = search(str(text), timeout=_LONGEST + _EACH * len(text), concurrent=True)
            except TimeoutError:
                raise self._too_slow() from None
            self._seconds += time.perf_counter() - start
            self._characters += len(text)
            if self._seconds > _PATIENCE + _EACH * self._characters:
                raise self._too_slow()
            return found

        return bounded

    def _too_slow(self) -> SlowPatternError:
        self.slow = SlowPatternError(
            f"{self.typed.removeprefix('!')!r} takes too long to look for",
            fix="Leave out repetitions within repetitions, such as (a+)+, or look for a plain text",
        )
        return self.slow

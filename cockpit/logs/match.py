"""What a person types to choose lines: a regular expression, with `!` before it for all others."""

from __future__ import annotations

import re
from typing import Self

from cockpit.errors import UsageError


class TextFilter:
    """Chooses texts by a regular expression; `inverted` chooses those in which it is not found."""

    def __init__(self, pattern: re.Pattern[str], *, inverted: bool, typed: str) -> None:
        self._search = pattern.search
        self.inverted = inverted
        self.typed = typed

    @classmethod
    def strict(cls, typed: str) -> Self:
        """Read a regular expression, as grep does; UsageError says what is wrong with it, and where."""
        body = typed.removeprefix("!")
        try:
            pattern = re.compile(body)
        except (re.error, RecursionError, OverflowError) as error:
            raise UsageError(
                f"{body!r} is not a regular expression: {error}", fix="Quote special characters with \\"
            ) from None
        return cls(pattern, inverted=body != typed, typed=typed)

    @classmethod
    def lenient(cls, typed: str) -> Self:
        """Read what is typed while watching: what is no regular expression, such as `pay(`, is looked for literally.

        All in lower case it matches either case.
        """
        body = typed.removeprefix("!")
        flags = re.IGNORECASE if body == body.lower() else re.NOFLAG
        try:
            pattern = re.compile(body, flags)
        except (re.error, RecursionError, OverflowError):
            pattern = re.compile(re.escape(body), flags)
        return cls(pattern, inverted=body != typed, typed=typed)

    def matches(self, text: str) -> bool:
        """Whether this text is chosen."""
        return (self._search(text) is None) is self.inverted

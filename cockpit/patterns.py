"""Regular expressions: ours, compiled when the first text is held against one, and those that people write."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from typing import Any, AnyStr, cast

UNREADABLE = (re.error, RecursionError, OverflowError)  # what `readable` raises
# The user and the password before an address's `@`, in an address that stands alone, and wherever in a text. A password
# may hold what none should, `/`, `?`, `#` and `@`: then it goes to the last `@`, in a text before the next address.
# What reads like a host with its port is none.
USER_INFO = r"(?:(?!\[[\da-fA-F:.]+\])(?:[^/?#:@]+:(?!\d{1,5}[/?#])|:).*|[^/?#:]*:[^/?#]*)"
USER_INFO_IN_TEXT = (
    r"""(?:(?!\[[\da-fA-F:.]+\])(?:[^/\s:@"'<>]+:(?!\d{1,5}/)|:)(?:[^\s"'<>:]|:(?!//))*|[^/\s:"'<>]*:[^/\s"'<>]*)"""
)
CHOICES = re.compile(r"[*+?{|]")  # without a repetition or an alternative there is nothing to try twice
# A brace that is no repetition; to `regex` it would allow for errors, as in `order{e}`.
BRACE = re.compile(r"(\\.)|\{(?!(?:\d+|\d*,\d*)\})", re.DOTALL)
_REPEATED = re.compile(r"[{+]")  # what makes the parts more than its signs
_MOST_PARTS = 20_000  # of a pattern whose repetitions are written out; some 300 bytes each


class _Later:
    def __init__(self, source: Any, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(re.compile(self._source, self._flags), name)
        setattr(self, name, found)  # from then on it is found without a way round
        return found


def pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what has the methods of a compiled pattern; the functions of `re` take it for none.

    Compiled together at a start, ours would hold it up.
    """
    return cast("re.Pattern[AnyStr]", _Later(source, flags))


def readable(written: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    """Compile what a person wrote; one of UNREADABLE says what is wrong with it.

    That is also a pattern whose repetitions come to more than 20,000 parts, such as `(a{999}){999}`: the engine that
    keeps to a time (`regex`) writes them out when it compiles, and one line of such signs takes all memory there is.
    """
    with warnings.catch_warnings():  # `[[` may mean something else one day; told on the screen, it would tear it
        warnings.simplefilter("ignore")
        found = re.compile(written, flags)
        if _REPEATED.search(written):
            parts = _written_out(re._parser.parse(written, flags))  # type: ignore[attr-defined]
            if parts > _MOST_PARTS:
                raise re.error(f"its repetitions come to {parts:,} parts, and {_MOST_PARTS:,} are the most")
    return found


def search_within(written: str, text: str, *, seconds: float) -> tuple[str | None, ...] | None:
    """Return what a person's pattern first finds in a text and then its groups, or None; TimeoutError after `seconds`.

    Where there is nothing to try twice, it takes a time in proportion to the text, whatever that says.
    """
    if not CHOICES.search(written):
        found = re.search(written, text)
        return None if found is None else (found[0], *found.groups())
    import regex  # slow to import

    timed = regex.compile(BRACE.sub(lambda brace: brace[1] or r"\{", written))
    match = timed.search(text, timeout=seconds, concurrent=True)
    return None if match is None else (match[0], *match.groups())


def _written_out(tree: Iterable[Any]) -> int:
    """Count the parts of a parsed pattern: what is repeated as often as it must be there, and once more if it may."""
    parts = 0
    for operator, operand in tree:
        times = 1
        if str(operator).endswith("_REPEAT"):
            least, most, _ = operand
            times = max(least + (most > least), 1)
        parts += 1 + times * sum(map(_written_out, _trees_in(operand)))
    return parts


def _trees_in(operand: object) -> Iterable[Iterable[Any]]:
    if isinstance(operand, re._parser.SubPattern):  # type: ignore[attr-defined]
        yield operand
    elif isinstance(operand, (tuple, list)):
        for each in operand:
            yield from _trees_in(each)

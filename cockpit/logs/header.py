"""The level field in the head of a line: as its first word, or among the fields after its time."""

from __future__ import annotations

import re

from cockpit.logs.levels import LEVEL_OF_NAME
from cockpit.logs.line import Level

# Separators, perhaps an opening bracket, a word, and what sets it off.
_LEVEL_FIELD = re.compile(r"[\s|:,-]*([\[(<]?)\s*([A-Za-z]{3,13}\d?)(\s*[\])>|:]|(?=[\s/])|$)")
# What may stand between time and level: a group in brackets, a number, `user@database`, a dotted name, `name -`.
_OTHER_FIELD = re.compile(
    r"[\s|:,-]*(?:\[[^\]]{0,120}\]|\d+(?=[\s:])|[\w.-]{1,64}@[\w.-]{1,64}(?=\s)|root(?=\s)"
    r"|[\w$-]{1,64}[._/$][\w.$/-]{1,80}(?=[\s:])|[\w.$@/*-]{1,80}(?=\s+[-|]\s))"
)
_PYTHON_BASIC = re.compile(r"[A-Z]+:[\w.]+:")
_AFTER_LEVEL = " \t|:-"
_FIELDS = 6

# In lower case these begin a level field after a time; `alert sent` or `log rotated` there are sentences.
_LOWER_CASE_FIELDS = frozenset(
    "trace debug debug1 debug2 debug3 debug4 debug5 info notice warn warning error err fatal critical".split()  # noqa: SIM905
)


def level_after(text: str, position: int) -> tuple[Level, str]:
    """Return the level among the first fields after the time that ends at `position`, and the rest as the message.

    The message keeps the fields before the level, such as a thread or a logger. Level.NONE where there is no field.
    """
    start = position
    for _ in range(_FIELDS):
        field = _LEVEL_FIELD.match(text, position)
        if field:
            level = _level(field, lower_case=True)
            if level is not Level.NONE:
                before = text[start:position].strip(_AFTER_LEVEL)
                after = text[field.end() :].lstrip(_AFTER_LEVEL)
                return level, f"{before} {after}" if before else after
        other = _OTHER_FIELD.match(text, position)
        if other is None:
            break
        position = other.end()
    return Level.NONE, text[start:].lstrip(_AFTER_LEVEL)


def leading_level(text: str) -> tuple[Level, str, str]:
    """Return the level that a line without a time begins with, its message, and the format's name."""
    field = _LEVEL_FIELD.match(text)
    level = _level(field, lower_case=False) if field else Level.NONE
    if field is None or level is Level.NONE:
        return Level.NONE, text, ""
    message = text[field.end() :].lstrip(_AFTER_LEVEL)
    return level, message, "python" if _PYTHON_BASIC.match(text) else "plain"


def _level(field: re.Match[str], *, lower_case: bool) -> Level:
    """Return the level of a word that stands where a level field stands.

    An upper-case word always counts. `Error` and `error` begin sentences too: they count where brackets, a colon or a
    bar set them off, and in lower case after a time.
    """
    opening, word, closing = field.groups()
    level = LEVEL_OF_NAME.get(word.lower(), Level.NONE)
    if level is Level.NONE or opening or closing or word.isupper() or (lower_case and word in _LOWER_CASE_FIELDS):
        return level
    return Level.NONE

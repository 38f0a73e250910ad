"""The level field in the head of a line: as its first word, or among the fields after its time."""

from __future__ import annotations

import re

from cockpit.logs.lazy import lazily
from cockpit.logs.levels import LEVEL_OF_LETTER, LEVEL_OF_NAME, named_level
from cockpit.logs.line import Level

# Separators, perhaps an opening bracket, a word, and what sets it off.
_LEVEL_FIELD = lazily(r"[\s|:,\]-]*+([\[(<]?)\s*+([A-Za-z]{3,13}\d?)(\s*[\])>|:]|(?=[\s/\[])|$)")
# What may stand between time and level: a group in brackets, a number, `user@database`, `host(port)`, a dotted name,
# `key=value`, `name -`.
_OTHER_FIELD = lazily(
    r"[\s|:,\]-]*(?:\[[^\]]{0,120}\]|\([^)]{0,120}\)|\{[^}]{0,120}\}|<[\w.]{1,40}>"
    r"|\d+(?:\.\d+)?%?(?=[\s:\]])|[\w.-]{1,64}@[\w.-]{1,64}(?=[\s:])"
    r"|[\w.-]{1,64}\[\d+:\d+\](?=\s)|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\s)"
    r"|root(?=\s)|[\w.-]{1,64}\(\d+\)(?=:)|[\w.-]{1,40}=(?:\"[^\"]{0,120}\"|[^\s\"]{0,120})(?=\s)"
    r"|\.{0,3}[\w$-]{0,64}[._/$][\w.$/-]{1,80}(?::\d+:[\w.*()]{1,80}(?=\s))?(?=[\s:])|[\w.$@/*-]{1,80}(?=\s+[-|]\s))"
)
# `category:` before a level that is set off as well, as BIND has it.
_CATEGORY = lazily(r"\s*[\w-]{1,40}:(?=\s)")
# Logcat: process, thread, level, tag.
_LOGCAT = lazily(r"\s+\d+\s+\d+ ([VDIWEF]) (?=[^:]{1,80}:)")
# One letter as the level: in brackets, before a bar as etcd has it, or before a component's name as MongoDB has it.
_LETTER_FIELD = lazily(r"[\s|:,-]*(?:[\[(]([TVDIWEFC])[\])]|([TDIWEFC])(?: \| |  ?(?=[A-Z]{3,}\b)| {1,2}-(?= )))")
# A logger's channel and the level in one word, as Monolog has it; a bare word before a level that is set off.
_CHANNEL_LEVEL = lazily(r"[\s|:,-]*[\w-]{1,64}\.([A-Z]{4,9}):")
_WORD_LEVEL = lazily(
    r"\s*[\w-]{1,40}\s+(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL|CRITICAL)(?:\s{2,}|:\s|\s+[-|\[])"
)
_TITLE_CASE = frozenset("Trace Debug Info Information Verbose Warn".split())  # noqa: SIM905
_PYTHON_BASIC = lazily(r"[A-Z]+:[\w.]+:")
_AFTER_LEVEL = " \t|:-"
_FIELDS = 12

# In lower case these begin a level field after a time; `alert sent` or `log rotated` there are sentences.
_LOWER_CASE_FIELDS = frozenset(
    "trace debug debug1 debug2 debug3 debug4 debug5 info notice warn warning error err fatal critical".split()  # noqa: SIM905
)


def level_after(text: str, position: int) -> tuple[Level, str]:
    """Return the level among the first fields after the time that ends at `position`, and the rest as the message.

    The message keeps the fields before the level, such as a thread or a logger. Level.NONE where there is no field.
    """
    start, lower_case = position, True
    logcat = _LOGCAT.match(text, position)
    if logcat:
        return LEVEL_OF_LETTER[logcat.group(1)], text[logcat.end() :]
    for _ in range(_FIELDS):
        field = _LEVEL_FIELD.match(text, position)
        if field:
            level = _level(field, lower_case=lower_case)
            if level is not Level.NONE:
                before = text[start:position].strip(_AFTER_LEVEL)
                after = text[field.end() :].lstrip(_AFTER_LEVEL)
                return level, f"{before} {after}" if before else after
        letter = _LETTER_FIELD.match(text, position)
        if letter:
            return LEVEL_OF_LETTER[letter.group(1) or letter.group(2)], text[letter.end() :].lstrip(_AFTER_LEVEL)
        channel = _CHANNEL_LEVEL.match(text, position) or _WORD_LEVEL.match(text, position)
        if channel and (level := named_level(channel.group(1))):
            return level, text[channel.end(1) :].lstrip(_AFTER_LEVEL)
        other = _OTHER_FIELD.match(text, position)
        if other is None:
            other, lower_case = _CATEGORY.match(text, position), False
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
    if level is Level.NONE or opening or closing or word.isupper():
        return level
    if lower_case and (word in _LOWER_CASE_FIELDS or word in _TITLE_CASE or _padded(field)):
        return level
    return Level.NONE


def _padded(field: re.Match[str]) -> bool:
    """Whether the word is set off from the next by more than one blank, as a column is."""
    return field.string.startswith(("  ", " \t", "\t"), field.end())

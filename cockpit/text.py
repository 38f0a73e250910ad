"""The one sanitiser for text that nobody here wrote: logs, tags, notes, HTTP bodies, command output.

Such text is data. Before it reaches a terminal, every character that a terminal or a reader could take as
an instruction (C0, C1, bidirectional and other format controls, line separators, lone surrogates) is shown
as a visible escape.
"""

from __future__ import annotations

import re
from typing import Final

# Cc, Cf, Zl, Zp and surrogates: written out, because a compiled class is scanned in C.
HOSTILE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_JOINERS = "\u200c\u200d"
_NAMED = {"\t": "    ", "\x1b": "␛", "\x00": "␀"}
_ASCII_NAMED = {"\t": "    ", "\x1b": "\\e", "\x00": "\\0"}


def _escape(character: str, named: dict[str, str]) -> str:
    known = named.get(character)
    if known is not None:
        return known
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def visible(text: str, *, limit: int | None = None, ascii_only: bool = False) -> str:
    """Return `text` on one line with every control and format character shown escaped.

    `limit` cuts to that many characters of the source, with an ellipsis; tabs become four spaces. With `ascii_only`
    what this adds is ASCII; letters of the source stay as they are.
    """
    if limit is not None and len(text) > limit:
        text = text[: max(limit - 1, 0)] + ("~" if ascii_only else "…")
    if text.isascii() and text.isprintable():
        return text
    named = _ASCII_NAMED if ascii_only else _NAMED
    return HOSTILE.sub(lambda match: _escape(match.group(), named), text)


def visible_lines(text: str) -> list[str]:
    """Return the lines of `text`, each made safe by `visible`; CRLF, CR and LF end a line."""
    return [visible(line) for line in _lines(text)]


def sendable(text: str) -> str:
    """Return text on one line for other people's programs: as `visible`, but with its joiners.

    Emoji are made of several by those, and words of Persian or Hindi are not spelled right without them.
    """

    def escaped(match: re.Match[str]) -> str:
        return match.group() if match.group() in _JOINERS else _escape(match.group(), _NAMED)

    return HOSTILE.sub(escaped, text)


def sendable_lines(text: str) -> str:
    """Return text for other people's programs, each line made safe by `sendable`."""
    return "\n".join(map(sendable, _lines(text)))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def was_text(decoded: str) -> bool:
    """Return whether bytes that were decoded with replacements were text: nothing was replaced, and there is no NUL."""
    return "\0" not in decoded and "\ufffd" not in decoded

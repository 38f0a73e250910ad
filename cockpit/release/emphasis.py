"""Markdown's signs of emphasis, which a screen shows as neither bold nor anything else: shown, they only disturb."""

from __future__ import annotations

from typing import Final

from cockpit.patterns import pattern

_EMPHASIS: Final = pattern(
    r"(?P<code>`+[^`]*`+)"
    r"|(?<![\w*\\])(?P<stars>\*{1,3})(?=[^\s*])(?P<starred>[^*]*[^\s*])(?P=stars)(?![\w*])"
    r"|(?<![\w_\\])(?P<lines>_{1,3})(?=[^\s_])(?P<lined>[^_]*[^\s_])(?P=lines)(?![\w_])"
)


def plain_markdown(text: str) -> str:
    """Return a line of Markdown without its signs of emphasis; code, and signs that pair with none, stay."""
    if "*" not in text and "_" not in text:
        return text
    return _EMPHASIS.sub(lambda found: found["code"] or found["starred"] or found["lined"], text)

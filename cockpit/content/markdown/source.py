"""A Markdown file as text: decoded, of bearable size, and free of characters that no YAML file can hold."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from cockpit.content.strict_yaml import LARGEST_FILE, read_text
from cockpit.errors import ConfigurationError, Problem

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BLANK_CONTROLS = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
# A text has hardly any of them; a picture or an archive is full of them.
_MOST_CONTROLS = 0.01


def read_markdown(path: Path) -> str:
    """Return a file's text with plain line feeds; ConfigurationError where it is no text, not UTF-8 or too large.

    UTF-16 is read where its byte order mark says so. Control characters become U+FFFD, or a blank.
    """
    return clean(_utf16(path) or read_text(path), str(path))


def clean(text: str, path: str) -> str:
    """Return `text` as `read_markdown` does; ConfigurationError where it is empty or binary."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise _not_markdown(path, "the file is empty: name a Markdown file that holds a checklist")
    text = _BLANK_CONTROLS.sub(" ", text)
    text, controls = _CONTROLS.subn("\ufffd", text)
    if controls > _MOST_CONTROLS * len(text) + 3:
        raise _not_markdown(path, "this is binary data, not text: name a Markdown file")
    return text


def _utf16(path: Path) -> str:
    try:
        with path.open("rb") as file:
            start = file.read(2)
            if start not in _UTF16:
                return ""
            content = start + file.read(LARGEST_FILE)
    except OSError:
        return ""  # told by whoever reads it next
    if len(content) > LARGEST_FILE:
        raise _not_markdown(str(path), f"larger than {LARGEST_FILE // 1024 // 1024} MiB: split it")
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError:
        raise _not_markdown(str(path), "it begins like UTF-16 and is not: save the file as UTF-8") from None


def _not_markdown(path: str, message: str) -> ConfigurationError:
    return ConfigurationError([Problem(path, 1, 1, message)])

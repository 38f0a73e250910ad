"""Logs that are not UTF-8: told by their byte order mark or by their source's `encoding:`, and read as text.

Encodings that end a line with the one byte of a line feed are decoded line by line, where UTF-8 does not read them:
so a file that two programs write, each in its own encoding, is readable, too. What has two bytes or more a character
(UTF-16, UTF-32) is turned into UTF-8 first. Bytes that are no text in any of these stand escaped: `\\xe9`.
"""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_UTF8 = codecs.BOM_UTF8
# The longer ones first: UTF-32's begins as UTF-16's does.
_WIDE_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHUNK = 1024 * 1024
_ESCAPED = "backslashreplace"


def known_encoding(name: str) -> str:
    """Return Python's name of an encoding for text; empty where there is none of that name."""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    return found.name if found._is_text_encoding else ""


def decoded(data: bytes, encoding: str = "") -> str:
    """Return what one line says: as UTF-8, or else in `encoding`, with what is neither escaped."""
    if data.startswith(_UTF8):
        data = data[len(_UTF8) :]
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode(encoding or "utf-8", _ESCAPED)


def is_wide(name: str) -> bool:
    """Whether a line feed takes more than its one byte in an encoding of this name."""
    return known_encoding(name).startswith(("utf-16", "utf-32"))


def wide_encoding(path: Path, encoding: str = "") -> str:
    """Return the encoding of a file whose characters take two bytes or more; empty where it is none, or not there."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        head = os.pread(descriptor, 4, 0)
    except OSError:
        return ""  # a pipe, or a directory
    finally:
        os.close(descriptor)
    # Without a mark it is taken to be from Windows.
    marked = next((name for mark, name in _WIDE_MARKS if head.startswith(mark)), "")
    if marked or not is_wide(encoding):
        return marked
    name = known_encoding(encoding)
    return f"{name}-le" if name in ("utf-16", "utf-32") else name


class Narrower:
    """Turns the bytes of a file in a wide encoding into UTF-8, in pieces as they come."""

    def __init__(self, encoding: str) -> None:
        self._decoder = codecs.getincrementaldecoder(encoding)(_ESCAPED)

    def feed(self, data: bytes, *, final: bool = False) -> bytes:
        """Return the next bytes as UTF-8, those of an unfinished character left for the next call."""
        return self._decoder.decode(data, final).encode("utf-8", _ESCAPED)


@contextmanager
def narrow(path: Path, encoding: str = "") -> Iterator[Path]:
    """Return a file with the same lines in which a line feed is one byte: the file itself, or a temporary one.

    Raises OSError where it cannot be read.
    """
    wide = wide_encoding(path, encoding)
    if not wide:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="cockpit-log-") as directory:
        target = Path(directory) / path.name
        narrower = Narrower(wide)
        with path.open("rb") as source, target.open("wb") as file:
            while data := source.read(_CHUNK):
                file.write(narrower.feed(data))
            file.write(narrower.feed(b"", final=True))
        yield target

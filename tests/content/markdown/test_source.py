"""Files as they lie on disks: encodings, sizes, and what is no text."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.content.markdown.source import read_markdown
from cockpit.errors import ConfigurationError


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("\ufeff- [ ] ü\r\n- [ ] b\r".encode(), "- [ ] ü\n- [ ] b\n"),
        ("- [ ] 数\n".encode("utf-16"), "- [ ] 数\n"),
        ("\ufeff- [ ] 数\n".encode("utf-16-be"), "- [ ] 数\n"),
        (b"- [ ] a\x0cb\x07\n", "- [ ] a b\ufffd\n"),
    ],
)
def test_texts(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(content)
    assert read_markdown(path) == expected


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("# T\n- [ ] ü\n".encode("latin-1"), 2, "the byte 0xfc is not UTF-8"),
        (b"\x89PNG\r\n\x1a\n", 1, "the byte 0x89 is not UTF-8"),
        (b"PK\x03\x04\x14\x00\x00\x00\x08\x00" * 20, 1, "this is binary data"),
        (b"\xff\xfea", 1, "begins like UTF-16"),
        (b"", 1, "the file is empty"),
        (b"- [ ] a\n" * 600_000, 1, "larger than 4 MiB"),
        (b"\xff\xfe" + b"a\0" * 2_200_000, 1, "larger than 4 MiB"),
    ],
    ids=["latin-1", "picture", "archive", "half", "empty", "large", "large-utf-16"],
)
def test_no_texts(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_markdown(path)
    assert caught.value.problems[0].line == line
    assert words in caught.value.problems[0].message

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.backward import Earlier, read_before, start_of_last_lines


@contextmanager
def file_of(data: bytes) -> Iterator[int]:
    with TemporaryFile() as file:
        file.write(data)
        file.flush()
        yield file.fileno()


@given(
    lines=st.lists(st.binary(max_size=8).map(lambda piece: piece.replace(b"\n", b" "))),
    ended=st.booleans(),
    count=st.integers(0, 12),
)
def test_the_tail_starts_at_the_last_lines(lines: list[bytes], ended: bool, count: int) -> None:
    data = b"".join(line + b"\n" for line in lines) + (b"" if ended else b"unfinished")
    with file_of(data) as descriptor:
        start = start_of_last_lines(descriptor, len(data), count)
    expected = b"".join(line + b"\n" for line in lines[len(lines) - min(count, len(lines)) :])
    assert data[start:] == expected + (b"" if ended else b"unfinished")


def test_lines_across_blocks_are_found(tmp_path: Path) -> None:
    data = b"".join(b"%d %s\n" % (number, b"x" * 1000) for number in range(500))
    with file_of(data) as descriptor:
        page = read_before(descriptor, len(data), 200)
        assert [line.text.split()[0] for line in page.lines] == [str(number) for number in range(300, 500)]
        earlier = read_before(descriptor, page.offset, 1000)
        assert [line.text.split()[0] for line in earlier.lines] == [str(number) for number in range(300)]
        assert earlier.offset == 0
        assert read_before(descriptor, 0, 10) == Earlier((), 0)


def test_only_the_end_of_a_huge_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.log"
    with path.open("wb") as file:
        file.truncate(1 << 40)  # a sparse terabyte
        file.seek(0, os.SEEK_END)
        file.write(b"\none\ntwo\n")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        assert [line.text for line in read_before(descriptor, size, 2).lines] == ["one", "two"]
        # More lines than there are: it gives up looking after some megabytes.
        assert start_of_last_lines(descriptor, size, 10) == size - len(b"one\ntwo\n")
    finally:
        os.close(descriptor)

"""An env file is read as python-dotenv reads it, line by line, and no value shows by accident."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from cockpit.envfile.parsing import LARGEST, parse_env, read_env_file
from cockpit.errors import ObservationError

LINES = st.lists(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["", "export ", "  ", "# ", "\n"]),
        st.sampled_from(["KEY", "OTHER", "THIRD", "9", "a b"]),
        st.sampled_from(["=", " = ", "", ":"]),
        st.sampled_from(["", "plain", "'single # not'", '"two\nlines"', "x # comment", '"open', r'"a\nb"', "${KEY}-x",
                         "${THIRD:-else}", "#hash", "a=b"]),
    ),
    max_size=8,
)  # fmt: skip


@given(LINES)
def test_it_is_read_as_the_service_will_read_it(lines: list[str]) -> None:
    text = "\n".join(lines) + "\n"
    kept = {name: os.environ.pop(name) for name in ("KEY", "OTHER", "THIRD") if name in os.environ}
    assert not kept
    found = {name: entry.value for name, entry in parse_env(text).entries.items()}
    assert found == dict(dotenv_values(stream=io.StringIO(text), interpolate=True))


def test_each_variable_has_its_line() -> None:
    parsed = parse_env('# top\n\nA=1\n\n\nB="two\nlines"\nC=${HOME}/x\nthis is no line\nA=2\n')
    assert {name: entry.line for name, entry in parsed.entries.items()} == {"A": 10, "B": 6, "C": 8}
    assert (parsed.unreadable, parsed.repeated) == ((9,), ("A",))
    assert parsed.entries["C"].borrows == ("HOME",)


def test_no_value_shows_in_a_representation() -> None:
    assert "hunter2" not in repr(parse_env("PASSWORD=hunter2\n"))


def test_what_cannot_be_read_whole_is_no_empty_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert read_env_file(path) is None
    os.mkfifo(path)
    with pytest.raises(ObservationError, match="no ordinary file"):
        read_env_file(path)
    path.unlink()
    path.write_bytes(b"A=" + b"x" * LARGEST)
    with pytest.raises(ObservationError, match="more than"):
        read_env_file(path)
    path.write_bytes(b"\xef\xbb\xbfA=\xff\n")
    parsed = read_env_file(path)
    assert parsed is not None
    assert len(parsed.troubles) == 2

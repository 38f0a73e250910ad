"""Inputs by which fuzzing once brought something down."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest

from cockpit.logs.classify import Classifier
from cockpit.logs.line import Level
from cockpit.logs.requests import read_request
from cockpit.logs.stats import stats
from cockpit.redact import MASK, masked
from cockpit.times import rfc3339

MANY = "9" * 5000  # digits: Python reads no more than 4,300 of them as a number


def test_a_secrets_name_with_many_digits_is_read_at_once() -> None:
    # A group of digits, repeated, was tried in every way to cut it: it took longer than anybody lives.
    text = f"passwd{'0' * 200}../../etc/passwd token_{'1_2' * 100}!"
    assert masked(text, ()) == text
    assert masked(f"passwd{'0' * 200}=hunter2x", ()) == f"passwd{'0' * 200}={MASK}"


@pytest.mark.parametrize(
    "text",
    [
        "GET /x 200 ... ms",
        '[GIN] 2026/07/01 - 12:00:00 | 404 |  ....µs |  10.1.2.3 | POST     "/client"',
        "Jul  1 12:00:00 lb haproxy[7]: 10.0.0.1:5 [01/Jul/2026:12:00:00.000] in~ bk/n1 0/0/0/62/" + MANY
        + ' 503 306 - - sH-- 3/2/0/0/0 0/0 "POST / HTTP/1.1"',
        '{"status":200,"method":"GET","path":"/x","duration":' + MANY[:400] + "}",
        '10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1 rt=' + MANY,
    ],
    ids=("morgan", "gin", "haproxy", "json", "named"),
)  # fmt: skip
def test_a_request_that_took_no_time_there_is(text: str) -> None:
    found = read_request(Classifier("app", zone=UTC).classify(text))
    assert found is None or found.seconds is None


@pytest.mark.parametrize("second", [MANY[:400], "9" * 20, "-1", '"x"', "null"], ids=range(5))
def test_an_instant_beyond_the_calendar_is_none(second: str) -> None:
    line = Classifier("app", zone=UTC).classify(f'{{"instant":{{"epochSecond":{second}}},"level":"WARN"}}')
    assert (line.level, line.at) == (Level.WARNING, None)


@pytest.mark.parametrize("nanos", [MANY[:400], "-1", "1000000000"], ids=range(3))
def test_an_instant_has_less_than_a_second_of_nanoseconds(nanos: str) -> None:
    text = f'{{"instant":{{"epochSecond":1782907200,"nanoOfSecond":{nanos}}},"level":"WARN"}}'
    at = Classifier("app", zone=UTC).classify(text).at
    assert at is not None
    assert rfc3339(at) == "2026-07-01T12:00:00.000Z"


def test_a_priority_is_one_digit() -> None:
    classifier = Classifier("app", zone=UTC)
    assert classifier.classify("PRIORITY=3").level is Level.ERROR
    assert classifier.classify("PRIORITY=34").level is Level.NONE


def test_a_byte_that_is_not_utf_8_among_lines_of_json(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(
        b'{"time":"2026-07-01T12:00:00Z","level":"info"}\n{"time":"x","level":"error","\x80":"\x80"}\n' * 3
    )
    assert stats(path)["lines"] == 6

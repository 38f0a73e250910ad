from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cockpit.errors import NotFoundError, ObservationError, UsageError
from cockpit.logs.line import Level
from cockpit.logs.match import TextFilter
from cockpit.logs.query import LogQuery, parse_level, parse_query, select
from cockpit.logs.stats import stats

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp()
LOG = """\
begun before any time
2026-07-01 11:00:00,500 INFO shop: cart shown
2026-07-01 11:50:00,000 ERROR shop.pay: gateway time-out
Traceback (most recent call last):
  File "pay.py", line 3, in pay
TimeoutError: 5 s
2026-07-01 11:55:00,000 WARNING shop.pay: slow
203.0.113.7 - - [01/Jul/2026:13:58:00 +0200] "GET /healthz HTTP/1.1" 200 2 "-" "x"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "app.log"
    file.write_text(LOG)
    return file


def query(**asked: Any) -> LogQuery:
    return parse_query(now=NOON, **asked)


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ({}, [0, 1, 2, 3, 4, 5, 6, 7]),
        ({"last": 3}, [5, 6, 7]),
        ({"last": 0}, []),
        ({"last": 99}, [0, 1, 2, 3, 4, 5, 6, 7]),
        ({"grep": "pay"}, [2, 4, 6]),
        ({"grep": "Pay"}, []),
        ({"grep": "!healthz|shop"}, [0, 3, 4, 5]),
        ({"grep": "^2026.*(slow|shown)$"}, [1, 6]),
        ({"level": "warn"}, [2, 3, 4, 5, 6]),
        ({"level": "error", "last": 2}, [4, 5]),
        ({"level": "none"}, [0, 1, 2, 3, 4, 5, 6, 7]),
        ({"since": "15m"}, [2, 3, 4, 5, 6, 7]),
        ({"since": "3m"}, [7]),
        ({"since": "1d", "grep": "!shop", "level": "error"}, [3, 4, 5]),
    ],
)
def test_lines_are_chosen(path: Path, asked: dict[str, Any], numbers: list[int]) -> None:
    texts = LOG.splitlines()
    assert [line.text for line in select(path, query(**asked))] == [texts[number] for number in numbers]


@pytest.mark.parametrize(
    ("asked", "complaint"),
    [
        ({"grep": "pay("}, r"'pay\(' is not a regular expression: missing \), unterminated subpattern at position 3"),
        ({"grep": "!*"}, r"'\*' is not a regular expression: nothing to repeat at position 0"),
        ({"level": "loud"}, "'loud' is no level. Use one of fatal, error, warning, notice, info, debug, trace, none"),
        ({"since": "yesterday"}, "'yesterday' is not a duration"),
        ({"last": -1}, "-1 is no number of lines"),
    ],
)
def test_a_mistyped_query_says_what_is_wrong(asked: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        query(**asked)


def test_levels_have_many_names() -> None:
    assert [parse_level(word) for word in ("crit", "ERR", "warn", "None")] == [
        *(Level.FATAL, Level.ERROR, Level.WARNING, Level.NONE)
    ]


def test_stats_are_the_document_that_scripts_read(path: Path) -> None:
    assert json.loads(json.dumps(stats(path))) == {
        "lines": 8,
        "bytes": len(LOG),
        "levels": {"fatal": 0, "error": 1, "warning": 1, "notice": 0, "info": 2, "debug": 0, "trace": 0, "none": 4},
        "first_at": "2026-07-01T11:00:00.500Z",
        "last_at": "2026-07-01T11:58:00Z",
        "formats": {"python": 6, "text": 1, "access": 1},
        "patterns": {},
        "fingerprints": [],
        "errors": 1,
        "own_traffic": 0,
    }


def test_stats_count_what_is_asked_for(path: Path) -> None:
    counted = stats(path, query=query(level="error", last=1))
    assert (counted["lines"], counted["bytes"]) == (1, len("TimeoutError: 5 s\n"))
    assert counted["first_at"] == counted["last_at"] == "2026-07-01T11:50:00Z"


def test_stats_of_an_empty_log(tmp_path: Path) -> None:
    path = tmp_path / "empty.log"
    path.touch()
    counted = stats(path)
    assert (counted["lines"], counted["bytes"], counted["first_at"], counted["formats"]) == (0, 0, None, {})


def test_an_unfinished_last_line_counts(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(b"ERROR one\r\nERROR tw\xff")
    assert stats(path)["levels"]["error"] == 2
    assert stats(path)["bytes"] == 20
    assert [line.text for line in select(path, query(last=1))] == ["ERROR tw\\xff"]


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"nowhere\.log"):
        list(select(tmp_path / "nowhere.log", LogQuery()))
    with pytest.raises(ObservationError, match="directory"):
        stats(tmp_path)


def test_a_filter_typed_while_watching_never_fails() -> None:
    assert TextFilter.lenient("pay(").matches("call PAY(1)")
    assert not TextFilter.lenient("Pay(").matches("call PAY(1)")
    assert TextFilter.lenient("pay|cart").matches("cart")
    assert not TextFilter.lenient("!health").matches("/HEALTHZ")
    assert TextFilter.lenient("!health").matches("/cart")

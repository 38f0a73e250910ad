from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.classify import Classifier
from cockpit.logs.levels import numbered_level
from cockpit.logs.line import Level, LogLine

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp()
BERLIN = ZoneInfo("Europe/Berlin")


def classify(*texts: str, zone: Any = UTC) -> list[LogLine]:
    classifier = Classifier("app", zone=zone, clock=lambda: NOW)
    return [classifier.classify(text) for text in texts]


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


NOON = "2026-07-01 12:00:00"
ACCESS = '203.0.113.7 - ana [01/Jul/2026:14:00:00 +0200] "GET /cart?error=1 HTTP/1.1" {} 512 "-" "curl/8.5"'


@pytest.mark.parametrize(
    ("text", "level", "format_name", "message"),
    [
        # Python logging, in the forms people configure
        (f"{NOON},000 ERROR shop.pay: timeout", Level.ERROR, "python", "shop.pay: timeout"),
        (f"{NOON},000 - shop.pay - WARNING - slow error", Level.WARNING, "python", "shop.pay slow error"),
        (f"{NOON},000 INFO shop: 0 errors, no ERROR at all", Level.INFO, "python", "shop: 0 errors, no ERROR at all"),
        (f"[{NOON},000: CRITICAL/MainProcess] gone", Level.FATAL, "python", "/MainProcess] gone"),
        (f"{NOON},000 shop.cart.views DEBUG x", Level.DEBUG, "python", "shop.cart.views x"),
        (f"{NOON} | ERROR    | shop:pay:12 - no", Level.ERROR, "plain", "shop:pay:12 - no"),
        (f"[{NOON} +0000] [7] [INFO] Booting worker", Level.INFO, "plain", "[7] Booting worker"),
        # other programs with a time and a level field
        ("2026-07-01T12:00:00.000Z  WARN 1 --- [main] Boot : x", Level.WARNING, "plain", "1 --- [main] Boot : x"),
        (f"{NOON} [main] INFO  com.acme.Shop - up", Level.INFO, "plain", "[main] com.acme.Shop - up"),
        ("[2026-07-01T12:00:00,000][WARN ][o.e.n.Node] [n1] x", Level.WARNING, "plain", "[o.e.n.Node] [n1] x"),
        ("2026-07-01T12:00:00.000Z\tERROR\tpay\tno", Level.ERROR, "plain", "pay\tno"),
        ("2026-07-01T12:00:00.000000Z 8 [Note] [MY-1] ready", Level.NOTICE, "plain", "8 [MY-1] ready"),
        ("2026/07/01 12:00:00 [crit] 12#34: *5 x", Level.FATAL, "nginx-error", "12#34: *5 x"),
        (f"{NOON}.000 UTC [77] ana@shop ERROR:  no table", Level.ERROR, "postgres", "[77] ana@shop no table"),
        (f"{NOON} fatal it is over", Level.FATAL, "plain", "it is over"),
        # the word, but no level field
        (f"{NOON} Error rates are fine", Level.NONE, "plain", "Error rates are fine"),
        (f"{NOON} alert sent to nobody", Level.NONE, "plain", "alert sent to nobody"),
        (f"{NOON} there was an ERROR once", Level.NONE, "plain", "there was an ERROR once"),
        # access logs: by the status
        (ACCESS.format(200), Level.INFO, "access", 'GET /cart?error=1 HTTP/1.1 200 512 "-" "curl/8.5" 203.0.113.7'),
        (ACCESS.format(404), Level.WARNING, "access", None),
        (ACCESS.format(503), Level.ERROR, "access", None),
        (ACCESS.format(500).replace("203.0.113.7", "2001:db8::1"), Level.ERROR, "access", None),
        (ACCESS.format(500).replace("/cart", r"/\" 200 1 "), Level.ERROR, "access", None),
        ("[Wed Jul 01 12:00:00.000000 2026] [core:error] [pid 1] no", Level.ERROR, "apache-error", "[pid 1] no"),
        # JSON lines
        (f'{{"level":"warn","time":"{NOON}","msg":"slow","ms":9}}', Level.WARNING, "json", "slow ms=9"),
        (f'{{"levelname":"ERROR","asctime":"{NOON},000","message":"no"}}', Level.ERROR, "json", "no"),
        ('{"lvl":50,"ts":1782907200000,"msg":"bunyan"}', Level.ERROR, "json", "bunyan"),
        ('{"level":3,"timestamp":1782907200.0,"message":"gelf"}', Level.ERROR, "json", "gelf"),
        ('{"severity":"NOTICE","@timestamp":"2026-07-01T12:00:00Z","m":"x"}', Level.NOTICE, "json", "m=x"),
        ('{"status":"502","uri":"/pay","time":1782907200}', Level.ERROR, "json", "status=502 uri=/pay"),
        ('caddy  | {"level":"error","ts":1782907200.0,"msg":"no"}', Level.ERROR, "json", "no"),
        (f'{NOON} {{"level":"error","msg":"no"}}', Level.ERROR, "json", "no"),
        # logfmt
        (f'time="{NOON}" level=error msg="no \\"x\\"" pod=a', Level.ERROR, "logfmt", 'no "x" pod=a'),
        ('ts=2026-07-01T12:00:00Z caller=x level=info msg="level=error"', Level.INFO, "logfmt", "level=error caller=x"),
        # syslog
        ("<11>Jul  1 12:00:00 web1 shop[9]: no", Level.ERROR, "syslog", "shop: no"),
        ("<165>1 2026-07-01T12:00:00Z web1 shop 9 ID47 [a b=\"c\\]\"][d] hi", Level.NOTICE, "syslog", "shop: hi"),
        ("Jul  1 12:00:00 web1 shop[9]: CRITICAL: no", Level.FATAL, "syslog", "shop: CRITICAL: no"),
        ("2026-07-01T12:00:00.000000+00:00 web1 cron[9]: (root) CMD x", Level.NONE, "syslog", "cron: (root) CMD x"),
        # letters
        ("E0701 12:00:00.000000 1 main.cc:2] no", Level.ERROR, "glog", "no"),
        ("W, [2026-07-01T12:00:00.000000 #1]  WARN -- : x", Level.WARNING, "ruby", None),
    ],
)  # fmt: skip
def test_the_level_field_decides(text: str, level: Level, format_name: str, message: str | None) -> None:
    (line,) = classify(text)
    assert (line.level, line.format, line.text, line.source) == (level, format_name, text, "app")
    assert line.at == utc(NOON)
    if message is not None:
        assert line.message == message


@pytest.mark.parametrize(
    ("text", "level", "format_name"),
    [
        ("ERROR:shop.pay:timeout", Level.ERROR, "python"),
        ("INFO:     127.0.0.1:4 - x", Level.INFO, "plain"),
        ("[error] no", Level.ERROR, "plain"),
        ("warning: unused", Level.WARNING, "plain"),
        ("12:00:00.123 [main] ERROR shop - no", Level.ERROR, "plain"),
        ("[12:00:00 ERR] no", Level.ERROR, "plain"),
        ("<3>kernel says no", Level.ERROR, "syslog"),
        ("web-1  | WARNING: careful", Level.WARNING, "plain"),
        ("panic: nil map", Level.FATAL, "plain"),
        ("Error prone as ever", Level.NONE, "text"),
        ("no error here, ERROR: said nobody", Level.NONE, "text"),
        ("a = b, c = d", Level.NONE, "text"),
        ('{"level":"error"', Level.NONE, "text"),
        ('["level","error"]', Level.NONE, "text"),
        ("", Level.NONE, "text"),
    ],
)
def test_a_line_without_a_time_may_begin_with_its_level(text: str, level: Level, format_name: str) -> None:
    (line,) = classify(text)
    assert (line.level, line.format, line.at) == (level, format_name, None)


def test_times_without_a_zone_are_in_the_zone_given() -> None:
    texts = [
        "2026-07-01 12:00:00,250 INFO x",
        "2026-07-01 12:00:00Z INFO x",
        "2026-07-01 12:00:00 -0330 INFO x",
        "2026-07-01 12:00:00 PDT [1] LOG:  x",
        "2026-07-01 12:00:00 CEST INFO x",
        "Jul  1 12:00:00 web1 shop: x",
        "2026-02-30 12:00:00 INFO x",
        '{"time":"0001-01-01T00:00:00Z","level":"info"}',
    ]
    ats = [line.at for line in classify(*texts, zone=BERLIN)]
    noon = utc(NOON)
    assert ats == [noon - 7199.75, noon, noon + 3.5 * 3600, noon + 7 * 3600, noon - 7200, noon - 7200, None, None]


def test_a_date_without_a_year_is_the_latest_that_is_not_ahead() -> None:
    lines = classify("Jul  2 12:00:00 web1 shop: x", "Jul  9 12:00:00 web1 shop: x", "Feb 29 00:00:00 web1 shop: x")
    assert [line.at for line in lines] == [utc("2026-07-02 12:00"), utc("2025-07-09 12:00"), utc("2024-02-29 00:00")]


@pytest.mark.parametrize(
    "trace",
    [
        [
            "Traceback (most recent call last):",
            '  File "pay.py", line 3, in pay',
            "    raise X",
            "ValueError: ERROR: no",
        ],
        [
            "Traceback (most recent call last):",
            '  File "a.py", line 1, in <module>',
            "odd.module.Name",
        ],
        [
            "java.lang.IllegalStateException: no",
            "\tat a.B.c(B.java:1)",
            "Caused by: java.io.IOException",
            "\t... 9 more",
        ],
        ["goroutine 1 [running]:", "main.main()", "\t/src/main.go:4 +0x1d"],
        ["Error: no", "    at pay (/srv/pay.js:3:9)"],
    ],
)
def test_a_stack_trace_belongs_to_its_record(trace: list[str]) -> None:
    record, *lines, after = classify(f"{NOON},000 ERROR shop: failed", *trace, f"{NOON},000 INFO shop: on")
    assert record.is_error
    assert {(line.level, line.at, line.continuation, line.is_error) for line in lines} == {
        (Level.ERROR, record.at, True, False)
    }
    assert (after.level, after.continuation) == (Level.INFO, False)


def test_a_trace_that_nobody_logged_is_an_error() -> None:
    lines = classify(f"{NOON} INFO on", "Traceback (most recent call last):", "  File x", "KeyError: 1", "bye")
    assert [(line.level, line.continuation) for line in lines[1:]] == [
        (Level.ERROR, False),
        (Level.ERROR, True),
        (Level.ERROR, True),
        (Level.NONE, False),
    ]


def test_details_of_postgres_follow_their_error() -> None:
    head = f"{NOON}.000 UTC [7] "
    error, statement, empty, log = classify(head + "ERROR:  no", head + "STATEMENT:  SELECT 1", "", head + "LOG:  x")
    assert (error.level, log.level) == (Level.ERROR, Level.INFO)
    assert (statement.level, statement.continuation) == (Level.ERROR, True)
    assert (empty.level, empty.continuation) == (Level.NONE, False)


def test_numbers_mean_syslog_severities_or_bunyan_levels() -> None:
    assert [numbered_level(number) for number in (0, 3, 7)] == [Level.FATAL, Level.ERROR, Level.DEBUG]
    assert [numbered_level(number) for number in (10, 20, 30, 40, 50, 60)] == [
        *(Level.TRACE, Level.DEBUG, Level.INFO, Level.WARNING, Level.ERROR, Level.FATAL)
    ]
    assert [numbered_level(number) for number in (-1, 8, 9, 100, float("nan"), 1e300)] == [Level.NONE] * 6


fragments = st.sampled_from(
    """2026-07-01 12:00:00|,123| |ERROR|error|:|[|]|{|"level":|"|}|level=|<13>|1 |Jul  1 12:00:00 |E0701 12:00:00.0 1 x]
] "GET / HTTP/1.1" 500 |[01/Jul/2026:12:00:00 +0000]|Traceback (most recent call last):|Error: |goroutine 1 [|main.f()
99999999999999999999999999|1e999|\x1b]52;c;x\x07|\x00|\\|=|-|\t|٣|9999-12-31T23:59:59-12:00""".replace("\n", "|").split(
        "|"
    )
) | st.just("a | ")


@given(lines=st.lists(st.lists(fragments).map("".join) | st.text(), max_size=5))
def test_no_text_breaks_it(lines: list[str]) -> None:
    for line, text in zip(classify(*lines), lines, strict=True):
        assert line.text == text
        if line.at is not None:
            datetime.fromtimestamp(line.at, BERLIN)


def test_a_line_that_we_fail_at_is_plain_text_and_the_next_one_is_read() -> None:
    times = iter([NOW])  # the first line's; there is none for the second one

    def clock() -> float:
        return next(times, None) or float("secret")

    classifier = Classifier("app", zone=UTC, clock=clock)
    assert classifier.classify("2026-07-01 11:59:00 ERROR one").level is Level.ERROR
    with pytest.warns(RuntimeWarning, match="ValueError") as told:
        line = classifier.classify("\x1b[31m2026-07-01 11:59:01 ERROR two\x1b[0m")
    assert "secret" not in str(told[0].message)
    assert line == LogLine(
        "2026-07-01 11:59:01 ERROR two", Level.NONE, None, "app", "text", "2026-07-01 11:59:01 ERROR two",
        raw="\x1b[31m2026-07-01 11:59:01 ERROR two\x1b[0m",
    )  # fmt: skip
    times = iter([NOW])
    assert classifier.classify("2026-07-01 11:59:02 ERROR three").level is Level.ERROR


@pytest.mark.parametrize(
    "text",
    [
        "[" * 60_000,
        '{"a":' * 10_000,
        "a| " * 20_000,
        "Jul  1 12:00:00 h t: " * 3_000,
        f"{NOON} " + "a.b-c/d " * 8_000,
        "a=" * 30_000,
        'a="' + "\\" * 60_000,
        '- - [01/Jul/2026:12:00:00 +0000] "' + "\\x" * 30_000,
    ],
)
def test_long_hostile_lines_are_read_in_no_time(text: str) -> None:
    # Patterns that backtrack would not end within the life of the test run.
    assert classify(text)[0].text == text


CORPORA = Path(__file__).parents[3] / "shared" / "corpora" / "logs"
INDEX = CORPORA / "index.json"
LETTERS = {"E": "error", "W": "warning", "I": "info", "20": "debug", "30": "info"}


@pytest.mark.skipif(not INDEX.exists(), reason="the corpora of real logs are not here")
def test_real_logs_count_as_their_index_says() -> None:
    checked = 0
    for entry in json.loads(INDEX.read_text()):
        data = (CORPORA / entry["file"]).read_bytes().decode("utf-8", "replace")
        lines = classify(*data.removesuffix("\n").split("\n"))
        assert len(lines) == entry["lines"]
        counts = Counter(line.level.word for line in lines if not line.continuation)
        if statuses := entry.get("http_status"):
            expected = {
                "info": statuses["1xx"] + statuses["2xx"] + statuses["3xx"],
                "warning": statuses["4xx"],
                "error": statuses["5xx"],
            }
        elif fields := entry.get("level_field_counts") or entry.get("json_levels"):
            expected = {LETTERS.get(name, name): count for name, count in fields.items()}
        else:
            continue
        assert dict(counts) == {level: count for level, count in expected.items() if count}, entry["file"]
        checked += 1
    assert checked >= 7

"""Counting a file in lots says exactly what the classifier says of its lines, one after the other."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import strategies as st

from cockpit.logs import tally as tallying
from cockpit.logs.classify import Classifier
from cockpit.logs.shapes import shape_of
from cockpit.logs.split import LineSplitter
from cockpit.logs.tally import Counted, Tally
from tests.examples import in_both

NOW = datetime(2026, 7, 1, 12, 30, tzinfo=UTC).timestamp()
BERLIN = ZoneInfo("Europe/Berlin")
CORPORA = Path(__file__).parents[3] / "shared" / "corpora" / "logs"


def one_by_one(data: bytes, zone: tzinfo) -> Tally:
    classifier, splitter, counted = Classifier("x", zone=zone, clock=lambda: NOW), LineSplitter(), Tally()
    for raw in [*splitter.feed(data), *splitter.flush()]:
        counted.add(classifier.classify(raw.text), raw.size)
    return counted


def in_lots(data: bytes, zone: tzinfo) -> Tally:
    return Counted(Classifier("x", zone=zone, clock=lambda: NOW), zone, NOW).count(io.BytesIO(data))


def shown(tally: Tally) -> object:
    # A count of nothing says nothing.
    return (
        tally.bytes,
        {level.word: count for level, count in tally.levels.items() if count},
        +Counter(tally.formats),
        tally.first_at,
        tally.last_at,
    )


LINES = {
    "access": '10.0.0.{n} - - [01/Jul/2026:{clock} +0200] "GET /a?{n} HTTP/1.1" {status} 12 "-" "curl"',
    "python": "2026-07-01 {clock},{ms} {LEVEL} shop.pay: took {n} ms",
    "dashes": "2026-07-01 {clock},{ms} - shop.pay - {LEVEL} - took {n} ms",
    "log4j": "2026-07-01 {clock},{ms} {LEVEL} [main] com.acme.Shop: took {n} ms",
    "logback": "2026-07-01 {clock}.{ms} [exec-{n}] {LEVEL}  com.acme.Shop - took",
    "zoned": "2026-07-01T{clock}.{ms}Z  {LEVEL} 1 --- [main] Boot : x",
    "bracket": "[2026-07-01 {clock}.{ms}] [{LEVEL}] x",
    "lower": "2026-07-01 {clock}.{ms} [{level}] <0.1.0> x",
    "nginx": "2026/07/01 {clock} [{level}] 12#34: *5 x",
    "postgres": "2026-07-01 {clock}.{ms} UTC [{n}] {PG}:  duration: {n} ms",
    "json": '{{"level":"{level}","time":"2026-07-01T{clock}.{ms}Z","msg":"x","n":{n}}}',
    "pino": '{{"level":{number},"ts":{epoch}.{ms},"msg":"x"}}',
    "logfmt": 'time="2026-07-01T{clock}Z" level={level} msg="x y" n={n}',
    "caller": "ts=2026-07-01T{clock}.{ms}Z caller=a.go:7 level={level} msg=x",
    "syslog": "Jul  1 {clock} web1 shop[{n}]: took {n} ms",
}
ODD = [
    "",
    "   at Shop.Pay() in x",
    "Traceback (most recent call last):",
    "ValueError: no",
    "java.lang.IllegalStateException: no",
    "goroutine 1 [running]:",
    "main.main()",
    "Caused by: x",
    "Error: no",
    "#Fields: date time sc-status",
    "2026-07-01 12:00:00 500",
    "2026-02-30 12:00:00,000 INFO x",
    "2026-07-01 12:00:00,000 there was an ERROR once",
    "2026-07-01 12:00:00,000 INFO error=1 level=error",
    '2026-07-01 12:00:00,000 {"level":"error"}',
    "2026-07-01 12:00:00.000 UTC [7] STATEMENT:  SELECT",
    "2026-07-01T12:00:00.000Z [77] INFO  ERROR:  x",
    "2026-07-01 12:00:00.000 [error x] INFO  y",
    "2026-07-01 12:00:00.000 [E] INFO  y",
    '{"Level":"error","level":"info","time":"2026-07-01T11:00:00Z"}',
    '{"level":"\\u001b[31merror","time":"2026-07-01T11:00:00Z"}',
    '{"level":"info","time":"2026-02-30T11:00:00Z","ts":1782907200.5}',
    '{"level":"metadata","severity":"error","time":"2026-07-01T11:00:00Z"}',
    '{"level":3,"reqId":"x","remoteAddr":"::1","time":"2026-07-01T11:00:00Z"}',
    '{"log":"2026-07-01 ERROR x","stream":"stderr","level":"info","time":"2026-07-01T12:00:00Z"}',
    '{"type":"x","msg":"audit(1782907200.5:1)","level":"info","time":"2026-07-01T11:00:00Z"}',
    "ts=2026-07-01T10:00:00Z level=info time=2026-07-01T09:00:00Z",
    'time="2026-07-01T10:00:00Z" level=info level=error msg=audit(1:1)',
    "Jul  1 12:00:00 web1 shop[9]: warning: no",
    "Jul  1 12:00:00 web1 shop[9]: Warning x",
    "Jul  1 12:00:00 web1 shop[9]: down %LINK-3-UPDOWN: x",
    "Jul  1 12:00:00 web1 shop[9]: Completed 500 x",
    'Jul  1 12:00:00 web1 shop[9]: said "GET / HTTP/1.1" 500 1',
    "Jul  1 12:00:00 web1 shop[9]: {\"level\":\"error\"}",
    "web-1  | 2026-07-01 12:00:00,000 ERROR x",
    "\x1b[31m2026-07-01 12:00:00,000 ERROR\x1b[0m x",
    "2026-07-01 12:00:00,000 [a\x1b(B] INFO x",
    "2026-10-25 02:30:00,000 INFO twice",
    "2026-03-29 02:30:00,000 INFO never",
    "\ufffd\u3000x",
    "x" * 70_000,
]  # fmt: skip


@st.composite
def a_line(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from(ODD))
    template = LINES[draw(st.sampled_from(sorted(LINES)))]
    level = draw(st.sampled_from(["info", "error", "warn", "warning", "debug", "fatal", "odd", "notice"]))
    text = template.format(
        clock=draw(st.sampled_from(["11:59:59", "12:00:00", "12:00:01", "23:59:60", "02:30:00", "9:00:00"])),
        ms=draw(st.sampled_from(["000", "999", "5", "123456"])),
        n=draw(st.integers(1, 99)),
        status=draw(st.sampled_from(["200", "404", "503", "99", "abc"])),
        LEVEL=level.upper(),
        level=level,
        PG=draw(st.sampled_from(["LOG", "ERROR", "STATEMENT", "FATAL"])),
        number=draw(st.sampled_from([10, 30, 50, 3, 99])),
        epoch=draw(st.sampled_from([1782907200, 1782907199, 17])),
    )
    # A place in the line is written over, so that shapes meet what they almost take.
    if draw(st.integers(0, 3)) == 0:
        at = draw(st.integers(0, len(text)))
        odd = draw(
            st.sampled_from(['"', "[", "]", " ", "|", "=", "ERROR", "\\", "é", "\t", "\r", "{", ":", "%", "\x1b[1m"])
        )
        text = text[:at] + odd + text[at + draw(st.integers(0, 2)) :]
    return text


def are_counted_alike(lines: list[str], zone: tzinfo, end: str, block: int) -> None:
    data = end.join(lines).encode("utf-8", "surrogateescape")
    before = tallying.BLOCK
    tallying.BLOCK = block
    try:
        assert shown(in_lots(data, zone)) == shown(one_by_one(data, zone))
    finally:
        tallying.BLOCK = before


test_lots_count_as_single_lines_do, test_very_many_lots_count_as_single_lines_do = in_both(
    are_counted_alike,
    lines=st.lists(a_line(), max_size=30),
    zone=st.sampled_from([UTC, BERLIN]),
    end=st.sampled_from(["\n", "\r\n"]),
    block=st.sampled_from([64, 1000, 512 * 1024]),
)


@pytest.mark.parametrize("name", sorted(LINES))
def test_each_of_these_logs_is_read_by_its_shape(name: str) -> None:
    random.seed(7)
    lines = [
        LINES[name].format(
            clock=f"12:{number % 60:02}:{number % 50:02}",
            ms=f"{number:03}",
            n=number,
            status="503",
            LEVEL=level.upper(),
            level=level,
            PG="LOG",
            number=30,
            epoch=1782907200 + number,
        )
        for number, level in enumerate(random.choices(["info", "error", "debug"], k=200))
    ]
    classifier = Classifier("x", clock=lambda: NOW)
    shape = shape_of(classifier.classify(lines[0]))
    assert shape is not None
    assert all(shape.read(line.encode()) for line in lines)
    data = "\n".join(lines).encode()
    assert shown(in_lots(data, UTC)) == shown(one_by_one(data, UTC))


@pytest.mark.skipif(not CORPORA.exists(), reason="the corpora of real logs are not here")
def test_real_logs_are_counted_the_same_both_ways() -> None:
    for entry in json.loads((CORPORA / "index.json").read_text()):
        data = (CORPORA / entry["file"]).read_bytes()
        assert shown(in_lots(data, BERLIN)) == shown(one_by_one(data, BERLIN)), entry["file"]


def test_a_line_without_an_end_takes_bounded_memory() -> None:
    class Endless:
        left = 60

        def read(self, size: int, /) -> bytes:
            self.left -= 1
            return b"x" * size if self.left > 0 else b""

    counted = Counted(Classifier("x"), UTC, NOW).count(Endless())
    assert counted.levels.total() == 1
    assert counted.bytes == 59 * tallying.BLOCK

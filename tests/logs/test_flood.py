from __future__ import annotations

from datetime import UTC
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.classify import Classifier
from cockpit.logs.counters import LogCounters
from cockpit.logs.flood import Flood
from cockpit.logs.line import LogLine
from cockpit.logs.sieve import read_sieve
from cockpit.logs.split import Block, LineSplitter

TEXTS = [
    "2026-07-01 12:00:00 INFO served",
    "2026-07-01 12:00:00 ERROR boom",
    "2026-07-01 12:00:05 ERROR pay failed",
    "\tat shop.Pay(Pay.java:1)",
    "\tat shop.Cart(Cart.java:1)",
    "Caused by: x.PayError: z",
    '{"time":"2026-07-01T12:00:00Z","level":"error","msg":"pay"}',
    "plain text, paid",
    "",
]
FILTERS = [
    "level:error",
    "level:error pay",
    "level:error !pay",
    "level:warning cart",
    "since:2026-07-01T12:00:03 pay",
    "pay",
]

texts_of_a_log = st.lists(st.sampled_from(TEXTS), min_size=1, max_size=30)
places_to_cut = st.lists(st.integers(1, 900), max_size=6)


def flood(buffer: LogBuffer) -> Flood:
    return Flood(buffer, LogCounters("app", clock=lambda: 0.0), new_classifier(), new_classifier)


def new_classifier() -> Classifier:
    return Classifier("app", clock=lambda: 0.0)


def blocks_of(texts: list[str], cuts: list[int]) -> list[Block]:
    data = "".join(text + "\n" for text in texts).encode()
    splitter, blocks, place = LineSplitter(), list[Block](), 0
    for start, end in pairwise(sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})):
        block = splitter.cut(data[start:end], place)
        place += block.size
        blocks += [block] if block.size else []
    return blocks


def shown(buffer: LogBuffer) -> list[LogLine]:
    extent = buffer.extent
    return buffer.lines_between(extent.first, extent.end)


@given(texts=texts_of_a_log, cuts=places_to_cut, typed=st.sampled_from(FILTERS))
@example(texts=[TEXTS[1], TEXTS[3]], cuts=[], typed="level:error pay")
@example(texts=[TEXTS[1], TEXTS[3]], cuts=[len(TEXTS[1]) + 1], typed="level:error")
@example(texts=[TEXTS[1], TEXTS[3], TEXTS[0]], cuts=[len(TEXTS[1]) + 3], typed="level:error pay")
def test_a_filter_shows_of_a_flood_what_it_shows_of_the_same_lines_one_by_one_or_knows_of_the_gap(
    texts: list[str], cuts: list[int], typed: str
) -> None:
    sieve = read_sieve(typed, now=0, zone=UTC)
    buffer = LogBuffer()
    assert buffer.set_filter(sieve)
    blocks = blocks_of(texts, cuts)
    flood(buffer).take(blocks, 0)
    one_by_one = new_classifier()
    wanted = [line.text for line in map(one_by_one.classify, texts) if sieve is not None and sieve.wants(line)]
    has_all = buffer.has_all_for(sieve)
    assert has_all or not all(block.lines()[0].text.startswith("2026") for block in blocks)
    if has_all:
        assert [line.text for line in shown(buffer)] == wanted


def test_lines_of_a_trace_are_found_in_a_flood_although_their_records_do_not_match() -> None:
    buffer, sieve = LogBuffer(), read_sieve("level:error pay", now=0, zone=UTC)
    assert buffer.set_filter(sieve)
    flood(buffer).take(blocks_of([TEXTS[0], *[TEXTS[1], TEXTS[3], TEXTS[0]] * 50], [60]), 0)
    assert [line.text for line in shown(buffer)] == [TEXTS[3]] * 50
    assert buffer.has_all_for(sieve)


def test_of_a_trace_too_long_to_be_read_in_a_flood_it_is_known_that_lines_are_missing() -> None:
    buffer, sieve = LogBuffer(), read_sieve("level:error pay", now=0, zone=UTC)
    assert buffer.set_filter(sieve)
    flood(buffer).take(blocks_of([TEXTS[1], *[TEXTS[4]] * 700, TEXTS[3]], []), 0)
    assert not buffer.has_all_for(sieve)


@given(texts=texts_of_a_log, cuts=places_to_cut, rows=st.integers(1, 20))
def test_so_many_of_a_floods_last_lines_are_to_be_shown_however_they_were_cut(
    texts: list[str], cuts: list[int], rows: int
) -> None:
    buffer, blocks = LogBuffer(), blocks_of(texts, cuts)
    last = flood(buffer).take(blocks, rows)
    raws = [raw for block in last for raw in block.lines()]
    assert [raw.text for raw in raws] == texts[len(texts) - len(raws) :]
    assert len(raws) == len(texts) or rows <= len(raws) <= rows + 1
    passed = sum(block.size for block in blocks) - sum(raw.size for raw in raws)
    assert last[0].place == passed
    assert buffer.span.end == (passed or None)

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cockpit.logs.bulk import LevelCounter, heads_of, may_reach, with_records
from cockpit.logs.classify import Classifier
from cockpit.logs.line import Level, LogLine
from cockpit.logs.seek import may_hold_error
from cockpit.logs.split import Block, LineSplitter

HEADS = [
    "2026-07-01 12:00:00,000 INFO ",
    "2026-07-01 12:00:00,000 ERROR ",
    "2026-07-01T12:00:00.123456Z WARN ",
    "2026-07-01T12:00:00+02:00  FATAL:",
    "2026-07-01 12:00:00 INFORMATION ",
    "2026-07-01 12:00:00 LOGGED ",
    "2026-07-01 12:00:00 ERRORS ",
    "2026-07-01 12:00:00 error ",
    "2026-07-01 12:00:00 [ERROR] ",
    "2026-13-45 99:00:00 ERROR ",
    '10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET / HTTP/1.1" 500 12 ',
    '10.0.0.1 - ann [01/Jul/2026:12:00:00 +0000] "GET /"x" HTTP/1.1" 404 12 ',
    '10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "-" 099 0 ',
    '10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET \\"a\\" " 503 0 ',
    '{"level":"error","msg":"x"}',
    '{"time":"2026-07-01T12:00:00Z","level":"error","msg":"x"}',
    '{"ts":1782907200.5,"level":"warn","msg":"x","err":"y"}',
    '{"time":"2026-13-45T99:00:00Z","level":50,"msg":"x"}',
    '{"time":"2026-07-01T12:00:00Z","level":"loud","severity":"error"}',
    '{"time":"2026-07-01T12:00:00Z","level":"info","log":"ERROR x"}',
    '{"":"x","level":"error"}',
    '{"":{"level":"error"},"time":"2026-07-01T12:00:00Z"}',
    "level=warn msg=x ",
    "Traceback (most recent call last):",
    '  File "a.py", line 1',
    "ValueError: x",
    "goroutine 1 [running]:",
    "main.main()",
    "\tat shop.Cart(Cart.java:1)",
    "Caused by: x.YError: z",
    "<3>kernel: oops ",
    "E0701 12:00:00.000001 1 a.go:1] ",
    "E, [2026-07-01T12:00:00.000 #1] ERROR -- : ",
    "app  | 2026-07-01 12:00:00 ERROR ",
    "app | <2>x",
    "Error: x",
    "panic: x",
    "",
    "plain text ",
]
TAILS = ["", "x", "level=error y", "lvl=info", "status=502", ' {"level":"fatal"}', "\r", " : ", "] ", "\x00\x9b", "é€"]
lines = st.builds(lambda head, tail: head + tail, st.sampled_from(HEADS), st.sampled_from(TAILS) | st.text(max_size=9))


def block_from(cut: int, texts: list[str]) -> Block:
    """What is read of these lines after so many bytes, with the line that was begun by then."""
    data = "".join(text + "\n" for text in texts).encode("utf-8", "replace")
    splitter = LineSplitter()
    splitter.cut(data[:cut])
    return splitter.cut(data[cut:])


@given(texts=st.lists(lines.map(lambda text: text.replace("\n", " ")), max_size=30), cuts=st.lists(st.integers(0, 900)))
@example(texts=["2026-07-01 12:00:00 ERROR x", "  at y", "2026-07-01 12:00:00 INFO z"], cuts=[29])
def test_blocks_are_counted_as_their_lines_would_be_one_by_one(texts: list[str], cuts: list[int]) -> None:
    data = "".join(text + "\n" for text in texts).encode("utf-8", "replace")
    one_by_one = Classifier("app", clock=lambda: 0.0)
    classified = [one_by_one.classify(raw.text) for raw in LineSplitter().feed(data)]
    expected = Counter(Level.NONE if line.continuation else line.level for line in classified)

    splitter, counter = LineSplitter(), LevelCounter(Classifier("app", clock=lambda: 0.0))
    found: Counter[Level] = Counter()
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in pairwise(edges):
        found.update(counter.count(splitter.cut(data[start:end])))
    assert +found == +expected


@given(
    texts=st.lists(lines.map(lambda text: text.replace("\n", " ")), max_size=30),
    cut=st.integers(0, 900),
    minimum=st.sampled_from([Level.DEBUG, Level.WARNING, Level.ERROR, Level.FATAL]),
)
@example(texts=["2026-07-01 12:00:00 INFO x", "  at y"], cut=0, minimum=Level.ERROR)
@example(texts=["2026-07-01 12:00:00 ERROR x", "2026-07-01 12:00:00 INFO x"], cut=5, minimum=Level.ERROR)
def test_no_line_of_a_level_is_left_out_and_none_is_taken_for_part_of_another(
    texts: list[str], cut: int, minimum: Level
) -> None:
    block = block_from(cut, texts)
    raws = block.lines()
    expected, chosen = Classifier("app", clock=lambda: 0.0), Classifier("app", clock=lambda: 0.0)
    all_of_them = list(enumerate(expected.classify(raw.text) for raw in raws))
    numbers = may_reach(heads_of(block), minimum)
    classified = [(number, chosen.classify(raws[number].text)) for number in numbers]
    assert [(number, line) for number, line in classified if line.level >= minimum] == [
        (number, line) for number, line in all_of_them if line.level >= minimum
    ]


def test_lines_whose_head_says_less_are_left_out() -> None:
    levels = ["INFO", "ERROR", "INFO", "WARN", "INFO", "INFO", "FATAL", "INFO"]
    texts = [f"2026-07-01 12:00:00 {level} x\n" for level in levels]
    texts.insert(5, "\tat y\n")
    block = LineSplitter().cut("".join(texts).encode())
    assert may_reach(heads_of(block), Level.ERROR) == [1, 4, 5, 7]
    assert may_reach(heads_of(block), Level.WARNING) == [1, 3, 4, 5, 7]


@given(
    texts=st.lists(lines.map(lambda text: text.replace("\n", " ")), min_size=1, max_size=30),
    cut=st.integers(0, 900),
    data=st.data(),
)
def test_a_line_read_with_its_record_is_read_as_it_is_among_all(
    texts: list[str], cut: int, data: st.DataObject
) -> None:
    block = block_from(cut, texts)
    raws = block.lines()
    before, among_all, with_their_own = (Classifier("app", clock=lambda: 0.0) for _ in range(3))
    for text in ("2026-07-01 12:00:00 ERROR of the block before", *texts[: len(texts) - len(raws)]):
        before.classify(text)
    expected = [among_all.classify(raw.text) for raw in raws]
    continued = [before.classify(raw.text) for raw in raws]
    found = data.draw(st.lists(st.sampled_from(range(len(raws))), unique=True).map(sorted)) if raws else []
    numbers, is_cut = with_records(heads_of(block), found)
    assert set(found) <= set(numbers)
    assert numbers == sorted(set(numbers))
    read = {number: with_their_own.classify(raws[number].text) for number in numbers}
    assert {number: read[number] for number in found} == {number: expected[number] for number in found}
    if not is_cut:
        assert {number: read[number] for number in found} == {number: continued[number] for number in found}


def test_lines_of_json_are_counted_without_being_classified(monkeypatch: pytest.MonkeyPatch) -> None:
    classified: list[str] = []
    classifier = Classifier("app", clock=lambda: 0.0)
    classify = classifier.classify

    def noted(text: str) -> LogLine:
        classified.append(text)
        return classify(text)

    monkeypatch.setattr(classifier, "classify", noted)
    line = b'{"time":"2026-07-01T12:00:00Z","level":"%s","msg":"x"}\n'
    data = line % b"info" * 900 + line % b"error" * 100
    assert LevelCounter(classifier).count(LineSplitter().cut(data)) == {Level.INFO: 900, Level.ERROR: 100}
    assert len(classified) < 5


@given(text=lines.map(lambda text: text.replace("\n", " ")))
def test_no_error_is_passed_over_unseen(text: str) -> None:
    line = Classifier("app", clock=lambda: 0.0).classify(text)
    if line.is_error:
        assert may_hold_error(text.encode("utf-8", "replace"))

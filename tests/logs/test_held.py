from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.chunks import pack
from cockpit.logs.classify import Classifier
from cockpit.logs.held import PackedLines
from cockpit.logs.line import Level, LogLine

ENDS = st.integers(0, 700)
deeds = st.lists(
    st.tuples(st.sampled_from(["append", "append", "pack", "prepend", "drop_first", "drop_last"]), ENDS), max_size=8
)


def lines_of(numbers: Iterator[int], count: int) -> list[LogLine]:
    return [LogLine(f"line {next(numbers)}", Level.INFO, None, "app", "plain", "line") for _ in range(count)]


def pack_older(held: PackedLines) -> None:
    while lines := held.unpacked():
        assert held.hold_packed(lines, pack(lines))


@given(script=deeds, looks=st.lists(st.tuples(ENDS, ENDS), min_size=1, max_size=3))
def test_packed_lines_are_those_that_a_list_would_hold(
    script: list[tuple[str, int]], looks: list[tuple[int, int]]
) -> None:
    held, model, first, numbers = PackedLines(), list[LogLine](), 0, count()
    for deed, amount in script:
        number = first + amount
        assert held.at(number) == (model[amount] if amount < len(model) else None)
        if deed == "append":
            new = lines_of(numbers, amount)
            held.append(new)
            model += new
        elif deed == "pack":
            pack_older(held)
        elif deed == "prepend":
            new = lines_of(numbers, amount)
            held.prepend(new)
            model[:0] = new
            first -= amount
        elif deed == "drop_first":
            gone = min(amount, len(model))
            held.drop_first(gone)
            del model[:gone]
            first += gone
        else:
            gone = min(amount, len(model))
            held.drop_last(gone)
            del model[len(model) - gone :]
        assert (held.first, held.end, len(held)) == (first, first + len(model), len(model))
        for low, high in looks:
            found = held.between(first + low - 5, first + high)
            assert found == model[max(low - 5, 0) : high]
            characters = sum(len(line.text) for line in model[low:high])
            assert held.characters_between(first + low, first + high) == characters
    copied = held.copy()
    held.append(lines_of(numbers, 600))
    held.drop_first(len(model) // 2)
    assert list(copied) == model
    assert list(reversed(copied)) == model[::-1]


@given(script=deeds, before=ENDS)
def test_what_was_packed_counts_only_where_the_lines_are_still_the_next_ones(
    script: list[tuple[str, int]], before: int
) -> None:
    held, numbers = PackedLines(), count()
    held.append(lines_of(numbers, 512 + before))
    lines = held.unpacked()
    chunk = pack(lines)
    model = list(held)
    for deed, amount in script:
        if deed == "append":
            new = lines_of(numbers, amount)
            held.append(new)
            model += new
        elif deed == "drop_first":
            gone = min(amount, len(model))
            held.drop_first(gone)
            del model[:gone]
        elif deed == "drop_last":
            gone = min(amount, len(model))
            held.drop_last(gone)
            del model[len(model) - gone :]
    whole = len(model) >= 256 and model[0] is lines[0] and model[255] is lines[255]
    assert held.hold_packed(lines, chunk) == whole
    assert list(held) == model


def test_lines_that_were_looked_at_and_dropped_make_room_for_others() -> None:
    held, numbers = PackedLines(), count()
    held.append(lines_of(numbers, 600))
    pack_older(held)
    assert held.at(50) and held.at(300) and held.at(50)
    held.drop_first(100)
    other = lines_of(numbers, 100)
    held.prepend(other)
    assert held.at(50) == other[50]
    assert held.between(0, 100) == other
    assert [line.text for line in held.between(90, 110)] == [
        *(f"line {number}" for number in range(690, 700)), *(f"line {number}" for number in range(100, 110))
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["plain", "Grüße, 世界 🚀", "a\x1b[31m red", "not text: \ud800"])
def test_a_chunk_holds_every_text(text: str) -> None:
    line = LogLine(text, Level.ERROR, 1.25, "app", "plain", text[2:], continuation=True, raw=text)
    assert list(pack([line, line]).lines()) == [line, line]


def test_a_full_log_takes_a_tenth_of_what_its_lines_take() -> None:
    classifier = Classifier("app")

    def lines(number: int) -> list[LogLine]:
        texts = (f"2026-07-01 10:00:00,{n % 1000:03} INFO shop.cart: GET /cart/{n} 200 31 ms" for n in range(1000))
        return [classifier.classify(f"{text} {number}") for text in texts]

    one = [*lines(0)]
    alone = (
        sum(sys.getsizeof(line) + sys.getsizeof(line.text) + sys.getsizeof(line.message) + 24 for line in one) / 1000
    )
    buffer = LogBuffer()
    buffer.append(one, range(1000), 1000)
    tracemalloc.start()
    try:
        for number in range(1, 40):
            buffer.append(lines(number), range(number * 1000, number * 1000 + 1000), number * 1000 + 1000)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert buffer.extent.lines >= 20_000
    assert held / buffer.extent.lines < alone / 8

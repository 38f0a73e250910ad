from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.buffer import LogBuffer
from cockpit.logs.chunks import pack
from cockpit.logs.held import Span
from cockpit.logs.line import Level, LogLine
from cockpit.logs.match import TextFilter


def line(text: str, *, continuation: bool = False) -> LogLine:
    level = Level.ERROR if "E" in text else Level.INFO
    return LogLine(text, level, None, "app", "plain", text, continuation)


def is_error(log_line: LogLine) -> bool:
    return log_line.is_error


def shown(buffer: LogBuffer) -> list[tuple[int, str]]:
    extent = buffer.extent
    found = [buffer.line_at(row) for row in range(extent.first, extent.end)]
    return [(number, log_line.text) for number, log_line in filter(None, found)]


Deed = tuple[str, list[str]]
deeds = st.tuples(st.sampled_from(["append", "append", "filter"]), st.lists(st.text("aEx", max_size=3), max_size=8))
FILTERS = ["", "a", "!a", "E", "x$", "zzz"]


@given(script=st.lists(deeds), start=st.integers(-1, 60))
def test_it_shows_the_newest_matching_lines(script: list[Deed], start: int) -> None:
    buffer = LogBuffer(capacity=20)
    everything: list[str] = []
    wanted = None
    for deed, texts in script:
        if deed == "append":
            buffer.append([line(text) for text in texts])
            everything += texts
        else:
            typed = FILTERS[len(texts) % len(FILTERS)]
            wanted = TextFilter.lenient(typed) if typed else None
            assert buffer.set_filter(wanted)
    kept = buffer.extent.lines
    assert min(20, len(everything)) <= kept <= 22
    numbered = list(enumerate(everything))[len(everything) - kept :]
    visible = [(number, text) for number, text in numbered if wanted is None or wanted.matches(text)]
    assert shown(buffer) == visible

    errors = [number for number, text in visible if "E" in text]
    assert buffer.search(is_error, start) == next((number for number in errors if number > start), None)
    assert buffer.search(is_error, start, forward=False) == next(
        (number for number in reversed(errors) if number < start), None
    )
    found = [number for number, text in visible if "x" in text]
    x = TextFilter.lenient("x").wants
    assert buffer.search(x, start) == next((number for number in found if number > start), None)
    backward = buffer.search(x, start, forward=False)
    assert backward == next((number for number in reversed(found) if number < start), None)
    for row, (number, _) in enumerate(visible, start=buffer.extent.first):
        assert buffer.row_of(number) == row


def test_rows_keep_their_numbers_while_old_lines_go() -> None:
    buffer = LogBuffer(capacity=100)
    buffer.set_filter(TextFilter.lenient("a"))
    buffer.append([line("a 0"), line("b 1"), line("a 2")])
    generation = buffer.extent.generation
    assert buffer.line_at(1) == (2, line("a 2"))
    buffer.append([line(f"a {number}") for number in range(3, 112)])
    extent = buffer.extent
    assert (extent.first, extent.end, extent.lines, extent.generation) == (11, 111, 100, generation)
    assert buffer.line_at(10) is None
    assert buffer.line_at(11) == (12, line("a 12"))
    assert buffer.line_at(111) is None
    buffer.set_filter(None)
    assert buffer.extent.generation == generation + 1
    assert buffer.line_at(12) == (12, line("a 12"))


def test_traces_are_no_errors_to_jump_to() -> None:
    buffer = LogBuffer()
    buffer.append([line("E"), line("E at x", continuation=True), line("E")])
    assert [buffer.search(is_error, start) for start in (-1, 0)] == [0, 2]
    assert buffer.search(is_error, 2, forward=False) == 0


def test_long_lines_do_not_fill_the_memory() -> None:
    buffer = LogBuffer(characters=1000)
    for number in range(100):
        buffer.append([line(f"{number:03} " + "x" * 100)])
    assert 9 <= buffer.extent.lines <= 11
    assert shown(buffer)[-1][0] == 99
    buffer.append([line("y" * 5000)])
    assert [number for number, _ in shown(buffer)] == [100]


def test_a_filter_that_was_overtaken_is_dropped() -> None:
    class Overtaking(TextFilter):
        def matches(self, text: str) -> bool:
            if self.typed == "slow":
                self.typed = "overtaken"
                buffer.append([line("b, come meanwhile")])
                assert buffer.set_filter(fast)
            return super().matches(text)

    fast = TextFilter.lenient("b")
    buffer = LogBuffer()
    buffer.append([line("a"), line("b")])
    slow = Overtaking.lenient("a")
    slow.typed = "slow"
    assert not buffer.set_filter(slow)
    assert [text for _, text in shown(buffer)] == ["b", "b, come meanwhile"]


def test_a_filter_that_looks_at_what_is_let_go_meanwhile_is_dropped() -> None:
    class Overtaken(TextFilter):
        def matches(self, text: str) -> bool:
            buffer.begin_anew(other, 50)
            return super().matches(text)

    other = TextFilter.lenient("b")
    buffer = LogBuffer()
    buffer.append([line("a")], [0], 10)
    assert not buffer.set_filter(Overtaken.lenient("a"))
    assert buffer.filter is other
    assert not shown(buffer)


def test_lines_that_come_while_a_filter_looks_are_filtered_too() -> None:
    class Slow(TextFilter):
        def matches(self, text: str) -> bool:
            if text == "a 0":
                buffer.append([line("b"), line("a 2")])
            return super().matches(text)

    buffer = LogBuffer()
    buffer.append([line("a 0"), line("b")])
    assert buffer.set_filter(Slow.lenient("a"))
    assert shown(buffer) == [(0, "a 0"), (3, "a 2")]


def test_who_draws_does_not_wait_while_lines_are_packed() -> None:
    seen = list[int]()

    def draw_meanwhile(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is pack.__code__:
            seen.append(other.submit(lambda: buffer.extent.lines).result(timeout=10))

    buffer = LogBuffer()
    with ThreadPoolExecutor(1) as other:
        sys.setprofile(draw_meanwhile)
        try:
            buffer.append([line(f"line {number}") for number in range(2000)])
        finally:
            sys.setprofile(None)
    assert set(seen) == {2000}


def test_lines_that_another_filter_chose_are_not_taken() -> None:
    old, new = TextFilter.lenient("a"), TextFilter.lenient("b")
    buffer = LogBuffer()
    buffer.replace([line("b 5")], [50], Span(50, 60), has_end=False)
    buffer.set_filter(new)
    assert buffer.prepend([line("a")], [0], 0, before=50, sieve=old) is None
    assert not buffer.extend([line("a")], [60], 70, after=60, sieve=old)
    assert not buffer.extend([line("b 8")], [80], 90, after=80, sieve=new)
    assert buffer.prepend([line("b 4")], [40], 30, before=50, sieve=new) == 1
    assert buffer.extend([line("b 6")], [60], 70, after=60, sieve=None)
    assert [text for _, text in shown(buffer)] == ["b 4", "b 5", "b 6"]
    assert buffer.span == Span(30, 70)
    assert buffer.has_all_for(new)
    assert not buffer.has_all_for(old)
    buffer.replace([], [], Span(70, 70), has_end=True)
    assert not buffer.append_chosen([line("a")], [70], 80, sieve=old)
    assert buffer.append_chosen([], [], 80, sieve=new)
    assert buffer.span == Span(70, 80)
    assert not buffer.has_all_for(old)


def test_where_a_filter_is_given_up_it_is_known_that_lines_are_missing() -> None:
    wanted = TextFilter.lenient("a")
    buffer = LogBuffer()
    buffer.append([line("a 0")], [0], 10)
    buffer.set_filter(wanted)
    buffer.give_up(TextFilter.lenient("b"))
    assert buffer.filter is wanted
    buffer.append_chosen([line("a 9")], [90], 100, sieve=wanted)
    buffer.give_up(wanted)
    assert buffer.filter is None
    assert not buffer.has_all_for(None)


@given(script=st.lists(st.lists(st.sampled_from(["a", "b", "b", "b"]), max_size=15), max_size=12))
def test_what_a_filter_shows_of_the_end_is_not_dropped_for_what_it_hides(script: list[list[str]]) -> None:
    wanted = TextFilter.lenient("a")
    buffer = LogBuffer(capacity=20)
    buffer.replace((), (), Span(0, 0), has_end=True)
    buffer.set_filter(wanted)
    place, everything = 0, list[str]()
    for texts in script:
        buffer.append(
            [line(text) for text in texts], [place + index for index in range(len(texts))], place + len(texts)
        )
        place += len(texts)
        everything += texts
        found = shown(buffer)
        assert [text for _, text in found] == (["a"] * everything.count("a"))[-len(found) :][: len(found)]
        assert len(found) >= min(everything.count("a"), 20)
        places = [buffer.place_of(number) for number, _ in found]
        assert places == [index for index, text in enumerate(everything) if text == "a"][-len(found) :][: len(found)]
        assert buffer.extent.lines <= 22
        assert buffer.extent.has_end
        start, end = buffer.span
        assert start is not None
        assert end == place
        assert buffer.has_all_for(None) or buffer.extent.lines < end - start
        assert buffer.extent.lines == end - start or not buffer.has_all_for(None)
    assert buffer.has_all_for(wanted)


def test_earlier_lines_take_the_place_of_hidden_ones_where_the_end_is_followed() -> None:
    wanted = TextFilter.lenient("a")
    buffer = LogBuffer(capacity=20)
    buffer.replace([line("b")] * 20, list(range(100, 120)), Span(100, 120), has_end=True)
    buffer.set_filter(wanted)
    assert buffer.prepend([line("a")] * 10, list(range(10, 20)), 10, before=100, sieve=wanted) == 10
    assert buffer.extent.has_end
    buffer.append([line("a new")], [120], 121)
    assert [text for _, text in shown(buffer)] == ["a"] * 10 + ["a new"]
    assert buffer.span == Span(10, 121)
    assert not buffer.has_all_for(None)


def test_what_somebody_looks_at_stays_and_what_comes_is_counted() -> None:
    buffer = LogBuffer(capacity=20)
    buffer.replace([line("a")] * 20, list(range(20)), Span(0, 20), has_end=True)
    buffer.pinned = True
    for place in range(20, 100):
        buffer.append([line("b")], [place], place + 1)
    extent = buffer.extent
    assert [text for _, text in shown(buffer)] == ["a"] * 20 + ["b"] * 2
    assert not extent.has_end
    assert extent.missed == 78
    buffer.pinned = False
    unplaced = LogBuffer(capacity=20)
    unplaced.pinned = True
    for number in range(100):
        unplaced.append([line(str(number))])
    assert shown(unplaced)[-1] == (99, "99")  # what comes is nowhere else


def test_lines_chosen_by_two_filters_are_all_that_neither_shows() -> None:
    one, other = TextFilter.lenient("a"), TextFilter.lenient("b")
    buffer = LogBuffer()
    buffer.set_filter(one)
    buffer.append_chosen([line("a")], [0], 10, sieve=one)
    buffer.set_filter(other)
    buffer.append_chosen([line("b")], [10], 20, sieve=other)
    assert not buffer.has_all_for(other)
    buffer.set_filter(one)
    buffer.append_chosen([line("a")], [20], 30, sieve=one)
    assert not buffer.has_all_for(one)
    buffer.begin_anew(one, 0)
    assert buffer.has_all_for(None)
    assert buffer.filter is one
    assert not shown(buffer)
    assert not buffer.extent.has_end


def test_a_place_leads_to_the_next_line_that_is_shown() -> None:
    buffer = LogBuffer()
    texts = ["a", "b", "a", "b"]
    buffer.replace([line(text) for text in texts], [0, 10, 20, 30], Span(0, 40), has_end=True)
    first = buffer.extent.first
    assert [buffer.number_from(place) for place in (-1, 0, 5, 30, 35, 40)] == [
        None, first, first + 1, first + 3, None, None
    ]  # fmt: skip
    buffer.set_filter(TextFilter.lenient("a"))
    assert [buffer.number_from(place) for place in (0, 5, 20, 21)] == [first, first + 2, first + 2, None]


def test_lines_are_not_replaced_where_it_is_not_the_time_any_more() -> None:
    buffer = LogBuffer()
    buffer.append([line("a")])
    assert not buffer.replace([line("b")], [0], Span(0, 10), has_end=True, when=lambda: False)
    assert [text for _, text in shown(buffer)] == ["a"]


def test_of_more_earlier_lines_than_there_is_room_for_those_nearest_the_end_are_taken() -> None:
    wanted = TextFilter.lenient("a")
    buffer = LogBuffer(capacity=20, characters=100)
    buffer.replace([line("b")] * 20, list(range(100, 120)), Span(100, 120), has_end=True)
    buffer.set_filter(wanted)
    earlier = [line(f"a {number}") for number in range(40)]
    assert buffer.prepend(earlier, list(range(40)), 0, before=100, sieve=wanted) == 20
    assert buffer.extent.has_end
    assert [text for _, text in shown(buffer)] == [f"a {number}" for number in range(20, 40)]
    assert buffer.span == Span(20, 120)
    buffer.replace([line("a")], [100], Span(100, 101), has_end=True)
    longer = [line("a" * 60), line("a" * 50), line("a" * 40)]
    assert buffer.prepend(longer, [0, 1, 2], 0, before=100, sieve=wanted) == 2
    assert [len(text) for _, text in shown(buffer)] == [50, 40, 1]
    assert buffer.prepend([line("a" * 100)], [0], 0, before=1, sieve=wanted) == 0
    assert [len(text) for _, text in shown(buffer)] == [50, 40, 1]
    assert buffer.span == Span(1, 101)


def test_lines_of_a_slow_writer_to_a_file_that_was_rotated_away_do_not_set_the_end_back() -> None:
    buffer = LogBuffer()
    buffer.append([line("a"), line("b")], [100, 102], 104)
    buffer.append([line("c"), line("d")], [1000, 1002], 1004)
    buffer.append([line("late"), line("later")], [104, 109], 115)
    assert buffer.span == Span(100, 1004)
    assert [buffer.number_from(place) for place in (102, 1000, 1001, 1002)] == [1, 2, 3, 3]
    assert [buffer.place_of(number) for number in range(6)] == [100, 102, 1000, 1002, 1002, 1002]
    buffer.append([line("e")], [1004], 1006)
    assert buffer.span == Span(100, 1006)
    assert buffer.number_from(1004) == 6
    buffer.skip(3, 2000)
    buffer.append([line("late")], [115], 120)
    assert buffer.span == Span(2000, 2000)
    assert [(text, buffer.place_of(number)) for number, text in shown(buffer)] == [("late", 2000)]

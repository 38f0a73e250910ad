from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.logs.classify import Classifier
from cockpit.logs.fingerprints import Fingerprints, template_of
from cockpit.logs.line import LogLine


def lines(*texts: str) -> list[LogLine]:
    classifier = Classifier("app")
    return [classifier.classify(text) for text in texts]


@pytest.mark.parametrize(
    ("message", "template"),
    [
        ("order 8812 took 12.5 ms", "order <n> took <n> ms"),
        ('user "ana" is gone', "user <text> is gone"),
        ("user 'ana' isn't here", "user <text> isn't here"),
        ("from 10.0.0.1:5432 to 2001:db8:0:0:1::1".replace("::", ":"), "from <ip> to <ip>"),
        ("trace 3f2504e0-4f89-41d3-9a0c-0305e82c3301 done", "trace <uuid> done"),
        ("at 0x7f10 in deadbeef12", "at <hex> in <hex>"),
        ("mail to ana@shop.example failed", "mail to <mail> failed"),
        ("feedback accepted", "feedback accepted"),
        ('said "this and no more', "said <text>"),
    ],
)
def test_what_varies_is_masked(message: str, template: str) -> None:
    assert template_of(message) == template


def test_alike_lines_are_one_template_with_its_first_and_last_time() -> None:
    collected = Fingerprints()
    for line in lines(
        "2026-07-01 12:00:00,000 ERROR shop: order 1 failed",
        "Traceback (most recent call last):",
        "2026-07-01 12:00:05,000 ERROR shop: order 2 failed",
        "2026-07-01 11:00:00,000 INFO shop: order 3 failed",
        "2026-07-01 12:00:01,000 INFO shop: cart 4",
        "",
    ):
        collected.add(line)
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp()
    failed, cart, informed = collected.ranked(since=noon)
    assert (failed.template, failed.level, failed.count) == ("shop: order <n> failed", "error", 2)
    assert (failed.first_at, failed.last_at, failed.new) == (noon, noon + 5, True)
    assert (cart.template, cart.new) == ("shop: cart <n>", True)
    assert (informed.level, informed.new) == ("info", False)
    assert [one.new for one in collected.ranked()] == [None] * 3


def test_requests_are_alike_by_method_path_and_status() -> None:
    collected = Fingerprints()
    for number, status in ((7, 200), (8, 200), (9, 404)):
        request = (
            f'10.0.0.{number} - - [01/Jul/2026:12:00:00 +0000] "GET /items/{number}?q=x HTTP/1.1" {status} 1 "-" "x"'
        )
        collected.add(lines(request)[0])
    assert [(one.template, one.count) for one in collected.ranked()] == [
        ("GET /items/:id 404", 1),
        ("GET /items/:id 200", 2),
    ]


def test_beyond_the_bound_the_rare_and_harmless_go_and_that_is_said() -> None:
    def letters(number: int) -> str:
        return "".join(chr(ord("a") + int(digit)) for digit in str(number))

    texts = [f"2026-07-01 12:00:00,000 INFO {letters(number)} happened" for number in range(100)]
    often = ["2026-07-01 12:00:00,000 INFO often"] * 5
    collected = Fingerprints(most=40)
    for line in lines("2026-07-01 12:00:00,000 ERROR once", *often, *texts):
        collected.add(line)
    found = {one.template: one.count for one in collected.ranked()}
    assert len(found) <= 40
    assert found["once"] == 1
    assert found["often"] == 5
    assert sum(found.values()) + collected.left_out == 106
    # What was dropped and comes again is not called new: nobody knows when it first came.
    collected.add(lines(texts[0])[0])
    again = next(one for one in collected.ranked(since=0.0) if one.template == f"{letters(0)} happened")
    assert again.new is None


@given(st.text(max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    assert len(template_of(text)) <= 300 * 8


@pytest.mark.parametrize(
    "text", ['"' * 5000, "1." * 5000, "a:" * 5000, "'" * 5000, "0123456789abcdef" * 500, "\\" * 5000]
)
def test_hostile_texts_are_masked_in_no_time(text: str) -> None:
    assert len(template_of(text)) <= len(text)  # and before the time that a test may take

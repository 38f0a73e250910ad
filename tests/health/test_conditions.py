"""The condition language: what it accepts, what it says to the rest, and what holds."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cockpit.health.conditions import check_condition, parse_condition, parse_number
from cockpit.health.evaluation import Values, evaluate
from cockpit.health.json_path import parse_path
from cockpit.health.observation import Observation
from cockpit.release.probes import ProbeKind

NOW = 1_800_000_000.0
DAY = 86400.0
_JSON = b"""{"status": "ok", "n": 10, "f": 1.5, "big": 12345678901234567890, "yes": true, "none": null, "text": "7",
 "empty": "", "items": [{"id": 41}, {"id": "x"}], "tags": ["prod", "eu"], "odd.key": {"a b": 1}, "o": {"k": [1]}}"""
SEEN = Observation(
    connected=True,
    latency=0.25,
    status=200,
    headers={"strict-transport-security": "max-age=1", "x-queue": "12"},
    body=_JSON,
    certificate_expires=NOW + 9 * DAY,
)


def _holds(text: str, seen: Observation = SEEN) -> bool | None:
    return evaluate(text, Values(seen, NOW)).ok


@pytest.mark.parametrize(
    "text",
    [
        "[STATUS] == 200",
        "[STATUS]==200",
        "[STATUS] == any(200, 204)",
        "[STATUS] != any(500, 503)",
        "[STATUS] < 300",
        "[RESPONSE_TIME] < 500ms",
        "[RESPONSE_TIME] <= 250",
        "[RESPONSE_TIME] > 0.2s",
        "[CERTIFICATE_EXPIRATION] > 1w",
        "[CONNECTED] == true",
        "[CONNECTED] != false",
        "[HEADER].Strict-Transport-Security present",
        "[HEADER].strict-transport-security contains max-age",
        "[HEADER].X-Queue < 13",
        "[HEADER].Server absent",
        "[BODY] contains ok",
        "[BODY] present",
        "[BODY] matches ^\\{.status",
        "[BODY].status == ok",
        '[BODY].status == "ok"',
        "[BODY].status == any('ok', \"up\")",
        "[BODY].status contains any(x, k)",
        "[BODY].n == 10",
        "[BODY].n == 10.0",
        "[BODY].n >= 10",
        "[BODY].n < 1e2",
        "[BODY].f == 1.5",
        "[BODY].yes == true",
        "[BODY].none == null",
        "[BODY].none absent",
        "[BODY].empty == ''",
        "[BODY].empty present",
        "[BODY].text < 8",
        "[BODY].items[0].id == 41",
        "[BODY].items[1].id matches ^x$",
        "[BODY].tags contains prod",
        "[BODY].missing absent",
        "[BODY].items[9] absent",
        '[BODY]["odd.key"]["a b"] == 1',
        '[BODY].o == {"k":[1]}',
    ],
)
def test_holds(text: str) -> None:
    assert check_condition(text) is None
    assert _holds(text) is True


@pytest.mark.parametrize(
    ("text", "actual"),
    [
        ("[STATUS] == 201", "200"),
        ("[STATUS] == any(201, 204)", "200"),
        ("[STATUS] != any(200, 503)", "200"),
        ("[RESPONSE_TIME] < 250ms", "250ms"),
        ("[CERTIFICATE_EXPIRATION] > 14d", "9d"),
        ("[CONNECTED] == false", "true"),
        ("[HEADER].Server present", "absent"),
        ("[BODY].missing == 1", "absent"),
        ("[BODY].missing != 1", "absent"),
        ("[BODY].missing < 1", "absent"),
        ("[BODY].missing contains x", "absent"),
        ("[BODY].missing matches .*", "absent"),
        ("[BODY].items.id == 41", "absent"),
        ("[BODY].status[0] == o", "absent"),
        ("[BODY].none present", "null"),
        ("[BODY].none < 1", "null"),
        ("[BODY].yes == 1", "true"),
        ("[BODY].yes > 0", "true"),
        ("[BODY].text == 7.0", "7"),
        ("[BODY].big == 12345678901234567891", "12345678901234567890"),
        ("[BODY].tags contains pro", '["prod","eu"]'),
        ("[BODY].status < 5", "ok"),
        ("[EXIT] == 0", "absent"),
    ],
)
def test_does_not_hold_and_shows_what_was_there(text: str, actual: str) -> None:
    result = evaluate(text, Values(SEEN, NOW))
    assert (result.ok, result.actual) == (False, actual)


def test_an_expired_certificate_shows_since_when() -> None:
    seen = Observation(certificate_expires=NOW - 3 * DAY)
    assert evaluate("[CERTIFICATE_EXPIRATION] > 0s", Values(seen, NOW)).actual == "expired 3d ago"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"NaN", b'{"a": NaN}', b'{"a": 1e999}', b'"\xff"', b"[" * 100_000, b"1" * 5000]
)
def test_a_body_that_is_no_json_tells_of_no_value_that_it_is_there_nor_that_it_is_not(body: bytes) -> None:
    result = evaluate("[BODY].a absent", Values(Observation(body=body), NOW))
    assert (result.ok, result.actual) == (False, "no JSON")
    for rest in ("present", "== 1", "!= 1"):
        assert _holds(f"[BODY].a {rest}", Observation(body=body)) is False


def test_a_pattern_that_would_take_for_ever_is_given_up() -> None:
    values = Values(Observation(body=b"a" * 60 + b"!"), NOW)
    result = evaluate("[BODY] matches (a|aa)+$", values)
    assert result.ok is None
    assert result.actual.startswith("'(a|aa)+$' takes too long to look for")
    assert evaluate("[BODY] matches (a+)+!", values).ok is True
    assert evaluate("[BODY] matches b{e}|c", values).ok is False  # a brace that is no repetition
    assert "20,000 are the most" in str(check_condition("[BODY] matches (a{999}){999}"))


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert _holds("[BODY].a == 1", Observation(body=b'\xef\xbb\xbf{"a": 1}')) is True


def test_text_around_a_body_is_trimmed() -> None:
    assert _holds("[BODY] == pong", Observation(body=b" pong\n")) is True


def test_what_is_shown_is_short_and_safe() -> None:
    actual = evaluate("[BODY] == x", Values(Observation(body=b"\x1b[2J" + b"y\x07" * 5000), NOW)).actual
    assert len(actual) == 120
    assert actual.startswith("␛[2Jy\\x07y")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "does not begin with what to look at: write such as [STATUS] == 200"),
        ("status is 200", "does not begin with what to look at"),
        ("[status] == 200", "[status] is not known: write [STATUS]"),
        ("[STATSU] == 200", "write [STATUS]"),
        ("[QUUX] == 1", "write one of [STATUS], [RESPONSE_TIME]"),
        ("[STATUS]", "nothing follows [STATUS]: write one of == != < <= > >="),
        ("[STATUS] = 200", "to compare, write == instead of ="),
        ("[STATUS] === 200", "write one of =="),
        ("[STATUS] contains 2", "write one of == != < <= > >=, such as [STATUS] == 200"),
        ("[STATUS] == ok", "[STATUS] is a whole number, not 'ok'"),
        ("[STATUS] ==", "== is followed by nothing"),
        ("[STATUS] == any(200; 204)", "is a whole number"),
        ("[STATUS] == any()", "cannot be read: write such as any(200, 204)"),
        ("[STATUS].x == 1", "[STATUS] has nothing below it"),
        ("[RESPONSE_TIME] < fast", "is not a duration"),
        ("[CERTIFICATE_EXPIRATION] > 14", "is not a duration"),
        ("[CONNECTED] == yes", "is true or false"),
        ("[CONNECTED] < true", "write one of == !="),
        ("[HEADER] present", "needs the header's name"),
        ("[HEADER][0] present", "needs the header's name"),
        ("[HEADER].Server present yes", "follows present, which stands alone"),
        ("[BODY].n < many", "compares numbers"),
        ("[BODY].n < nan", "compares numbers"),
        ("[BODY].n < 1e999", "compares numbers"),
        ("[BODY] matches (", "is not a regular expression"),
        ("[BODY] matches [[a]", "is not a regular expression"),
        ("[BODY] presently", "follows [BODY]"),
    ],
)
def test_complaints_say_what_would_be_right(text: str, complaint: str) -> None:
    assert complaint in (check_condition(text) or "")
    assert evaluate(text, Values(SEEN, NOW)).ok is None


@pytest.mark.parametrize(
    ("text", "kind", "right"),
    [
        ("[EXIT] == 0", "http", False),
        ("[STATUS] == 200", "tcp", False),
        ("[HEADER].A present", "command", False),
        ("[STATUS] == 200", "http", True),
        ("[CONNECTED] == true", "tcp", True),
        ("[BODY] contains x", "command", True),
    ],
)
def test_a_condition_must_suit_the_kind_of_probe(text: str, kind: ProbeKind, right: bool) -> None:
    assert (check_condition(text, kind) is None) is right


def test_numbers() -> None:
    assert parse_number("-12") == -12
    assert parse_number("1.5e3") == 1500
    for text in ("", "1_0", "0x1", "inf", "nan", "١", "1e9999", "9" * 5000):
        assert parse_number(text) is None


def test_paths() -> None:
    assert parse_path("items[0].id") == ("items", 0, "id")
    assert parse_path('["a b"][1]') == ("a b", 1)
    for text in ("", ".", "a..b", "a[", "a[x]", "a b"):
        with pytest.raises(ValueError, match="write such as"):
            parse_path(text)


_SUBJECTS = ["[STATUS]", "[BODY]", "[HEADER]", "[CONNECTED]", "[EXIT]", "[RESPONSE_TIME]", "[CERTIFICATE_EXPIRATION]"]
_OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "contains", "matches", "present", "absent"]
_PIECES = [
    ".status",
    ".n",
    "[0]",
    "[9]",
    "any(",
    ")",
    ",",
    "200",
    "ok",
    "5s",
    "14d",
    "true",
    "null",
    "1e9",
    "\x1b",
    "é",
]
_REGEX = ["(", "[[", "\\", "*", "+", "?", "{9}", "(?i)", '"', "'"]
_word = st.sampled_from(_SUBJECTS + _OPERATORS + _PIECES + _REGEX)
_text = st.one_of(st.text(), st.lists(_word, max_size=8).map("".join), st.lists(_word, max_size=8).map(" ".join))


@given(_text, st.binary(max_size=40))
@example("[BODY] matches (?L)a", b"")
@example("[BODY][" + "9" * 5000 + "] == 1", b"{}")
@example("[STATUS] == " + "9" * 5000, b"")
def test_nothing_a_person_types_raises(text: str, body: bytes) -> None:
    complaint = check_condition(text)
    result = evaluate(text, Values(Observation(body=body, status=200), NOW))
    assert (complaint is None) == (result.ok is not None)
    if complaint is None:
        assert parse_condition(text).text == text.strip()
    else:
        assert complaint == result.actual

"""Inputs that nobody would write: bytes and documents changed at random, by a dice that tells the same again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

HOSTILE = (
    "\x1b[31m", "\x1b]52;c;aGk=\x07", "\x9b2J", "\u202e", "\u2066", "\u2028", "\x00", "\r", "\ufeff", "\x85", "\x07",
    "[/nope] [bold red]x [@click=app.quit]y[/] $text", "e\u0301\u0327" * 9, "👩\u200d🔧", "発" * 40, "\U000e0041",
    "$(id)", "`id`", "; rm -rf x", "../../etc/passwd", "%s%n", "{{x}}", "${HOME}", "x" * 5000, "", " ", "\t", "\n",
)  # fmt: skip
NUMBERS = (
    0, -1, 1, 2**31, 2**53, 2**63, -(2**63), 2**64, 10**30, -(10**400), 0.5, -0.0, 1e308, 1e-308, float("inf"),
    float("nan"), True,
)  # fmt: skip
TIMES = (
    "1970-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999Z", "2026-03-10T14:16:00",
    "2026-02-30T00:00:00Z", "2026-03-10T13:16:32.1234567890Z", "today", "T", "99999-01-01T00:00:00Z",
)  # fmt: skip
TOKENS = (
    *(text.encode("utf-8", "surrogatepass") for text in HOSTILE), *(repr(number).encode() for number in NUMBERS),
    *(time.encode() for time in TIMES), b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\0" * 64,
    b"{" * 300, b"[" * 20_000, b"\n" * 500, b"null", b'"', b"'", b"\\", b":", b"- ", b"#", b"&a ", b"*a", b"<<: *a",
    b"!!python/object:os.system ", b"---\n", b"...\n", b"? ", b"|\n", b">-\n", b"%YAML 1.1\n", b"true", b"~",
)  # fmt: skip
DEEPEST = 3000


def mutated(dice: Random, data: bytes, others: Sequence[bytes] = ()) -> bytes:
    """Return the bytes changed in a few places; pieces of the `others` may come in."""
    for _ in range(dice.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        data = dice.choice(_CHANGES)(dice, data, others or (data,))
    return data[: 1 << 20]


def _span(dice: Random, data: bytes, longest: int = 200) -> tuple[int, int]:
    start = dice.randint(0, len(data))
    return start, min(len(data), start + dice.randint(0, longest))


def _cut(dice: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    start, end = _span(dice, data)
    return data[:start] + data[end:]


def _truncate(dice: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    return data[: dice.randint(0, len(data))]


def _insert(dice: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    at, _ = _span(dice, data)
    return data[:at] + dice.choice(TOKENS) + data[at:]


def _replace(dice: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    start, end = _span(dice, data, 20)
    return data[:start] + dice.choice(TOKENS) + data[end:]


def _flip(dice: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.randint(1, 4)):
        if changed:
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _repeat(dice: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    start, end = _span(dice, data)
    return data[:start] + data[start:end] * dice.choice((2, 3, 50)) + data[end:]


def _graft(dice: Random, data: bytes, others: Sequence[bytes]) -> bytes:
    at, _ = _span(dice, data)
    other = dice.choice(others)
    start, end = _span(dice, other, 2000)
    return data[:at] + other[start:end] + data[at:]


def _lines(dice: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Move, drop, double or indent a line."""
    lines = data.split(b"\n")
    at, to = dice.randrange(len(lines)), dice.randrange(len(lines))
    match dice.randrange(5):
        case 0:
            lines.insert(to, lines.pop(at))
        case 1:
            del lines[at]
        case 2:
            lines.insert(to, lines[at])
        case 3:
            lines[at] = b" " * dice.randint(1, 9) + lines[at]
        case _:
            lines[at] = lines[at].lstrip()
    return b"\n".join(lines)


def _ends(dice: Random, data: bytes, _others: Sequence[bytes]) -> bytes:
    """Save it as another system's editor would."""
    match dice.randrange(5):
        case 0:
            return data.replace(b"\n", b"\r\n")
        case 1:
            return data.replace(b"\n", b"\r")
        case 2:
            return b"\xef\xbb\xbf" + data
        case 3:
            return data.decode("utf-8", "replace").encode("utf-16")
        case _:
            return data.rstrip(b"\n")


_CHANGES: tuple[Callable[[Random, bytes, Sequence[bytes]], bytes], ...] = (
    _cut, _truncate, _insert, _insert, _replace, _replace, _flip, _repeat, _graft, _lines, _lines, _ends,
)  # fmt: skip


def odd_value(dice: Random) -> Any:
    """Return a JSON value that hardly anybody expects."""
    match dice.randrange(7):
        case 0:
            return dice.choice(NUMBERS)
        case 1 | 2:
            return dice.choice(HOSTILE)
        case 3:
            return dice.choice(TIMES)
        case 4:
            return dice.choice((None, [], {}, [[]], {"": None}, [None] * 50))
        case 5:
            return "y" * dice.choice((100, 70_000))
        case _:
            return {"sha256": "0" * 64, "size": dice.choice((0, -1, 2**63))}


def mutated_value(dice: Random, value: Any) -> Any:
    """Return a JSON document with something in it dropped, doubled or put in place of another."""
    places = list(_places(value))
    where = dice.choice(places) if places else ()
    return _changed(dice, value, where)


def _alike(dice: Random, value: Any) -> Any:
    """Return another value of the same type: what is refused for its type tells little."""
    match value:
        case str() if dice.random() < 0.4:
            at = dice.randint(0, len(value))
            return value[:at] + dice.choice(HOSTILE) + value[at:]
        case str():
            return dice.choice((*HOSTILE, *TIMES))
        case bool():
            return not value
        case int() | float():
            return dice.choice(NUMBERS)
        case list() if value:
            return dice.choice((value * 2, value[::-1], [], value[:1] * 300))
        case _:
            return odd_value(dice)


def _places(value: Any, where: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [where]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _places(inner, (*where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value[:50]):
            found += _places(inner, (*where, index))
    return found


def _changed(dice: Random, value: Any, where: tuple[Any, ...]) -> Any:
    if not where:
        return _alike(dice, value) if dice.random() < 0.7 else odd_value(dice)
    step, rest = where[0], where[1:]
    copy = dict(value) if isinstance(value, dict) else list(value)
    if not rest and dice.random() < 0.25:
        if isinstance(copy, dict):
            inner = copy.pop(step)
            if dice.random() < 0.3:
                copy[f"{step}x"] = inner
        elif dice.random() < 0.5:
            copy.append(copy[step])
        else:
            del copy[step]
        return copy
    copy[step] = _changed(dice, copy[step], rest)
    return copy


def json_bytes(value: Any) -> bytes:
    """Return the value as JSON, with numbers that no standard knows, and deep where it is nested."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def nested(dice: Random, inner: bytes = b"1") -> bytes:
    """Return a document nested deeper than anybody reads."""
    opening, closing = dice.choice(((b"[", b"]"), (b'{"a":', b"}")))
    return opening * DEEPEST + inner + closing * DEEPEST

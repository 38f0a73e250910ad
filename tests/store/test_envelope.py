from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.store.envelope import (
    BadLine,
    By,
    Envelope,
    Stored,
    decode_line,
    decode_lines,
    encode_line,
    encode_payload,
    event_id,
)

FIELDS = {
    "v": 1, "w": "a" * 32, "s": 3, "prev": None, "h": [1800, 0], "wall": "2027-01-15T08:00:00Z",
    "by": {"name": "Ana", "email": "a@example.org", "key": None}, "host": "h1", "stream": "s/p/r", "kind": "item.done",
    "ent": "dd/verify", "sup": ["f" * 64], "d": {"note": 'said "go"\n', "Ω": [1, 2.50]},
}  # fmt: skip


def line_of(payload: str, signature: str | None = None) -> bytes:
    return json.dumps({"b": payload, "g": signature}).encode()


def envelope(**changes: Any) -> Envelope:
    return msgspec.json.decode(json.dumps(FIELDS | changes), type=Envelope)


def decoded(line: bytes) -> Stored:
    event = decode_line(line)
    assert isinstance(event, Stored), event
    return event


def test_a_new_event_is_written_in_the_published_order_of_fields() -> None:
    payload = encode_payload(envelope())
    assert list(json.loads(payload)) == list(FIELDS)
    assert json.loads(payload) == FIELDS
    line = encode_line(payload, None)
    assert line.startswith(b'{"b":"{\\"v\\":1,\\"w\\":\\"aaaa')
    assert line.endswith(b'","g":null}\n')
    assert line.count(b"\n") == 1


@given(st.text(), st.one_of(st.none(), st.text()), st.integers(1, 2**53), st.binary(max_size=20))
def test_what_is_encoded_is_decoded_with_the_same_id(note: str, signature: str | None, s: int, junk: bytes) -> None:
    data = msgspec.json.encode({"note": note})
    payload = encode_payload(msgspec.structs.replace(envelope(s=s, ent=note), d=msgspec.Raw(data)))
    event = decoded(encode_line(payload, signature).rstrip(b"\n"))
    assert event.payload == payload
    assert event.id == hashlib.sha256(payload).hexdigest() == event_id(payload)
    assert bytes(event.envelope.d) == data
    assert (event.envelope.s, event.envelope.ent, event.signature) == (s, note, signature)
    decode_line(junk)
    decode_line(encode_line(payload, signature)[: len(junk)] + junk)


def test_the_bytes_of_another_writer_are_kept_as_they_are() -> None:
    payload = json.dumps(dict(reversed(FIELDS.items())), indent=1) + " "
    event = decoded(line_of(payload))
    assert event.payload == payload.encode()
    assert event.id == hashlib.sha256(payload.encode()).hexdigest()


@pytest.mark.parametrize("added", [{"later": [1]}, {"v": 9}, {"x_raw": {"tag": "%FF"}}, {"kind": "no.such"}])
def test_newer_versions_unknown_fields_and_kinds_are_kept(added: dict[str, Any]) -> None:
    payload = json.dumps(FIELDS | added)
    event = decoded(json.dumps({"b": payload, "g": "sig", "later": {"x": 1}}).encode())
    assert event.payload == payload.encode()
    assert event.signature == "sig"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"", "is no journal line"),
        (b"\0" * 40, "NUL bytes"),
        (line_of(json.dumps(FIELDS))[:-9], "is no journal line"),
        (b'{"b":"\xff"}', "is no journal line"),
        (b'{"b":"\\ud800"}', "is no journal line"),
        (line_of("{}"), "holds no event"),
        (line_of(json.dumps(FIELDS | {"s": "three"})), r"`\$\.s`"),
        (line_of(json.dumps(FIELDS | {"v": 2, "h": "later"})), "version 2, which this program cannot read"),
        (line_of('{"d":' + "[" * 100_000), "holds no event"),
    ],
)
def test_a_line_that_is_no_event_is_told_apart_with_its_reason(line: bytes, reason: str) -> None:
    bad = decode_line(line)
    assert isinstance(bad, BadLine)
    assert re.search(reason, bad.reason)


LINES = st.sampled_from(
    [line_of(json.dumps(FIELDS)), line_of(json.dumps(FIELDS | {"s": 4})), line_of("{}"), b"", b"\xff"]
)


@given(st.lists(LINES, max_size=6))
def test_many_lines_at_once_are_what_each_is_by_itself(lines: list[bytes]) -> None:
    assert list(decode_lines(lines)) == [decode_line(line) for line in lines]


def test_only_text_that_is_utf8_can_be_written() -> None:
    with pytest.raises(ValueError, match="utf-8"):
        encode_line(b"\xff", None)
    assert By("A", "a@example.org").key is None

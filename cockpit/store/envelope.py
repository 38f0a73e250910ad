"""An event as it is stored: one line a file, its payload kept byte for byte.

A line is `{"b":"<exact payload JSON>","g":<signature or null>}` and the event's id is the SHA-256 of the bytes of
`b`. What was read is never serialised again. The store does not look into `d`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from cockpit.errors import NotSavedError
from cockpit.text import visible

VERSION = 1


class By(Struct, frozen=True, gc=False):
    """Who says so; `key` is the fingerprint of the key they sign with, or None."""

    name: str
    email: str
    key: str | None = None


class Envelope(Struct, frozen=True, gc=False):
    """The payload's fields, in the order in which they are written.

    `v` version, `w` writer, `s` sequence from 1, `prev` id of the writer's event before it in this stream, `h` hybrid
    logical clock (ms, counter), `wall` the author's wall clock as text, `ent` entity, `sup` ids superseded, `d` data,
    `x_raw` bytes that are not UTF-8, percent-encoded, by the name of the field that shows them.
    """

    v: int
    w: str
    s: int
    prev: str | None
    h: tuple[int, int]
    wall: str
    by: By
    host: str
    stream: str
    kind: str
    ent: str
    sup: tuple[str, ...]
    d: Raw
    x_raw: dict[str, str] | UnsetType = UNSET


class Stored(Struct, frozen=True, gc=False):
    """An event with the bytes it stands in: `id` is the SHA-256 of `payload`, `signature` covers `payload`."""

    id: str
    envelope: Envelope
    signature: str | None
    payload: bytes


class BadLine(Struct, frozen=True):
    """Why a line of a journal is no event; `newer` where a later version wrote it: it is whole, and not for us."""

    reason: str
    newer: bool = False


class Line(Struct, gc=False):
    """The line around a payload."""

    b: str
    g: str | None = None


class _Version(Struct):
    v: int


_encoder = msgspec.json.Encoder()
_lines = msgspec.json.Decoder(Line)
_envelopes = msgspec.json.Decoder(Envelope)
_versions = msgspec.json.Decoder(_Version)


def event_id(payload: bytes) -> str:
    """Return the id of the event whose exact bytes are `payload`."""
    return hashlib.sha256(payload).hexdigest()


def encode_payload(envelope: Envelope) -> bytes:
    """Return the bytes to hash, sign and store for a new event; NotSavedError where a text in it is no UTF-8."""
    try:
        return _encoder.encode(envelope)
    except UnicodeEncodeError as error:
        raise not_utf_8(error) from None


def not_utf_8(error: UnicodeEncodeError) -> NotSavedError:
    """Return the refusal of a text with bytes of another encoding, which no journal could hold."""
    shown = visible(str(error.object)[max(error.start - 30, 0) : error.end + 10])
    return NotSavedError(
        f"not saved: '{shown}' holds bytes that are no UTF-8",
        fix="Set the terminal to UTF-8 (look at LC_ALL), or write it without that letter",
    )


def encode_line(payload: bytes, signature: str | None) -> bytes:
    """Return the line that stores `payload`, with its newline; ValueError where it is not UTF-8."""
    return _encoder.encode(Line(payload.decode(), signature)) + b"\n"


def decode_line(line: bytes) -> Stored | BadLine:
    """Return the event in `line` (without its newline), or why there is none; unknown fields stay in `payload`."""
    try:
        outer = _lines.decode(line)
        payload = outer.b.encode()
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return BadLine(_line_reason(line, error))
    try:
        envelope = _envelopes.decode(payload)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return _bad_payload(payload, error)
    return Stored(hashlib.sha256(payload).hexdigest(), envelope, outer.g, payload)


def decode_lines(lines: Sequence[bytes]) -> Sequence[Stored | BadLine]:
    """Return what `decode_line` makes of each line; where all are well, without a turn of the interpreter for each."""
    try:
        outer = list(map(_lines.decode, lines))
        payloads = [line.b.encode() for line in outer]
        envelopes = list(map(_envelopes.decode, payloads))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return list(map(decode_line, lines))
    sha256 = hashlib.sha256
    return [
        Stored(sha256(payload).hexdigest(), envelope, line.g, payload)
        for line, payload, envelope in zip(outer, payloads, envelopes, strict=True)
    ]


def decode_payloads(sealed: Iterable[tuple[str, bytes, str | None]]) -> list[Stored]:
    """Return the events of known ids, exact payloads and signatures; raises msgspec.MsgspecError where one is none."""
    return [Stored(identity, _envelopes.decode(payload), signature, payload) for identity, payload, signature in sealed]


def _line_reason(line: bytes, error: Exception) -> str:
    if b"\0" in line:
        return "holds NUL bytes, as a power failure leaves them"
    return f"is no journal line: {error}"


def _bad_payload(payload: bytes, error: Exception) -> BadLine:
    try:
        version = _versions.decode(payload).v
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        version = VERSION
    if version > VERSION:
        return BadLine(f"is of version {version}, which this program cannot read: {error}", newer=True)
    return BadLine(f"holds no event: {error}")

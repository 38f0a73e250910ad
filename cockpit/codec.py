"""Between the store's opaque envelopes and the domain's records."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from sys import intern
from typing import Any

import msgspec

from cockpit.patterns import pattern
from cockpit.release.events import KINDS
from cockpit.release.record import Actor, Event, Record, Unknown
from cockpit.store.envelope import By, Stored, not_utf_8


class _Decoders(dict[str, "msgspec.json.Decoder[Any] | None"]):
    """What decodes the data of each kind, made when the first of it is met: one for every kind costs a start."""

    def __missing__(self, kind: str) -> msgspec.json.Decoder[Any] | None:
        event = KINDS.get(kind)
        if event is None:
            return None  # kinds unknown are anybody's, and not counted here
        decoder = self[kind] = msgspec.json.Decoder(event)
        return decoder


_DECODERS = _Decoders()
_ENCODER = msgspec.json.Encoder()
KNOWN_VERSION = 1
_SHA256 = pattern("[0-9a-f]{64}")


def encode_data(event: Event) -> bytes:
    """Return the JSON of an event's data; NotSavedError where a text in it is no UTF-8."""
    try:
        return _ENCODER.encode(event)
    except UnicodeEncodeError as error:
        raise not_utf_8(error) from None


def named_blobs(stored: Stored) -> set[str]:
    """Return the hashes of the blobs that an event names, of whatever kind or version: its `{sha256, size}` values."""
    found: set[str] = set()
    data = bytes(stored.envelope.d)
    try:
        waiting = [msgspec.json.decode(data)] if b'"sha256"' in data else []
    except (msgspec.MsgspecError, RecursionError):
        return found
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            sha256 = value.get("sha256")
            if value.keys() == {"sha256", "size"} and isinstance(sha256, str) and _SHA256.fullmatch(sha256):
                found.add(sha256)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


@lru_cache(maxsize=1024)
def _actor(by: By) -> Actor:
    return Actor(by.name, by.email, by.key)


def to_record(stored: Stored) -> Record:
    """Return the record of a stored event; one that this version cannot read becomes `Unknown`, never an error."""
    return to_records([stored])[0]


def to_records(events: Iterable[Stored]) -> list[Record]:
    """Return the record of each event, as `to_record` does.

    What events say alike, who wrote them where and of what, is one object in all of their records, also where they
    come one by one: read by itself, each would hold it anew, for good.
    """
    # One frame for all of them: a long flight has 100,000 events. In a journal the same writer goes on.
    records: list[Record] = []
    decoders = _DECODERS
    last_by: By | None = None
    by = Actor("")
    last_id = writer = host = stream = ""
    data: Event
    for stored in events:
        envelope = stored.envelope
        kind = intern(envelope.kind)
        if envelope.by != last_by:
            last_by = envelope.by
            by = _actor(last_by)
        if envelope.w != writer:
            writer = intern(envelope.w)
        if envelope.host != host:
            host = intern(envelope.host)
        if envelope.stream != stream:
            stream = intern(envelope.stream)
        previous = last_id if envelope.prev == last_id else envelope.prev
        last_id = stored.id
        decoder = decoders[kind] if envelope.v == KNOWN_VERSION else None
        try:
            data = Unknown(raw=envelope.d) if decoder is None else decoder.decode(envelope.d)
        except (msgspec.MsgspecError, RecursionError):
            data = Unknown(raw=envelope.d)
        record = Record(
            last_id, writer, envelope.s, previous, envelope.h, envelope.wall, by, host, stream, kind,
            intern(envelope.ent), envelope.sup, data,
        )  # fmt: skip
        records.append(record)
    return records

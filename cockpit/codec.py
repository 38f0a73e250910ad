"""Between the store's opaque envelopes and the domain's records."""

from __future__ import annotations

import re

import msgspec

from cockpit.release.events import KINDS
from cockpit.release.record import Actor, Event, Record, Unknown
from cockpit.store.envelope import Stored

_DECODERS = {kind: msgspec.json.Decoder(event) for kind, event in KINDS.items()}
_ENCODER = msgspec.json.Encoder()
KNOWN_VERSION = 1
_SHA256 = re.compile("[0-9a-f]{64}")


def encode_data(event: Event) -> bytes:
    """Return the JSON of an event's data."""
    return _ENCODER.encode(event)


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


def to_record(stored: Stored) -> Record:
    """Return the record of a stored event; one that this version cannot read becomes `Unknown`, never an error."""
    envelope = stored.envelope
    decoder = _DECODERS.get(envelope.kind) if envelope.v == KNOWN_VERSION else None
    data: Event
    try:
        data = Unknown(raw=envelope.d) if decoder is None else decoder.decode(envelope.d)
    except msgspec.MsgspecError:
        data = Unknown(raw=envelope.d)
    by = Actor(envelope.by.name, envelope.by.email, envelope.by.key)
    return Record(
        stored.id, envelope.w, envelope.s, envelope.prev, envelope.h, envelope.wall, by, envelope.host,
        envelope.stream, envelope.kind, envelope.ent, envelope.sup, data,
    )  # fmt: skip

"""Between the store's opaque envelopes and the domain's records."""

from __future__ import annotations

import msgspec

from cockpit.release.events import KINDS
from cockpit.release.record import Actor, Event, Record, Unknown
from cockpit.store.envelope import Stored

_DECODERS = {kind: msgspec.json.Decoder(event) for kind, event in KINDS.items()}
_ENCODER = msgspec.json.Encoder()
KNOWN_VERSION = 1


def encode_data(event: Event) -> bytes:
    """Return the JSON of an event's data."""
    return _ENCODER.encode(event)


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

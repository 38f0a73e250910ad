"""Between envelopes and records: every known kind goes there and back, and nothing that arrives is an error."""

from __future__ import annotations

import json
import typing

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from cockpit.codec import encode_data, to_record, to_records
from cockpit.release.databases import Dump
from cockpit.release.events import KINDS, ProbeSum, RehearsedStep, kind_of, register_of
from cockpit.release.record import Event, TextRef, Unknown
from cockpit.store.envelope import By, Envelope, Stored, decode_line, encode_line, encode_payload, event_id
from tests.release.support import fold


def stored(kind: str, data: bytes, *, version: int = 1, ent: str = "item:k") -> Stored:
    envelope = Envelope(
        version, "a" * 32, 1, None, (1, 0), "2027-01-15T08:00:00Z", By("Ana", "", None), "h1",
        "shop/live/spring-0a1b2c3d", kind, ent, (), Raw(data),
    )  # fmt: skip
    payload = encode_payload(envelope)
    return Stored(event_id(payload), envelope, None, payload)


def sample(event: type[Event]) -> Event:
    """Return an event of that class with every field filled."""
    values: dict[str, object] = {}
    for name, hint in typing.get_type_hints(event).items():
        if name == "steps":
            values[name] = (RehearsedStep("short", "ok"),)
        elif name == "dump":
            values[name] = Dump("a.sql", 5, 7)
        elif name == "probes":
            values[name] = {"api": ProbeSum(ok=7, p50=1.5)}
        elif name == "pins":
            values[name] = {"cockpit.yaml": TextRef("0" * 64, 5)}
        elif typing.get_origin(hint) is typing.Literal:
            values[name] = typing.get_args(hint)[0]
        elif "TextRef" in str(hint):
            values[name] = TextRef("0" * 64, 5)
        elif hint is bool:
            values[name] = True
        elif hint in {int, int | None}:
            values[name] = 7
        elif hint is float:
            values[name] = 1.5
        else:
            values[name] = ("short",) if "tuple" in str(hint) else name
    return event(**values)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_goes_there_and_back_through_the_stored_line(kind: str) -> None:
    event = sample(KINDS[kind])
    assert kind_of(event) == kind
    line = encode_line(stored(kind, encode_data(event)).payload, None)
    back = decode_line(line.rstrip(b"\n"))
    assert isinstance(back, Stored)
    found = to_record(back)
    assert (found.data, found.kind, found.by.name) == (event, kind, "Ana")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_newer_cockpits_extra_fields_do_no_harm_and_its_versions_are_unknown(kind: str) -> None:
    event = sample(KINDS[kind])
    data = json.loads(encode_data(event)) | {"colour": "green"}
    assert to_record(stored(kind, json.dumps(data).encode())).data == event
    assert isinstance(to_record(stored(kind, encode_data(event), version=2)).data, Unknown)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = sorted({name for event in KINDS.values() for name in event.__struct_fields__})


@given(
    st.sampled_from(sorted(KINDS)) | st.text(max_size=12),
    st.dictionaries(st.sampled_from(NAMES), JSON, max_size=6) | JSON,
    st.integers(0, 3),
    st.sampled_from(["run", "service", "item:k", "item:", "probe:api", "execution:x", "tag:", ""]),
)
def test_whatever_arrives_becomes_a_record_and_folds(kind: str, data: object, version: int, ent: str) -> None:
    record = to_record(stored(kind, json.dumps(data).encode(), version=version, ent=ent))
    run = fold([record])
    assert run.records == (record,)
    if kind not in KINDS or version != 1:
        assert isinstance(record.data, Unknown)
        assert msgspec.json.decode(record.data.raw) == json.loads(json.dumps(data))


def test_a_lone_surrogate_in_an_escape_is_no_crash() -> None:
    assert isinstance(to_record(stored("deploys.locked", b'{"reason":"\\ud800"}')).data, Event)


def test_registers_are_of_known_kinds_only() -> None:
    assert register_of("item.done") == register_of("item.deferred") == "state"
    assert register_of("item.claimed") == "claim"
    assert register_of("note.added") is None
    assert register_of("what.ever") is None


def test_what_the_events_of_a_journal_say_alike_is_one_object_in_their_records() -> None:
    lines = [encode_line(stored("item.done", data).payload, None) for data in (b"{}", b'{"tag":"v1"}')]
    events = [event for line in lines if isinstance(event := decode_line(line), Stored)]
    first, second = to_records(events)
    for name in ("w", "by", "host", "stream", "kind", "ent"):
        assert getattr(first, name) is getattr(second, name), name
    after = msgspec.structs.replace(events[1].envelope, prev="".join(first.id), w="b" * 32, host="h2", ent="item:n")
    third = to_records([events[0], msgspec.structs.replace(events[1], envelope=after)])[1]
    assert third.prev is events[0].id
    assert (third.w, third.host, third.ent) == ("b" * 32, "h2", "item:n")

"""What is remembered of published journals stays within bounds, however often these grow."""

from __future__ import annotations

import json

import pytest

from cockpit.store import forgetting
from cockpit.store.forgetting import Purges
from cockpit.store.location import StoreLocation
from cockpit.store.objects import Entry, ObjectDatabase

JOURNAL = f"journal/shop/production/_service/{0xB:032x}.1.jsonl"


def _line(number: int) -> bytes:
    data = {"blobs": [f"{number:064x}"]}
    payload = json.dumps({"v": 1, "s": number, "kind": "evidence.purged", "d": data}, separators=(",", ":"))
    return json.dumps({"b": payload, "g": None}, separators=(",", ":")).encode() + b"\n"


def test_a_journal_that_grows_is_not_remembered_in_every_length(
    location: StoreLocation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_REMEMBERED", 3)
    location.temporary.mkdir(parents=True)
    objects = ObjectDatabase(location)
    purges = Purges(location, objects)
    contents = [b"".join(_line(number) for number in range(1, length + 1)) for length in range(1, 9)]
    for length, (oid, data) in enumerate(zip(objects.write_blobs(contents), contents, strict=True), 1):
        listing = {JOURNAL: Entry(oid, len(data))}
        assert purges.of({}, listing) == {f"{number:064x}" for number in range(1, length + 1)}
        assert purges.of({}, listing) == {f"{number:064x}" for number in range(1, length + 1)}
        assert len(purges._published) <= 4

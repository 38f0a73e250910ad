"""Journals torn, forged, reordered or of a later version: no event is lost, every fault is named, and all folds."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from cockpit.codec import named_blobs, to_records
from cockpit.release.events import KINDS
from cockpit.release.ledger import Ledger, state_digest
from cockpit.store.doctor.examine import examine
from cockpit.store.envelope import event_id
from cockpit.store.location import StoreLocation
from cockpit.store.reader import JournalReader
from tests.fuzz.flights import Flight, flights
from tests.fuzz.mutate import json_bytes, mutated, mutated_value, nested
from tests.fuzz.target import Target, command, require

COMMANDS = (
    ("status",), ("status", "--json"), ("timeline",), ("timeline", "--json"), ("handover",), ("handover", "--json"),
    ("review",), ("review", "--format", "html"), ("review", "--format", "json", "--since", "launch"), ("gate",),
    ("gate", "--json"), ("maintenance",), ("maintenance", "--json"), ("execution", "status"),
    ("execution", "status", "--json"), ("release", "list"), ("release", "show"), ("release", "show", "--json"),
    ("report", "--format", "md"), ("report", "--json"),
    ("tags",), ("targets",), ("contacts",), ("export", "--format", "md"), ("export", "--format", "json"),
    ("runbook",), ("runbook", "--json"), ("sign", "--verify"), ("freeze", "check"), ("incident", "update", "x"),
    ("announce", "incident-opened"), ("announce", "rollback-ended"), ("trust", "--show"), ("doctor",),
    ("item", "note", "x", "--reason", "x"), ("probes", "ack", "api"),
)  # fmt: skip


class Tampered(NamedTuple):
    """A flight's journals as they were found, and the commands that then look at them."""

    flight: str
    journals: Mapping[str, bytes]
    looks: tuple[tuple[str, ...], ...]
    mends: bool


class Journals(Target[Tampered]):
    """What real sessions wrote, tampered with."""

    name = "journals"
    seconds = 10.0

    def open(self) -> None:
        self._stack = contextlib.ExitStack()
        self.flights = self._stack.enter_context(flights(self.place))

    def close(self) -> None:
        self._stack.close()

    def make(self, dice: Random) -> Tampered:
        name = dice.choice(sorted(self.flights))
        flight = self.flights[name]
        journals = tampered(dice, flight)
        looks = tuple(dice.choice(COMMANDS) for _ in range(dice.choice((0, 0, 1))))
        return Tampered(name, journals, looks, dice.random() < 0.05)

    def check(self, made: Tampered) -> None:
        flight = self.flights[made.flight]
        flight.lay(made.journals)
        self._read(flight, made)
        for look in made.looks:
            with contextlib.chdir(flight.scene.repo):
                status, out, err = command(*look, "--run", flight.run_id, "--readonly")
            require("Traceback" not in out + err, err)
            require(status != 4 or err or out, f"{look}: refused without a word")
        if made.mends:
            self._mend(flight, made)

    def _read(self, flight: Flight, made: Tampered) -> None:
        reader = JournalReader(flight.location.root)
        events = reader.poll()
        found = {event.id for event in events}
        lost = acknowledged(flight.journals, made.journals) - found
        require(not lost, f"events that are whole are not read: {sorted(lost)}")
        told = {(fault.path, fault.line) for fault in reader.faults()}
        silent = broken_lines(made.journals) - told
        require(not silent, f"broken lines that nobody is told of: {sorted(silent)}")
        streams = {flight.stream, flight.stream.rpartition("/")[0] + "/_service"}
        records = to_records(event for event in events if event.envelope.stream in streams)
        digests = set()
        for order in (records, records[::-1], records[len(records) // 2 :] + records[: len(records) // 2]):
            ledger = Ledger(lambda _: None)
            ledger.add(order[: len(order) // 3])
            ledger.snapshot(flight.run_id, flight.pinned)
            ledger.add(order[len(order) // 3 :])
            digests.add(state_digest(ledger.snapshot(flight.run_id, flight.pinned)))
        require(len(digests) == 1, "the order in which events arrive changes what they come to")

    def _mend(self, flight: Flight, made: Tampered) -> None:
        clone = self.place / "mended"
        shutil.copytree(flight.scene.repo, clone, symlinks=True)
        try:
            location = StoreLocation.of(clone)
            found = examine(location, named=named_blobs, host="h", mend=True)
            torn = {(path, line) for path, line in broken_lines(made.journals)}
            named = {finding.place for finding in found.findings}
            require({path for path, _ in torn} <= named, "the doctor is silent about a broken line")
            after = {event.id for event in JournalReader(location.root).poll()}
            lost = acknowledged(flight.journals, made.journals) - after
            require(not lost, f"the doctor lost {sorted(lost)}")
            again = examine(location, named=named_blobs, host="h", mend=True)
            left = [str(one) for one in again.findings if one.code in {"torn-line", "damaged-line"} and one.remains]
            require(not left, f"the doctor leaves what it can mend: {left}")
        finally:
            shutil.rmtree(clone)


def acknowledged(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> set[str]:
    """Return the ids of the events whose lines stand whole where their writers put them."""
    found = set()
    for path, data in after.items():
        known = set(before.get(path, b"").split(b"\n"))
        lines = [line for line in data.split(b"\n")[:-1] if line in known]
        found |= {event_id(json.loads(line)["b"].encode()) for line in lines if line}
    return found


def broken_lines(journals: Mapping[str, bytes]) -> set[tuple[str, int]]:
    """Return path and number of each whole line that is no JSON at all."""
    found = set()
    for path, data in journals.items():
        for number, line in enumerate(data.split(b"\n")[:-1], 1):
            try:
                json.loads(line)
            except (ValueError, RecursionError):
                found.add((path, number))
    return found


def tampered(dice: Random, flight: Flight) -> dict[str, bytes]:
    """Return a flight's journals with something done to them."""
    journals = dict(flight.journals)
    everything = b"".join(journals.values()).split(b"\n")[:-1]
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        path = dice.choice(sorted(journals))
        data = journals[path]
        match dice.randrange(12):
            case 0:
                data = mutated(dice, data, tuple(journals.values()))
            case 1:
                data = data[: dice.randint(0, len(data))]
            case 2:
                data += b"\0" * dice.choice((1, 4096))
            case 3:
                lines = data.split(b"\n")[:-1]
                dice.shuffle(lines)
                data = b"".join(line + b"\n" for line in lines)
            case 4:
                data += dice.choice(everything) + b"\n"
            case 5:
                data += nested(dice) + b"\n"
            case _:
                lines = data.split(b"\n")
                for _ in range(dice.choice((1, 1, 3))):
                    at = dice.randrange(len(lines))
                    forged = _forged(dice, dice.choice(everything) if dice.random() < 0.2 else lines[at], data)
                    if dice.random() < 0.5:
                        lines[at] = forged
                    else:
                        lines.insert(dice.randrange(len(lines)), forged)
                data = b"\n".join(lines)
        journals[path] = data
    return journals


def _forged(dice: Random, line: bytes, journal: bytes) -> bytes:
    """Return an event as a program of another mind would write it, sealed like any."""
    try:
        outer: Any = json.loads(line)
        inner: Any = json.loads(outer["b"])
    except (ValueError, RecursionError, TypeError, KeyError):
        return line
    if not isinstance(inner, dict) or not isinstance(inner.get("v"), int):
        return line
    match dice.randrange(8):
        case 0:
            inner["kind"] = dice.choice((*sorted(KINDS), "later.kind"))
        case 1:
            inner["v"] = dice.choice((2, 0, 10**9, inner["v"]))
            inner["new"] = {"deep": [1]}
        case 2:
            outer["g"] = dice.choice(("", "x", "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----", 1))
        case 3:
            inner["h"] = [dice.choice((0, -1, 2**53, 2**63 - 1, 10**30)), dice.choice((0, -5, 2**40))]
        case 4:
            lines = [each for each in journal.split(b"\n") if each.startswith(b'{"b":"{') and _is_json(each)]
            ids = [event_id(json.loads(each)["b"].encode()) for each in lines]
            inner["sup"] = [dice.choice(ids) for _ in range(dice.randint(0, 4))] if ids else []
        case _:
            inner = mutated_value(dice, inner)
    if isinstance(inner, dict) and isinstance(inner.get("s"), int) and dice.random() < 0.3:
        inner["s"] += dice.choice((1, 1000, -1, 0))
    outer["b"] = json_bytes(inner).decode("utf-8", "surrogatepass")
    return json_bytes(outer)


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line)["b"], str)
    except (ValueError, RecursionError, KeyError, TypeError):
        return False

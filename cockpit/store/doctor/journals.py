"""Journal files with torn ends, NUL bytes or lines that are no events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from cockpit.store import files
from cockpit.store.doctor.finding import RUN_DOCTOR, Finding, Patient, told_if_refused
from cockpit.store.envelope import BadLine, decode_line
from cockpit.store.layout import parse_journal_path
from cockpit.store.merge import merge_file
from cockpit.store.objects import Listing
from cockpit.store.restore import without_writer

_ASIDE = "aside"


class _Line(Struct, frozen=True):
    """A line that is no event, and why."""

    raw: bytes
    reason: str


class _Damage(Struct, frozen=True):
    """What is wrong with a journal: its sound lines, what stands behind the last newline, and lines between."""

    sound: bytes
    torn: str
    lines: tuple[_Line, ...]


def damaged_journals(patient: Patient, published: Listing) -> Iterator[Finding]:
    """Yield what is wrong with journal files; those that no process has open are mended.

    The whole file is put aside first; what the published journal has is taken back in.
    """
    root = patient.location.root
    for path in sorted(patient.location.journal.rglob("*.jsonl")):
        name = path.relative_to(root).as_posix()
        if parse_journal_path(name) is None:
            yield Finding("stray-file", name, "is no journal of ours, and is left alone")
            continue
        refused: list[Finding] = []
        with told_if_refused("unreadable-journal", name, refused):
            if _damage(path.read_bytes()) is not None:
                yield from _treat(patient, path, name, published)
        yield from refused


def _treat(patient: Patient, path: Path, name: str, published: Listing) -> Iterator[Finding]:
    with without_writer(path) as free:
        data = path.read_bytes()
        damage = _damage(data)
        if damage is None:
            return  # a write was under way
        if not free:
            for line in damage.lines:
                yield Finding(
                    "damaged-line", name, line.reason, todo="Close the cockpit that writes it, then: cockpit doctor"
                )
            return
        theirs = patient.objects.read_blobs([published[name].oid])[published[name].oid] if name in published else b""
        mended = merge_file(name, damage.sound, theirs) if theirs else damage.sound
        # Published is published: a union would bring such a line back, so it stays.
        published_lines = set(theirs.split(b"\n"))
        done, todo = "", RUN_DOCTOR
        removable = damage.torn or any(line.raw not in published_lines for line in damage.lines)
        if patient.mend and removable:
            kept = put_aside(patient, f"{path.name}.{hashlib.sha256(data).hexdigest()[:16]}", data)
            files.write_whole(path, mended, temporary=patient.location.temporary, share=patient.location.share)
            done, todo = f"removed; the file as it was lies in {patient.shown(kept)}", ""
    if damage.torn:
        yield Finding("torn-line", name, damage.torn, done, todo)
    for line in damage.lines:
        if line.raw in published_lines:
            yield Finding("damaged-line", name, f"{line.reason}; it is published, so it stays, and is skipped")
        else:
            yield Finding("damaged-line", name, line.reason, done, todo)


def _damage(data: bytes) -> _Damage | None:
    *lines, tail = data.split(b"\n")
    sound: list[bytes] = []
    reasons: list[_Line] = []
    for number, line in enumerate(lines, 1):
        event = decode_line(line)
        if isinstance(event, BadLine) and not event.newer:
            reasons.append(_Line(line, f"line {number} {event.reason}"))
        else:
            sound.append(line + b"\n")
    if not tail and not reasons:
        return None
    torn = ""
    if tail:
        nul = not tail.strip(b"\0")
        what = (
            "NUL bytes, as a power failure leaves them"
            if nul
            else "a line that was never finished, as a crash leaves it"
        )
        torn = f"ends in {len(tail)} bytes of {what}: no event was acknowledged with it"
    return _Damage(b"".join(sound), torn, tuple(reasons))


def put_aside(patient: Patient, name: str, data: bytes) -> Path:
    """Keep bytes that are taken out of the store, and return where."""
    place = patient.location
    for directory in (place.temporary, place.root / _ASIDE):
        files.make_directories(directory, below=place.common, share=place.share)
    target = place.root / _ASIDE / name
    files.write_whole(target, data, temporary=place.temporary, share=place.share)
    return target

"""Journal files with torn ends, NUL bytes or lines that are no events."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from cockpit.store import files
from cockpit.store.doctor.finding import CHANGED, RUN_DOCTOR, Finding, Patient, told_if_refused
from cockpit.store.envelope import BadLine, Envelope, Stored, decode_line, decode_lines
from cockpit.store.layout import JournalName, parse_journal_path
from cockpit.store.merge import merge_file
from cockpit.store.objects import Listing
from cockpit.store.restore import without_writer
from cockpit.text import visible

_ASIDE = "aside"
_SHOWN = 200  # characters of a name that a line gives


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


def misplaced_lines(patient: Patient, published: Listing) -> Iterator[Finding]:
    """Yield journal files with lines of another writer or stream, which no reader takes, or in another order.

    They are left alone: which name or order is right, a person sees by the other files.
    """
    for path in sorted(patient.location.journal.rglob("*.jsonl")):
        place = path.relative_to(patient.location.root).as_posix()
        name = parse_journal_path(place)
        try:
            lines = path.read_bytes().split(b"\n")[:-1] if name is not None else []
        except OSError:  # told already
            continue
        envelopes = [event.envelope for event in decode_lines(lines) if isinstance(event, Stored)]
        if name is not None and envelopes:
            yield from _misplaced(name, envelopes, is_published=place in published)


def _misplaced(name: JournalName, envelopes: list[Envelope], *, is_published: bool) -> Iterator[Finding]:
    stays = "; it is published, so it stays" if is_published else ""
    foreign = [each for each in envelopes if (each.w, each.stream) != (name.writer, name.stream)]
    if foreign:
        stream = visible(foreign[0].stream, limit=_SHOWN)
        writer = visible(foreign[0].w, limit=_SHOWN)
        found = (
            f"{len(foreign)} lines are of the writer {writer} in {stream}, and are skipped: it was renamed or copied"
        )
        todo = f"Name it cockpit/journal/{stream}/{writer}.{name.segment}.jsonl; where that is there, remove this copy"
        yield Finding("misplaced-lines", name.path, found + stays, todo="" if is_published else todo)
    numbers = [each.s for each in envelopes if (each.w, each.stream) == (name.writer, name.stream)]
    if any(later < earlier for earlier, later in pairwise(numbers)):
        found = "its lines are not in the order in which they were written"
        yield Finding("disordered-lines", name.path, found + stays, todo="" if is_published else CHANGED)


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

"""Evidence: blobs whose bytes do not match their name, and blobs that events name and nobody has."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

from cockpit.store import files
from cockpit.store.doctor.finding import RUN_DOCTOR, Blobs, Finding, Patient, told_if_refused
from cockpit.store.doctor.journals import put_aside
from cockpit.store.layout import evidence_path, parse_evidence_path
from cockpit.store.objects import Listing

_ELSEWHERE = "Sync with the clone that recorded it, or bring it back from a backup; then cockpit doctor again"


def faulty_blobs(patient: Patient, published: Listing, blobs: Blobs) -> Iterator[Finding]:
    """Yield damaged and missing blobs; a damaged one is replaced by the published one, or put aside."""
    here = set()
    with contextlib.suppress(FileNotFoundError):
        for path in sorted(patient.location.evidence.iterdir()):
            name = evidence_path(path.name)
            if parse_evidence_path(name) is None:
                yield Finding("stray-file", name, "is no evidence of ours, and is left alone")
                continue
            refused: list[Finding] = []
            with told_if_refused("unreadable-evidence", name, refused):
                here.add(path.name)
                if path.name in blobs.purged:
                    yield _purged(patient, path, name)
                elif hashlib.sha256(path.read_bytes()).hexdigest() != path.name:
                    yield _damaged(patient, path, name, published)
            yield from refused
    for sha256, who in blobs.named.items():
        if sha256 not in here and sha256 not in blobs.purged and not _genuine(patient, published, sha256):
            name = evidence_path(sha256)
            yield Finding(
                "missing-evidence", name, f"is named by {who}, and is neither here nor published", todo=_ELSEWHERE
            )


def _purged(patient: Patient, path: Path, name: str) -> Finding:
    found = "was purged, and still lies here"
    if not patient.mend:
        return Finding("purged-evidence", name, found, todo=RUN_DOCTOR)
    path.unlink()
    return Finding("purged-evidence", name, found, "removed")


def _damaged(patient: Patient, path: Path, name: str, published: Listing) -> Finding:
    found = "its bytes do not match its hash"
    if not patient.mend:
        return Finding("damaged-evidence", name, found, todo=RUN_DOCTOR)
    place = patient.location
    kept = put_aside(patient, path.name, path.read_bytes())
    blob = _genuine(patient, published, path.name)
    if blob:
        files.write_whole(path, blob, temporary=place.temporary, share=place.share)
        return Finding("damaged-evidence", name, found, "replaced by the published copy, whose hash is right")
    path.unlink()
    return Finding("damaged-evidence", name, found, f"put aside as {patient.shown(kept)}", _ELSEWHERE)


def _genuine(patient: Patient, published: Listing, sha256: str) -> bytes:
    entry = published.get(evidence_path(sha256))
    if entry is None:
        return b""
    data = patient.objects.read_blobs([entry.oid])[entry.oid]
    return data if hashlib.sha256(data).hexdigest() == sha256 else b""

"""Free text and attachments: immutable blobs beside the journals, named by their hash.

A blob is one header line `{"salt":"<32 hex>","type":"text"|"attachment"}` and the content; its name is the SHA-256
of the whole. The salt keeps a short text from being guessed by its hash. It is on the disk before the event that
names it is written.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
from msgspec import Struct

from cockpit.errors import NotFoundError, NotSavedError, RefusedError
from cockpit.store import files
from cockpit.store.layout import evidence_path, parse_evidence_path
from cockpit.store.location import StoreLocation

TEXT_LIMIT = 64 * 1024
ATTACHMENT_LIMIT = 1024 * 1024
_READ = 64 * 1024  # bytes


class EvidenceRef(Struct, frozen=True):
    """What an event says of a blob: the SHA-256 of the whole blob, and the size of its content in bytes."""

    sha256: str
    size: int


class Evidence(Struct, frozen=True):
    """A blob's content; `type` is `text` (UTF-8), `attachment`, or one that a newer version writes."""

    type: str
    content: bytes


class TooLargeError(RefusedError):
    """Too large to keep: the event records `sha256` (of the bare content), `size` and where it lies instead."""

    code = "too-large"

    def __init__(self, what: str, *, sha256: str, size: int) -> None:
        super().__init__(what, fix="Keep the file; its hash, size and path are recorded")
        self.sha256 = sha256
        self.size = size


class _Header(Struct):
    salt: str
    type: str


_HEADERS = msgspec.json.Decoder(_Header)


class EvidenceStore:
    """The blobs of one store.

    `published` looks a blob up by hash in what others have published; `require_writable` raises where nothing may be
    written.
    """

    def __init__(
        self,
        location: StoreLocation,
        published: Callable[[str], bytes | None],
        *,
        require_writable: Callable[[], None] = lambda: None,
        new_salt: Callable[[], str] = lambda: os.urandom(16).hex(),
    ) -> None:
        self._location = location
        self._directory = os.fspath(location.evidence)
        self._published = published
        self._require_writable = require_writable
        self._new_salt = new_salt

    def put(self, data: bytes) -> EvidenceRef:
        """Keep an attachment; raises TooLargeError above 1 MiB, NotSavedError where it does not reach the disk."""
        if len(data) > ATTACHMENT_LIMIT:
            raise _too_large(hashlib.sha256(data).hexdigest(), len(data))
        return self._save("attachment", data)

    def put_file(self, path: Path) -> EvidenceRef:
        """Keep a file as an attachment; raises as `put` does, OSError where it cannot be read."""
        with path.open("rb") as file:
            data = file.read(ATTACHMENT_LIMIT + 1)
            if len(data) > ATTACHMENT_LIMIT:
                file.seek(0)
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                raise _too_large(sha256, file.tell())
        return self._save("attachment", data)

    def put_text(self, text: str) -> EvidenceRef:
        """Keep a text, its head and tail where it is longer than 64 KiB; raises NotSavedError."""
        return self._save("text", clip_text(text).encode("utf-8", "backslashreplace"))

    def get(self, sha256: str) -> Evidence:
        """Return a blob whose bytes match its hash, from here or as published; raises NotFoundError."""
        found = self.find(sha256)
        if found is not None:
            return found
        state = "is neither here nor published" if self._read(sha256) is None else "is damaged and nowhere published"
        raise NotFoundError(f"evidence {sha256} {state}", fix="Sync with the clone that recorded it")

    def find(self, sha256: str) -> Evidence | None:
        """Return the same, or None where no bytes that match are here or published; raises NotFoundError for others."""
        if parse_evidence_path(evidence_path(sha256)) is None:
            raise NotFoundError(f"{sha256!r} is no SHA-256")
        blob = self._read(sha256)
        if blob is None or not _matches(blob, sha256):
            blob = self._published(sha256)
            if blob is None:
                return None
            if not _matches(blob, sha256):
                raise NotFoundError(f"evidence {sha256} is damaged: its bytes do not match its hash")
        return _split(blob)

    def _read(self, sha256: str) -> bytes | None:
        # A long flight has hundreds of notes, each in a file of its own: what `Path` adds doubles what reading costs.
        try:
            descriptor = os.open(f"{self._directory}/{sha256}", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            parts = list(iter(partial(os.read, descriptor, _READ), b""))
        finally:
            os.close(descriptor)
        return b"".join(parts)

    def _save(self, kind: str, content: bytes) -> EvidenceRef:
        self._require_writable()
        blob = msgspec.json.encode(_Header(self._new_salt(), kind)) + b"\n" + content
        sha256 = hashlib.sha256(blob).hexdigest()
        place = self._location
        try:
            for directory in (place.temporary, place.evidence):
                files.make_directories(directory, below=place.common, share=place.share)
            files.write_whole(place.evidence / sha256, blob, temporary=place.temporary, share=place.share)
        except OSError as error:
            raise NotSavedError(
                f"the evidence was not saved: {place.evidence}: {error.strerror}",
                fix="Make room on that disk or mend its permissions, then do it again",
            ) from error
        return EvidenceRef(sha256, len(content))


def clip_text(text: str, limit: int = TEXT_LIMIT) -> str:
    """Return `text` if it fits `limit` bytes of UTF-8, else its head and tail with a line between that says so."""
    data = text.encode("utf-8", "backslashreplace")
    if len(data) <= limit:
        return text
    note = f"\n[... {len(data)} bytes in all; the middle is left out ...]\n"
    room = max(limit - len(note.encode()), 0)
    head, tail = data[: room - room // 2], data[len(data) - room // 2 :]
    return head.decode("utf-8", "ignore") + note + tail.decode("utf-8", "ignore")


def _matches(blob: bytes, sha256: str) -> bool:
    return hashlib.sha256(blob).hexdigest() == sha256


def _split(blob: bytes) -> Evidence:
    header, newline, content = blob.partition(b"\n")
    try:
        kind = _HEADERS.decode(header).type
    except (ValueError, RecursionError) as error:
        raise NotFoundError("this blob has no header that says what it is") from error
    return Evidence(kind, content) if newline else Evidence(kind, b"")


def _too_large(sha256: str, size: int) -> TooLargeError:
    return TooLargeError(f"{size} bytes are too large to keep: the limit is 1 MiB", sha256=sha256, size=size)

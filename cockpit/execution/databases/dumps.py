"""What a dump is by its own header, and whether it is whole: an interrupted one restores without a complaint."""

from __future__ import annotations

import hashlib
import mmap
import re
from pathlib import Path
from typing import Literal

from cockpit.errors import RefusedError
from cockpit.release.databases import Dump

Format = Literal["custom", "tar", "plain", "sqlite", "packed", "empty"]

_HEAD = 512
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")
# A dump made with --create leads its reader to the database that it was taken of. Rows never begin so: in them a
# backslash is doubled.
_ELSEWHERE = re.compile(rb"^\\c(?:onnect)?\s", re.MULTILINE)
_END = b"-- PostgreSQL database dump complete"
_TAIL = 4096
_ARCHIVE_END = 1024  # bytes of nothing
# SQLite's journals begin so as long as something in them counts.
_JOURNALS = {"-wal": b"\x37\x7f\x06", "-journal": b"\xd9\xd5\x05\xf9"}
_MAGIC = 4
_SUMMED = 2 * 2**30  # bytes


def dump_of(path: Path) -> Dump:
    """Return a dump as it is now; OSError where it cannot be read."""
    found = path.stat()
    return Dump(str(path), found.st_size, found.st_mtime_ns)


def format_of(path: Path) -> Format:
    """Return what the dump's first bytes say that it is; OSError where it cannot be read."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        return "empty"
    if head.startswith(b"PGDMP"):
        return "custom"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if head[257:262] == b"ustar":
        return "tar"
    return "packed" if head.startswith(_PACKED) else "plain"


def checksum_of(path: Path) -> str:
    """Return the sha256 of a dump; empty where it is too large to be read just to be looked at, or cannot be read."""
    try:
        if path.stat().st_size > _SUMMED:
            return ""
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def quick_complaint(path: Path, *, postgresql: bool) -> str:
    """Return what is wrong with a dump as far as its head and its end tell; empty where nothing is."""
    try:
        kind = format_of(path)
        if kind == "empty":
            return "the dump is empty"
        if kind == "packed":
            return "the dump is packed: unpack it first"
        if postgresql and kind == "sqlite":
            return "the dump is an SQLite database, not one of PostgreSQL"
        if not postgresql and kind in {"custom", "tar"}:
            return "the dump is one of PostgreSQL"
        if kind == "plain" and not _is_whole(path, postgresql=postgresql):
            return "the dump is cut off: its last lines do not say that it is complete"
        if kind == "tar" and _end_of(path, _ARCHIVE_END) != bytes(_ARCHIVE_END):
            return "the dump is cut off: the end of a tar archive is missing"
        if kind == "sqlite" and (journal := _journal_of(path)) is not None:
            return f"the dump is not whole without {journal.name} beside it: let sqlite3 run PRAGMA quick_check on it"
    except OSError as error:
        return f"the dump cannot be read: {error.strerror}"
    return ""


def _journal_of(path: Path) -> Path | None:
    """Return the journal beside an SQLite file that holds what is not in the file yet, or is to be rolled back."""
    for ending, magic in _JOURNALS.items():
        journal = path.with_name(f"{path.name}{ending}")
        try:
            with journal.open("rb") as file:
                head = file.read(_MAGIC)
        except FileNotFoundError:
            continue
        if head.startswith(magic):
            return journal
    return None


def _end_of(path: Path, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read()


def _is_whole(path: Path, *, postgresql: bool) -> bool:
    tail = _end_of(path, _TAIL)
    if postgresql:
        return _END in tail
    lines = [line.strip() for line in tail.splitlines()]
    statements = [line for line in lines if line and not line.startswith(b"--")]
    return bool(statements) and statements[-1] == b"COMMIT;"


def refuse_wrong(dump: Dump, *, postgresql: bool) -> Format:
    """Return the dump's format; RefusedError where it is not the one that was confirmed, or could not be restored."""
    path = Path(dump.path)
    try:
        now = dump_of(path)
    except OSError as error:
        raise RefusedError(f"the dump {path} cannot be read: {error.strerror}", code="no-dump") from error
    if now != dump:
        raise RefusedError(
            f"the dump {path} is not what it was when the plan was confirmed",
            fix="Abort, look at the plan again, and confirm anew",
            code="conflicting",
        )
    complaint = quick_complaint(path, postgresql=postgresql)
    if complaint:
        raise RefusedError(f"{complaint}: {path}", fix="Take another dump", code="no-dump")
    kind = format_of(path)
    if postgresql and kind == "plain":
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
            leads = _ELSEWHERE.search(text)
        if leads is not None:
            raise RefusedError(
                f"the dump {path} was made with --create: it goes into the database that it names",
                fix="Dump without --create, or in the custom format",
                code="no-dump",
            )
    return kind


def since_words(exported: Path | None) -> str:
    """Return where what a restore leaves out has gone, to stand behind what it has done; empty where nowhere."""
    return f"; what was written since the dump is in {exported}" if exported is not None else ""

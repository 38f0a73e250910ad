"""Names on disk and in the ref: streams, journal files, evidence blobs, and the format's version.

The tree of `refs/cockpit/state` and the directory `<git common dir>/cockpit` name things alike:
`journal/<service>/<environment>/<run>/<writer>.<n>.jsonl`, `evidence/<sha256>`, `FORMAT`.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from cockpit.errors import RefusedError
from cockpit.patterns import pattern

STATE_REF = "refs/cockpit/state"
PAGE_BRANCH = "cockpit-report"  # shows rendered pages; no part of the state
FORMAT_PATH = "FORMAT"
EVIDENCE = "evidence"
JOURNAL = "journal/"
FORMAT_MAJOR = 1
FORMAT = b"1\n"

# Lower case (a file system may not tell case apart), and nothing a path, a ref or a shell could take amiss.
_PART = "[a-z0-9_][a-z0-9_-]{0,99}"
_STREAM = pattern(f"{_PART}/{_PART}/{_PART}")
_WRITER = pattern("[0-9a-f]{32}")
_FILE = pattern(r"([0-9a-f]{32})\.([1-9][0-9]{0,8})\.jsonl")
_EVIDENCE = pattern("evidence/([0-9a-f]{64})")
_TAME = pattern("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,199})*")
_MAJOR = pattern(rb"([0-9]{1,9})(?:\.[0-9]+)*\s*")


class JournalName(Struct, frozen=True):
    """One journal file: the stream, the writer's 32 hex digits, and the segment's number from 1."""

    stream: str
    writer: str
    segment: int

    @property
    def path(self) -> str:
        """The file's path in the tree and below the store's directory."""
        return f"journal/{self.stream}/{self.writer}.{self.segment}.jsonl"


def parse_journal_path(path: str) -> JournalName | None:
    """Return what a path names, or None where it names no journal file."""
    if not path.startswith(JOURNAL):
        return None
    stream, _, file = path.removeprefix(JOURNAL).rpartition("/")
    match = _FILE.fullmatch(file)
    if match is None or not is_stream(stream):
        return None
    return JournalName(stream, match[1], int(match[2]))


def evidence_path(sha256: str) -> str:
    """Return the path of a blob in the tree."""
    return f"evidence/{sha256}"


def parse_evidence_path(path: str) -> str | None:
    """Return the SHA-256 that a path names, or None."""
    match = _EVIDENCE.fullmatch(path)
    return match[1] if match else None


def is_stream(name: str) -> bool:
    """Return whether `name` is `<service>/<environment>/<run>` in `[a-z0-9_-]`."""
    return _STREAM.fullmatch(name) is not None


def require_stream(name: str) -> None:
    """Raise RefusedError (`bad-stream`) unless `name` can name a stream."""
    if not is_stream(name):
        raise RefusedError(
            f"{name!r} cannot name a stream: it takes service/environment/run in lower-case letters, digits, - and _",
            fix="Correct the service or environment name in cockpit.yaml",
            code="bad-stream",
        )


def is_writer(name: str) -> bool:
    """Return whether `name` is a writer id: 32 lower-case hex digits."""
    return _WRITER.fullmatch(name) is not None


def is_carried(path: str) -> bool:
    """Return whether a path of a foreign tree is kept: one of ours, or of a later version beside ours.

    What git, a file system or one of our own paths would stumble over is not.
    """
    top = path.partition("/")[0]
    if top == "journal":
        return parse_journal_path(path) is not None
    if top == "evidence":
        return parse_evidence_path(path) is not None
    return path == FORMAT_PATH if top == FORMAT_PATH else _TAME.fullmatch(path) is not None


def without_shadowed(paths: Iterable[str]) -> set[str]:
    """Return `paths` without those that another path needs as a directory."""
    kept = set(paths)
    directories, above = set[str](), {path.rpartition("/")[0] for path in kept}
    while above:  # a level at a time: thousands of paths lie in a handful of directories
        directories |= above
        above = {directory.rpartition("/")[0] for directory in above} - directories
    return kept - directories


def format_major(data: bytes) -> int | None:
    """Return the major version that a FORMAT file states, or None where it states none."""
    match = _MAJOR.fullmatch(data)
    return int(match[1]) if match else None


def require_known_format(data: bytes) -> None:
    """Raise RefusedError (`read-only`) unless this program may write to a store whose FORMAT holds `data`."""
    major = format_major(data)
    if major != FORMAT_MAJOR:
        stated = "an unknown format" if major is None else f"format {major}"
        raise RefusedError(
            f"the shared state is in {stated}, this program writes format {FORMAT_MAJOR}: it is open for reading only",
            fix="Install the newer release-cockpit here",
            code="read-only",
        )

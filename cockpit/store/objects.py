"""The repository's objects, by plumbing commands that touch neither work tree, index, HEAD nor hooks of the user."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cockpit.errors import GitError
from cockpit.git.command import DURABLE, Git
from cockpit.patterns import pattern
from cockpit.process import Finished
from cockpit.store.layout import JOURNAL, is_carried
from cockpit.store.location import StoreLocation

if TYPE_CHECKING:
    import tempfile

# Whatever the user's configuration says, a temporary index writes no files of its own and starts no daemon.
_PLAIN = (
    "-c", "core.splitIndex=false",
    "-c", "core.fsmonitor=false",
    "-c", "core.untrackedCache=false",
    "-c", "i18n.commitEncoding=UTF-8",
)  # fmt: skip
# Bytes: no writer comes near it. What is larger is nobody's journal or text, and is not carried on.
LARGEST = 16 * 1024 * 1024
_AT_ONCE = 256  # blobs that are read by one command: whole journals of long flights would not fit into its output
_ENVIRONMENT = {"GIT_NO_REPLACE_OBJECTS": "1"}
_FALLBACK_NAME = "release cockpit"
_FALLBACK_EMAIL = "cockpit@localhost"
_EMPTY_OBJECT = pattern(r"object file (.+?/[0-9a-f]{2}/[0-9a-f]{38,62}) is empty")


class _TooMuchError(GitError):
    """More came than is held of a command's output."""


class Entry(Struct, frozen=True, gc=False):
    """A blob in a tree: its object id and its size in bytes."""

    oid: str
    size: int


Listing = dict[str, Entry]


def journals_in(listing: Listing) -> list[tuple[str, Entry]]:
    """Return what of a tree lies where journals do: hundreds of paths, beside thousands of evidence."""
    return [(path, entry) for path, entry in listing.items() if path.startswith(JOURNAL)]


def blob_id(data: bytes, object_format: str) -> str:
    """Return the object id that git gives a blob with this content."""
    digest = hashlib.new(object_format, b"blob %d\0" % len(data), usedforsecurity=False)
    digest.update(data)
    return digest.hexdigest()


def continues(data: bytes, entry: Entry, object_format: str) -> bool:
    """Return whether `data` begins with the blob `entry`, without reading the blob."""
    return entry.size <= len(data) and blob_id(data[: entry.size], object_format) == entry.oid


class ObjectDatabase:
    """Reads and writes blobs, trees and commits; every method raises GitError where git fails."""

    def __init__(self, location: StoreLocation) -> None:
        self._location = location
        self._git = Git(location.common)
        self._identity: dict[str, str] | None = None

    def run(
        self,
        *arguments: str,
        stdin: bytes | None = None,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Finished:
        """Run git on this repository and return how it ended."""
        where = f"--git-dir={self._location.common}"
        environment = {**_ENVIRONMENT, **(env or {})}
        return self._git.run(where, *DURABLE, *_PLAIN, *arguments, stdin=stdin, env=environment, timeout=timeout)

    def output(self, *arguments: str, stdin: bytes | None = None, env: Mapping[str, str] | None = None) -> bytes:
        """Run git and return its output; an empty object file that it stumbles over is removed, for the next try."""
        done = self.run(*arguments, stdin=stdin, env=env)
        if not done.ok:
            for path in _EMPTY_OBJECT.findall(done.err.decode("utf-8", "replace")):
                self._remove_if_empty(self._location.common / path)
            raise GitError(f"git {arguments[0]}: {done.complaint}")
        if done.truncated:
            raise _TooMuchError(f"git {arguments[0]} says more than can be held")
        return done.out

    def read_tree(self, commit: str, *, known: tuple[str, Listing] | None = None) -> Listing:
        """Return the blobs of a commit by path, without paths that are not carried on.

        Where those of a `known` commit have been read, only what is other is asked for: a flight's tree names every
        text that was ever written, and moves with each event.
        """
        if known is not None:
            listing = self._read_on(*known, commit)
            if listing is not None:
                return listing
        out = self.output("ls-tree", "-r", "-z", "--full-tree", "--format=%(objectname) %(objectsize) %(path)", commit)
        listing = {}
        for record in out.split(b"\0")[:-1]:
            oid, size, path = record.decode("utf-8", "surrogateescape").split(" ", 2)
            if size.isdigit() and int(size) <= LARGEST and is_carried(path):
                listing[path] = Entry(oid, int(size))
        return listing

    def _read_on(self, known: str, listing: Listing, commit: str) -> Listing | None:
        """Return the blobs of a commit by what it has other than a known one; None where that cannot be told."""
        done = self.run("diff-tree", "-r", "-z", "--no-renames", "--raw", known, commit)
        if not done.ok:
            return None
        words = done.out.decode("utf-8", "surrogateescape").split("\0")
        changed: dict[str, str] = {}
        read_on = dict(listing)
        for told, path in zip(words[:-1:2], words[1::2], strict=True):
            _, _, _, oid, status = told.split(" ")
            read_on.pop(path, None)
            if status != "D" and is_carried(path):
                changed[path] = oid
        sizes = self._sizes(changed.values())
        if sizes is None:
            return None
        return read_on | {path: Entry(oid, sizes[oid]) for path, oid in changed.items() if sizes[oid] <= LARGEST}

    def _sizes(self, oids: Collection[str]) -> dict[str, int] | None:
        """Return the size of each blob by its id; None where one is not there."""
        if not oids:
            return {}
        asked = "".join(f"{oid}\n" for oid in oids).encode()
        done = self.run("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", stdin=asked)
        told = [line.split(" ") for line in done.out.decode().splitlines()]
        if not done.ok or any(len(words) != 3 or words[1] != "blob" for words in told):
            return None
        return {oid: int(size) for oid, _, size in told}

    def read_blobs(self, oids: Collection[str]) -> dict[str, bytes]:
        """Return the content of blobs by object id."""
        wanted = list(oids)
        found: dict[str, bytes] = {}
        for at in range(0, len(wanted), _AT_ONCE):
            found |= self._read_blobs(wanted[at : at + _AT_ONCE])
        return found

    def _read_blobs(self, oids: Sequence[str]) -> dict[str, bytes]:
        try:
            out = self.output("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in oids).encode())
        except _TooMuchError:
            if len(oids) == 1:
                raise
            half = len(oids) // 2
            return self._read_blobs(oids[:half]) | self._read_blobs(oids[half:])
        found, offset = {}, 0
        for oid in oids:
            header, offset = _line(out, offset)
            kind, _, size = header.partition(" ")[2].partition(" ")
            if kind != "blob":
                raise GitError(f"git cat-file: {header}")
            found[oid] = out[offset : offset + int(size)]
            offset += int(size) + 1
        return found

    def read_path(self, ref: str, path: str) -> bytes | None:
        """Return the content of one path of a ref, or None where there is none."""
        done = self.run("cat-file", "blob", f"{ref}:{path}")
        return done.out if done.ok else None

    def names_below(self, ref: str, directory: str) -> frozenset[str]:
        """Return the names in one directory of a ref; none where either is not there."""
        done = self.run("ls-tree", "-z", "--name-only", f"{ref}:{directory}")
        return frozenset(done.out.decode("utf-8", "surrogateescape").split("\0")) if done.ok else frozenset()

    def write_blobs(self, contents: Sequence[bytes]) -> list[str]:
        """Store blobs and return their object ids, in order."""
        with self._scratch() as scratch:
            paths = [Path(scratch, str(number)) for number in range(len(contents))]
            for path, data in zip(paths, contents, strict=True):
                path.write_bytes(data)
            listed = "".join(f"{_on_one_line(path)}\n" for path in paths).encode("utf-8", "surrogateescape")
            return self.output("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=listed).decode().split()

    def write_tree(self, listing: Mapping[str, Entry]) -> str:
        """Store the tree of these blobs, all of them present, and return its object id."""
        index = "".join(f"100644 {entry.oid}\t{path}\0" for path, entry in listing.items()).encode()
        with self._scratch() as scratch:
            env = {"GIT_INDEX_FILE": str(Path(scratch, "index"))}
            self.output("update-index", "-z", "--index-info", stdin=index, env=env)
            return self.output("write-tree", env=env).decode().strip()

    def write_commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Store a commit by whoever git is configured for, or by a name of ours, and return its object id."""
        links = [word for parent in parents for word in ("-p", parent)]
        text = message.replace("\0", "").encode("utf-8", "replace")
        out = self.output("commit-tree", *links, "-F", "-", tree, stdin=text, env=self.identity())
        return out.decode().strip()

    def require_complete(self, commit: str, *, known: Iterable[str] = (), walk: bool = True) -> None:
        """Raise GitError unless everything that `commit` has beyond `known` is there and no object file is empty.

        Without `walk` only the commit's own tree counts. Empty object files are removed, so that a retry writes them.
        """
        limits = [f"^{oid}" for oid in known] if walk else ["--no-walk"]
        oids = self.output("rev-list", "--objects", "--no-object-names", commit, *limits).decode().split()
        suspect = [oid for oid in oids if _is_empty(self._loose_path(oid))]
        empty = [oid for oid in suspect if self._remove_if_empty(self.loose_path(oid))]
        if empty:
            raise GitError(f"object {empty[0]} was an empty file")

    def identity(self) -> dict[str, str]:
        """Return the environment that names a committer where git is configured with none."""
        if self._identity is None:
            self._identity = {}
            if not self.run("-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT").ok:
                for role in ("AUTHOR", "COMMITTER"):
                    self._identity[f"GIT_{role}_NAME"] = _FALLBACK_NAME
                    self._identity[f"GIT_{role}_EMAIL"] = _FALLBACK_EMAIL
        return self._identity

    def _scratch(self) -> tempfile.TemporaryDirectory[str]:
        import tempfile  # reading needs none

        return tempfile.TemporaryDirectory(dir=self._location.temporary, prefix="commit-", ignore_cleanup_errors=True)

    def loose_path(self, oid: str) -> Path:
        """Return where an object's own file is, or would be."""
        return Path(self._loose_path(oid))

    def _loose_path(self, oid: str) -> str:
        return f"{self._location.common}/objects/{oid[:2]}/{oid[2:]}"

    def _remove_if_empty(self, path: Path) -> bool:
        """Remove an object file that a crash left without content; git would take it for the object for ever."""
        try:
            empty = path.stat().st_size == 0 and path.is_relative_to(self._location.common / "objects")
            if empty:
                path.unlink()
        except OSError:
            return False
        return empty


def _on_one_line(path: Path) -> str:
    """Return a path as git reads it from a line: quoted as in C where it holds a line's end."""
    text = str(path)
    if "\n" not in text:
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _is_empty(path: str) -> bool:
    try:
        return os.stat(path).st_size == 0  # noqa: PTH116 - of thousands of objects, and a Path costs more than the answer
    except OSError:
        return False


def _line(data: bytes, offset: int) -> tuple[str, int]:
    end = data.index(b"\n", offset)
    return data[offset:end].decode(), end + 1

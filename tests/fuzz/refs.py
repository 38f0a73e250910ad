"""A repository of hostile tags and damaged refs: commands say what is wrong, and print nothing that is obeyed."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from cockpit.git.command import Git
from tests.fuzz.flights import flights
from tests.fuzz.mutate import HOSTILE, mutated
from tests.fuzz.target import Target, command, require
from tests.tui import moments

_COMMANDS = (
    ("tags",), ("tags", "--json"), ("tags", "--match", "v"), ("status", "--json"), ("doctor",),
    ("rollback", "v2.4.0", "--plan"),
    ("rollback", "v2.4.0", "--plan", "--format", "sh"), ("release", "list"), ("tags", "--verify"),
)  # fmt: skip
_NAMES = (*HOSTILE, "HEAD", "0" * 40, "-x", "v2.4.0/x", "t" * 230, "@", "a..b", "a.lock", "\udcff\udcfe")


class Damaged(NamedTuple):
    """Files below the git directory, new names of tags, objects that refs lead to, and the command that then looks.

    A commit becomes HEAD's, and any object has a tag.
    """

    files: Mapping[str, bytes]
    tags: tuple[str, ...]
    objects: tuple[tuple[str, bytes], ...]
    look: tuple[str, ...]


class Refs(Target[Damaged]):
    """packed-refs, loose refs, HEAD, configuration and objects, mutated; tags of names that git lets pass."""

    name = "refs"
    seconds = 10.0

    def open(self) -> None:
        self._stack = contextlib.ExitStack()
        (self.flight,) = self._stack.enter_context(flights(self.place, {"calm": moments.calm})).values()
        repo = self.flight.scene.repo
        Git(repo).output("pack-refs", "--all")
        self.git = repo / ".git"
        self.template = self.place / "git"
        shutil.copytree(self.git, self.template, symlinks=True)
        self.head = Git(repo).text("rev-parse", "HEAD")
        names = ("packed-refs", "HEAD", "config", "index", "logs/HEAD")
        self.files = {name: (self.git / name).read_bytes() for name in names if (self.git / name).is_file()}
        # Loose objects, of which a disk may give back anything.
        loose = sorted(path for path in (self.git / "objects").glob("??/*") if len(path.parent.name) == 2)
        self.files |= {path.relative_to(self.git).as_posix(): path.read_bytes() for path in loose[:40]}
        self.commit = Git(repo).output("cat-file", "commit", "HEAD")
        self.tag = Git(repo).output("cat-file", "tag", "refs/tags/v2.4.1")
        self.files["refs/tags/v2.4.0"] = f"{self.head}\n".encode()
        self.files["refs/cockpit/state"] = f"{self.head}\n".encode()

    def close(self) -> None:
        self._stack.close()

    def make(self, dice: Random) -> Damaged:
        files = {}
        for _ in range(dice.choice((0, 1, 1, 2))):
            name = dice.choice(sorted(self.files))
            files[name] = mutated(dice, self.files[name], tuple(self.files.values()))
        tags = tuple(dice.choice(_NAMES) for _ in range(dice.choice((0, 1, 5))))
        objects = []
        for _ in range(dice.choice((0, 0, 1, 3))):
            kind, data = dice.choice((("commit", self.commit), ("tag", self.tag)))
            objects.append((kind, _written(dice, data)))
        return Damaged(files, tags, tuple(objects), dice.choice(_COMMANDS))

    def check(self, made: Damaged) -> None:
        shutil.rmtree(self.git)
        shutil.copytree(self.template, self.git, symlinks=True)
        for tag in made.tags:
            ref = b"refs/tags/" + tag.encode("utf-8", "surrogateescape")
            if b"\0" not in ref and b"\n" not in ref:
                Git(self.flight.scene.repo).run(
                    "update-ref", "--stdin", stdin=b"create " + ref + b" " + self.head.encode() + b"\n"
                )
        for number, (kind, data) in enumerate(made.objects):
            self._lead_to(kind, data, f"refs/tags/odd-{number}")
        for name, data in made.files.items():
            path = self.git / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_dir():  # a tag of that name has others below it
                path.unlink(missing_ok=True)  # an object is there for reading only
                path.write_bytes(data)
        with contextlib.chdir(self.flight.scene.repo):
            status, out, err = command(*made.look, "--readonly", document="sh" in made.look)
        require("Traceback" not in out + err, err)
        require(status in {0, 1} or err or out, f"exit status {status} without a word")

    def _lead_to(self, kind: str, data: bytes, ref: str) -> None:
        repo = Git(self.flight.scene.repo)
        done = repo.run("hash-object", "-t", kind, "-w", "--literally", "--stdin", stdin=data)
        if done.ok:
            oid = done.text.strip()
            repo.run("update-ref", ref, oid)
            if kind == "commit":
                repo.run("update-ref", "HEAD", oid)


_STAMPS = (
    b"0 +0000", b"99999999999 +0000", b"18446744073709551615 +9999", b"-1 -0000", b"1741600000 +9900", b"x",
    b"253402300800 +0000", b"9223372036854775807 -1200",
)  # fmt: skip


def _written(dice: Random, data: bytes) -> bytes:
    """Return a commit or a tag as a program of another mind would write it."""
    head, _, message = data.partition(b"\n\n")
    if dice.random() < 0.6:
        lines = head.split(b"\n")
        at = dice.randrange(len(lines))
        if b"> " in lines[at]:
            name = dice.choice(HOSTILE).encode("utf-8", "surrogatepass").replace(b"\n", b" ")
            lines[at] = lines[at].split(b" ")[0] + b" " + name + b" <a@b> " + dice.choice(_STAMPS)
        head = b"\n".join(lines)
    if dice.random() < 0.6:
        message = mutated(dice, dice.choice(HOSTILE).encode("utf-8", "surrogatepass") + message)
    whole = head + b"\n\n" + message
    return mutated(dice, whole) if dice.random() < 0.3 else whole

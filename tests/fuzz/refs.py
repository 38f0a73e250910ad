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
    """Files below the git directory, new names of tags, and the command that then looks."""

    files: Mapping[str, bytes]
    tags: tuple[str, ...]
    look: tuple[str, ...]


class Refs(Target[Damaged]):
    """packed-refs, loose refs, HEAD and configuration, mutated; tags of names that git lets pass."""

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
        return Damaged(files, tags, dice.choice(_COMMANDS))

    def check(self, made: Damaged) -> None:
        shutil.rmtree(self.git)
        shutil.copytree(self.template, self.git, symlinks=True)
        for tag in made.tags:
            ref = b"refs/tags/" + tag.encode("utf-8", "surrogateescape")
            if b"\0" not in ref and b"\n" not in ref:
                Git(self.flight.scene.repo).run(
                    "update-ref", "--stdin", stdin=b"create " + ref + b" " + self.head.encode() + b"\n"
                )
        for name, data in made.files.items():
            path = self.git / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_dir():  # a tag of that name has others below it
                path.write_bytes(data)
        with contextlib.chdir(self.flight.scene.repo):
            status, out, err = command(*made.look, "--readonly", document="sh" in made.look)
        require("Traceback" not in out + err, err)
        require(status in {0, 1} or err or out, f"exit status {status} without a word")

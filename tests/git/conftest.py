"""A real repository for each test, and one way to fill it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.git.command import Git

SETTINGS = {
    "user.name": "Ana",
    "user.email": "ana@example.org",
    "commit.gpgSign": "false",
    "tag.gpgSign": "false",
    "core.autocrlf": "false",
}


class Repository:
    """A work tree with helpers that commit and tag; `git` is the wrapper under test."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(exist_ok=True)
        self.directory = directory
        self.git = Git(directory)
        self.git.output("init", "--quiet", "--initial-branch=main")
        with (directory / ".git" / "config").open("a") as config:
            for name, value in SETTINGS.items():
                section, key = name.split(".")
                config.write(f"[{section}]\n\t{key} = {value}\n")

    def commit(self, subject: str, files: dict[str, str | bytes] | None = None) -> str:
        """Write `files`, commit all, return the commit."""
        for path, content in (files or {}).items():
            target = self.directory / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git.output("add", "--all")
        self.git.output("commit", "--quiet", "--allow-empty", "--message", subject)
        return self.git.text("rev-parse", "HEAD")

    def point(self, name: bytes, target: str) -> None:
        """Make a lightweight tag whose name is these very bytes."""
        self.git.output("update-ref", "--stdin", "-z", stdin=b"create refs/tags/%b\0%b\0" % (name, target.encode()))

    def tag_object(self, target: str, kind: str, message: bytes, *, when: int = 1_700_000_000) -> str:
        """Write a tag object with any message and return its id."""
        header = f"object {target}\ntype {kind}\ntag made\ntagger Ana <ana@example.org> {when} +0000\n\n"
        return self.git.text("hash-object", "-t", "tag", "-w", "--stdin", stdin=header.encode() + message)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository."""
    return Repository(tmp_path / "shop")

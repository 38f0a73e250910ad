"""Where a repository keeps the cockpit's state, found out through git and checked before anything is written."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from cockpit.errors import GitError, RefusedError
from cockpit.git.command import MINIMUM_VERSION, Git
from cockpit.patterns import pattern
from cockpit.process import Finished

_VERSION = pattern(r"git version (\d+)\.(\d+)")
_SAFE_DIRECTORY = pattern(r"git config --global --add safe\.directory .+")
_VERSION_OF_GIT = ("version",)
_PLACES = ("rev-parse", "--path-format=absolute", "--show-object-format", "--git-common-dir", "--show-toplevel")
_SETTINGS = ("config", "--null", "--get-regexp", r"^(core\.sharedrepository|user\.(name|email))$")
_LOCK_NAME = pattern("[a-z0-9_-]{1,250}")
_SHARED = {"group": 0o660, "true": 0o660, "1": 0o660, "all": 0o664, "world": 0o664, "everybody": 0o664, "2": 0o664}


class StoreLocation(Struct, frozen=True):
    """The places of one repository's store; linked work trees share them.

    `common` is the absolute git common directory, `object_format` is sha1 or sha256, `share` the permission bits
    that `core.sharedRepository` asks for, or 0. `apart` is the work tree of a git directory that lies elsewhere.
    """

    common: Path
    object_format: str = "sha1"
    share: int = 0
    apart: Path | None = None

    @classmethod
    def of(cls, repo: Path) -> StoreLocation:
        """Ask git about the repository that `repo` is in; raises as `common_directory` does."""
        return Surroundings.of(repo).location

    @property
    def base(self) -> Path:
        """Where a remote's relative address begins, as for git: the top of the main work tree, or a bare one itself."""
        return self.common.parent if self.common.name == ".git" else self.apart or self.common

    @property
    def root(self) -> Path:
        """The directory that holds everything local."""
        return self.common / "cockpit"

    @property
    def journal(self) -> Path:
        """The live journals, a directory a stream."""
        return self.root / "journal"

    @property
    def evidence(self) -> Path:
        """Blobs, each named by its SHA-256."""
        return self.root / "evidence"

    @property
    def locks(self) -> Path:
        """Lock files; they stay when a lock is released."""
        return self.root / "locks"

    @property
    def run(self) -> Path:
        """What belongs to running processes: presence, worker logs."""
        return self.root / "run"

    @property
    def samples(self) -> Path:
        """The time series, an SQLite file that is never published."""
        return self.root / "samples.sqlite"

    @property
    def checkpoints(self) -> Path:
        """What former starts have read, for the next one: derived, and never published."""
        return self.root / "checkpoints"

    @property
    def reports(self) -> Path:
        """Rendered pages of runs: derived, and never published."""
        return self.root / "reports"

    @property
    def temporary(self) -> Path:
        """Drafts on the same file system."""
        return self.root / "tmp"

    @property
    def format(self) -> Path:
        """The file that states the format's major version."""
        return self.root / "FORMAT"

    def lock(self, name: str) -> Path:
        """Return the lock file called `name`, such as `execute-<service>-<environment>`."""
        if not _LOCK_NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a lock")
        return self.locks / f"{name}.lock"


class Surroundings(Struct, frozen=True):
    """What git tells of the repository that a directory is in; `top` is its work tree, None in a bare one.

    `user` holds what is configured of `user.name` and `user.email`.
    """

    location: StoreLocation
    top: Path | None
    user: Mapping[str, str]

    @classmethod
    def of(cls, repo: Path) -> Surroundings:
        """Ask git, all at once; raises as `common_directory` does."""
        if not repo.is_dir():
            raise RefusedError(f"{repo} is not a directory", fix="Name a git repository", code="no-repository")
        version, asked, configured = Git(repo).together(_VERSION_OF_GIT, _PLACES, _SETTINGS)
        require_git(version.text.rstrip("\n"))
        object_format, common, top = _places(repo, asked)
        entries = configured.out.decode("utf-8", "replace").split("\0")[:-1]
        settings = {key: value.replace("\n", " ") for key, _, value in (entry.partition("\n") for entry in entries)}
        share = share_bits(settings.pop("core.sharedrepository", ""))
        location = StoreLocation(common, object_format, share, apart=top if common.name != ".git" else None)
        return cls(location, top, settings)


def common_directory(repo: Path) -> Path:
    """Return the absolute git common directory of the repository that `repo` is in.

    Raises RefusedError `no-repository`, `not-yours` (with the command that trusts it) or `git-too-old`; GitError else.
    """
    return Surroundings.of(repo).location.common


def share_bits(configured: str) -> int:
    """Return the permission bits that a value of `core.sharedRepository` adds, as git-config(1) defines them."""
    value = configured.lower()
    if re.fullmatch("0[0-7]{3}", value):
        return int(value, 8) & 0o666
    return _SHARED.get(value, 0)


def require_git(version: str) -> None:
    """Raise RefusedError (`git-too-old`) unless the output of `git version` names a version that will do."""
    match = _VERSION.match(version)
    if match is None or (int(match[1]), int(match[2])) < MINIMUM_VERSION:
        wanted = ".".join(map(str, MINIMUM_VERSION))
        raise RefusedError(
            f"this is {version.strip() or 'no git'} and the cockpit needs git {wanted} or newer",
            fix="Install a newer git, or put it first on PATH",
            code="git-too-old",
        )


def require_access(location: StoreLocation) -> None:
    """Raise RefusedError (`not-writable`) with what to run where another user owns the store."""
    common = location.common
    for place in (common, location.root, location.journal, location.evidence, common / "objects", common / "refs"):
        if place.is_dir() and not os.access(place, os.W_OK | os.X_OK):
            owner = _owner(place)
            raise RefusedError(
                f"{place} belongs to {owner} and you may not write there: the state is open for reading only",
                fix=(
                    f"As {owner}, with GROUP a group you are both in: git --git-dir={common} config"
                    f" core.sharedRepository group; chgrp -R GROUP {common}; chmod -R g+rwX {common};"
                    f" find {common} -type d -exec chmod g+s '{{}}' +"
                ),
                code="not-writable",
            )


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:  # of another machine, or removed
        return f"user {path.stat().st_uid}"


def _places(repo: Path, asked: Finished) -> tuple[str, Path, Path | None]:
    """Return the object format, the common directory and the top of the work tree, None where there is none."""
    lines = os.fsdecode(asked.out).split("\n")[:-1]
    if asked.ok and len(lines) == 3:
        return lines[0], Path(lines[1]), Path(lines[2])
    complaint = asked.err.decode("utf-8", "replace")
    if lines and (asked.ok or "must be run in a work tree" in complaint):
        # Bare, or with a line's end in a path: each by itself.
        common, top = (
            os.fsdecode(Git(repo).run("rev-parse", "--path-format=absolute", what).out).removesuffix("\n")
            for what in ("--git-common-dir", "--show-toplevel")
        )
        return lines[0], Path(common), Path(top) if top else None
    if "not a git repository" in complaint:
        raise RefusedError(f"{repo} is not in a git repository", fix="Run this inside one", code="no-repository")
    if "dubious ownership" in complaint or "unsafe repository" in complaint:
        command = _SAFE_DIRECTORY.search(complaint)
        raise RefusedError(
            f"{repo} belongs to another user, and git trusts it only when you say so",
            fix=f"Run: {command[0] if command else f'git config --global --add safe.directory {repo}'}",
            code="not-yours",
        )
    raise GitError(f"git rev-parse: {asked.complaint}")

"""Simple facts for the screens: where the work tree stands, and what lies between two commits."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cockpit.errors import NotFoundError
from cockpit.git.command import Git
from cockpit.git.objects import object_id
from cockpit.git.tag_names import decode_name

# Nothing that the repository's configuration names may run along.
NO_PROGRAMS = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false")


class WorkTree(Struct, frozen=True):
    """Where a work tree stands; `branch` is None where HEAD is detached, `dirty` counts changed tracked files."""

    branch: str | None
    head: str
    tags: tuple[str, ...]  # display names of the tags of exactly this commit
    dirty: int


class Undone(Struct, frozen=True):
    """What going from one commit to another takes away, and what it brings."""

    commits: tuple[str, ...]  # subjects of what is taken away, newest first, up to a cap
    removed: int  # commits taken away
    added: int  # commits that come
    files: int
    insertions: int  # lines, in text files
    deletions: int
    migrations: tuple[str, ...]  # changed paths that match the given globs

    @property
    def direction(self) -> str:
        """In one word: back, forward, same, or sideways where each side has what the other lacks."""
        if self.removed and self.added:
            return "sideways"
        if self.removed:
            return "back"
        return "forward" if self.added else "same"


def head_commit(git: Git) -> str:
    """Return the commit that HEAD is at; NotFoundError before the first commit."""
    done = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}")
    if not done.ok:
        raise NotFoundError(
            f"{git.directory} has no commit to stand on",
            fix="Check that it is a git repository and make the first commit",
        )
    return object_id(done.text.strip())


def describe_work_tree(git: Git) -> WorkTree:
    """Return where the work tree stands; GitError in a bare repository."""
    head = head_commit(git)
    branch = git.run("symbolic-ref", "--quiet", "HEAD")
    tags = git.output("for-each-ref", f"--points-at={head}", "--format=%(refname:lstrip=2)", "refs/tags")
    return WorkTree(
        branch=decode_name(branch.out.strip()).display.removeprefix("refs/heads/") if branch.ok else None,
        head=head,
        tags=tuple(decode_name(name).display for name in tags.splitlines()),
        dirty=len(changed_files(git)),
    )


def changed_files(git: Git) -> tuple[str, ...]:
    """Return the display paths of tracked files that differ from HEAD, staged or not.

    Submodules are left out: a checkout does not touch them, and a stash cannot clear them.
    """
    status = git.output(
        *NO_PROGRAMS, "status", "--porcelain=v1", "-z", "--no-renames",
        "--untracked-files=no", "--ignore-submodules=all",
    )  # fmt: skip
    return tuple(decode_name(entry[3:]).display for entry in status.split(b"\0") if entry)


def undone(git: Git, from_commit: str, to_commit: str, *, migrations: Sequence[str] = (), cap: int = 50) -> Undone:
    """Return what a checkout of `to_commit` does to a tree at `from_commit`; both are object ids.

    `migrations` are globs from the top of the tree (`db/migrations/**/*.sql`), or directories; `cap` bounds the
    subjects.
    """
    start, end = object_id(from_commit), object_id(to_commit)
    removed, added = map(int, git.text("rev-list", "--left-right", "--count", f"{start}...{end}", "--").split())
    subjects = git.output(
        "rev-list",
        "--no-commit-header",
        "--encoding=UTF-8",
        "--format=%s%x00",
        f"--max-count={cap}",
        start,
        f"^{end}",
        "--",
    )
    numbers = _changes(git, "--numstat", start, end)
    lines = [entry.split(b"\t", 2) for entry in numbers]
    # `:(top,glob)` in front: a glob that begins with a colon stays a glob.
    globs = [f":(top,glob){glob}" for glob in migrations]
    crossed = _changes(git, "--name-only", start, end, *globs) if globs else []
    return Undone(
        commits=tuple(subject.strip(b"\n").decode("utf-8", "replace") for subject in subjects.split(b"\0")[:-1]),
        removed=removed,
        added=added,
        files=len(lines),
        insertions=sum(int(line[0]) for line in lines if line[0] != b"-"),
        deletions=sum(int(line[1]) for line in lines if line[1] != b"-"),
        migrations=tuple(decode_name(path).display for path in crossed),
    )


def _changes(git: Git, shape: str, start: str, end: str, *pathspecs: str) -> list[bytes]:
    # diff-tree is plumbing: deaf to configured diff programs, renames and prefixes.
    output = git.output(*NO_PROGRAMS, "diff-tree", "-r", "-z", shape, start, end, "--", *pathspecs)
    return output.split(b"\0")[:-1]

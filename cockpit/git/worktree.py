"""Moving a work tree to a commit, and keeping what would stand in the way."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import stat as modes
import tempfile
import time
from pathlib import Path

from cockpit.errors import GitError, RefusedError
from cockpit.git.command import Git
from cockpit.git.facts import NO_PROGRAMS, changed_files, head_commit
from cockpit.git.objects import object_id
from cockpit.git.tag_names import decode_name
from cockpit.process import Finished

_ALONE = (*NO_PROGRAMS, "-c", "submodule.recurse=false")
# The patch must apply elsewhere, whatever a person configured for reading diffs.
_PLAIN_DIFF = (
    "--binary", "--full-index", "--src-prefix=a/", "--dst-prefix=b/", "--no-ext-diff", "--no-textconv",
    "--no-renames", "--no-color", "--no-relative", "--ignore-submodules=all",
)  # fmt: skip

_BUSY = 1.0  # seconds to outlast an editor that looks at the work tree
_PAUSE = 0.02


def refuse_dirty(git: Git) -> None:
    """Raise RefusedError (`dirty`), naming files, where tracked files differ from HEAD."""
    changed = changed_files(git)
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise RefusedError(
            f"The work tree has changes that are in no commit: {', '.join(changed[:3])}{more}",
            fix="Commit it, or have it kept as evidence and stashed: --stash",
            code="dirty",
        )


def refuse_overwriting(git: Git, oid: str) -> None:
    """Raise RefusedError (`in-the-way`) where a checkout of `oid` would overwrite files that git does not track.

    Those that it ignores count as well: what an older commit tracks there is often this host's own settings.
    """
    _refuse_locked(git)
    index = _git_path(git, "index")
    with tempfile.TemporaryDirectory(prefix="cockpit-index-") as scratch:
        # On a refreshed copy: a file that was only touched is in nobody's way, and the index itself stays as it is.
        copy = Path(scratch) / "index"
        if index.is_file():
            shutil.copyfile(index, copy)
        env = {"GIT_INDEX_FILE": str(copy)}
        git.run(*NO_PROGRAMS, "update-index", "-q", "--refresh", env=env)
        tried = git.run(*NO_PROGRAMS, "read-tree", "--dry-run", "-m", "-u", "HEAD", object_id(oid), env=env)
    if not tried.ok:
        raise RefusedError(
            f"the work tree is in the way of a checkout: {tried.complaint.removeprefix('error: ')}",
            fix="Move the file away, then try again",
            code="in-the-way",
        )
    changes = _changes(git, object_id(oid))
    top = Path(os.fsdecode(git.output("rev-parse", "--show-toplevel").removesuffix(b"\n")))
    for directory in {(top / os.fsdecode(path)).parent for path in changes}:
        _refuse_unwritable(directory)
    ignored = _ignored_in_the_way(git, top, [path for path, status in changes.items() if status == b"A"])
    if ignored is not None:
        raise RefusedError(
            f"the work tree is in the way of a checkout: {decode_name(ignored).display} is ignored by git here, and a"
            " file there",
            fix="Move the file away, then try again",
            code="in-the-way",
        )


def _git_path(git: Git, name: str) -> Path:
    return git.directory / git.text("rev-parse", "--git-path", name)


def _refuse_locked(git: Git) -> None:
    """Raise RefusedError (`in-the-way`) where git could write no index, or would write the files and then no HEAD."""
    deadline = time.monotonic() + _BUSY
    for lock in (_git_path(git, "index.lock"), _git_path(git, "HEAD.lock")):
        while lock.exists():
            if time.monotonic() > deadline:
                raise RefusedError(
                    f"{lock.name} is held by a git that runs here, or was left by one that was killed",
                    fix=f"See that no git runs there; then: rm {shlex.quote(str(lock))}",
                    code="in-the-way",
                )
            time.sleep(_PAUSE)


def _changes(git: Git, oid: str) -> dict[bytes, bytes]:
    """Return the paths, from the top, that a commit has other than HEAD, and how: A, M, T or D."""
    shape = ("--no-renames", "--ignore-submodules=all", "--name-status")
    words = git.output(*NO_PROGRAMS, "diff-tree", "-r", "-z", *shape, "HEAD", oid).split(b"\0")
    return dict(zip(words[1::2], words[:-1:2], strict=True))


def _refuse_unwritable(directory: Path) -> None:
    """Raise RefusedError (`in-the-way`) where files cannot be replaced: git would leave them as they are, and go on."""
    there = next(path for path in (directory, *directory.parents) if path.is_dir())
    if not os.access(there, os.W_OK | os.X_OK):
        raise RefusedError(
            f"the work tree is in the way of a checkout: you may not write in {there}, of user {there.stat().st_uid}",
            fix=f'Give it back: sudo chown -R "$(id -un)" {shlex.quote(str(there))}',
            code="in-the-way",
        )


def _ignored_in_the_way(git: Git, top: Path, brought: list[bytes]) -> bytes | None:
    """Return a path from the top that is not tracked where a commit brings a file; git itself takes ignored ones for
    expendable and tells of none.
    """
    present = [found for path in brought if (found := _lies_at(top, path)) is not None]
    if not present:
        return None
    # Where two names that differ by case are one file, the one that is tracked may be the other.
    alike = git.run("config", "--type=bool", "--get", "core.ignoreCase").text.strip() == "true"
    listed = git.output("ls-files", "-z", "--full-name", "--", ":(top)")
    tracked = set((listed.lower() if alike else listed).split(b"\0"))
    for path, is_directory in present:
        if is_directory:
            others = git.output("ls-files", "-z", "--full-name", "--others", "--", f":(top,literal){os.fsdecode(path)}")
            if others:
                return others.split(b"\0")[0]
        elif (path.lower() if alike else path) not in tracked:
            return path
    return None


def _lies_at(top: Path, path: bytes) -> tuple[bytes, bool] | None:
    """Return what is at a path, or is no directory above it, and whether it is a directory; None where nothing is."""
    parts = path.split(b"/")
    for count in range(1, len(parts) + 1):
        above = b"/".join(parts[:count])
        try:
            mode = (top / os.fsdecode(above)).lstat().st_mode
        except OSError:
            return None
        if not modes.S_ISDIR(mode):
            return above, False
    return path, True


def checkout_detached(git: Git, oid: str, *, timeout: float = 300.0) -> None:
    """Check out the commit `oid` with HEAD detached, hooks off, and see that HEAD is there.

    RefusedError (`dirty`) where that would lose changes; GitError where git fails. Where it breaks off, or did so
    before, so that the files are between both commits, either says how to go on.
    """
    target = object_id(oid)
    _refuse_broken_off(git, target)
    refuse_dirty(git)
    _refuse_locked(git)
    # `^0`: a branch whose name is these 40 digits would win over the commit itself.
    how = ("--quiet", "--detach", "--no-overwrite-ignore")
    done = git.run(*_ALONE, "checkout", *how, f"{target}^0", "--", timeout=timeout)
    if not done.ok:
        with contextlib.suppress(GitError):  # on a full disk git cannot even compare
            _refuse_broken_off(git, target, why=f"git checkout: {done.complaint}")
        raise GitError(f"git checkout: {done.complaint}")
    _refuse_incomplete(git, target, done)
    arrived = head_commit(git)
    if arrived != target:
        raise GitError(
            f"HEAD is at {arrived} after a checkout of {target}", fix="Look at the work tree before going on"
        )


def _refuse_incomplete(git: Git, target: str, done: Finished) -> None:
    """Raise GitError where files are not as the commit has them: git moves HEAD and says that all went well."""
    said = done.err.decode("utf-8", "replace").splitlines()
    complaint = next((line for line in said if line.startswith("error: ")), "")
    changed = changed_files(git) if complaint else ()
    if changed:
        more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        raise GitError(
            f"git checkout: {complaint}; not as {target[:12]} has them: {', '.join(changed[:3])}{more}",
            fix=f"Put right what stopped it; then, by hand: git checkout --force --detach {target}; and go on",
        )


def _refuse_broken_off(git: Git, target: str, *, why: str = "") -> None:
    """Raise RefusedError (`dirty`) where the changes are what a checkout of the commit leaves that broke off."""
    # One that a filter, the disk or a time-out ends writes no index: what it has done looks like changes of a person's.
    changed = changed_files(git)
    if not changed or _differing(git, "HEAD") & _differing(git, target):
        return
    told = f"{why}, and a checkout of {target[:12]}" if why else f"A checkout of {target[:12]}"
    files = f"{len(changed)} file{'s are' if len(changed) > 1 else ' is'}"
    raise RefusedError(
        f"{told} broke off: {files} as it has them, or gone",
        fix=f"Put right what stopped it; then, by hand: git checkout --force --detach {target}; and go on",
        code="dirty",
    )


def _differing(git: Git, commit: str) -> set[bytes]:
    """Return the tracked files that are there and other than in a commit."""
    shape = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--diff-filter=d", "--ignore-submodules=all")
    return set(git.output(*NO_PROGRAMS, "diff", *shape, commit, "--").split(b"\0")[:-1])


def save_diff(git: Git) -> bytes:
    """Return what differs from HEAD, staged or not, as a patch that `git apply --binary` takes; empty where clean.

    GitError where it is too large to be kept whole.
    """
    done = git.run(*NO_PROGRAMS, "diff", *_PLAIN_DIFF, "HEAD", "--")
    if not done.ok:
        raise GitError(f"git diff: {done.complaint}")
    if done.truncated:
        raise GitError("The diff is too large to be saved whole", fix="Save it by hand: git diff --binary HEAD")
    return done.out


def stash(git: Git, message: str) -> str:
    """Stash the changes of tracked files and return the stash's object id; RefusedError (`clean`) where there are none.

    Untracked files stay where they are. GitError where git cannot, for example in the middle of a merge.
    """
    if not changed_files(git):
        raise RefusedError("The work tree has no changes to stash", code="clean")
    git.output(*_ALONE, "stash", "push", "--quiet", f"--message={message}")
    return object_id(git.text("rev-parse", "--verify", "--end-of-options", "refs/stash"))

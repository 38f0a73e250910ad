"""Builds the shop's git repository: real commits and tags, in one `git fast-import`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cockpit.demo.history import HISTORY, Commit, Release
from cockpit.git.command import Git

Generated = Mapping[str, Mapping[str, bytes]]  # tag to path to content: what only the set-up knows, such as ports

_FIRST_COMMIT = timedelta(days=6)  # before the first release
_TAG_AFTER = timedelta(minutes=4)  # an annotated tag is set a little after its commit


def build_repository(
    directory: Path, *, now: datetime, generated: Generated, history: Sequence[Release] = HISTORY
) -> None:
    """Build the history in `directory` and check the newest tag out, detached as a deployment leaves it.

    `generated` holds cockpit.yaml and checklists by tag; ages count back from `now`. Raises GitError.
    """
    directory.mkdir(parents=True)
    git = Git(directory)
    git.output("init", "--quiet", "--template=", "-b", "main")
    git.output("fast-import", "--quiet", stdin=b"".join(_stream(history, now, generated)))
    _configure(git)
    # Kept out of the tree's own history, so that running the shop by hand never makes the work tree dirty.
    (directory / ".git" / "info").mkdir(exist_ok=True)
    (directory / ".git" / "info" / "exclude").write_text("__pycache__/\n")
    git.output("checkout", "--quiet", "--detach", history[-1].tag)


def _configure(git: Git) -> None:
    """Set what the checkout must not depend on; a person's own name is used where git knows one."""
    git.output("config", "core.autocrlf", "false")
    for key, fallback in (("user.name", "you"), ("user.email", "you@shop.example")):
        if not git.run("config", "--get", key).ok:
            git.output("config", key, fallback)


def _stream(history: Sequence[Release], now: datetime, generated: Generated) -> Iterator[bytes]:
    """Yield the fast-import stream; see git-fast-import(1)."""
    mark = 0
    changelog = ""
    since = now - timedelta(days=history[0].age) - _FIRST_COMMIT
    for release in history:
        tagged = now - timedelta(days=release.age)
        last = Commit(release.author, f"Release {release.version}")
        commits = (*release.commits, last)
        changelog = _changelog(release, tagged) + changelog
        for number, commit in enumerate(commits, start=1):
            files = {path: release.content(path) for path in commit.files}
            if commit.cockpit:
                files.update(generated.get(release.tag, {}))
            if commit is last:
                files["VERSION"] = f"{release.version}\n".encode()
                files["CHANGELOG.md"] = f"# Changelog\n\n{changelog}".encode()
            mark += 1
            when = _at_work(since + (tagged - since) * number / len(commits), number, now=now)
            yield _commit(commit, files, mark=mark, when=when)
        yield _tag(release, mark=mark, when=when + _TAG_AFTER)
        since = tagged


def _at_work(when: datetime, number: int, *, now: datetime) -> datetime:
    """Move a moment to the working hours of its day, unless that day is hardly over; `number` keeps the order."""
    return when.replace(hour=9 + number) if now - when > timedelta(days=1.5) else when


def _changelog(release: Release, when: datetime) -> str:
    lines = "".join(f"- {commit.subject}\n" for commit in release.commits)
    return f"## {release.version} - {when:%Y-%m-%d}\n\n{lines}\n"


def _commit(commit: Commit, files: Mapping[str, bytes], *, mark: int, when: datetime) -> bytes:
    message = f"{commit.subject}\n\n{commit.body}\n" if commit.body else f"{commit.subject}\n"
    signature = f"{commit.author} {_stamp(when)}"
    lines = [
        f"commit refs/heads/main\nmark :{mark}\nauthor {signature}\ncommitter {signature}\n".encode(),
        _data(message.encode()),
        b"".join(f"M 100644 inline {path}\n".encode() + _data(content) for path, content in files.items()),
    ]
    return b"".join(lines) + b"\n"


def _tag(release: Release, *, mark: int, when: datetime) -> bytes:
    if not release.message:
        return f"reset refs/tags/{release.tag}\nfrom :{mark}\n\n".encode()
    head = f"tag {release.tag}\nfrom :{mark}\ntagger {release.author} {_stamp(when)}\n"
    return head.encode() + _data(f"{release.message}\n".encode())


def _stamp(when: datetime) -> str:
    """Git's raw date: seconds since the epoch and an offset."""
    return f"{int(when.timestamp())} {when:%z}"


def _data(content: bytes) -> bytes:
    return f"data {len(content)}\n".encode() + content + b"\n"

"""What runs, and what is checked out: what a rollback leads away from."""

from __future__ import annotations

from collections.abc import Sequence, Set

from cockpit.errors import GitError
from cockpit.git.ahead_behind import ahead_behind
from cockpit.git.command import Git
from cockpit.git.objects import object_id
from cockpit.git.tag_names import encode_name
from cockpit.release.running import Running, Sighting, seen_tag
from cockpit.release.tags import Tag, tag_at

_WEIGHED = 10  # tags that are weighed against each other: so many does git describe


def what_runs(git: Git, tags: Sequence[Tag], head: str, flown: str, seen: Sighting) -> Running:
    """Return the tag of the version that was seen last or, where none was, what is checked out, and both of them."""
    here = checked_out(git, tags, head, flown)
    return Running(seen, seen_tag(tags, seen.version, here, head) if seen.version else here, head, here)


def checked_out(git: Git, tags: Sequence[Tag], head: str, flown: str) -> Tag | None:
    """Return HEAD's tag or, where HEAD is at none, the one that it has moved on from.

    That is the one named `flown` or, where nothing is flown by a tag, the nearest before HEAD. A commit upon a
    release, of the cockpit's own configuration say, does not leave the release without a way back.
    """
    here = tag_at(tags, head)
    if here is not None:
        return here
    if not flown:
        return _nearest(git, tags, head)
    named = next((tag for tag in tags if tag.name == flown), None)
    if named is None or named.commit is None:
        return None
    return named if git.run("merge-base", "--is-ancestor", named.commit, head).ok else None


def _nearest(git: Git, tags: Sequence[Tag], head: str) -> Tag | None:
    """Return the tag, of these, that the fewest commits lie upon."""
    if not tags:
        return None
    described = git.run("describe", "--tags", "--abbrev=0", object_id(head))
    name = described.out.removesuffix(b"\n") if described.ok else b""
    found = next((tag.commit for tag in tags if tag.commit is not None and encode_name(tag) == name), None)
    if found is None and described.ok:
        # What is described is none of these, or one of another name than its object says, as a renamed tag is.
        found = _nearest_commit(git, {tag.commit for tag in tags if tag.commit is not None}, head)
    return None if found is None else tag_at(tags, found)


def _nearest_commit(git: Git, commits: Set[str], head: str) -> str | None:
    """Return the commit, of these, that the fewest lie upon; of several lines, as git does, the latest are weighed."""
    history = git.run("rev-list", object_id(head)).text.split()
    near = [commit for commit in history if commit in commits][:_WEIGHED]
    try:
        counts = ahead_behind(git, head, near)
    except GitError:  # a damaged history has no order
        return None
    return min(near, key=lambda commit: counts[commit][1], default=None)

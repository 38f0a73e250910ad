"""Which tag runs: what a rollback leads away from."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.git.command import Git
from cockpit.release.tags import Tag, tag_at


def running_tag(git: Git, tags: Sequence[Tag], head: str, flown: str) -> Tag | None:
    """Return HEAD's tag or, where HEAD is at none, the one named `flown` where HEAD has only moved on from it.

    A commit upon a release, of the cockpit's own configuration say, does not leave the release without a way back.
    """
    here = tag_at(tags, head)
    if here is not None or not flown:
        return here
    named = next((tag for tag in tags if tag.name == flown), None)
    if named is None or named.commit is None:
        return None
    return named if git.run("merge-base", "--is-ancestor", named.commit, head).ok else None

"""How far many tags are from HEAD, by one walk over the history instead of one process a tag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from cockpit.errors import GitError
from cockpit.git.command import Git
from cockpit.git.objects import object_id
from cockpit.release.tags import Tag

COUNTED = 200  # tags of a list that are counted: the rest is far away, and each costs a bit in every mask


def ahead_behind(git: Git, head: str, commits: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Return for each commit (ahead, behind): what it has and `head` lacks, what `head` has and it lacks.

    Each commit of the history carries a bit mask of the tips that reach it, passed from children to parents in
    topological order; commits with equal masks are then counted together. All arguments are object ids.
    """
    tips = list(dict.fromkeys(object_id(commit) for commit in commits))
    if not tips:
        return {}
    head_bit = 1 << len(tips)
    masks = {tip: 1 << index for index, tip in enumerate(tips)}
    masks[object_id(head)] = masks.get(head, 0) | head_bit
    tally: Counter[int] = Counter()
    for commit, *parents in _history(git, [head, *tips]):
        mask = masks.pop(commit)
        tally[mask] += 1
        for parent in parents:
            masks[parent] = masks.get(parent, 0) | mask
    ahead, behind = [0] * len(tips), [0] * len(tips)
    for mask, commits_alike in tally.items():
        if mask & head_bit:
            for index in _bits(~mask & (head_bit - 1)):
                behind[index] += commits_alike
        else:
            for index in _bits(mask):
                ahead[index] += commits_alike
    return {tip: (ahead[index], behind[index]) for index, tip in enumerate(tips)}


def with_counts(git: Git, head: str, tags: Sequence[Tag], *, limit: int = COUNTED) -> tuple[Tag, ...]:
    """Return the tags with `ahead` and `behind` of the first `limit` that are commits; the others stay not counted.

    Where git cannot walk the history, for one commit of it is damaged, none is.
    """
    try:
        counts = ahead_behind(git, head, [tag.commit for tag in tags if tag.commit is not None][:limit])
    except GitError:
        return tuple(tags)
    return tuple(
        replace(tag, ahead=counts[tag.commit][0], behind=counts[tag.commit][1])
        if tag.commit is not None and tag.commit in counts
        else tag
        for tag in tags
    )


def _history(git: Git, tips: Sequence[str]) -> Iterator[list[str]]:
    """Yield [commit, *parents], children before parents, without what every tip has: nobody counts it."""
    base = git.run("merge-base", "--octopus", *tips)
    excluded = [f"^{base.text.strip()}"] if base.ok else []  # unrelated histories have no base
    revisions = "\n".join([*tips, *excluded, ""])
    walked = git.output("rev-list", "--topo-order", "--parents", "--stdin", stdin=revisions.encode())
    return (line.split() for line in walked.decode("ascii").splitlines())


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest

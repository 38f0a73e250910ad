"""Tags of the released repository as values: order, filter, what to type to confirm one, and the last good one."""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from cockpit.errors import RefusedError
from cockpit.patterns import pattern
from cockpit.release.versions import Identifier, Version, parse_version

if TYPE_CHECKING:
    from cockpit.release.run import TagMark

_PLAIN = pattern(r"(?:[vV](?=[0-9])|(?=[0-9]+\.))([0-9]{1,18})(?:\.[0-9]{1,18}){0,7}")  # `v1.2.3` or `1.2.3`
_PRE_RELEASE, _RELEASE, _FOLLOWS = range(3)


class Tag(Struct, frozen=True, gc=False):
    """One tag; `commit` is None where it leads to no commit, and `unusable` says why.

    `name` is exact, except where git's bytes are not UTF-8: then it is `display`, and `raw` holds the bytes
    percent-encoded. `display` is safe on a terminal and, as a ref name has no backslash, unambiguous. `tagged_at`
    is seconds since the epoch: the tagger's date or, for a lightweight tag, the commit's. `signed` says that a
    signature is there, not that it is anybody's; `subject` is as somebody wrote it. `ahead` counts the tag's commits
    that HEAD lacks, `behind` HEAD's that the tag lacks; None is not counted.
    """

    name: str
    object_id: str
    commit: str | None
    kind: Literal["annotated", "lightweight"]
    signed: bool
    tagged_at: int | None
    subject: str
    display: str
    raw: str = ""
    typable: bool = True  # whether a person can type the name and mean no other
    unusable: str = ""
    ahead: int | None = None
    behind: int | None = None
    mark: str | None = None  # good or bad, as a person said
    dump: str | None = None  # the matching database dump


class TagFilter:
    """Finds tags by text, prepared once so that each key costs a millisecond with 10,000 of them."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self._tags = tuple(tags)
        joined = "\n".join([f"{tag.display} {tag.subject}".replace("\n", " ") for tag in tags])
        self._haystacks = joined.casefold().split("\n") if tags else []

    def matching(self, text: str) -> tuple[Tag, ...]:
        """Return the tags, in their order, whose display name or subject has `text` in it; a leading `!` inverts."""
        inverted = text.startswith("!")
        needle = text.removeprefix("!").casefold()
        if not needle:
            return self._tags
        pairs = zip(self._tags, self._haystacks, strict=True)
        return tuple([tag for tag, haystack in pairs if (needle in haystack) is not inverted])


def filter_tags(tags: Sequence[Tag], text: str) -> tuple[Tag, ...]:
    """Return what `TagFilter(tags).matching(text)` does, for a single look."""
    return TagFilter(tags).matching(text)


def order_tags(tags: Sequence[Tag]) -> tuple[Tag, ...]:
    """Return the newest version first, a pre-release below its release, then the names without a version by date.

    What is called like a pre-release and came after its release, as `v1.2.3-hotfix1` or `v1.2.3-2`, is above it.
    """
    ordered = tuple(tag for _, tag in _Versioned(tags).newest_first)
    named = {tag.name for tag in ordered}
    others = [tag for tag in tags if tag.name not in named]
    return ordered + tuple(sorted(others, key=lambda tag: (_date(tag), tag.name), reverse=True))


def newest_versions(names: Sequence[str], count: int) -> list[str]:
    """Return the `count` names of the highest versions, as far as there are so many, the newest first."""
    versions = [(version, name) for name in _among_newest(names, count) if (version := parse_version(name)) is not None]
    highest = heapq.nlargest(count, versions, key=lambda pair: (pair[0].precedence, pair[0].prefix))
    return [name for _, name in highest]


def _among_newest(names: Sequence[str], count: int) -> Sequence[str]:
    """Leave out plain versions of which the first number alone says that `count` others are higher.

    To read a version takes ten times as long as to see that one need not.
    """
    firsts = {name: int(match[1]) for name in names if (match := _PLAIN.fullmatch(name)) is not None}
    if len(firsts) <= count:
        return names
    least = heapq.nlargest(count, firsts.values())[-1]
    return [name for name in names if firsts.get(name, least) >= least]


def tag_at(tags: Sequence[Tag], commit: str) -> Tag | None:
    """Return the highest of the tags of `commit`: what runs, where several names say the same."""
    return next(iter(order_tags([tag for tag in tags if tag.commit == commit])), None)


def confirmation_word(tag: Tag) -> str:
    """Return what a person types to confirm this tag: its name or, where that cannot be typed, its 8-hex commit.

    RefusedError (`not-a-commit`) where it leads to no commit.
    """
    if tag.commit is None:
        raise RefusedError(f"Tag {tag.display} cannot be flown: {tag.unusable}", code="not-a-commit")
    return tag.name if tag.typable else tag.commit[:8]


def with_marks(tags: Sequence[Tag], marks: Mapping[str, TagMark]) -> tuple[Tag, ...]:
    """Return the tags with what people said of them; `marks` is keyed by tag name."""
    return tuple(replace(tag, mark=marks[tag.name].mark) if tag.name in marks else tag for tag in tags)


def last_good(tags: Sequence[Tag], current: Tag, marks: Mapping[str, TagMark]) -> tuple[Tag, str] | None:
    """Return the tag to fall back to from `current` and a sentence that says why, or None where nothing is left.

    It is the highest version of the same product before the running one that is a commit, another commit than the
    running one, and not marked bad; a pre-release only where there is no release. Without a version in the running
    name, dates decide.
    """
    bad = {name for name, mark in marks.items() if mark.mark == "bad"}
    versioned = _Versioned([*tags, current])
    before = [tag for tag in versioned.before(current) if tag.commit not in (None, current.commit)]
    usable = [tag for tag in before if tag.name not in bad]
    releases = [tag for tag in usable if not versioned.is_pre_release(tag)]
    for tag in releases or usable:
        return tag, _reason(tag, current, before[: before.index(tag)], marks, pre_release=not releases)
    return None


def is_before(tags: Sequence[Tag], tag: Tag, current: Tag) -> bool:
    """Whether a tag comes before `current`: as a lower version of the same product or, without versions, by date."""
    return any(each.name == tag.name for each in _Versioned([*tags, current]).before(current))


_Pair = tuple[Version, Tag]


class _Versioned:
    """Tags among each other, by the versions that their names state."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self._tags = tags
        pairs = [(version, tag) for tag in tags if (version := parse_version(tag.name)) is not None]
        # Of ten thousand tags few are called like a pre-release, and only for those it matters when the release was.
        self._stages = _stages(pairs) if any(version.pre for version, _ in pairs) else {}
        stages = self._stages

        def key(pair: _Pair) -> tuple[tuple[int, ...], int, tuple[Identifier, ...], str, float, str]:
            version, tag = pair
            name = tag.name
            return version.numbers, stages.get(name, _RELEASE), version.pre, version.prefix, _date(tag), name

        pairs.sort(key=key, reverse=True)
        self.newest_first: Sequence[_Pair] = pairs

    def is_pre_release(self, tag: Tag) -> bool:
        """Whether it comes before the release that its name states."""
        return self._stages.get(tag.name, _RELEASE) == _PRE_RELEASE

    def before(self, current: Tag) -> list[Tag]:
        """Return the tags before `current`, one of them, the nearest first; by their dates where it has no version."""
        running = next((pair for pair in self.newest_first if pair[1].name == current.name), None)
        if running is None:
            earlier = [tag for tag in self._tags if _date(tag) < _date(current)]
            return sorted(earlier, key=lambda tag: (_date(tag), tag.name), reverse=True)
        place, prefix = self._place(running), running[0].prefix
        return [
            pair[1]
            for pair in self.newest_first
            if pair[0].prefix == prefix
            and ((there := self._place(pair)) < place or (there == place and _is_earlier_build(pair[1], running[1])))
        ]

    def _place(self, pair: _Pair) -> tuple[tuple[int, ...], int, tuple[Identifier, ...]]:
        version, tag = pair
        return version.numbers, self._stages.get(tag.name, _RELEASE), version.pre


def _is_earlier_build(one: Tag, other: Tag) -> bool:
    return "+" in one.name + other.name and _date(one) < _date(other)


def _stages(pairs: Sequence[_Pair]) -> dict[str, int]:
    """Return at which stage of their versions those tags are that are called like pre-releases."""
    releases: dict[tuple[str, tuple[int, ...]], list[Tag]] = {}
    for version, tag in pairs:
        if not version.pre:
            releases.setdefault((version.prefix, version.numbers), []).append(tag)
    return {
        tag.name: _stage(version, tag, releases.get((version.prefix, version.numbers), ()))
        for version, tag in pairs
        if version.pre
    }


def _stage(version: Version, tag: Tag, releases: Sequence[Tag]) -> int:
    """Tell a pre-release from what follows a release under a name like one's; `releases` are of the same numbers."""
    if version.candidate or tag.tagged_at is None:
        return _PRE_RELEASE
    earlier = (
        release.tagged_at is not None and release.tagged_at < tag.tagged_at and release.commit != tag.commit
        for release in releases
    )  # fmt: skip
    return _FOLLOWS if any(earlier) else _PRE_RELEASE


def _reason(tag: Tag, current: Tag, nearer: Sequence[Tag], marks: Mapping[str, TagMark], *, pre_release: bool) -> str:
    passed_over = [near for near in nearer if near.name in marks and marks[near.name].mark == "bad"]
    parts = [f"{tag.display}: the release before {current.display}"]
    if pre_release:
        parts = [f"{tag.display}: a pre-release, no release is left before {current.display}"]
    elif passed_over:
        parts[0] += " that is not marked bad"
    if passed_over:
        nearest = passed_over[0]
        parts[0] += f" ({nearest.display} is: {marks[nearest.name].reason or 'no reason given'})"
    mark = marks.get(tag.name)
    parts.append(f"last flown good {mark.wall[:10]} ({mark.by.name})" if mark is not None else "never marked good")
    return ", ".join(parts)


def _date(tag: Tag) -> float:
    return -math.inf if tag.tagged_at is None else tag.tagged_at

"""What runs: the version that was seen last, where anything reports one, beside what is checked out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from cockpit.durations import short_duration
from cockpit.patterns import pattern
from cockpit.release.plan import same_version
from cockpit.release.tags import Tag, is_before, last_good, order_tags

if TYPE_CHECKING:
    from cockpit.release.run import TagMark

FRESH = 60.0  # seconds for which a version counts as seen just now
_DESCRIBED = pattern(r"-[0-9]+-g[0-9a-f]{4,64}$")  # what git describe adds on a commit upon a tag


class Sighting(Struct, frozen=True, omit_defaults=True):
    """The version that was seen last, since `since` and up to `at` (epoch seconds, 0 where none ever was).

    `by` is what reported it, empty where nothing in the configuration does. `lasting` says that more than one look saw
    it; `trouble` is why the latest look saw none.
    """

    version: str = ""
    since: float = 0.0
    at: float = 0.0
    by: str = ""
    lasting: bool = False
    trouble: str = ""

    def age_words(self, now: float) -> str:
        """Return how long ago it was seen, in words; empty where that is just now."""
        return f"last seen {short_duration(now - self.at)} ago" if self.version and now - self.at > FRESH else ""


class Running(Struct, frozen=True, omit_defaults=True):
    """What runs: `tag` by what was seen or, where nothing was, by what is checked out.

    `head` is HEAD's commit, and `checked_out` the release that HEAD is at or upon; None where they are no tag's.
    """

    seen: Sighting = Sighting()
    tag: Tag | None = None
    head: str = ""
    checked_out: Tag | None = None

    @property
    def differs(self) -> bool:
        """Whether another version was seen than the one that is checked out."""
        if not self.seen.version or not self.head:
            return False
        return self.tag is None or self.checked_out is None or self.tag.commit != self.checked_out.commit

    @property
    def left(self) -> Tag | None:
        """The release that a rollback leads away from: a service may also report a build that no tag names."""
        return self.tag or self.checked_out

    def answers(self, tag: Tag) -> bool:
        """Whether the version of that tag was seen last."""
        return bool(self.seen.version) and self.runs(tag)

    def runs(self, tag: Tag) -> bool:
        """Whether that is what runs, by what was seen or, where nothing was, by what is checked out."""
        return self.tag is not None and self.tag.commit == tag.commit

    def state_of(self, tag: Tag) -> str:
        """Return what is to be said of a tag: `running`, only `checked out`, `HEAD` where another runs, or nothing."""
        if self.runs(tag):
            return "running" if self.seen.version else "checked out"
        return "HEAD" if self.checked_out is not None and self.checked_out.commit == tag.commit else ""

    @property
    def name(self) -> str:
        """What runs, in a word: a tag, a version that no tag names, or a commit."""
        if self.tag is not None:
            return self.tag.display
        return self.seen.version or self.head[:8]

    @property
    def head_name(self) -> str:
        """What is checked out, in a word: a tag or a commit."""
        return self.checked_out.display if self.checked_out is not None else self.head[:8]

    def origin(self, target: str, given_up: str = "") -> str:
        """Return the commit that a plan to the commit `target` leads away from; the target where there is no other.

        That is the release that answers or, where none does that a tag names, what is checked out. Where that is the
        target already, it is the other of the two, or what an execution had left that was `given_up` on the way there.
        """
        answers = self.tag.commit if self.differs and self.tag is not None else None
        return next((commit for commit in (answers, self.head, given_up) if commit and commit != target), target)

    @property
    def note(self) -> str:
        """What has to be known of a plan where another version answers than is checked out; empty where none does."""
        if not self.differs:
            return ""
        left = "what answers" if self.tag is not None else self.head_name
        return f"{self.name} answers, and {self.head_name} is checked out: a plan leads away from {left}"

    def words(self, now: float, since: str = "") -> tuple[str, str]:
        """Return what is known (`running`, or only `checked out`) and of what, with its age and HEAD's place.

        `since` says since when it runs, where that is known: `since 14:31 (rolled back by Ana)`, `seen since 09:35`.
        """
        upon = ""
        if self.checked_out is not None and self.checked_out.commit != self.head:
            upon = f", and HEAD {self.head[:8]} upon it"
        if not self.seen.version:
            unseen = ", not seen to run" if self.seen.by else ""
            return "checked out", self.head_name + upon + (f" {since}" if since else "") + unseen
        said = [self.name if self.tag is not None else f"{self.name}, which is no tag here"]
        if since.startswith("since "):
            said[0] += f" {since}"
        elif since and not self.seen.age_words(now):
            said.append(since)
        if age := self.seen.age_words(now):
            said.append(age)
        if self.differs:
            said.append(f"HEAD {self.head_name}")
            upon = ""
        return "running", ", ".join(said) + upon


def reports(seen: str, tag: str, commit: str) -> bool:
    """Whether what was seen names that tag or commit, or by git's description a commit upon that tag."""
    return same_version(seen, tag, commit) or same_version(_DESCRIBED.sub("", seen), tag, "")


def seen_tag(tags: Sequence[Tag], seen: str, checked_out: Tag | None, head: str) -> Tag | None:
    """Return the tag that a reported version names, first what is checked out; None where it names none."""
    if checked_out is not None and any(
        reports(seen, checked_out.name, commit) for commit in (head, checked_out.commit or "")
    ):
        return checked_out
    named = [tag for tag in tags if tag.commit is not None and reports(seen, tag.name, tag.commit)]
    return next(iter(order_tags(named)), None)


def fall_back(tags: Sequence[Tag], running: Running, marks: Mapping[str, TagMark]) -> tuple[Tag, str] | None:
    """Return the tag to fall back to from what runs and a sentence that says why, or None where nothing is left.

    Where a newer release is checked out and the one before still answers, that one is the way back: it is not passed
    over for one that nobody has had to leave yet.
    """
    left, here = running.left, running.checked_out
    if left is None:
        return None
    if running.differs and here is not None and is_before(tags, left, here):
        mark = marks.get(left.name)
        if mark is None or mark.mark != "bad":
            return left, f"{left.display}: still answers, and {here.display} is only checked out"
    return last_good(tags, left, marks)

"""What an item's observers say, weighed: the fold keeps their last words, and only here does time pass over them.

`as_of` is what displays and gates go by: a word that nobody has renewed in time counts for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from cockpit.release.checks import Check, check_digest, expectation
from cockpit.release.events import ItemObserved
from cockpit.release.item_state import Flown, ItemState, Sense, sensed_state
from cockpit.release.periods import period_at
from cockpit.release.ports import Observed
from cockpit.release.record import Actor, Record, TextRef
from cockpit.times import epoch, rfc3339

_AHEAD = 300.0  # seconds that an observer's clock may be ahead of ours before its words are not believed
_RENEW_NOT_BELOW = 300.0  # seconds
_OF_VERSION = frozenset({"commit", "release"})
_RANK = {Sense.OK: 0, Sense.STALE: 1, Sense.UNKNOWN: 2, Sense.FAILED: 3}


class Seen(Struct, frozen=True):
    """The last word of one observer; times in epoch seconds."""

    observer: str
    state: Literal["ok", "failed", "unknown"]
    expected: str
    actual: str
    detail: str
    at: float
    valid_until: float
    commit: str
    bound: str
    moved: str
    by: Actor
    wall: str
    output: TextRef | None = None
    by_check: str = ""
    before: str = ""  # bound to the release: the tag that the run was retargeted to since
    elsewhere: str = ""  # bound to the host: where it was carried out since
    is_past: bool = False  # bound to a commit that the run does not fly, or to a host where it is not carried out

    @property
    def sense(self) -> Sense:
        """What it says by itself."""
        if self.state == "failed":
            return Sense.FAILED
        if self.moved or (self.is_past and self.state == "ok"):
            return Sense.STALE
        return Sense.OK if self.state == "ok" else Sense.UNKNOWN


class Sensing(Struct, frozen=True):
    """An item's check, all that was seen by it, and what the hand says beside it."""

    check: Check
    by_hand: ItemState
    words: str  # that go with the hand's state
    seen: tuple[Seen, ...] = ()
    held: bool = False  # whether it has held at any time in this run
    reopened: bool = False  # by a person: what they opened the check does not close
    undone: bool = False  # a rollback has undone the version that its evidence is bound to
    rests: bool = False  # nobody looks: that version is undone, and the run has no other yet

    @property
    def closes(self) -> bool:
        """Whether the check alone closes the item."""
        return self.check.closes and not self.reopened

    @property
    def of_version(self) -> bool:
        """Whether it speaks of the version that the run flies, and of no other."""
        return is_of_version(self.check)


class Reading(Struct, frozen=True):
    """A sensed item at one moment; `told` is the observer whose word decides, `until` when it may change by itself."""

    state: ItemState
    sense: Sense
    detail: str
    told: Seen | None = None
    until: float = math.inf


def read(sensing: Sensing, now: float | None) -> Reading:
    """Return how the item stands at `now` (epoch seconds); None counts every word as if it still held.

    So does a word on a version that was undone: nobody renews it, and it does not become unknown by that.
    """
    now = None if sensing.rests else now
    sense, told, until = _weigh(sensing, now)
    if sense is Sense.FAILED and sensing.held:
        sense = Sense.LOST
    state = sensed_state(sensing.by_hand, sense, closes=sensing.closes, undone=sensing.undone)
    detail = sensing.words if state is sensing.by_hand else _detail(sense, told, now)
    return Reading(state, sense, detail, told, until)


def _weigh(sensing: Sensing, now: float | None) -> tuple[Sense, Seen | None, float]:
    observe = sensing.check.observe
    asked = [each for each in sensing.seen if observe in {"all", "any"} or each.observer == observe]
    # Where the host has changed, whoever looks on the new one speaks for it; till then the old one's word is stale.
    asked = [each for each in asked if not each.elsewhere] or asked
    if not asked:
        return Sense.NO_DATA, None, math.inf
    believed = [each for each in asked if now is None or each.at - _AHEAD <= now < each.valid_until]
    if not believed:
        latest = max(asked, key=lambda each: each.at)
        return Sense.UNKNOWN, latest, min(_arrivals(asked, now), default=math.inf)
    sign = -1 if observe == "any" else 1  # the best word wins, or the worst; among equals the latest
    told = max(believed, key=lambda each: (sign * _RANK[each.sense], each.at))
    changes = [each.valid_until for each in believed]
    changes += _arrivals(asked, now)
    return told.sense, told, min(changes)


def _arrivals(seen: Iterable[Seen], now: float | None) -> list[float]:
    """When words from clocks that are ahead begin to be believed."""
    return [each.at - _AHEAD for each in seen if now is not None and each.at - _AHEAD > now]


def _detail(sense: Sense, told: Seen | None, now: float | None) -> str:
    if told is None:
        return "no data yet"
    if sense is Sense.STALE:
        if told.moved or told.elsewhere:
            return told.moved or f"seen on {told.observer}, it was carried out on {told.elsewhere} since"
        if told.before:
            return f"seen before the run was retargeted to {told.before}"
        return f"seen at {told.commit[:8] or 'no commit'}, which the run does not fly"
    if sense is Sense.UNKNOWN:
        if now is not None and now >= told.valid_until:
            return f"no news from {told.observer}: it was {told.state}"
        if now is not None and now < told.at - _AHEAD:
            return f"the clock of {told.observer} is ahead"
        return told.detail or told.actual
    return told.actual or told.detail


def is_of_version(check: Check) -> bool:
    """Whether a check speaks of the version that the run flies: by what binds its evidence, or by that one's tag."""
    return check.binds in _OF_VERSION or (check.git is not None and check.git.of_run)


def sensing_of(
    check: Check,
    *,
    last_words: Iterable[Record],
    held_by: frozenset[str],
    by_hand: ItemState,
    words: str,
    reopened: bool,
    flown: Flown,
    migrated: bool = False,
    zone: tzinfo = UTC,
) -> Sensing:
    """Return the sensing of an item; `last_words` are the last records of each observer, `held_by` who saw it hold.

    What another check has seen does not count; words that do not say which check it was count until the run has
    `migrated` to other files. What is bound to a period counts on its own day in `zone`.
    """
    ours = {check_digest(check), *([] if migrated else [""])}
    last_words = [one for one in last_words if isinstance(one.data, ItemObserved) and one.data.by_check in ours]
    bound = check.binds in _OF_VERSION
    rests = is_of_version(check) and flown.state == "rolled-back" and flown.commit in {"", flown.undone}
    observe = check.observe
    return Sensing(
        check,
        by_hand,
        words,
        tuple(sorted((_seen(record, check, flown, zone) for record in last_words), key=lambda each: each.observer)),
        held=bool(held_by) if observe in {"all", "any"} else observe in held_by,
        reopened=reopened,
        undone=rests or (bound and flown.state == "rolled-back"),
        rests=rests,
    )


def _seen(record: Record, check: Check, flown: Flown, zone: tzinfo) -> Seen:
    data = record.data
    assert isinstance(data, ItemObserved)  # noqa: S101 - the ledger keeps no other
    at, valid_until = epoch(record.wall), epoch(data.valid_until)
    if check.binds == "period":
        valid_until = min(valid_until, period_at(at, "daily", zone).end(zone))
    past_commit = check.binds == "commit" and bool(flown.commit) and data.commit != flown.commit
    past_release = check.binds == "release" and flown.since is not None and record.order < flown.since
    past_host = check.binds == "host" and bool(flown.host) and data.observer != flown.host
    return Seen(
        data.observer, data.state, data.expected, data.actual, data.detail, at, valid_until,
        data.commit, data.bound, data.moved, record.by, record.wall, data.output,
        by_check=data.by_check, elsewhere=flown.host if past_host else "", before=flown.tag if past_release else "",
        is_past=past_commit or past_host or past_release,
    )  # fmt: skip


def word_of(
    check: Check, found: Observed, *, observer: str, before: Seen | None, now: float, moved: str = ""
) -> ItemObserved | None:
    """Return what is to be written down of a look at `now`: news, or what holds once it is due; None else.

    `before` is the observer's last word.
    """
    word = ItemObserved(
        observer=observer,
        check=check.kind,
        state=found.state,
        expected=expectation(check),
        actual=found.actual,
        detail=found.detail,
        valid_until=rfc3339(now + check.validity),
        commit=found.commit,
        bound=found.bound,
        moved=moved,
        by_check=check_digest(check),
    )
    if before is None or is_news(before, word, now=now):
        return word
    return replace(word, renewal=True) if is_renewal_due(before, now=now) else None


def is_news(before: Seen, after: ItemObserved, *, now: float) -> bool:
    """Whether an observation says anything that the observer's last word `before` does not."""
    if before.valid_until <= now:
        return True
    return (before.state, before.expected, before.moved, before.commit, before.bound, before.by_check) != (
        after.state, after.expected, after.moved, after.commit, after.bound, after.by_check,
    )  # fmt: skip


def is_renewal_due(before: Seen, *, now: float) -> bool:
    """Whether what holds is to be said again: at half of its validity, and never before five minutes."""
    half = (before.valid_until - before.at) / 2
    return now - before.at >= max(half, _RENEW_NOT_BELOW)

"""Whether somebody looks at this screen, what they had seen when they stopped, and what to tell when they come back."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cockpit.release.run import Run
from cockpit.release.since import Changes, Heads, heads_of, since_looked

Absence = Literal["blurred", "suspended", "offline"]

AWAY_FOR = 60.0  # seconds: a shorter look elsewhere is none
ASLEEP_FOR = 60.0  # seconds without a tick of the clock: the machine or the process slept
IDLE_FOR = 600.0  # seconds without a key
_TYPES_FOR = 1.5  # seconds after a key
_ARRIVES_WITHIN = 2.0  # seconds, for what was fetched to come from the journals to the screen


class Summary(Struct, frozen=True):
    """What changed since a moment (epoch seconds), a person each."""

    since: float
    changes: tuple[Changes, ...]

    @property
    def count(self) -> int:
        """How many records that are."""
        return sum(one.count for one in self.changes)

    @property
    def by(self) -> str:
        """By whom, in few words: whoever changed the gravest, and how many others."""
        others = len(self.changes) - 1
        more = f" and {others} {'other' if others == 1 else 'others'}" if others else ""
        return f"{self.changes[0].who}{more}"


class Attention:
    """For one loop; `tick` is to be called every second or so. Times are in epoch seconds."""

    def __init__(self, run: Run, now: float) -> None:
        self._ticked = (run, now)
        self._touched = (run, now)
        self._typed_at: float | None = None
        self._absences: set[Absence] = set()
        self._seen: tuple[Heads, float] | None = None  # when they stopped looking, or what an earlier session had seen
        self._due: float | None = None

    @property
    def looking(self) -> bool:
        """Whether what is on the screen is seen, as far as can be told."""
        return self._absences <= {"offline"} and (self._seen is None or "offline" in self._absences)

    def idle(self, now: float) -> bool:
        """Whether no key was pressed for so long that nobody can tell whether somebody looks."""
        return now - self._touched[1] >= IDLE_FOR

    def opened(self, heads: Heads, at: float, now: float) -> None:
        """What was seen when this person looked last, in an earlier session."""
        self._seen, self._due = (heads, at), now

    def leave(self, why: Absence, run: Run, now: float) -> None:
        """Nobody looks any more, or nothing comes in."""
        if not self._absences and self._seen is None:
            self._seen = heads_of(run.records), now
        self._absences.add(why)

    def back(self, why: Absence, now: float) -> None:
        """Somebody looks again, or things come in again."""
        if why not in self._absences:
            return
        self._absences.remove(why)
        if self._absences or self._seen is None:
            return
        if why == "offline":
            self._due = now + _ARRIVES_WITHIN
        elif now - self._seen[1] >= AWAY_FOR:
            self._due = now
        else:
            self._seen = None

    def tick(self, run: Run, now: float) -> None:
        """The clock goes on; where it jumped, nobody can have looked."""
        before, at = self._ticked
        self._ticked = (run, now)
        if now - at > ASLEEP_FOR and self._seen is None and not self._absences:
            self._seen, self._due = (heads_of(before.records), at), now + _ARRIVES_WITHIN

    def touch(self, run: Run, now: float, *, me: str) -> Summary | None:
        """Somebody pressed a key; after long without one, return what changed meanwhile, to be told in passing."""
        before, at = self._touched
        self._touched, self._typed_at = (run, now), now
        if now - at < IDLE_FOR or self._seen is not None or before is run:
            return None
        changes = since_looked(run, heads_of(before.records), me=me)
        return Summary(at, changes) if changes else None

    def touched_lately(self, now: float) -> bool:
        """Whether somebody is typing."""
        return self._typed_at is not None and 0 <= now - self._typed_at < _TYPES_FOR

    def due(self, now: float) -> bool:
        """Whether there may be something to tell now."""
        return self._due is not None and now >= self._due and self._absences <= {"offline"}

    def summary(self, run: Run, *, me: str) -> Summary | None:
        """Return what changed while nobody looked, once; None where nothing did, or only by oneself."""
        seen, self._seen, self._due = self._seen, None, None
        if seen is None:
            return None
        if self._absences:  # what comes in when the others are back is news on top of this
            self._seen = heads_of(run.records), self._ticked[1]
        heads, at = seen
        changes = since_looked(run, heads, me=me)
        return Summary(at, changes) if changes else None

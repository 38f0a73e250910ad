"""What all tools share: four questions, of which each kind answers those it can."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence

from msgspec import Struct

from cockpit.release.sources import (
    Capability,
    Source,
    SourceLine,
    SourceQuestion,
    SourceReading,
    SourceState,
    Unit,
)
from cockpit.sources.client import Client
from cockpit.sources.trouble import SourceError
from cockpit.times import epoch

MOST_LINES = 1000
_WORST: dict[SourceState, int] = {"ok": 0, "paused": 1, "degraded": 2, "unknown": 3, "down": 4}


class Tool:
    """One configured tool; `now` tells epoch seconds. Whatever says nothing is raised as SourceError."""

    def __init__(self, source: Source, client: Client, now: Callable[[], float]) -> None:
        self.source = source
        self.client = client
        self.now = now

    async def status(self, query: str) -> SourceReading:
        """Return how what `query` names is, by the tool's word; all that it watches where that is empty."""
        raise self._cannot("status", query)

    async def errors(self, query: str, window: float) -> SourceReading:  # noqa: ARG002
        """Return how many errors there were within the last `window` seconds."""
        raise self._cannot("errors", query)

    async def logs(
        self,
        query: str,
        since: float,  # noqa: ARG002
        until: float,  # noqa: ARG002
        limit: int = MOST_LINES,  # noqa: ARG002
    ) -> SourceReading:
        """Return the newest lines between two epoch times, oldest first; the value is their number."""
        raise self._cannot("logs", query)

    async def metric(self, question: SourceQuestion) -> SourceReading:
        """Return one value."""
        raise self._cannot("metric", question.query)

    async def alive(self, ask: Capability, query: str, window: float) -> bool:  # noqa: ARG002
        """Whether anything at all came in: where nothing did, none of it being an error says nothing."""
        return True

    def _cannot(self, ask: str, _query: str) -> SourceError:
        able = ", ".join(self.source.traits.capabilities)
        return SourceError("bad_query", f"{self.source.traits.title} tells no {ask}", fix=f"It tells: {able}")


def counted(count: float, unit: Unit = "errors", *, detail: str = "", **more: object) -> SourceReading:
    """Return the answer that is a number of things."""
    words = f"{count:.0f} {unit}" + (f": {detail}" if detail else "")
    return SourceReading("ok", value=float(count), unit=unit, detail=words, **more)  # type: ignore[arg-type]


def of_lines(lines: Iterable[SourceLine], *, whole: bool) -> SourceReading:
    """Return the answer that is lines of a log, newest first, brought into the order of their times."""
    oldest_first = [*lines]
    oldest_first.reverse()  # lines of the same moment keep the order in which they were written
    ordered = tuple(sorted(oldest_first, key=lambda line: line.at))
    return counted(len(ordered), "lines", lines=ordered, partial=not whole)


class Part(Struct, frozen=True):
    """One of the things that a tool watches; `at` is when it looked last, in epoch seconds."""

    name: str
    state: SourceState
    at: float | None = None


def of_parts(parts: Sequence[Part], query: str, *, what: str, whole: bool = True, link: str = "") -> SourceReading:
    """Return the worst state of a tool's parts, of those that `query` names, in part or whole.

    Nothing there is unknown; a part that is paused watches nothing, and so it is no good news where all else is well.
    """
    wanted = [part for part in parts if part.name == query] or [
        part for part in parts if query.casefold() in part.name.casefold()
    ]
    if not wanted:
        about = f" {query}" if query else ""
        if not whole:
            raise SourceError("partial", f"no {what}{about} among the first {len(parts)}", fix="Ask for fewer")
        raise SourceError("empty", f"there is no {what}{about}", fix=f"It has {len(parts)}: name one of them")
    worst = max((part.state for part in wanted), key=_WORST.__getitem__)
    named = [part.name for part in wanted if part.state == worst]
    if worst == "ok":
        words = f"{len(wanted)} of {len(wanted)} ok" if len(wanted) > 1 else f"{named[0]} is ok"
    else:
        more = f" and {len(named) - 2} more" if len(named) > 2 else ""
        words = f"{', '.join(named[:2])}{more}: {worst}"
    looked = [part.at for part in wanted if part.at is not None and part.state != "paused"]
    return SourceReading(
        worst, detail=words, partial=not whole, link=link, observed_at=min(looked, default=None),
        trouble="empty" if worst == "unknown" else "",
    )  # fmt: skip


def one_number(values: Sequence[float | None], what: str) -> float:
    """Return the only value of an answer; SourceError where there is none, or more than one."""
    if not values:
        raise SourceError("empty", f"{what} gave no value", fix="Is it written as the tool knows it?")
    if len(values) > 1:
        raise SourceError("bad_query", f"{what} gave {len(values)} values", fix="Bring them together, as by max()")
    if values[0] is None:
        raise SourceError("empty", f"{what} gave no value (null)")
    return values[0]


def number_of(text: object) -> float:
    """Return the number that a text is, `NaN` and `+Inf` among them; SourceError where it is none."""
    try:
        return float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise SourceError("contract", "what should be a number is none") from None


def epoch_of(text: str) -> float:
    """Return the epoch seconds of an ISO 8601 time, in UTC where it names no offset; SourceError where it is none."""
    seconds = epoch(text) or epoch(f"{text}Z")
    if not seconds:
        raise SourceError("contract", "what should be a time is none")
    return seconds


def bearer(source: Source, token: str, _key: str = "") -> dict[str, str]:
    """Return the headers that open a tool by a token, or by a user's password where `user` is given."""
    if not token:
        return {}
    if source.user:
        return {"Authorization": "Basic " + base64.b64encode(f"{source.user}:{token}".encode()).decode()}
    return {"Authorization": f"Bearer {token}"}

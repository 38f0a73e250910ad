"""A review in words: sections of lines and tables, from which every format is drawn; pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cockpit.durations import short_duration
from cockpit.release import review_numbers as numbers
from cockpit.release.course import spent_words
from cockpit.release.outages import SeenOutage
from cockpit.release.review import Review, Waiting
from cockpit.release.review_support import answered
from cockpit.release.review_words import Row, Section, When, clock, count_of, cut, day_clock, hours
from cockpit.times import epoch

_EACH = 8  # of what is overdue, due and to come
_CHANGES = 60  # that are told one by one
_DAY = len("11-26 ")


def sections_of(review: Review) -> tuple[Section, ...]:
    """Return the whole of a review, how all stands first; what was never set up is one line at the end."""
    when = clock(review)
    sections = (
        _summary(review),
        _executions(review, when),
        _coverage(review, when),
        _outages(review, when),
        _incidents(review, when),
        numbers.errors(review, when),
        _waiting(review, when),
        numbers.uptime(review),
        *numbers.told(review),
        numbers.targets(review),
        numbers.security(review),
        numbers.payments(review),
        numbers.endpoints(review),
        numbers.logs(review),
        _changes(review, when),
        _debt(review),
        _support(review),
    )
    absent = _absent(review)
    kept = tuple(section for section in sections if section.id not in absent)
    words = [word for word in absent.values() if word]
    words += _unmeasured(review)
    return (*kept, Section("absent", "Not set up", "; ".join(words))) if words else kept


def _absent(review: Review) -> dict[str, str]:
    """Return the sections that have nothing to tell, for what they tell of is not there, with the words for it."""
    absent: dict[str, str] = {}
    if not review.executions:
        absent["executions"] = ""
    if not review.support:
        absent["support"] = ""
    if not review.probes:
        absent["uptime"] = "probes"
    if not review.logs:
        absent |= dict.fromkeys(("errors", "security", "payments", "endpoints"), "")
        absent["logs"] = "logs (errors, logins and attacks, payments, slow endpoints)"
    if all(one.whole.state == "not bound" for one in review.targets):
        absent["targets"] = ""
    return absent


def _unmeasured(review: Review) -> list[str]:
    titles = [one.title for one in review.targets if one.whole.state == "not bound"]
    return [f"{', '.join(titles)} (a probe for each under targets: in cockpit.yaml)"] if titles else []


def _summary(review: Review) -> Section:
    rows = tuple(Row((one,), one.startswith(("DOWN now", "Incident OPEN"))) for one in review.summary)
    return Section("summary", "In short", "", rows, grave=any(row.grave for row in rows))


def _executions(review: Review, when: When) -> Section:
    rows = [
        Row(
            (when(one.at), one.what, one.by, "" if one.seconds is None else spent_words(one.seconds), one.state,
             one.detail),
            one.grave,
        )
        for one in review.executions
    ]  # fmt: skip
    heads = ("when", "what", "by", "took", "state", "")
    kinds = Counter(one.kind for one in review.executions)
    told = ", ".join(f"{count} {kind}{'s' if count != 1 else ''}" for kind, count in kinds.items())
    return Section("executions", "Rollbacks and deploys", told, cut(rows), heads,
                   any(row.grave for row in rows))  # fmt: skip


def title_of(review: Review) -> str:
    """Return what is reviewed, in one line."""
    environment = "PRODUCTION" if review.production else review.environment
    named = f" {review.run.name}" if review.run is not None else ""
    return f"Review of {review.service} {environment}{named}"


def span_of(review: Review) -> str:
    """Return from when to when, and why from then."""
    when = day_clock(review)
    return f"{when(review.since)} to {when(review.until)} {review.timezone}, since {review.begins}"


def short_span_of(review: Review) -> str:
    """Return the same where there is little room."""
    when = clock(review)
    return f"since {when(review.since)}, {review.begins}"


def watched_words(watched: float, seconds: float) -> str:
    """Return `watched 21 h 40 m of 24 h 0 m`."""
    return f"watched {hours(watched)} of {hours(seconds)}"


def _coverage(review: Review, when: When) -> Section:
    found = review.coverage
    rows = [
        Row(
            (f"nobody watched {_exact(gap.since, when)} to {_exact(gap.until, when)}", hours(gap.until - gap.since)),
            True,
        )
        for gap in found.gaps
    ]
    if review.late:
        rows.append(Row((f"{review.late} records of before the last review have come in since: cockpit timeline", "")))
    if review.trouble:
        rows.append(Row((review.trouble, ""), True))
    told = f"{watched_words(found.watched, found.seconds)} by {found.observer}"
    return Section("coverage", "Coverage", told, cut(rows), grave=bool(found.gaps))


def _outages(review: Review, when: When) -> Section:
    rows = [
        Row((one.probe, _bounds(one, when), hours(one.seconds), one.detail, one.observer), True)
        for one in review.outages
        if not one.short
    ]
    short = sum(one.short for one in review.outages)
    told = f"{len(rows)}" if rows else f"none seen by {review.observer}"
    told += f", and {short} shorter than a probe takes for being down" if short else ""
    return Section("outages", "Outages", told, cut(rows), ("probe", "when", "lasted", "what", "by"), bool(rows))


def _bounds(one: SeenOutage, when: When) -> str:
    start = _exact(one.at, when)
    begun = "" if one.began == "seen" else " or before"
    if one.ended == "ongoing":
        return f"{start}{begun}, STILL DOWN"
    ended = "" if one.ended == "seen" else " or later"
    told = " (lasting state)" if one.lasting else ""
    end = _exact(one.until, when)
    if end[:_DAY] == start[:_DAY]:
        end = end[_DAY:]
    return f"{start}{begun} to {end}{ended}{told}"


def _exact(at: float, when: When) -> str:
    """Return a time to the second: every zone has whole minutes."""
    return f"{when(at)}:{int(at) % 60:02d}"


def _incidents(review: Review, when: When) -> Section:
    rows = [
        Row(
            (one.title, one.severity, when(one.at), "OPEN" if one.until is None else hours(one.seconds), one.by),
            one.until is None,
        )
        for one in review.incidents
    ]
    return Section("incidents", "Incidents", count_of(rows), cut(rows), ("what", "severity", "when", "lasted", "by"),
                   any(row.grave for row in rows))  # fmt: skip


def _waiting(review: Review, when: When) -> Section:
    groups = (("OVERDUE", review.overdue), ("tomorrow", review.tomorrow), ("due", review.due))
    rows: list[Row] = []
    for word, found in groups:
        waiting = [Row(_wait(word, one, when), word == "OVERDUE") for one in found]
        rows += cut(waiting, _EACH, what=f"{word.lower()} ")
    told = f"{len(review.overdue)} overdue, {len(review.due)} due, {len(review.tomorrow)} tomorrow"
    return Section("due", "Due", told, tuple(rows), ("", "what", "by", "role"), bool(review.overdue))


def _wait(word: str, one: Waiting, when: When) -> tuple[str, ...]:
    late = f" {short_duration(one.late)}" if one.late else ""
    # The last minute in which it is in time, not the midnight after it.
    return f"{word}{late}", f"{one.text} ({one.period})" if one.period else one.text, when(one.at - 60), one.role


def _changes(review: Review, when: When) -> Section:
    found = [(epoch(change.at), who.who, change) for who in review.changes for change in who.changes]
    gravest_first = sorted(found, key=lambda one: one[2].weight)
    # Where there are too many, the gravest are told; what is told is in the order in which it happened.
    told_rows = sorted(gravest_first[:_CHANGES], key=lambda one: one[0])
    rows = [Row((_exact(at, when), who, change.text), change.alarming) for at, who, change in told_rows]
    rows += [Row(()) for _ in gravest_first[_CHANGES:]]  # counted, not told
    count = sum(who.count for who in review.changes)
    told = f"{count} records by {', '.join(who.who for who in review.changes)}" if rows else "nothing"
    return Section("changes", "Who did what", told, cut(rows, _CHANGES), ("when", "who", "what"))


def _debt(review: Review) -> Section:
    rows = [Row((one.kind, one.text, one.reason, one.by)) for one in review.debt]
    return Section("debt", "Debt", count_of(rows), tuple(rows), ("kind", "item", "why", "by"))


def _support(review: Review) -> Section:
    rows = [Row((one.text, one.state, one.told or "nothing here tells")) for one in review.support]
    told = f"the data say something to {answered(review.support)} of {len(rows)}; they tick none" if rows else "none"
    return Section("support", "Items after the launch", told, tuple(rows), ("item", "state", "what the data say"))


def told_lines(review: Review) -> Iterator[tuple[str, bool]]:
    """Yield the review line by line as plain text, each with whether it is a heading."""
    for section in sections_of(review):
        yield f"{section.title}: {section.told}", True
        for row in section.rows:
            yield "  ".join(cell for cell in row.cells if cell), False

"""A message template filled in: from the release, and from what a person says; plain `{blank}` substitution.

Values are data: a value that looks like a blank is not filled again, and nothing in a template or a value is executed.
What stays empty is named, and blocks sending.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from msgspec import Struct

from cockpit.durations import parse_duration
from cockpit.errors import NotFoundError, UsageError
from cockpit.release.events import RunOpened
from cockpit.release.library import BLANK, MessageTemplate, TemplateField
from cockpit.release.run import Run
from cockpit.release.told_facts import both_clocks, facts_of, interval_words
from cockpit.times import epoch, rfc3339

Source = Literal["set", "state", "default", ""]
NEXT_UPDATE: Final = "next_update"
UPDATE_INTERVAL: Final = "update_interval"
_IN_WORDS = re.compile(r"(\d+) *(minute|min|hour|day|second|sec)s?")
_UNITS = {"minute": "m", "min": "m", "hour": "h", "day": "d", "second": "s", "sec": "s"}


class FilledField(Struct, frozen=True):
    """A blank with what stands in it, and where that is from; an empty value is still to be filled in."""

    name: str
    hint: str
    value: str
    source: Source
    choices: tuple[str, ...] = ()


class Filling(Struct, frozen=True):
    """A template as it would be sent: blanks that are empty still stand in braces. `footer` ends every message."""

    template: MessageTemplate
    fields: tuple[FilledField, ...]
    subject: str
    body: str
    next_update_at: str  # RFC 3339 UTC of the update that it promises; empty where it does not
    incident: str = ""
    untrue: str = ""  # why it may not be sent as the release stands

    @property
    def missing(self) -> tuple[FilledField, ...]:
        """The blanks that block sending."""
        return tuple(field for field in self.fields if not field.value)

    @property
    def text(self) -> str:
        """Subject and body as they are kept: the subject is the first line."""
        return f"{self.subject}\n\n{self.body}"


def template_of(run: Run, wanted: str) -> MessageTemplate:
    """Return the template of that id; NotFoundError lists those there are."""
    found = next((one for one in run.library.templates if one.id == wanted), None)
    if found is None:
        known = ", ".join(one.id for one in run.library.templates) or "none is pinned"
        raise NotFoundError(f"no template {wanted!r}", fix=f"There is: {known}")
    return found


def fill(
    template: MessageTemplate, run: Run, *, now: float, by: str, given: Mapping[str, str], incident: str = ""
) -> Filling:
    """Return the template filled in for a moment (epoch seconds); `incident` is the id of the one it is about.

    What is given comes before what the release tells, and that before a default. Raises UsageError for a field that
    the template has not, and for a value that its field may not have.
    """
    known = {field.name: field for field in template.fields}
    strange = [name for name in given if name not in known]
    if strange:
        raise UsageError(
            f"the template {template.id} has no field {strange[0]!r}", fix=f"There is: {', '.join(known) or 'none'}"
        )
    facts = facts_of(run, now=now, by=by, incident=incident)
    fields = []
    promise = 0.0
    for field in template.fields:
        filled, until = _field(field, given.get(field.name, "").strip(), facts, run, now)
        fields.append(filled)
        # Where both are told, the time is the promise, and the interval only the rhythm after it.
        promise = until if until and (field.name == NEXT_UPDATE or not promise) else promise
    values = {field.name: field.value for field in fields}
    footer = _footer(run, now, by)
    return Filling(
        template,
        tuple(fields),
        " ".join(_substituted(template.subject.strip(), values).split()),
        f"{_substituted(template.body.rstrip(), values)}\n\n{footer}",
        rfc3339(promise) if promise else "",
        incident,
        untrue(template, run),
    )


def untrue(template: MessageTemplate, run: Run) -> str:
    """Return why a template may not be sent as the release stands; empty where it may."""
    if not template.states or run.state in template.states:
        return ""
    return f"the release is {run.state}, and this is said of one that is {' or '.join(template.states)}"


def _field(
    field: TemplateField, said: str, facts: Mapping[str, str], run: Run, now: float
) -> tuple[FilledField, float]:
    """Return the field with its value, and until when it promises an update, 0.0 where it does not."""
    source: Source = "set" if said else "state" if facts.get(field.name) else "default" if field.default else ""
    value = said or facts.get(field.name) or field.default
    if value and field.choices and value not in field.choices:
        if source == "set":
            raise UsageError(f"{value!r} is no {field.name}", fix=f"Say one of {', '.join(field.choices)}")
        value, source = "", ""
    promise = 0.0
    if value and field.name in {NEXT_UPDATE, UPDATE_INTERVAL}:
        value, promise = _promised(field.name, value, run, now)
    elif value and source != "state" and epoch(value):
        value = both_clocks(epoch(value), run.timezone)
    return FilledField(field.name, field.hint, value, source, field.choices), promise


def _promised(name: str, value: str, run: Run, now: float) -> tuple[str, float]:
    """Return a promise as it is written in the message, and when it is due."""
    seconds = _duration(value)
    at = now + seconds if seconds else epoch(value) if name == NEXT_UPDATE else 0.0
    if at <= now:
        wanted = "a duration such as 30m, or a time to come with its offset" if not seconds else "more than nothing"
        raise UsageError(f"{value!r} says not when people are told next", fix=f"Write {wanted} for {name}")
    return (both_clocks(at, run.timezone) if name == NEXT_UPDATE else interval_words(seconds)), at


def _duration(text: str) -> float:
    spelt = _IN_WORDS.fullmatch(text.strip().lower())
    try:
        return parse_duration(f"{spelt[1]}{_UNITS[spelt[2]]}" if spelt is not None else text)
    except ValueError:
        return 0.0


def _substituted(text: str, values: Mapping[str, str]) -> str:
    # In one pass: what stands in a value is not looked at again.
    return BLANK.sub(lambda blank: values.get(blank[1]) or blank[0], text)


def _footer(run: Run, now: float, by: str) -> str:
    where = " ".join(filter(None, (run.service, run.environment, run.tag)))
    # A run is mostly called after the tag that it was opened with: beside a later one, that reads as a contradiction.
    first = next((record.data.tag for record in run.records if isinstance(record.data, RunOpened)), "")
    flown = f", run {run.name}" if run.open and run.name not in {run.tag, first} else ""
    return f"-- \n{both_clocks(now, run.timezone)}, {by}\n{where}{flown}"

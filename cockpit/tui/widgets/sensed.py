"""How a sensed item is told on the screen: in a few words on its line, and in full beside it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.style import Style

from cockpit.durations import age as age_of
from cockpit.release.checks import expectation
from cockpit.release.item_state import Sense
from cockpit.release.run import ItemView
from cockpit.release.sensing import Seen
from cockpit.tui.theme import Inks

_NOT_TRUSTED = "not trusted on this host"


def sensed_why(view: ItemView, *, trusted: bool, production: bool) -> str:
    """Return what stands beside the state's word; empty where the check has nothing to say of it."""
    sensing, reading = view.sensing, view.reading
    if sensing is None or reading is None or not view.is_sensed:
        return ""
    if reading.sense is Sense.NO_DATA:
        if not trusted:
            return _NOT_TRUSTED
        return "waits for a person: r" if sensing.check.waits_for_person(production=production) else view.detail
    return view.detail


def sensed_age(view: ItemView, now: float) -> str:
    """Return how old the word is that decides; empty where nobody has looked."""
    told = view.reading.told if view.reading is not None and view.is_sensed else None
    return age_of(now - told.at) if told is not None else ""


def sensed_lines(
    view: ItemView, inks: Inks, *, now: float, trusted: bool, production: bool
) -> Iterator[tuple[str, str, Style]]:
    """Yield (label, text, ink) of what the check wants and of what each observer saw."""
    sensing, reading = view.sensing, view.reading
    if sensing is None or reading is None:
        return
    check = sensing.check
    yield "expected", expectation(check), inks.plain
    told = reading.told
    if told is None:
        why = sensed_why(view, trusted=trusted, production=production) or ("no data yet" if trusted else _NOT_TRUSTED)
        yield "actual", why, inks.warn
    else:
        yield "actual", _seen(told, now), _ink(reading.sense, inks)
        if told.detail and told.detail != told.actual:
            yield "", told.detail, inks.muted
    for other in sensing.seen:
        if other is not told:
            yield "", _seen(other, now), inks.muted
    if sensing.rests:
        yield "", "not looked at any more: that version was rolled back", inks.muted
    role = "closes the item" if sensing.closes else "supports the item: a person closes it"
    if sensing.check.closes and not sensing.closes:
        role = "does not close what a person has reopened"
    effects = f", has effects ({check.effects})" if check.effects != "none" else ""
    yield "check", f"{check.kind}, {role}{effects}", inks.muted


def _seen(seen: Seen, now: float) -> str:
    expired = "" if now < seen.valid_until else ", too old to be believed"
    moved = f" ({seen.moved})" if seen.moved else ""
    return f"{seen.actual}{moved}, {age_of(now - seen.at)} ago on {seen.observer}{expired}"


def _ink(sense: Sense, inks: Inks) -> Style:
    if sense is Sense.OK:
        return inks.good
    return inks.bad if sense in {Sense.FAILED, Sense.LOST} else inks.warn

"""Which item a person means who types an id, an end of one, or a period and an end of one."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from cockpit.errors import NotFoundError, UsageError
from cockpit.release.instances import instance_view
from cockpit.release.periods import CADENCES, Period, instance_id, parse_instance, parse_period
from cockpit.release.recurrence import Almanac
from cockpit.times import zone

if TYPE_CHECKING:
    from cockpit.release.run import Run


def find_item(run: Run, wanted: str, *, now: float) -> str:
    """Return the id of the item that is meant: exactly, or by an end of its id that only one has.

    Of an item that recurs it is the instance of the period that is named, `2026-W48/…`, else of the present one.
    """
    if instance_view(run, wanted) is not None:
        return wanted
    period, rest = _period_named(wanted)
    item = find_template(run, rest)
    template = run.items[item]
    if period is not None:
        if template.item.cadence != period.cadence:
            raise NotFoundError(f"no instance {wanted!r}", fix="cockpit maintenance lists them")
        return instance_id(period, item)
    if template.item.cadence is None:
        return item
    present = Almanac(run, now, zone(run.timezone)).current(template)
    if present is None:
        raise NotFoundError(
            f"{template.item.text!r} is not asked for in these days",
            fix="Name the period: cockpit maintenance --all lists them",
        )
    return present.id


def _period_named(wanted: str) -> tuple[Period | None, str]:
    """Return the period that `weekly/2026-W48/x` or `2026-W48/x` begins with, and what follows it."""
    key = parse_instance(wanted)
    if key is not None:
        return key
    label, _, rest = wanted.partition("/")
    period = next((found for each in CADENCES if (found := parse_period(each, label)) is not None), None)
    return (period, rest) if period is not None and rest else (None, wanted)


def find_template(run: Run, wanted: str) -> str:
    """Return the id of the checklist's item that is meant, be it one that recurs."""
    if wanted in run.items:
        return wanted
    ending = [identity for identity in run.items if identity.endswith("/" + wanted)]
    if len(ending) == 1:
        return ending[0]
    if ending:
        raise UsageError(f"{wanted!r} fits several items", fix=f"Name one whole: {', '.join(ending)}")
    short = {identity.rsplit("/", 1)[-1]: identity for identity in run.items}
    last = wanted.rsplit("/", 1)[-1]
    names = get_close_matches(last, list(short), n=3) or [name for name in short if last and last in name][:5]
    close = [short[name] for name in names]
    meant = f"Did you mean {', '.join(close)}? " if close else ""
    fix = f"{meant}Enter on an item shows its id; cockpit status --json lists all"
    raise NotFoundError(f"no item {wanted!r}", fix=fix)

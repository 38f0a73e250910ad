"""What recurs is reckoned anew only now and then, and stands as if it had been each time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.release.checks import Check, FileCheck, check_digest
from cockpit.release.events import ItemObserved
from cockpit.release.intents import RecordFact, TickItem
from cockpit.release.reckoning import Reckoner
from cockpit.release.recurrence import occurrences
from cockpit.times import rfc3339
from tests.release.recurring import CARE, at, carer

BERLIN = ZoneInfo("Europe/Berlin")
FRESH = Check(file=FileCheck("dumps/*", newer_than="24h"), closes=True, binds="period")
MONDAY = "2026-11-23T09:00:00+00:00"

PERSON = carer(pinned=replace(CARE, configuration=replace(CARE.configuration, checks={"dumps": FRESH})))
PERSON.at = round(at(MONDAY) * 1000)
PERSON.act(
    RecordFact(
        "item:weekly/2026-W48/dumps",
        ItemObserved(
            observer="web1", check=FRESH.kind, state="ok", actual="ok as seen", by_check=check_digest(FRESH),
            valid_until=rfc3339(at(MONDAY) + 3600.0),
        ),
    )
)  # fmt: skip
PERSON.act(TickItem("weekly/2026-W48/keys"))
RUN = PERSON.run

# Seconds to the next look: within a moment that nothing changes in, to its very end, and beyond many.
steps = st.one_of(st.floats(0, 30), st.sampled_from([3600.0, 86_400.0, 7 * 86_400.0]), st.floats(0, 40 * 86_400))


@settings(max_examples=20)
@given(st.floats(at(MONDAY) - 86_400, at(MONDAY) + 86_400), st.lists(steps, max_size=6))
def test_it_is_as_if_it_were_reckoned_each_time(now: float, later: list[float]) -> None:
    reckoner = Reckoner()
    for step in [0.0, *later]:
        now += step
        assert reckoner.at(RUN, now, BERLIN) == occurrences(RUN, now, BERLIN)


def test_it_is_not_reckoned_again_while_nothing_can_have_changed() -> None:
    reckoner = Reckoner()
    noon = at("2026-11-23T12:00:00+00:00")
    first = reckoner.at(RUN, noon, BERLIN)
    again = reckoner.at(RUN, noon + 60, BERLIN)
    waiting = [(one, other) for one, other in zip(first, again, strict=True) if one.state != "overdue"]
    assert waiting and all(one is other for one, other in waiting)

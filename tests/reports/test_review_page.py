"""A review that one hands on: its first sentences say how the release stands, and what nobody set up is no section."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from cockpit.release.days import days_of
from cockpit.release.health import ProbeState
from cockpit.release.intents import AddNote, ConfirmExecution, EndExecution, OpenIncident, RequestExecution
from cockpit.release.review import Review, review_of
from cockpit.release.review_data import LogData, LogDay, ProbeData, ReviewData
from cockpit.release.review_told import sections_of
from cockpit.release.rollup import Rollup
from cockpit.release.stretches import Stretch
from cockpit.reports.review import review_to_html, review_to_markdown
from cockpit.reviewing import review_document
from tests.release.support import BEN, NOW, Person, joined, opened, plan_to

UTC = ZoneInfo("UTC")
MINUTE = 60_000
ROLLED_BACK = "v2 was rolled back to v1 at 08:21 by Ana."


def rolled_back(outcome: str = "succeeded", *, seen: str = "v1") -> Person:
    ana = opened()
    ana.at = NOW + 10 * MINUTE
    ana.act(AddNote("payments fail"))
    ana.at = NOW + 20 * MINUTE
    ana.act(RequestExecution("x", plan_to(), "v1"))
    ana.at += 40_000 + MINUTE // 2
    ana.act(EndExecution("x", outcome, "it is up", seen))  # type: ignore[arg-type]
    return ana


def review(
    person: Person, *, minutes: int = 26, logs: bool = False, watched: bool = True, stretches: tuple[Stretch, ...] = ()
) -> Review:
    since, until = NOW / 1000, NOW / 1000 + minutes * 60
    days = days_of(since, until, UTC)
    data = ReviewData(
        since, until, "the run was opened", "bridge", days, ((since, until),) if watched else (),
        (ProbeData("api", "Shop API", 5.0, stretches, (Rollup(ok=9),) * len(days)),),
        logs=(LogData("app", (LogDay(10, 100, 1, 0, 100, 0),) * len(days)),) if logs else (),
    )  # fmt: skip
    return review_of(person.run, data, UTC)


def test_after_a_rollback_the_first_words_are_of_it() -> None:
    lines = review_to_markdown(review(rolled_back())).splitlines()
    assert lines[2].startswith(f"{ROLLED_BACK} It took 1 m 10 s; verified by version. 5 of 5 items are open;")
    assert "No probe is down." in lines[2]
    html = review_to_html(review(rolled_back()))
    assert html.index(ROLLED_BACK) < html.index("<h2>")
    assert review_document(review(rolled_back()))["summary"][0] == ROLLED_BACK
    assert sections_of(review(rolled_back()))[0].rows[0].cells == (ROLLED_BACK,)


def test_nobody_reads_that_all_is_well_where_nobody_looked() -> None:
    told = " ".join(review(rolled_back(), watched=False).summary)
    assert "No probe is down" not in told
    assert "Nobody watches now" in told


def test_what_was_carried_out_has_a_section_in_the_order_of_time() -> None:
    page = review_to_markdown(review(rolled_back()))
    assert page.index("## Rollbacks and deploys") < page.index("## Outages")
    assert "| 01-15 08:20 | rollback from v2 to v1 | Ana | 1 m 10 s | succeeded | it is up |" in page
    assert "## Rollbacks and deploys" not in review_to_markdown(review(opened()))


def test_a_day_that_is_not_today_is_named() -> None:
    assert "rolled back to v1 on 2027-01-15 at 08:21 by Ana" in review(rolled_back(), minutes=2000).summary[0]


def test_what_is_not_verified_or_confirmed_by_a_person_says_so() -> None:
    ana = rolled_back("unverified", seen="")
    assert "NOT VERIFIED" in review(ana).summary[1]
    ben = joined(ana, BEN)
    ben.act(ConfirmExecution("x", "the footer says v1"))
    assert "Ben confirmed that it runs" in review(ben).summary[1]


def test_a_release_without_a_rollback_says_since_when_it_stands_as_it_does() -> None:
    assert review(opened()).summary[0] == "v2 is active since 08:00, by Ana."
    aborted = rolled_back("aborted")
    assert review(aborted).summary[:2] == (
        "v2 is active since 08:00, by Ana.",
        "The rollback to v1 by Ana was aborted at 08:21.",
    )


def test_one_persons_deeds_are_in_the_order_of_time() -> None:
    (ana,) = (who for who in review(rolled_back()).changes if who.who == "Ana")
    assert [one.at for one in ana.changes] == sorted(one.at for one in ana.changes)
    assert "noted: payments fail" in [one.text for one in ana.changes][:-1]


def test_who_did_what_is_told_in_the_order_of_time_to_the_second() -> None:
    ana = rolled_back()
    ben = joined(ana, BEN)
    ben.at += 30_000
    ben.act(AddNote("seen from here, too"))
    ana.hear(ben)
    ana.at += 60_000
    ana.act(AddNote("all well again"))
    rows = next(one for one in sections_of(review(ana)) if one.id == "changes").rows
    times = [row.cells[0] for row in rows]
    assert times == sorted(times)
    assert all(time.count(":") == 2 for time in times)
    assert [row.cells[1] for row in rows][-2:] == ["Ben", "Ana"]


@pytest.mark.parametrize("logs", [False, True])
def test_what_nobody_set_up_is_one_line_at_the_end(logs: bool) -> None:
    sections = sections_of(review(opened(), logs=logs))
    assert ("payments" in {section.id for section in sections}) is logs
    page = review_to_markdown(review(opened(), logs=logs))
    assert ("## Logins and attacks" in page) is logs
    assert ("logs (errors, logins and attacks, payments, slow endpoints)" in page.splitlines()[-1]) is not logs


def test_where_more_happened_than_is_told_the_gravest_is_told() -> None:
    ana = opened()
    for number in range(70):
        ana.at += 1000
        ana.act(AddNote(f"note {number}"))
    ana.act(OpenIncident("1", "Checkout is down", "critical"))
    rows = next(one for one in sections_of(review(ana)) if one.id == "changes").rows
    *told, left = [row.cells for row in rows]
    assert told[-1][2] == "opened the critical incident Checkout is down"
    assert len(told) == 60
    assert left == ("and 13 more: cockpit review --json",)
    assert [cells[0] for cells in told] == sorted(cells[0] for cells in told)


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (5, "01-15 08:01:00 to 08:06:00"),
        (960, "01-15 08:01:00 to 01-16 00:01:00"),
        (1442, "01-15 08:01:00 to 01-16 08:03:00"),
    ],
)
def test_an_outage_that_ends_on_another_day_names_it(minutes: int, told: str) -> None:
    start, down = NOW / 1000, NOW / 1000 + 60
    end = down + minutes * 60
    found = (
        Stretch(start, down, ProbeState.OK, 12, "200"),
        Stretch(down, end, ProbeState.DOWN, 60, "502"),
        Stretch(end, end + 60, ProbeState.OK, 12, "200"),
    )
    (row,) = next(
        one for one in sections_of(review(opened(), minutes=minutes + 3, stretches=found)) if one.id == "outages"
    ).rows
    assert row.cells[1] == told

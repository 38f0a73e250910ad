"""Who is called by a probe, and who is not: acknowledged, muted, maintenance, a parent that is down."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.intents import AcknowledgeProbe, EndAcknowledgement, MuteProbe, UnmuteProbe
from cockpit.release.ledger import Pinned
from cockpit.release.live import ProbeFeed
from cockpit.release.narrative import sentence
from cockpit.release.probes import Probe
from cockpit.release.quiet import quiet_probes
from cockpit.release.turns import is_within
from cockpit.release.windows import MaintenanceWindow
from cockpit.times import rfc3339
from tests.release.support import BEN, NOW, PINNED, Person, opening

T0 = NOW / 1000
HOUR = 3600.0


def with_probes(*windows: MaintenanceWindow) -> Pinned:
    probes = {
        "db": Probe(tcp="db:5432"),
        "api": Probe(http="http://x/", parents=("db",)),
        "cart": Probe(http="http://x/cart", parents=("api",)),
    }
    configuration = msgspec.structs.replace(PINNED.configuration, probes=probes, maintenance_windows=windows)
    return Pinned(configuration, PINNED.checklists, PINNED.library, PINNED.digest)


def feed(name: str, state: str = "down", since: float = T0 - 60) -> ProbeFeed:
    return ProbeFeed(name, name, state, since, state, None, "seen", T0, 10.0)


def quiet(person: Person, *feeds: ProbeFeed, at: float = T0 + 1) -> dict[str, str]:
    return {name: one.why for name, one in quiet_probes(person.run, feeds, at, UTC).items()}


def test_an_acknowledgement_ends_by_itself_and_with_the_trouble_it_was_about() -> None:
    ana = Person(pinned=with_probes())
    ana.act(opening())
    ana.act(AcknowledgeProbe("api", rfc3339(T0 + HOUR), "the vendor is on it"))
    assert quiet(ana, feed("api")) == {"api": "acknowledged"}
    assert quiet(ana, feed("api"), at=T0 + HOUR) == {}
    assert quiet(ana, feed("api", since=T0 + 600), at=T0 + 700) == {}, "it recovered and is down again"
    assert "acknowledged by Ana until" in quiet_probes(ana.run, [feed("api")], T0 + 1, UTC)["api"].words
    ana.act(EndAcknowledgement("api"))
    assert quiet(ana, feed("api")) == {}
    with pytest.raises(RefusedError, match="not acknowledged"):
        ana.act(EndAcknowledgement("api"))


def test_it_needs_a_reason_an_end_and_a_probe() -> None:
    ana = Person(pinned=with_probes())
    until = rfc3339(T0 + HOUR)
    for intent, error in (
        (AcknowledgeProbe("api", until, " "), "needs a reason"),
        (AcknowledgeProbe("api", rfc3339(T0 - 1), "x"), "over already"),
        (AcknowledgeProbe("api", rfc3339(T0 + 40 * 24 * HOUR), "x"), "too long"),
        (MuteProbe("api", ""), "needs a reason"),
    ):
        with pytest.raises(RefusedError, match=error):
            ana.act(intent)
    with pytest.raises(NotFoundError, match="no probe 'apy'"):
        ana.act(AcknowledgeProbe("apy", until, "x"))


def test_a_mute_lasts_until_it_is_taken_back_and_where_two_differ_it_calls() -> None:
    ana = Person(pinned=with_probes())
    ben = Person(BEN, ana.texts, pinned=with_probes())
    ana.act(MuteProbe("api", "being rebuilt"))
    assert quiet(ana, feed("api", since=T0 + 900), at=T0 + 1e6) == {"api": "muted"}
    ben.hear(ana)
    ana.act(UnmuteProbe("api"))
    ben.act(MuteProbe("api", "still being rebuilt"))
    ana.hear(ben)
    ben.hear(ana)
    assert quiet(ana, feed("api")) == quiet(ben, feed("api")) == {}
    assert next(sentence(record, ana.run) for record in ana.run.records) == "muted api"


def test_below_a_parent_that_is_down_nobody_is_called_but_by_the_parent() -> None:
    ana = Person(pinned=with_probes())
    assert quiet(ana, feed("db"), feed("api"), feed("cart")) == {"api": "parent", "cart": "parent"}
    assert quiet(ana, feed("db", "unknown"), feed("api"), feed("cart")) == {"cart": "parent"}
    assert quiet_probes(ana.run, [feed("db"), feed("cart")], T0, UTC)["cart"].words == "db is down"


def test_a_window_is_for_its_probes() -> None:
    window = MaintenanceWindow("move", probes=("api",), starts=rfc3339(T0), ends=rfc3339(T0 + HOUR))
    ana = Person(pinned=with_probes(window))
    assert quiet(ana, feed("db", "ok"), feed("api")) == {"api": "maintenance"}
    assert quiet(ana, feed("api"), at=T0 + HOUR) == {}


@pytest.mark.parametrize(
    ("local", "within"),
    [
        ("2027-01-15T23:29", False),
        ("2027-01-15T23:30", True),  # a Friday
        ("2027-01-16T01:29", True),  # begun the day before
        ("2027-01-16T01:30", False),
        ("2027-01-16T23:45", False),  # a Saturday
    ],
)
def test_a_weekly_window_is_in_the_services_time_and_may_pass_midnight(local: str, within: bool) -> None:
    zone = ZoneInfo("Europe/Berlin")
    window = MaintenanceWindow("backup", days=("fri",), at="23:30", lasts="2h")
    assert is_within(window, datetime.fromisoformat(local).replace(tzinfo=zone).timestamp(), zone) is within


@pytest.mark.parametrize(
    ("at", "lasts", "local", "within"),
    [
        ("00:00", "24h", "2026-10-25T23:30", True),  # the day of 25 hours, to its end
        ("22:00", "8h", "2026-10-25T05:30", True),
        ("22:00", "8h", "2026-10-25T06:00", False),
        ("22:00", "8h", "2026-03-29T05:30", True),
        ("22:00", "8h", "2026-03-29T06:00", False),
        ("02:45", "15m", "2026-03-29T03:50", True),  # a time that the clocks skip: it is an hour later
        ("02:45", "15m", "2026-03-29T04:00", False),
    ],
)
def test_a_window_ends_by_the_clock_on_the_wall_where_clocks_change(
    at: str, lasts: str, local: str, within: bool
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    window = MaintenanceWindow("night", at=at, lasts=lasts)
    assert is_within(window, datetime.fromisoformat(local).replace(tzinfo=zone).timestamp(), zone) is within

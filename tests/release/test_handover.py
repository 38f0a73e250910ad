"""The hand-over: reds, promises, what ceases to hold and what is due, within the next shift and no further."""

from __future__ import annotations

import math
from datetime import UTC

from msgspec import structs

from cockpit.handing_over import driver_line, handover_at, parts_of
from cockpit.release.checklist import Checklist, Item, Phase, Section
from cockpit.release.entities import trigger_entity
from cockpit.release.events import ProbeChanged, TriggerBreached
from cockpit.release.handover import handover_of
from cockpit.release.intents import (
    AcknowledgeProbe,
    AddNote,
    ChangeRunState,
    ClaimItem,
    DeferItem,
    MuteProbe,
    OpenIncident,
    RecordFact,
    SetFreeze,
    TakeWheel,
    TickItem,
)
from cockpit.release.ledger import Pinned
from cockpit.release.library import Contact
from cockpit.release.moment import as_of
from cockpit.release.windows import Shift
from cockpit.times import rfc3339
from tests.release.support import ANA, BEN, CONFIGURATION, NOW, PINNED, Person, opening

AT = NOW / 1000
HOUR = 3600.0
ITEMS = (
    Item("k", "A killer", killer=True, due="T-1h"),
    Item("soon", "Warm the caches", due="T+6h"),
    Item("later", "Thank everybody", due="T+20h"),
    Item("logs", "Review logs", cadence="daily"),
)
FILES = Pinned(
    structs.replace(
        CONFIGURATION,
        contacts=(Contact("ana", "Technical", "Ana"), Contact("ben", "Technical", "Ben")),
        on_call=(Shift("ben", at="20:00"), Shift("ana", at="08:00", days=("mon",))),
    ),
    (Checklist("short", "Short", phases=(Phase("day", "Day", sections=(Section("s", "S", items=ITEMS),)),)),),
    PINNED.library,
    PINNED.digest,
)


def flown() -> Person:
    ana = Person(ANA, pinned=FILES)
    ana.act(opening(launch_at=rfc3339(AT)))
    return ana


def rows(person: Person, title: str, at: float = AT) -> list[tuple[str, ...]]:
    found = handover_at(person.run, at)
    return [row for part in parts_of(person.run, found, at) if part.title.startswith(title) for row in part.rows]


def test_what_ends_within_the_shift_is_told_and_what_ends_later_is_not() -> None:
    ana = flown()
    ana.act(RecordFact("probe:live/api", ProbeChanged("down", "ok", "no answer", "h1")))
    ana.act(AcknowledgeProbe("api", rfc3339(AT + 2 * HOUR), "the vendor is on it"))
    ana.act(DeferItem("later", "to tomorrow", rfc3339(AT + 30 * HOUR)))
    ana.act(TickItem("soon", "seen", rfc3339(AT + 5 * HOUR)))
    endings = handover_of(as_of(ana.run, AT), now=AT, zone=UTC).endings
    assert [(one.kind, one.what, one.until - AT) for one in endings] == [
        ("acknowledged", "api", 2 * HOUR),
        ("attested", "Warm the caches", 5 * HOUR),
    ]
    assert endings[0].reason == "the vendor is on it"
    longer = handover_of(as_of(ana.run, AT), now=AT, zone=UTC, span=48 * HOUR).endings
    assert [one.kind for one in longer] == ["acknowledged", "attested", "waived"]
    late = AT + 3 * HOUR
    assert [one.kind for one in handover_of(as_of(ana.run, late), now=late, zone=UTC).endings] == ["attested"]


def test_what_is_muted_for_good_is_never_forgotten() -> None:
    ana = flown()
    ana.act(MuteProbe("api", reason="it is being rebuilt"))
    (ending,) = handover_of(ana.run, now=AT, zone=UTC).endings
    assert (ending.kind, ending.until) == ("muted", math.inf)
    assert rows(ana, "ends within") == [("api", "muted", "for good", "Ana", "it is being rebuilt")]


def test_what_is_overdue_and_due_within_the_shift() -> None:
    due = handover_of(flown().run, now=AT, zone=UTC).due
    assert [(one.what, one.late) for one in due if not one.id.startswith("daily")] == [
        ("A killer", True), ("Warm the caches", False),
    ]  # fmt: skip


def test_promises_incidents_claims_and_notes_on_them() -> None:
    ana = flown()
    ana.act(TakeWheel())
    ana.act(OpenIncident("1a2b", "Checkout is down", "critical"))
    ana.act(ClaimItem("soon"))
    ana.act(AddNote("ticket 4711", incident="1a2b"))
    ben = Person(BEN, ana.texts, at=ana.at, pinned=FILES)
    ben.hear(ana)
    ben.act(AddNote("the caches are cold", item="soon"))
    ana.hear(ben)
    assert rows(ana, "promised updates")[0][:1] == ("Checkout is down",)
    assert "Checkout is down (1a2b)" in rows(ana, "incidents")[0][0]
    assert [row[:2] for row in rows(ana, "under way")] == [("Warm the caches", "Ana")]
    assert [row[1:] for row in rows(ana, "notes since")] == [
        ("Ana", "the incident Checkout is down: ticket 4711"),
        ("Ben", "Warm the caches: the caches are cold"),
    ]
    assert driver_line(ana.run).startswith("Ana drives since")
    parts = parts_of(ana.run, handover_at(ana.run, AT), AT)
    graves = [part.grave for part in parts]
    assert graves == sorted(graves, reverse=True), "what is grave stands first"


def test_a_breached_trigger_a_freeze_and_a_hold_are_not_overlooked() -> None:
    ana = flown()
    ana.act(RecordFact(trigger_entity("slow"), TriggerBreached("p95 900 ms for 5m", "h1")))
    ana.act(SetFreeze("the auditors are here"))
    ana.act(ChangeRunState("held", "waiting for the vendor"))
    assert [(row[0], row[2]) for row in rows(ana, "rollback triggers")] == [("slow", "p95 900 ms for 5m")]
    told = [row[0] for row in rows(ana, "on hold")]
    assert told[0].startswith("the run is held")
    assert "the auditors are here" in told[1]


def test_who_is_on_call_next() -> None:
    # A Friday, 08:00 in UTC, which is the time zone of the service.
    assert rows(flown(), "on call", AT + 4 * HOUR) == [("Ben", "01-15 20:00 to 01-16 08:00")]

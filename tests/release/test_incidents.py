"""Incidents: opened, told of, closed; two people at once agree whatever comes first, and nobody forgets to tell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.errors import RefusedError, UsageError
from cockpit.release.configuration import Incidents
from cockpit.release.events import IncidentClosed, IncidentOpened, IncidentUpdated, Severity
from cockpit.release.gates import gate_of
from cockpit.release.incidents import incident_entity
from cockpit.release.intents import CloseIncident, OpenIncident, UpdateIncident
from cockpit.release.narrative import is_alarming, sentence
from cockpit.release.record import Record, TextRef
from cockpit.times import epoch
from tests.release.support import ANA, BEN, NOW, PINNED, Person, Texts, fold, joined, opened, record

MINUTE = 60.0


def test_an_incident_is_opened_updated_and_closed_of_the_service() -> None:
    ana = opened()
    (written,) = ana.act(OpenIncident("1", "Checkout is down", "critical", "checkout"))
    assert written.stream.endswith("/_service")
    (incident,) = ana.run.open_incidents
    assert (incident.title, incident.severity, incident.component) == ("Checkout is down", "critical", "checkout")
    ben = joined(ana)
    ben.act(UpdateIncident("the vendor is on it", severity="major"))
    ana.hear(ben)
    ana.at = ben.at
    assert ana.run.incidents["1"].severity == "major"
    (closed,) = ana.act(CloseIncident("the vendor mended it"))
    assert ana.run.open_incidents == ()
    assert ana.run.incidents["1"].closed is not None
    words = [sentence(one, ana.run) for one in ana.run.records if one.ent == "incident:1"]
    assert words == [
        "opened the critical incident Checkout is down (checkout)",
        "updated the incident Checkout is down (now major): the vendor is on it",
        "closed the incident Checkout is down: the vendor mended it",
    ]
    assert (is_alarming(written), is_alarming(closed)) == (True, False)


def test_what_cannot_be_meant_is_refused_with_a_reason() -> None:
    ana = opened()
    with pytest.raises(RefusedError, match="no incident is open"):
        ana.act(UpdateIncident("all is well"))
    with pytest.raises(RefusedError, match="it has no title"):
        ana.act(OpenIncident("1", "  "))
    ana.act(OpenIncident("1", "Slow"))
    with pytest.raises(RefusedError, match="Ana has opened it already, as 1"):
        ana.act(OpenIncident("2", "Slow"))
    with pytest.raises(RefusedError, match="an update says how it stands"):
        ana.act(UpdateIncident(" "))
    ana.act(OpenIncident("2", "Down"))
    with pytest.raises(UsageError, match="several incidents are open"):
        ana.act(CloseIncident("mended"))
    ana.act(CloseIncident("mended", "1"))
    with pytest.raises(RefusedError, match="Ana closed it"):
        ana.act(UpdateIncident("still", "1"))


def test_an_update_is_due_by_the_severity_and_each_update_puts_it_off() -> None:
    rhythm = Incidents(update_every="30m", by_severity={"critical": "10m"})
    ana = opened()
    ana.act(OpenIncident("1", "Down", "critical"))
    begun = epoch(ana.run.incidents["1"].at)
    assert ana.run.incidents["1"].due_at(rhythm) == begun + 10 * MINUTE
    later = record(
        IncidentUpdated(text=ana.texts.seal("still"), severity="minor"), incident_entity("1"),
        h=(NOW + 600_000, 0), w="b" * 32, by=BEN,
    )  # fmt: skip
    ana.ledger.add([later])
    assert ana.run.incidents["1"].due_at(rhythm) == epoch(later.wall) + 30 * MINUTE


def test_an_open_incident_holds_every_gate() -> None:
    ana = opened()
    phase = ana.run.phases[0]
    before = {reason.item for reason in gate_of(ana.run, phase, (), now=NOW / 1000).reasons}
    ana.act(OpenIncident("1", "Down", "critical"))
    gate = gate_of(ana.run, ana.run.phases[0], (), now=NOW / 1000)
    assert {reason.item for reason in gate.reasons} - before == {"incident:1"}
    assert "the critical incident Down is open" in {reason.why for reason in gate.reasons}


SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor")
WORDS = st.lists(
    st.tuples(st.sampled_from(["update", "close"]), st.sampled_from(SEVERITIES), st.booleans(), st.integers(0, 4)),
    max_size=6,
)


@given(WORDS, st.randoms(use_true_random=False))
def test_in_whatever_order_words_arrive_everybody_sees_the_same_incident(
    words: list[tuple[str, Severity, bool, int]], shuffle: object
) -> None:
    texts = Texts()
    title = texts.seal("Down")
    records: list[Record] = [
        record(IncidentOpened(title=title, severity="major"), incident_entity("1"), h=(NOW, 0), w="0" * 32)
    ]
    for number, (kind, severity, by_ben, later) in enumerate(words):
        text = texts.seal(f"{kind} {number}")
        data = IncidentUpdated(text=text, severity=severity) if kind == "update" else IncidentClosed(text=text)
        records.append(
            record(data, incident_entity("1"), h=(NOW + later, 0), w=("b" if by_ben else "a") * 32, s=number + 1,
                   by=BEN if by_ben else ANA)
        )  # fmt: skip
    mixed = list(records)
    shuffle.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = fold(records, texts), fold(mixed, texts)
    assert one.incidents == other.incidents
    incident = one.incidents["1"]
    assert incident.open is not any(kind == "close" for kind, *_ in words)
    assert len(incident.updates) == sum(kind == "update" for kind, *_ in words)


def test_a_title_that_is_not_here_yet_says_so_and_words_without_an_opening_are_no_incident() -> None:
    gone = TextRef("0" * 64, 4)
    run = fold([record(IncidentOpened(title=gone, severity="minor"), "incident:1")])
    assert run.incidents["1"].title == "(this text is not here yet)"
    assert fold([record(IncidentClosed(text=gone), "incident:2")]).incidents == {}


def test_several_open_ones_are_listed_the_gravest_first() -> None:
    ana = Person(pinned=replace(PINNED, digest="e" * 64))
    for identity, severity in (("1", SEVERITIES[2]), ("2", SEVERITIES[0]), ("3", SEVERITIES[1])):
        ana.act(OpenIncident(identity, f"number {identity}", severity))
    assert [one.id for one in ana.run.open_incidents] == ["2", "3", "1"]

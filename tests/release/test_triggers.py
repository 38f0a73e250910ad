"""Rollback triggers: only what lasts is a breach; it waits for a person's decision, and executes nothing."""

from __future__ import annotations

import msgspec
import pytest

from cockpit.errors import NotFoundError, RefusedError
from cockpit.release.entities import trigger_entity
from cockpit.release.events import TriggerBreached, TriggerCleared
from cockpit.release.intents import RecordFact, StayDespiteTrigger
from cockpit.release.ledger import Pinned
from cockpit.release.live import Live
from cockpit.release.triggers import Sustained, Trigger
from cockpit.tui.alarms import alarms_of
from tests.release.support import NOW, PINNED, Person, opening

T0 = NOW / 1000
TRIGGERS = {"payment": Trigger(probe="api", lasts="5m", decide_within="10m")}


def test_only_what_lasts_is_a_breach() -> None:
    sustained = Sustained()
    down = {"api": "503"}
    assert sustained.look(TRIGGERS, down, (), T0) == {}
    assert sustained.look(TRIGGERS, {}, (), T0 + 200) == {}, "it was well again in between"
    assert sustained.look(TRIGGERS, down, (), T0 + 210) == {}
    assert sustained.look(TRIGGERS, down, (), T0 + 509) == {}
    assert sustained.look(TRIGGERS, down, (), T0 + 510) == {"payment": "api: 503"}
    assert sustained.holding == {"payment"}
    assert sustained.look(TRIGGERS, down, (), T0 - 7200) == {}, "a clock that is set back makes nothing last"
    assert sustained.look(TRIGGERS, down, (), T0 - 6900) == {"payment": "api: 503"}


def test_a_breach_calls_with_a_clock_until_a_person_decides_or_it_clears() -> None:
    configuration = msgspec.structs.replace(PINNED.configuration, triggers=TRIGGERS)
    ana = Person(pinned=Pinned(configuration, PINNED.checklists, PINNED.library, PINNED.digest))
    ana.act(opening())

    def calling(at: float) -> list[str]:
        alarms = [alarm for alarm in alarms_of(ana.run, Live(), at) if alarm.key.startswith("trigger:")]
        assert all(alarm.grave and alarm.page == "tags" for alarm in alarms)
        return [f"{alarm.title}: {alarm.detail}" for alarm in alarms]

    assert calling(T0) == []
    breached = RecordFact(trigger_entity("payment"), TriggerBreached("api: 503", "h1"))
    ana.act(breached)
    assert calling(T0 + 120) == ["ROLLBACK TRIGGER payment: decide within 8m: api: 503"]
    assert calling(T0 + 720) == ["ROLLBACK TRIGGER payment: decision OVERDUE by 2m: api: 503"]
    assert ana.run.executions == ()
    with pytest.raises(RefusedError, match="needs a reason"):
        ana.act(StayDespiteTrigger("payment", ""))
    with pytest.raises(NotFoundError, match="not breached"):
        ana.act(StayDespiteTrigger("other", "x"))
    ana.act(StayDespiteTrigger("payment", "a hotfix is minutes away"))
    assert calling(T0 + 720) == []
    ana.act(RecordFact(trigger_entity("payment"), TriggerCleared("h1")))
    ana.act(breached)
    assert calling(T0 + 120) != [], "it may be breached anew"

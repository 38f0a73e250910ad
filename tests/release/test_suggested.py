"""Which message comes next: as the release stands, and by what the templates tell."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from cockpit.content.library import load_library
from cockpit.content.shipped import shipped_directory
from cockpit.release.channels import Channel
from cockpit.release.intents import (
    CloseIncident,
    EndExecution,
    IntendMessage,
    OpenIncident,
    RequestExecution,
)
from cockpit.release.suggested import suggested_template
from tests.release.support import PINNED, Person, opening, plan_to


@pytest.fixture
def ana() -> Person:
    configuration = replace(PINNED.configuration, channels={"ops": Channel(file="ops.log")})
    person = Person(pinned=replace(PINNED, configuration=configuration, library=load_library(shipped_directory())))
    person.act(opening())
    return person


def test_of_an_incident_the_first_word_and_then_how_it_stands(ana: Person) -> None:
    assert suggested_template(ana.run) == "deployed"
    ana.act(OpenIncident("1", "Checkout is down", "critical", "checkout"))
    assert suggested_template(ana.run) == "incident-opened"
    ana.act(IntendMessage(message="m", channel="ops", subject="s", body="b", incident="1"))
    assert suggested_template(ana.run) == "incident-updated"
    ana.act(CloseIncident("mended"))
    assert suggested_template(ana.run) == "deployed"


def test_of_a_rollback_that_it_has_begun_and_how_it_ended(ana: Person) -> None:
    ana.act(RequestExecution("x", plan_to(), "v1"))
    assert suggested_template(ana.run) == "rollback-started"
    ana.act(EndExecution("x", "succeeded", ""))
    assert suggested_template(ana.run) == "rollback-ended"


def test_without_a_template_there_is_none() -> None:
    person = Person()
    person.act(opening())
    assert suggested_template(person.run) == ""

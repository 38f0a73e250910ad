"""What `for`, `effects`, `timeout` of a runbook and `incidents` of cockpit.yaml may be, and how mistakes are told."""

from __future__ import annotations

import pytest

from cockpit.content.configuration import parse_configuration_text
from cockpit.content.library import load_library, parse_library_texts
from cockpit.content.shipped import shipped_directory
from cockpit.content.yaml_text import yaml_text
from cockpit.errors import ConfigurationError
from cockpit.release.library import Runbook, RunbookFor, RunbookStep
from cockpit.release.runbooks import blanks_of, fitting

BASE = "service: shop\nenvironment: {name: live}\n"


def test_what_a_runbook_is_for_goes_there_and_back() -> None:
    runbook = Runbook(
        "down", "Down", fits=RunbookFor(("db", "db-*"), ("app",), ("critical",)),
        steps=(RunbookStep("a", "A", run="x", effects="none", timeout="10s"),),
    )  # fmt: skip
    text = yaml_text(runbook)
    assert "\nfor:\n" in text
    assert parse_library_texts({"runbooks/down.yaml": text}).runbooks == (runbook,)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("for: {probe: [db]}\n", "down.yaml:3:7: the key 'probe' is not known (did you mean 'probes'?)"),
        ("for: {severity: [grave]}\n", "down.yaml:3:18: "),
        ('for: {probes: [""]}\n', "down.yaml:3:16: an empty text"),
        ("fits: {probes: [db]}\n", "down.yaml:3:1: the key 'fits' is not known"),
    ],
)
def test_what_it_cannot_be_for_is_told_with_its_place(line: str, complaint: str) -> None:
    text = f"id: down\ntitle: Down\n{line}steps:\n  - {{id: a, text: A}}\n"
    with pytest.raises(ConfigurationError) as caught:
        parse_library_texts({"runbooks/down.yaml": text})
    assert f"runbooks/{complaint}" in str(caught.value)


def test_a_steps_timeout_is_a_duration() -> None:
    text = "id: down\ntitle: Down\nsteps:\n  - {id: a, text: A, run: x, timeout: soon}\n"
    with pytest.raises(ConfigurationError, match=r"runbooks/down.yaml:4:39: .*soon"):
        parse_library_texts({"runbooks/down.yaml": text})


def test_the_shipped_runbooks_lead_from_troubles_as_people_name_them() -> None:
    library = load_library(shipped_directory())

    def first(**trouble: str) -> str:
        return next((one.id for one in fitting(library, **trouble)), "")  # type: ignore[arg-type]

    assert first(probe="db") == first(probe="orders-db") == first(probe="main-database") == "database-issues"
    assert first(probe="checkout") == first(probe="payments") == "payment-gateway-issues"
    assert first(probe="api") == first(severity="critical") == "application-down"
    assert first(log="auth") == "security-incident"
    (rollback,) = (one for one in library.runbooks if one.id == "rollback")
    assert [blanks_of(step) for step in rollback.steps if blanks_of(step)] == [("previous-tag",)]


def test_how_often_people_are_told_is_by_severity() -> None:
    configuration = parse_configuration_text(
        BASE + "incidents: {update_every: 20m, by_severity: {critical: 5m}}\n", "cockpit.yaml"
    )
    assert [configuration.incidents.every(severity) for severity in ("critical", "major")] == [300.0, 1200.0]
    assert parse_configuration_text(BASE, "cockpit.yaml").incidents.every("minor") == 1800.0
    several = "service: shop\nenvironments:\n  live: {incidents: {update_every: 10m}}\n  test: {}\n"
    found = [parse_configuration_text(several, "c", env=name).incidents.update_every for name in ("live", "test")]
    assert found == ["10m", "30m"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("incidents: {update_every: often}\n", "cockpit.yaml:3:27: "),
        ("incidents: {by_severity: {critical: now}}\n", "cockpit.yaml:3:37: "),
        ("incidents: {by_severity: {grave: 5m}}\n", "cockpit.yaml:3:27: "),
    ],
)
def test_a_rhythm_that_is_none_is_told_with_its_place(text: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration_text(BASE + text, "cockpit.yaml")
    assert complaint in str(caught.value)

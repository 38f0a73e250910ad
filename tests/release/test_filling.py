"""A message filled in: from the release, from a person, from a default; what is empty is named, and values are data."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.errors import NotFoundError, UsageError
from cockpit.release.filling import Filling, fill, template_of
from cockpit.release.intents import (
    CloseIncident,
    EndExecution,
    OpenIncident,
    RequestExecution,
    Retarget,
    UpdateIncident,
)
from cockpit.release.library import Library, MessageTemplate, TemplateField
from cockpit.release.told_facts import both_clocks, interval_words
from cockpit.release.windows import MaintenanceWindow
from cockpit.times import epoch
from tests.release.support import NOW, PINNED, Person, opened, opening, plan_to

AT = NOW / 1000  # 2027-01-15T08:00:00Z


def template(body: str, *fields: TemplateField, subject: str = "About {service}") -> MessageTemplate:
    return MessageTemplate("t", "T", subject, body, (TemplateField("service", "the service"), *fields))


def filled(person: Person, body: str, *fields: TemplateField, incident: str = "", **given: str) -> Filling:
    return fill(template(body, *fields), person.run, now=AT, by="Ana", given=given, incident=incident)


def test_the_release_fills_in_what_it_knows_and_names_what_is_missing() -> None:
    impact = TemplateField("impact", "number of users/orders affected")
    tag, run = TemplateField("tag", "the version"), TemplateField("run", "the run")
    found = filled(opened(), "{service} {tag} of {run}: {impact}. {unknown}", tag, run, impact)
    assert found.subject == "About shop"
    assert found.body.startswith("shop v2 of spring: {impact}. {unknown}\n")
    assert [field.name for field in found.missing] == ["impact"]
    assert filled(opened(), "{impact}", impact, impact="40 orders").missing == ()


def test_every_message_ends_with_who_sent_it_when_on_both_clocks_and_where() -> None:
    berlin = replace(PINNED, configuration=replace(PINNED.configuration, timezone="Europe/Berlin"))
    ana = Person(pinned=berlin)
    ana.act(opening())
    footer = filled(ana, "Hello").body.rpartition("-- \n")[2]
    assert footer == "2027-01-15 09:00 CET (08:00 UTC), Ana\nshop live v2, run spring"
    assert both_clocks(AT, "UTC") == "2027-01-15 08:00 UTC"
    assert both_clocks(AT, "Pacific/Auckland") == "2027-01-15 21:00 NZDT (08:00 UTC)"
    assert both_clocks(AT + 6 * 3600, "Pacific/Auckland") == "2027-01-16 03:00 NZDT (2027-01-15 14:00 UTC)"


def test_a_version_runs_since_its_deploy_has_ended_whenever_that_is_told() -> None:
    since = TemplateField("since", "since when")
    ana = opened()
    later = AT + 600
    nobody_knows = fill(template("{since}", since), ana.run, now=later, by="Ana", given={})
    assert [field.name for field in nobody_knows.missing] == ["since"], "it was not deployed by the cockpit"
    ana.act(RequestExecution("x", plan_to("v3", direction="deploy", commit="3" * 40), "v3"))
    ana.act(EndExecution("x", "succeeded", "", "v3"))
    assert ana.run.tag == "v3"
    assert (
        fill(template("{since}", since), ana.run, now=later, by="Ana", given={}).fields[1].value.endswith("08:00 UTC")
    )


def test_a_run_that_is_called_after_its_first_tag_is_not_named_beside_a_later_one() -> None:
    ana = Person()
    ana.act(opening(name="v2"))
    ana.act(Retarget("v3", "3" * 40))
    assert filled(ana, "Hello").body.endswith("\nshop live v3")


def test_an_incident_fills_in_how_it_stands_while_it_lasts_and_how_it_ended() -> None:
    names = ("description", "component", "severity", "status", "update", "resolution", "next_update", "ended")
    fields = [TemplateField(name, "h") for name in names]
    body = "; ".join(f"{{{name}}}" for name in names)
    ana = opened()
    ana.act(OpenIncident("1", "Checkout is down", "critical", "checkout"))
    first = filled(ana, body, *fields, incident="1")
    assert first.body.startswith(
        "Checkout is down; checkout; critical; investigating; {update}; {resolution}; 2027-01-15 08:30 UTC; {ended}"
    )
    assert epoch(first.next_update_at) == AT + 1800
    ana.act(UpdateIncident("the vendor is on it"))
    ana.act(CloseIncident("mended"))
    last = filled(ana, body, *fields, incident="1")
    assert {field.name for field in last.missing} == {"next_update"}, "nothing more is owed"
    assert "resolved; the vendor is on it; mended; {next_update}; 2027-01-15 08:00 UTC" in last.body


@pytest.mark.parametrize(
    ("name", "said", "told", "seconds"),
    [
        ("next_update", "45m", "2027-01-15 08:45 UTC", 2700),
        ("next_update", "2027-01-15T10:00:00+01:00", "2027-01-15 09:00 UTC", 3600),
        ("update_interval", "30m", "30 minutes", 1800),
        ("update_interval", "1 hour", "1 hour", 3600),
        ("update_interval", "90 min", "90 minutes", 5400),
    ],
)
def test_a_promise_is_read_as_a_time_and_written_out(name: str, said: str, told: str, seconds: float) -> None:
    found = filled(opened(), f"{{{name}}}", TemplateField(name, "h"), **{name: said})
    assert found.body.startswith(f"{told}\n")
    assert epoch(found.next_update_at) == AT + seconds


@pytest.mark.parametrize(
    ("name", "said"),
    [("next_update", "soon"), ("next_update", "2027-01-15T07:00:00Z"), ("update_interval", "often"),
     ("next_update", "0m"), ("update_interval", "2027-01-15T10:00:00Z")],
)  # fmt: skip
def test_a_promise_that_no_clock_can_keep_is_refused(name: str, said: str) -> None:
    with pytest.raises(UsageError, match="says not when people are told next"):
        filled(opened(), f"{{{name}}}", TemplateField(name, "h"), **{name: said})


def test_the_time_that_is_promised_goes_before_the_rhythm() -> None:
    fields = TemplateField("next_update", "h", default="10m"), TemplateField("update_interval", "h", default="1h")
    for order in (fields, fields[::-1]):
        found = filled(opened(), "{next_update} {update_interval}", *order)
        assert epoch(found.next_update_at) == AT + 600


def test_what_a_field_may_not_have_is_refused_and_an_unknown_field_too() -> None:
    status = TemplateField("status", "h", choices=("investigating", "resolved"))
    with pytest.raises(UsageError, match="'done' is no status"):
        filled(opened(), "{status}", status, status="done")
    with pytest.raises(UsageError, match="the template t has no field 'colour'"):
        filled(opened(), "x", colour="red")
    with pytest.raises(NotFoundError, match="no template 'x'"):
        template_of(opened().run, "x")


def test_the_next_maintenance_window_fills_in_its_times() -> None:
    windows = (
        MaintenanceWindow("Database", days=("sat",), at="22:00", lasts="2h"),
        MaintenanceWindow("Over", starts="2027-01-01T00:00:00Z", ends="2027-01-02T00:00:00Z"),
    )
    pinned = replace(PINNED, configuration=replace(PINNED.configuration, maintenance_windows=windows))
    ana = Person(pinned=pinned)
    ana.act(opening())
    fields = [TemplateField(name, "h") for name in ("window", "window_starts", "window_ends")]
    body = filled(ana, "{window}: {window_starts} to {window_ends}", *fields).body
    assert body.startswith("Database: 2027-01-16 22:00 UTC to 2027-01-17 00:00 UTC\n")


@given(st.text(alphabet="{}abservice $%<>&\n\x1b\\"))
def test_a_value_is_data_whatever_stands_in_it(value: str) -> None:
    said = value.strip()
    found = filled(opened(), "[{a}]", TemplateField("a", "h"), a=value)
    assert found.body.startswith(f"[{said or '{a}'}]\n")
    assert "\n" not in found.subject


def test_spans_are_written_as_people_say_them() -> None:
    assert [interval_words(seconds) for seconds in (60, 1800, 3600, 7200, 86400, 90)] == [
        "1 minute", "30 minutes", "1 hour", "2 hours", "1 day", "90 seconds",
    ]  # fmt: skip


def test_the_library_finds_a_template_by_its_id() -> None:
    pinned = replace(PINNED, library=Library(templates=(template("x"),)))
    assert template_of(Person(pinned=pinned).run, "t").title == "T"

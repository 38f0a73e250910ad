"""`cockpit announce` as typed, on real receivers: filled in, refused, sent once, and never forgotten."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from cockpit.announcing import announce, call_out, filled
from cockpit.bootstrap import now, open_store
from cockpit.codec import encode_data
from cockpit.errors import RefusedError
from cockpit.release.announcement_documents import message_document
from cockpit.release.calls import Call
from cockpit.release.events import Delivery, MessageEnded, MessageIntended, RunStateChanged, kind_of
from cockpit.release.filling import Filling, template_of
from cockpit.release.intents import RecordFact
from cockpit.release.messages import GIVEN_UP_AFTER, Message
from cockpit.release.record import Record
from cockpit.release.run import Run
from cockpit.store.envelope import By
from cockpit.times import rfc3339
from cockpit.workspace import Workspace
from tests.cli.conftest import Console
from tests.comms.receivers import Reply, WebReceiver, free_port
from tests.execution.flight import Flight

pytestmark = pytest.mark.full

TEMPLATE = """\
id: note
title: A note
subject: "{service}: {what}"
body: "{what} at {time}"
fields:
  - {name: service, hint: the service}
  - {name: what, hint: what it is}
  - {name: time, hint: when}
"""
CHANNELS = {
    "ops": {"slack": {"url_env": "OPS_WEBHOOK"}, "timeout": "2s"},
    "log": {"file": "messages.log"},
    "script": {"command": "cat >> told"},
    "screen": {"clipboard": True},
}


@pytest.fixture
def flight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flight]:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    flight = Flight(tmp_path)
    (flight.repo / "checklists" / "templates").mkdir()
    (flight.repo / "checklists" / "templates" / "note.yaml").write_text(TEMPLATE)
    yield flight
    flight.end()


@pytest.fixture
def workspace(flight: Flight) -> Workspace:
    return flight.begin([], channels=CHANNELS, timezone="Europe/Berlin")


@pytest.fixture
def console(flight: Flight, workspace: Workspace) -> Console:
    return Console(flight.repo)


def messages(workspace: Workspace) -> list[Message]:
    workspace.session.poll()
    return list(workspace.run.messages.values())


def test_what_there_is_is_listed_and_a_template_is_shown_with_what_is_missing(console: Console) -> None:
    listed = console.json("announce")
    ids = {one["id"] for one in listed["templates"]}
    assert {
        "note", "production-issue", "deployment-starting", "deployed", "incident-opened", "incident-updated",
        "incident-resolved", "rollback-started", "rollback-ended", "maintenance-window",
    } <= ids  # fmt: skip
    assert {one["name"]: one["kind"] for one in listed["channels"]} == {
        "ops": "slack", "log": "file", "script": "command", "screen": "clipboard",
    }  # fmt: skip
    shown = console.json("announce", "note")
    assert (shown["missing"], shown["sent"]) == (["what"], [])
    status, out, _ = console.say("announce", "note")
    assert status == 0
    assert "--set what=…  what it is" in out
    assert "UTC)" in out
    status, out, _ = console.say("announce")
    assert status == 0
    assert "the webhook in OPS_WEBHOOK" in out


def test_what_is_missing_unknown_or_senseless_is_refused_and_nothing_leaves(
    console: Console, workspace: Workspace
) -> None:
    refused = console.refused("announce", "note", "--send", "log", code=4)
    assert refused["code"] == "not-filled"
    assert "what (what it is)" in refused["what"]
    assert "no template" in console.refused("announce", "notes", code=2)["what"]
    what = ("--set", "what=x")
    assert (
        "no channel 'lag'"
        in console.refused("announce", "note", *what, "--send", "log", "--send", "lag", code=2)["what"]
    )
    assert "no field 'wat'" in console.refused("announce", "note", "--set", "wat=x", code=2)["what"]
    assert console.refused("announce", "note", "--set", "what", code=2)["code"] == "usage"
    assert console.refused("announce", "--send", "log", code=2)["code"] == "usage"
    assert console.refused("announce", "note", "--again", "m-1", code=2)["code"] == "usage"
    assert console.refused("announce", "note", *what, "--send", "log", "--readonly", code=4)["code"] == "readonly"
    assert messages(workspace) == []
    assert not (console.repo / "messages.log").exists()


def test_that_it_is_deployed_is_not_said_of_what_has_been_rolled_back(console: Console, workspace: Workspace) -> None:
    assert console.json("announce", "deployed")["untrue"] is None
    rolled_back = RunStateChanged(state="rolled-back", commit=workspace.run.commit)
    workspace.session.act(RecordFact("run", rolled_back))
    assert "rolled-back" in console.json("announce", "deployed")["untrue"]
    refused = console.refused("announce", "deployed", "--send", "log", code=4)
    assert refused["code"] == "untrue"
    assert messages(workspace) == []
    assert console.json("announce", "note", "--set", "what=rolled back", "--send", "log")["sent"]


def test_nothing_is_sent_that_is_not_trusted(flight: Flight) -> None:
    workspace = flight.begin([], channels=CHANNELS, trust=False)
    console = Console(flight.repo)
    for channel in ("ops", "log", "script"):
        refused = console.refused("announce", "note", "--set", "what=x", "--send", channel, code=4)
        assert refused["code"] == "not-trusted"
    assert messages(workspace) == []
    assert not (flight.repo / "told").exists()


def test_a_message_goes_to_each_channel_once_and_what_became_of_it_is_in_the_timeline(
    console: Console, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WebReceiver().serving() as web:
        monkeypatch.setenv("OPS_WEBHOOK", web.url)
        to = ("--send", "ops", "--send", "log", "--send", "script", "--send", "ops")
        document = console.json("announce", "note", "--set", "what=Slow\n{service} $(id)", *to)
    assert [(one["channel"], one["state"]) for one in document["sent"]] == [
        ("ops", "sent"), ("log", "sent"), ("script", "sent"),
    ]  # fmt: skip
    assert document["subject"] == "shop: Slow {service} $(id)"
    (body,) = web.bodies
    assert body["text"].startswith("*shop: Slow {service} $(id)*\nSlow\n{service} $(id) at ")
    kept = (console.repo / "messages.log").read_text()
    assert (console.repo / "told").read_text() == kept.removesuffix("\n\n")
    assert "UTC), Ana\nshop staging v2" in kept
    status, out, _ = console.say("timeline")
    assert status == 0
    assert '"shop: Slow {service} $(id)" was sent to ops: accepted' in out
    assert web.url not in out


def test_a_receiver_that_is_down_loses_nothing_and_when_it_is_back_the_message_is_sent_again_as_it_was(
    console: Console, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setenv("OPS_WEBHOOK", f"http://127.0.0.1:{port}/services/sEcReTpAtH99")
    monkeypatch.setattr("cockpit.comms.sending._PAUSES", (0.01, 0.01))
    document = console.json("announce", "note", "--set", "what=Slow", "--send", "ops", code=5)
    (sent,) = document["sent"]
    assert (sent["state"], sent["detail"]) == ("failed", "connection refused")
    assert "ops: NOT DELIVERED (connection refused): shop: Slow" in console.say("announce")[1]
    with WebReceiver().serving(port) as web:
        again = console.json("announce", "--again", sent["id"])
        assert again["state"] == "sent"
        assert console.refused("announce", "--again", sent["id"], code=4)["code"] == "already"
    (body,) = web.bodies
    assert sent["body"] in body["text"], "the very text that was kept"
    assert [one["outcome"] for one in again["attempts"]] == ["failed", "sent"]
    everything = "".join(path.read_text() for path in (console.repo / ".git" / "cockpit").rglob("*.jsonl"))
    assert "sEcReTpAtH99" not in everything


def test_killed_between_sending_and_the_record_it_says_so_and_is_not_sent_twice(
    flight: Flight, console: Console, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = WebReceiver()
    with web.serving():
        command = flight.command("announce", "note", "--set", "what=Slow", "--send", "ops")
        child = subprocess.Popen(command, env={**os.environ, "OPS_WEBHOOK": web.url}, stdout=subprocess.DEVNULL)
        web.met = lambda: os.kill(child.pid, signal.SIGKILL)
        assert child.wait(60) == -signal.SIGKILL
        assert len(web.bodies) == 1
        (message,) = messages(workspace)
        assert [one.outcome for one in message.attempts] == [""]
        web.met = lambda: None
        monkeypatch.setenv("OPS_WEBHOOK", web.url)
        refused = console.refused("announce", "--again", message.id, code=4)
        assert "is sending it" in refused["what"], "it may still be under way"
        later = now() + GIVEN_UP_AFTER + 1
        monkeypatch.setattr("cockpit.cli.announcements._now", lambda: later)
        assert "ops: NO RESULT: it may have been sent: shop: Slow" in console.say("announce")[1]
    assert message_document(message, now=later)["state"] == "no result"


@pytest.mark.parametrize("ended", ["", "sent", "unknown"])
def test_of_two_who_set_out_at_the_same_moment_whoever_sees_the_other_sends_nothing(
    flight: Flight, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, ended: Delivery | Literal[""]
) -> None:
    """Rather nobody than both: a colleague's intention arrives between ours and the sending."""
    call = Call("trigger-breached:1", "trigger-breached", "Too slow", "api", now(), workspace.host)
    other = open_store(flight.repo)
    ours: list[Record] = []

    def meanwhile(_run: Run, records: list[Record]) -> None:
        record = records[0]
        if isinstance(record.data, MessageIntended) and not ours:
            ours.append(record)
            stream = f"{workspace.run.service}/{workspace.run.environment}/_service"
            who, at = By("Ben", ""), rfc3339(now())
            theirs = other.append(stream, record.kind, record.ent, (), encode_data(record.data), by=who, wall=at)
            if ended:
                over = MessageEnded(attempt=theirs.id, outcome=ended, detail="200", tries=1)
                other.append(stream, kind_of(over), record.ent, (), encode_data(over), by=who, wall=at)

    workspace.session.subscribe(meanwhile)
    message = call_out(workspace, call, "log", enough=lambda: False)
    assert ours
    assert {one.by.name: one.outcome for one in message.attempts} == {"Ana": "failed", "Ben": ended}
    assert "Ben on" in next(one.detail for one in message.attempts if one.by.name == "Ana")
    assert not (flight.repo / "messages.log").exists()


def note(workspace: Workspace, what: str) -> Filling:
    return filled(workspace, template_of(workspace.run, "note"), {"what": what}, at=now())


def test_what_was_sent_from_another_cockpit_since_one_was_asked_is_not_sent_a_second_time(
    flight: Flight, workspace: Workspace
) -> None:
    other = flight.workspace()
    assert announce(workspace, note(workspace, "Deploying"), "log").state(now()) == "sent"
    with pytest.raises(RefusedError, match=r"Ana on .* has sent the same to log since .*: shop: Deploying") as caught:
        announce(other, note(other, "deploying"), "log")
    assert caught.value.code == "overtaken"
    assert announce(other, note(other, "deploying"), "script").state(now()) == "sent", "another channel"
    assert announce(other, note(other, "Still deploying"), "log").state(now()) == "sent", "by one who knows of it"
    assert (flight.repo / "messages.log").read_text().count("eploying at ") == 2


def test_of_two_who_set_out_to_say_the_same_at_the_same_moment_whoever_sees_the_other_sends_nothing(
    flight: Flight, workspace: Workspace
) -> None:
    other = open_store(flight.repo)

    def meanwhile(_run: Run, records: list[Record]) -> None:
        data = records[0].data
        if isinstance(data, MessageIntended) and data.template and len(records) == 1:
            stream, at = f"{workspace.run.service}/{workspace.run.environment}/_service", rfc3339(now())
            other.append(stream, records[0].kind, "message:m-1", (), encode_data(data), by=By("Ana", ""), wall=at)

    workspace.session.subscribe(meanwhile)
    message = announce(workspace, note(workspace, "Deploying"), "log")
    assert (message.last.outcome, "set out to send the same" in message.last.detail) == ("failed", True)
    assert message.last.detail.endswith("look whether theirs arrived")
    assert not (flight.repo / "messages.log").exists()


def test_a_result_that_nobody_knows_has_a_status_of_its_own(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    with WebReceiver([Reply(500, "oops")]).serving() as web:
        monkeypatch.setenv("OPS_WEBHOOK", web.url)
        document = console.json("announce", "note", "--set", "what=Slow", "--send", "ops", code=3)
    assert document["sent"][0]["state"] == "unknown"
    assert len(web.bodies) == 1


def test_a_terminal_s_clipboard_gets_the_text_by_osc_52(flight: Flight, console: Console) -> None:
    import pty

    assert (
        console.json("announce", "note", "--set", "what=x", "--send", "screen", code=5)["sent"][0]["state"] == "failed"
    )
    master, slave = pty.openpty()
    with subprocess.Popen(
        flight.command("announce", "note", "--set", "what=x", "--send", "screen"), stderr=slave, stdout=subprocess.PIPE
    ) as child:
        os.close(slave)
        said = b""
        while b"\x07" not in said:
            said += os.read(master, 4096)
        child.communicate(timeout=60)
    os.close(master)
    assert child.returncode == 0
    encoded = said.partition(b"\x1b]52;c;")[2].partition(b"\x07")[0]
    assert base64.b64decode(encoded).decode().startswith("shop: x\n\nx at ")


def test_an_incident_is_announced_from_its_own_words_and_the_clock_is_one(console: Console) -> None:
    def owed() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = console.json("announce")["updates"]
        return found

    opened = console.json("incident", "open", "Checkout is down", "--severity", "critical", "--component", "checkout")
    (before,) = owed()
    assert (before["incident"], before["message"]) == (opened["id"], None)
    send = ("announce", "incident-opened", "--set", "impact=40 orders", "--set", "next_update=10m", "--send", "log")
    document = console.json(*send)
    assert document["incident"] == opened["id"]
    assert (
        "Component: checkout\nImpact: 40 orders\nCurrent status: investigating\nETR: not known yet\n"
        in document["body"]
    )
    (after,) = owed()
    assert after["due_at"] == document["next_update_at"]
    assert console.json("incident", "show")["update_due_at"] == document["next_update_at"]
    assert console.json("status")["updates"] == [after]
    console.json("incident", "close", "mended")
    assert owed() == []
    promised = ("announce", "deployment-starting", "--set", "changes=none", "--set", "duration=5m", "--send", "log")
    console.json(*promised)
    assert "next update in 30m: [shop staging] Deployment of v2 starting" in console.say("status")[1]
    resolved = console.json("announce", "incident-resolved", "--set", "impact=40 orders")
    assert resolved["missing"] == []
    assert "What ended it: mended" in resolved["body"]
    first, second = (console.json("incident", "open", title)["id"] for title in ("a", "b"))
    assert console.refused("announce", "incident-opened", code=2)["code"] == "several-incidents"
    assert console.json("announce", "incident-opened", "--incident", second)["incident"] == second
    assert first != second


def test_what_is_shown_before_is_what_is_sent_without_secrets_and_with_all_its_letters(console: Console) -> None:
    coder, becomes = "\U0001f469\u200d\U0001f4bb", "\u0645\u06cc\u200c\u0634\u0648\u062f"  # joined by what has no width
    what = f"{coder} {becomes} password=hunter2xyz \u202egnp\x1b[2J"
    seen = console.json("announce", "note", "--set", f"what={what}")
    sent = console.json("announce", "note", "--set", f"what={what}", "--send", "script")["sent"][0]
    assert (seen["subject"], seen["body"]) == (sent["subject"], sent["body"])
    assert seen["subject"] == f"shop: {coder} {becomes} password=\u2022\u2022\u2022 \\u202egnp\u241b[2J"
    assert (console.repo / "told").read_text() == f"{seen['subject']}\n\n{seen['body']}"
    listed = console.say("announce")[1]
    assert "\\u200d" in listed, "a terminal would not know how wide it is"
    assert "\u200d" not in listed


def test_whoever_is_told_to_send_it_again_is_told_to_look_first(console: Console, flight: Flight) -> None:
    (flight.repo / "messages.log").mkdir()
    status, out, _ = console.say("announce", "note", "--set", "what=Slow", "--send", "log")
    assert status == 5
    assert "Where it has not arrived, send it again: cockpit announce --again m-" in out

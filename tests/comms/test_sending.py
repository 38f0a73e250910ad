"""Sending over real receivers: what each documented answer means, what is tried again, and that no secret is told."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Mapping
from email.header import decode_header, make_header
from email.utils import formatdate
from pathlib import Path

import msgspec
import pytest

from cockpit.comms.outgoing import Outgoing, Sent, Tools
from cockpit.comms.sending import send
from cockpit.net.trusted_roots import TrustedRoots
from cockpit.release.channels import Channel, PagerDutyChannel, SlackChannel, SmtpChannel
from tests.comms.receivers import MailReceiver, Reply, WebReceiver, free_port
from tests.health.certificates import Certificate

MESSAGE = Outgoing(
    "m-1", "Slow <!channel>", "It is slow & <https://evil.example|here>.\n.\nEnd", "shop/live", {"tag": "v2"}
)
KEY = "r0utingkeyofthirtytwocharacters1"


async def deliver(
    channel: Channel, directory: Path, *, waits: list[float] | None = None, env: Mapping[str, str] | None = None
) -> Sent:
    async def sleep(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    tools = Tools({"PATH": "/usr/bin:/bin", **(env or {})}, directory, TrustedRoots(directory))
    return await send(channel, MESSAGE, tools, sleep=sleep)


# Slack


SLACK = Channel(slack=SlackChannel("CHAT"), timeout="1s")


async def test_a_webhook_gets_the_text_in_which_nothing_is_a_link_or_calls_everybody(tmp_path: Path) -> None:
    with WebReceiver().serving() as web:
        assert await deliver(SLACK, tmp_path, env={"CHAT": web.url}) == Sent("sent", "accepted", 1)
    (body,) = web.bodies
    assert body == {"text": "*Slow &lt;!channel&gt;*\nIt is slow &amp; &lt;https://evil.example|here&gt;.\n.\nEnd"}


@pytest.mark.parametrize(
    ("reply", "outcome", "words"),
    [
        (Reply(400, "invalid_payload"), "failed", "invalid_payload: it could not read the message"),
        (Reply(404, "no_service"), "failed", "no_service: the webhook was removed or switched off: make a new webhook"),
        (Reply(403, "action_prohibited"), "failed", "action_prohibited: an administrator forbids it"),
        (Reply(410, "channel_is_archived"), "failed", "channel_is_archived: its channel is archived"),
        (Reply(404, "<html>"), "failed", "404: there is no such webhook"),
        (Reply(418, "I am a teapot"), "failed", "418: it refused with 'I am a teapot'"),
        (Reply(302, "", {"location": "https://elsewhere.example"}), "failed", "its address leads elsewhere (302)"),
        (Reply(200, "<html>welcome</html>"), "unknown", "it answered 200 with '<html>welcome</html>' and not ok"),
        (Reply(500, "rollup_error"), "unknown", "it is in trouble itself (500 rollup_error), and it may have arrived"),
        (Reply(cuts=True), "unknown", "and it may have arrived"),
    ],
)  # fmt: skip
async def test_what_a_webhook_answers_is_one_sentence_and_nothing_that_may_have_arrived_goes_out_twice(
    tmp_path: Path, reply: Reply, outcome: str, words: str
) -> None:
    with WebReceiver([reply]).serving() as web:
        sent = await deliver(SLACK, tmp_path, env={"CHAT": web.url})
    assert (sent.outcome, sent.tries, len(web.bodies)) == (outcome, 1, 1)
    assert words in sent.detail


async def test_a_receiver_that_says_nothing_may_have_taken_it(tmp_path: Path) -> None:
    quick = msgspec.structs.replace(SLACK, timeout="300ms")
    with WebReceiver([Reply(hangs=True)]).serving() as web:
        sent = await deliver(quick, tmp_path, env={"CHAT": web.url})
    assert (sent.outcome, sent.tries) == ("unknown", 1)
    assert sent.detail == "no answer within 0.3 s, and it may have arrived"


async def test_one_that_wants_fewer_messages_is_waited_for_as_it_says_unless_that_is_long(tmp_path: Path) -> None:
    waits: list[float] = []
    busy = Reply(429, "rate_limited", {"Retry-After": "7"})
    with WebReceiver([busy, Reply()]).serving() as web:
        assert await deliver(SLACK, tmp_path, waits=waits, env={"CHAT": web.url}) == Sent("sent", "accepted", 2)
    assert waits == [7.0]
    with WebReceiver([Reply(429, "rate_limited", {"Retry-After": "120"})]).serving() as web:
        sent = await deliver(SLACK, tmp_path, waits=waits, env={"CHAT": web.url})
    assert (sent.outcome, sent.tries, waits) == ("failed", 1, [7.0])
    assert sent.detail == "it wants fewer messages (429), for 120 s: try again later"


async def test_one_that_names_the_time_from_which_it_may_be_told_is_left_alone_until_then(tmp_path: Path) -> None:
    later = formatdate(time.time() + 600, usegmt=True)
    with WebReceiver([Reply(429, "rate_limited", headers={"Retry-After": later})] * 3).serving() as web:
        sent = await deliver(SLACK, tmp_path, waits=[], env={"CHAT": web.url})
    assert (sent.outcome, sent.tries, len(web.bodies)) == ("failed", 1, 1)
    assert re.search(r"\(429\), for (59\d|600) s: try again later", sent.detail)


async def test_one_that_is_not_there_is_tried_three_times_and_loses_nothing(tmp_path: Path) -> None:
    waits: list[float] = []
    sent = await deliver(SLACK, tmp_path, waits=waits, env={"CHAT": f"http://127.0.0.1:{free_port()}/hook"})
    assert (sent.outcome, sent.detail, sent.tries, waits) == ("failed", "connection refused", 3, [1.0, 3.0])


@pytest.mark.parametrize("address", ["http://example.org/hook", "not an address", "ftp://x/y", "https://"])
async def test_what_is_no_safe_address_gets_nothing_and_is_not_quoted(tmp_path: Path, address: str) -> None:
    sent = await deliver(SLACK, tmp_path, env={"CHAT": address})
    assert sent.outcome == "failed"
    assert "address" in sent.detail
    assert address not in sent.detail


async def test_a_secret_that_is_not_set_is_named(tmp_path: Path) -> None:
    sent = await deliver(SLACK, tmp_path)
    assert sent == Sent("failed", "CHAT is not set: set it where the cockpit and its watcher are started", 1)


async def test_no_answer_makes_an_address_or_a_key_visible(tmp_path: Path) -> None:
    with WebReceiver().serving() as web:
        web.replies = [Reply(400, f"cannot POST {web.url} nor /services/T000/B000/sUpErSeCrEt42 \x1b]2;x\x07")]
        sent = await deliver(SLACK, tmp_path, env={"CHAT": web.url})
        assert "sUpErSeCrEt42" not in sent.detail
        assert "\x1b" not in sent.detail
        web.replies = [Reply(400, msgspec.json.encode({"errors": [f"bad key {KEY}"]}).decode())]
        sent = await deliver(pager(web), tmp_path, env={"PD_KEY": KEY})
        assert "bad key" in sent.detail
        assert KEY not in sent.detail


@pytest.mark.parametrize("left", [8, 12, 31])
async def test_no_answer_makes_the_beginning_of_a_secret_visible_where_it_is_cut_off(tmp_path: Path, left: int) -> None:
    with WebReceiver().serving() as web:
        web.replies = [Reply(400, f"{'x' * (71 - left)} /hooks/{KEY} is not there")]
        sent = await deliver(SLACK, tmp_path, env={"CHAT": f"http://127.0.0.1:{web.port}/hooks/{KEY}"})
        assert "refused with 'xxx" in sent.detail
        assert KEY[:8] not in sent.detail
        web.replies = [Reply(400, msgspec.json.encode({"errors": [f"{'x' * (198 - left)} {KEY}"]}).decode())]
        sent = await deliver(pager(web), tmp_path, env={"PD_KEY": KEY})
        assert "PagerDuty cannot use" in sent.detail
        assert KEY[:8] not in sent.detail


# PagerDuty


def pager(web: WebReceiver) -> Channel:
    return Channel(pagerduty=PagerDutyChannel("PD_KEY", url=f"http://127.0.0.1:{web.port}/v2/enqueue"), timeout="300ms")


ACCEPTED = Reply(202, '{"status":"success","message":"Event processed","dedup_key":"m-1"}')


async def test_pagerduty_gets_the_event_under_the_message_s_id(tmp_path: Path) -> None:
    with WebReceiver([ACCEPTED]).serving() as web:
        assert await deliver(pager(web), tmp_path, env={"PD_KEY": KEY}) == Sent("sent", "accepted", 1)
    (body,) = web.bodies
    assert (body["routing_key"], body["event_action"], body["dedup_key"]) == (KEY, "trigger", "m-1")
    assert body["payload"]["summary"] == "Slow <!channel>"
    assert (body["payload"]["source"], body["payload"]["severity"]) == ("shop/live", "critical")


@pytest.mark.parametrize(
    ("replies", "expected", "words"),
    [
        ([Reply(429, ""), ACCEPTED], ("sent", 2), "accepted"),
        ([Reply(500, ""), Reply(503, ""), ACCEPTED], ("sent", 3), "accepted"),
        ([Reply(cuts=True), ACCEPTED], ("sent", 2), "accepted"),
        ([Reply(hangs=True), ACCEPTED], ("sent", 2), "accepted"),
        ([Reply(500, "")], ("unknown", 3), "PagerDuty is in trouble itself (500)"),
        ([Reply(500, ""), Reply(429, "")], ("unknown", 3), "PagerDuty wants fewer events (429)"),
        ([Reply(429, "")], ("failed", 3), "PagerDuty wants fewer events (429): try again later"),
        (
            [Reply(400, '{"status":"invalid event","message":"Event object is invalid","errors":["Length is wrong"]}')],
            ("failed", 1),
            "PagerDuty cannot use the event (400: Length is wrong): look at PD_KEY",
        ),
        ([Reply(400, "<html>")], ("failed", 1), "PagerDuty cannot use the event (400: <html>)"),
        ([Reply(404, "gone")], ("failed", 1), "PagerDuty refused it (404 gone): look at PD_KEY and url"),
        ([Reply(200, "ok")], ("unknown", 3), "it answered 200 and not 202"),
    ],
)  # fmt: skip
async def test_pagerduty_can_be_told_again_whatever_happened(
    tmp_path: Path, replies: list[Reply], expected: tuple[str, int], words: str
) -> None:
    with WebReceiver(list(replies)).serving() as web:
        sent = await deliver(pager(web), tmp_path, waits=[], env={"PD_KEY": KEY})
    assert (sent.outcome, sent.tries) == expected
    assert words in sent.detail
    assert {body["dedup_key"] for body in web.bodies} == {"m-1"}


# Mail


def mailbox(server: MailReceiver, certificate: Certificate | None, *to: str, host: str = "localhost") -> Channel:
    ca_file = str(certificate.file) if certificate is not None else ""
    smtp = SmtpChannel(
        host, "ops@shop.example", to or ("all@shop.example",), server.port, "MAIL_USER", "MAIL_PASSWORD", ca_file
    )
    return Channel(smtp=smtp, timeout="2s")


LOGIN = {"MAIL_USER": "ops", "MAIL_PASSWORD": "correct horse"}


async def test_a_mail_goes_out_by_starttls_and_holds_the_text_as_it_is(
    tmp_path: Path, certificate: Certificate
) -> None:
    with MailReceiver().serving(certificate) as server:
        channel = mailbox(server, certificate, "a@shop.example", "b@shop.example")
        assert await deliver(channel, tmp_path, env=LOGIN) == Sent("sent", "accepted", 1)
    (mail,) = server.mails
    assert server.recipients == ["a@shop.example", "b@shop.example"]
    assert (mail["subject"], mail["from"]) == ("Slow <!channel>", "ops@shop.example")
    assert mail["message-id"] == "<m-1@shop.example>"
    assert mail.get_payload().replace("\r\n", "\n") == f"{MESSAGE.body}\n"  # type: ignore[union-attr]


async def test_a_mail_in_any_language_passes_any_server(tmp_path: Path, certificate: Certificate) -> None:
    text = "Störung: 注文\nüber 40 Bestellungen, 製品\n" + "x" * 2000
    with MailReceiver().serving(certificate) as server:
        channel = mailbox(server, certificate)
        tools = Tools({**LOGIN}, tmp_path, TrustedRoots(tmp_path))
        sent = await send(channel, Outgoing("m-2", "Störung 注文", text, "shop/live"), tools)
    assert sent.outcome == "sent"
    (mail,) = server.mails
    assert mail.as_bytes().isascii()
    assert str(make_header(decode_header(mail["subject"]))) == "Störung 注文"
    payload = mail.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == f"{text}\n"


async def test_a_mail_is_never_sent_in_the_clear_or_past_a_certificate_that_is_not_trusted(
    tmp_path: Path, certificate: Certificate
) -> None:
    with MailReceiver(starttls=False).serving(certificate) as server:
        sent = await deliver(mailbox(server, certificate), tmp_path, env=LOGIN)
        assert (sent.outcome, sent.tries) == ("failed", 1)
        assert sent.detail == "the server offers no STARTTLS, and nothing is sent in the clear: use another port"
    with MailReceiver().serving(certificate) as server:
        sent = await deliver(mailbox(server, None), tmp_path, env=LOGIN)
        assert (sent.outcome, sent.tries) == ("failed", 1)
        assert sent.detail == ("the certificate is self-signed and not trusted here: look at host, port and ca_file")
        sent = await deliver(mailbox(server, certificate, host="127.0.0.1"), tmp_path, env=LOGIN)
        assert (sent.outcome, sent.tries) == ("failed", 1)
        assert "the certificate is for another" in sent.detail
    assert server.mails == []


@pytest.mark.parametrize(
    ("fault", "expected", "words"),
    [
        ({"password": "other"}, ("failed", 1), "the server refuses the login (535 "),
        ({"sender_reply": "451 greylisted"}, ("failed", 3), "refuses the sender for now (451 greylisted): try again"),
        ({"sender_reply": "550 not you"}, ("failed", 1), "refuses the sender (550 not you): look at the channel's"),
        ({"refused": {"all@shop.example": "550 no such user"}}, ("failed", 1), "the recipients (550 no such user)"),
        ({"refused": {"all@shop.example": "450 try later"}}, ("failed", 3), "the recipients for now (450 try later)"),
        ({"data_reply": "451 disk full"}, ("failed", 3), "the text for now (451 disk full)"),
        ({"data_reply": "554 spam"}, ("failed", 1), "the text (554 spam)"),
        ({"hangs_at_data": True}, ("unknown", 1), "after the text had left, and it may have arrived"),
    ],
)  # fmt: skip
async def test_what_a_mail_server_refuses_for_now_is_tried_again_and_what_for_good_is_not(
    tmp_path: Path, certificate: Certificate, fault: dict[str, object], expected: tuple[str, int], words: str
) -> None:
    with MailReceiver(**fault).serving(certificate) as server:  # type: ignore[arg-type]
        sent = await deliver(mailbox(server, certificate), tmp_path, waits=[], env=LOGIN)
    assert (sent.outcome, sent.tries) == expected, sent.detail
    assert words in sent.detail
    assert "correct horse" not in sent.detail


async def test_whoever_the_server_does_not_take_is_named_and_the_others_get_it_once(
    tmp_path: Path, certificate: Certificate
) -> None:
    with MailReceiver(refused={"b@shop.example": "550 no"}).serving(certificate) as server:
        sent = await deliver(mailbox(server, certificate, "a@shop.example", "b@shop.example"), tmp_path, env=LOGIN)
    assert sent == Sent("sent", "accepted, but NOT for b@shop.example (550): look at their addresses", 1)
    assert server.recipients == ["a@shop.example"]


async def test_a_mail_server_that_is_down_or_silent_has_taken_nothing(tmp_path: Path, certificate: Certificate) -> None:
    nowhere = MailReceiver(port=free_port())
    sent = await deliver(mailbox(nowhere, certificate), tmp_path, waits=[], env=LOGIN)
    assert (sent.outcome, sent.detail, sent.tries) == ("failed", "connection refused", 3)
    missing = mailbox(nowhere, certificate)
    assert missing.smtp is not None
    missing = msgspec.structs.replace(missing, smtp=msgspec.structs.replace(missing.smtp, ca_file="gone.pem"))
    sent = await deliver(missing, tmp_path, env=LOGIN)
    assert sent == Sent("failed", "ca_file cannot be used (No such file or directory): look at gone.pem", 1)


# This host


async def test_a_command_reads_the_message_and_finds_what_it_is_about(tmp_path: Path) -> None:
    command = 'cat > text; echo "$COCKPIT_SUBJECT|$COCKPIT_TAG|$COCKPIT_MESSAGE_ID" > about'
    assert await deliver(Channel(command=command), tmp_path) == Sent("sent", "the command succeeded", 1)
    assert (tmp_path / "text").read_text() == MESSAGE.text
    assert (tmp_path / "about").read_text() == "Slow <!channel>|v2|m-1\n"


@pytest.mark.parametrize(
    ("command", "outcome", "tries", "words"),
    [
        ("echo no such host >&2; exit 3", "unknown", 1, "ended with exit status 3 (no such host), and it may have"),
        ("echo busy; exit 75", "failed", 3, "the command says not now (busy)"),
        ("sleep 30", "unknown", 1, "did not end within 0.2 s"),
    ],
)
async def test_a_command_that_fails_may_have_sent_it_unless_it_says_not_now(
    tmp_path: Path, command: str, outcome: str, tries: int, words: str
) -> None:
    sent = await deliver(Channel(command=command, timeout="200ms"), tmp_path, waits=[])
    assert (sent.outcome, sent.tries) == (outcome, tries)
    assert words in sent.detail


async def test_a_file_gets_each_message_at_its_end_or_says_why_not(tmp_path: Path) -> None:
    channel = Channel(file="log/messages.txt")
    sent = await deliver(channel, tmp_path)
    assert sent == Sent(
        "failed", "log/messages.txt cannot be written (No such file or directory): look at the directory", 1
    )
    (tmp_path / "log").mkdir()
    for _ in range(2):
        assert (await deliver(channel, tmp_path)).outcome == "sent"
    path = tmp_path / "log" / "messages.txt"
    assert path.read_text() == f"{MESSAGE.text}\n\n" * 2
    assert not stat.S_IMODE(path.stat().st_mode) & 0o111


async def test_what_is_no_file_gets_nothing_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    # Whoever opened it beside this reader could write at once; without one, they would wait for ever.
    reader = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    try:
        for name in ("fifo", "/dev/null"):
            sent = await deliver(Channel(file=name), tmp_path)
            assert sent == Sent("failed", f"{name} is no file: name one that messages can be added to", 1)
        assert os.read(reader, 1) == b""
    finally:
        os.close(reader)


async def test_a_clipboard_gets_what_fits_and_nothing_is_claimed(tmp_path: Path) -> None:
    given: list[str] = []
    channel = Channel(clipboard=True)
    tools = Tools({}, tmp_path, TrustedRoots(tmp_path), given.append)
    sent = await send(channel, MESSAGE, tools)
    assert (sent.outcome, given) == ("sent", [MESSAGE.text])
    assert "does not answer" in sent.detail
    long = msgspec.structs.replace(MESSAGE, body="x" * 80_000)
    assert (await send(channel, long, tools)).outcome == "failed"
    assert (await deliver(channel, tmp_path)).detail.startswith("there is no terminal here")

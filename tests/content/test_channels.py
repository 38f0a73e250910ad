"""Channels and what is called out to them: each mistake at its place, and no secret that stands there is repeated."""

from __future__ import annotations

import pytest

from cockpit.content.configuration import parse_configuration_file, parse_configuration_text
from cockpit.errors import ConfigurationError
from cockpit.release.channels import Channel, PagerDutyChannel, SlackChannel, SmtpChannel
from cockpit.release.library import Library
from cockpit.trust import configured_commands

HEAD = "service: shop\nenvironment: {name: production, production: true}\n"
CHANNELS = HEAD + "channels:\n"
WHOLE = (
    CHANNELS
    + """\
  ops: {slack: {url_env: OPS_WEBHOOK}, title: the team}
  pager: {pagerduty: {routing_key_env: PD_KEY, severity: error}}
  mail:
    smtp: {host: mail.example.org, from: ops@example.org, to: [all@example.org], user_env: U, password_env: P}
    timeout: 5s
  script: {command: ./tell}
  log: {file: messages.log}
  screen: {clipboard: true}
notify:
  trigger-breached: [ops, pager]
  update-overdue: [mail]
"""
)


def test_every_kind_of_channel_is_read_and_its_secrets_are_named_only() -> None:
    found = parse_configuration_text(WHOLE, "cockpit.yaml")
    assert found.channels["ops"] == Channel(slack=SlackChannel("OPS_WEBHOOK"), title="the team")
    assert found.channels["pager"].pagerduty == PagerDutyChannel("PD_KEY", "error")
    assert found.channels["mail"].smtp == SmtpChannel(
        "mail.example.org", "ops@example.org", ("all@example.org",), user_env="U", password_env="P"
    )
    assert {name: channel.kind for name, channel in found.channels.items()} == {
        "ops": "slack", "pager": "pagerduty", "mail": "smtp", "script": "command", "log": "file", "screen": "clipboard",
    }  # fmt: skip
    assert found.notify == {"trigger-breached": ("ops", "pager"), "update-overdue": ("mail",)}


def test_trust_shows_where_messages_would_go() -> None:
    found = parse_configuration_text(WHOLE, "cockpit.yaml")
    shown = {one.where: one.command for one in configured_commands(found, Library())}
    assert shown["channels.script"] == "./tell"
    assert shown["channels.ops"] == "send messages to the webhook in OPS_WEBHOOK"
    assert shown["channels.mail"] == "send messages to all@example.org by mail.example.org:587"


def test_an_environment_adds_channels_and_tells_others() -> None:
    text = """\
service: shop
environments:
  staging: {channels: {log: {file: staging.log}}}
  production: {production: true, notify: {execution-ended: [ops, log]}, channels: {log: {file: live.log}}}
channels:
  ops: {slack: {url_env: OPS}}
notify:
  execution-ended: [ops]
  answer-awaited: [log]
"""
    file = parse_configuration_file(text, "cockpit.yaml")
    production = file.of("production")
    assert (production.channels["log"].file, production.channels["ops"].kind) == ("live.log", "slack")
    assert production.notify == {"execution-ended": ("ops", "log"), "answer-awaited": ("log",)}
    assert file.of("staging").channels["log"].file == "staging.log"


SECRET = "https://hooks.example.org/services/T0/B0/sEcReT99"


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        (f"  ops: {{slack: {{url_env: '{SECRET}'}}}}\n", 4, 26, "names the environment variable that holds the secret"),
        ("  p: {pagerduty: {routing_key_env: a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4}}\n", 4, 36, "never the secret"),
        ("  ops: {slack: {url_env: A}, file: b}\n", 4, 30, "slack and file exclude each other"),
        ("  ops: {title: nothing}\n", 4, 8, "nothing is named here to go by: add one of slack, smtp"),
        ("  Ops: {file: a}\n", 4, 3, "'Ops' is not a name"),
        ("  ops: {file: a, timeout: soon}\n", 4, 27, "is not a duration"),
        ("  ops: {slack: {url: x}}\n", 4, 16, "url_env"),
        ("  m: {smtp: {host: h, from: nobody, to: [a@b]}}\n", 4, 29, "'nobody' is not a mail address"),
        ("  m: {smtp: {host: h, from: a@b, to: []}}\n", 4, 38, "nobody to write to"),
        ("  m: {smtp: {host: h, from: a@b, to: ['a@b\\nBcc: c@d']}}\n", 4, 39, "is not a mail address"),
        ("  m: {smtp: {host: h, from: a@b, to: [a@b], port: 0}}\n", 4, 51, "a port lies between 1 and 65535"),
        ("  m: {smtp: {host: h, from: a@b, to: [a@b], user_env: U}}\n", 4, 45, "user_env goes with password_env"),
        ("  m: {smtp: {host: h, from: a@b, to: [a@b], password: x}}\n", 4, 45, "password"),
        ("  p: {pagerduty: {routing_key_env: K, url: 'http://evil.example/'}}\n", 4, 44, "write https://host/path"),
        (
            "  p: {pagerduty: {routing_key_env: K, url: 'https://a:b@evil.example/'}}\n",
            4,
            44,
            "write https://host/path",
        ),
        ("  a: {file: b}\nnotify: {trigger-breached: [c]}\n", 5, 29, "there is no channel 'c'"),
        ("  a: {clipboard: true}\nnotify: {trigger-breached: [a]}\n", 5, 29, "a watcher has no terminal"),
        ("  a: {file: b}\nnotify: {lunch: [a]}\n", 5, 10, "lunch"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration_text(CHANNELS + text, "cockpit.yaml")
    problem = caught.value.problems[0]
    assert words in problem.message
    assert (problem.line, problem.column) == (line, column), str(problem)
    assert "sEcReT99" not in str(caught.value)
    assert "a1b2c3d4e5f6" not in str(caught.value)

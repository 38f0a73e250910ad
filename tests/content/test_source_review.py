"""Monitoring tools as people write them: each mistake at its place, and no credential in the file."""

from __future__ import annotations

import pytest

from cockpit.content.configuration import parse_configuration_text
from cockpit.errors import ConfigurationError
from cockpit.health.conditions import check_condition

HEAD = "service: shop\nenvironment: {name: production}\n"
WHOLE = (
    HEAD
    + """\
sources:
  prom: {kind: prometheus, url: "http://10.0.0.7:9090"}
  dog: {kind: datadog, url: "https://api.datadoghq.eu", token_env: DD_API_KEY, app_key_env: DD_APP_KEY}
  loki: {kind: loki, url: "https://logs.example", token_env: LOKI_PASSWORD, user: "123456", tenant: shop}
  sentry: {kind: sentry, token_env: SENTRY_TOKEN, organization: acme, project: shop, environment: production}
probes:
  p95: {source: {name: prom, ask: metric, query: 'max(p95)', unit: s, below: 0.5}, warn: ["[VALUE] < 0.3"]}
  monitors: {source: {name: dog}}
checks:
  a: {source: {name: sentry, ask: errors, within: 1h, below: 5}, closes: true}
logs:
  app: {source: loki, query: '{app="shop"}'}
targets:
  p95-latency: {probe: p95}
"""
)


def test_what_is_right() -> None:
    found = parse_configuration_text(WHOLE, "cockpit.yaml")
    assert found.sources["sentry"].base == "https://sentry.io"
    assert found.probes["p95"].interval == "60s"
    assert found.logs["app"].query == '{app="shop"}'


SOURCE = HEAD + "sources:\n  x: "
ASKED = HEAD + "sources:\n  x: {kind: prometheus, url: 'http://a'}\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (SOURCE + "{kind: nagios}", 4, "one of datadog, elasticsearch"),
        (SOURCE + "{kind: prometheus}", 4, "add url"),
        (SOURCE + "{kind: prometheus, url: 'ftp://a'}", 4, "is not an address"),
        (SOURCE + "{kind: prometheus, url: 'https://me:secret@a'}", 4, "holds no password"),
        (SOURCE + "{kind: prometheus, url: 'https://a/?token=x'}", 4, "no parameters"),
        (SOURCE + "{kind: prometheus, url: 'http://prom.example', token_env: T}", 4, "sent in the clear"),
        (SOURCE + "{kind: pingdom}", 4, "without token_env"),
        (SOURCE + "{kind: pingdom, token_env: 'a4f9c2d17e6b8035a4f9c2d17e6b8035'}", 4, "stays in the environment"),
        (SOURCE + "{kind: rollbar, token_env: 'sk-live-x'}", 4, "stays in the environment"),
        (SOURCE + "{kind: datadog, token_env: A}", 4, "without app_key_env"),
        (SOURCE + "{kind: statuspage, url: 'https://a', index: x}", 4, "of no use with Statuspage"),
        (SOURCE + "{kind: loki, url: 'https://a', per_minute: -1}", 4, "write 0 or more"),
        (SOURCE + "{kind: loki, url: 'https://a', stale_after: x}", 4, "is not a duration"),
        (ASKED + "probes: {p: {source: {name: y}}}", 5, "there is no source 'y'"),
        (ASKED + "probes: {p: {source: {name: x, ask: logs}}}", 5, "tells no logs"),
        (ASKED + "probes: {p: {source: {name: x, ask: metric}}}", 5, "Add a query"),
        (ASKED + "probes: {p: {source: {name: x}, interval: 5s}}", 5, "15s or more"),
        (ASKED + "probes: {p: {source: {name: x, below: 3}}}", 5, "a status is no number"),
        (
            ASKED + "probes: {p: {source: {name: x}, conditions: ['[STATUS] == 200']}}",
            5,
            "never seen by a probe of kind",
        ),
        (ASKED + "probes: {p: {source: {name: x}, conditions: ['[VALUE] < much']}}", 5, "is a number"),
        (ASKED + "probes: {p: {source: {name: x, ask: errors, step: 1m}}}", 5, "step goes with a metric"),
        (ASKED + "checks: {a: {source: {name: x, ask: metric, query: up}}}", 5, "add below or above"),
        (ASKED + "checks: {a: {source: {name: x, within: soon}}}", 5, "is not a duration"),
        (ASKED + "logs: {app: {source: x, query: up}}", 5, "holds no logs"),
        (ASKED + "logs: {app: {file: a, query: up}}", 5, "a query goes with a source"),
    ],
)
def test_a_mistake_has_its_place(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration_text(text, "cockpit.yaml", check_condition)
    found = [problem for problem in caught.value.problems if words in problem.message]
    assert found, caught.value
    assert found[0].line == line


def test_an_environment_has_sources_of_its_own() -> None:
    text = (
        "service: shop\nsources: {p: {kind: prometheus, url: 'http://a'}}\nenvironments:\n"
        "  live: {production: true, sources: {p: {kind: prometheus, url: 'http://b'}}}\n"
        "  test: {sources: {only: {kind: loki, url: 'http://c'}}}\n"
    )
    assert parse_configuration_text(text, "cockpit.yaml", env="live").sources["p"].url == "http://b"
    assert set(parse_configuration_text(text, "cockpit.yaml", env="test").sources) == {"p", "only"}

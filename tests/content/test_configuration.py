"""`cockpit.yaml`: what types alone cannot say, each mistake at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.content.configuration import load_configuration, parse_configuration_text
from cockpit.errors import ConfigurationError
from cockpit.release.probes import ProbeKind

HEAD = "service: shop\nenvironment: {name: production, production: true}\n"
PROBES = HEAD + "probes:\n  api:\n    http: http://localhost/\n"
STEPS = HEAD + "rollback:\n  steps:\n"
RESTORING = STEPS.replace("steps:", "backups: {glob: b}\n  migrations: [m]\n  steps:") + "    - {id: a, restore: "

WHOLE = """\
service: shop
environment:
  name: production
  production: true
timezone: Europe/Berlin
logs:
  app: {file: var/app.log, encoding: cp1252}
probes:
  api:
    http: http://127.0.0.1:5000/health
    headers: {Accept: application/json}
    conditions: ["[STATUS] == 200"]
    warn: ["[RESPONSE_TIME] < 500ms"]
    interval: 2s
  db: {tcp: "[::1]:5432"}
  queue: {command: ./queue-depth}
version:
  http: http://127.0.0.1:5000/version
  json: version
rollback:
  backups: {glob: "backups/{tag}.sql"}
  migrations: [migrations/*.sql]
  steps:
    - {id: stop, run: systemctl stop shop}
    - {id: code, checkout: true}
    - {id: restore, run: ./restore.sh, needs_backup: true, timeout: 10m}
    - {id: look, confirm: Is the page up?}
    - id: verify
      verify: {probes: [api, db], within: 90s}
deploy:
  steps:
    - {id: code, checkout: true}
"""


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("service: My Shop\nenvironment: {name: production}\n", 1, 10, "'My Shop' is not a name"),
        ("service: shop\nenvironment: {name: -prod}\n", 2, 21, "'-prod' is not a name"),
        (
            "service: shop\nenvironment: {name: p}\nlogs:\n  app: {file: a.log, encoding: klingon}\n", 4, 32,
            "'klingon' is no encoding of text",
        ),
        (
            "service: shop\nenvironment: {name: p}\nlogs:\n  app: {file: a.log, encoding: base64}\n", 4, 32,
            "'base64' is no encoding of text",
        ),
        (HEAD + "timezone: Europe/Berlim\n", 3, 11, "such as Europe/Berlin"),
        (HEAD + "timezone: America\n", 3, 11, "the time zone 'America' is not known"),
        (HEAD + "timezone: /etc/localtime\n", 3, 11, "is not known"),
        (HEAD + "state_remote: 'https://ana:p/w@git.example/state.git'\n", 3, 15, "must hold no password"),
        (HEAD + "checklists: []\n", 3, 13, "no checklist to fly"),
        (HEAD + "checklists: [a, b, a]\n", 3, 20, "the checklist 'a' stands twice here"),
        (HEAD + "checklists: [../a]\n", 3, 14, "'../a' is not a name"),
        (HEAD + "code: {directory: ''}\n", 3, 19, "an empty text"),
        (HEAD + "logs: {App: {file: a.log}}\n", 3, 8, "'App' is not a name"),
        (HEAD + "logs: {app: {file: ' '}}\n", 3, 20, "an empty text"),
        (HEAD + "logs: {app: {title: App}}\n", 3, 13, "add one of file, command"),
        (HEAD + "logs: {app: {file: a, command: b}}\n", 3, 23, "file and command exclude each other"),
        (HEAD + "probes:\n  a b: {tcp: 'localhost:1'}\n", 4, 3, "'a b' is not a name"),
        (HEAD + "probes:\n  api: {interval: 5s}\n", 4, 8, "add one of http, tcp, tls, dns, command"),
        (HEAD + "probes:\n  api: {interval: 5s, http: https://x/, tcp: x:1}\n", 4, 41, "http and tcp exclude"),
        (HEAD + "probes:\n  api: {tcp: localhost}\n", 4, 14, "is not host:port"),
        (HEAD + "probes:\n  api: {tcp: localhost:70000}\n", 4, 14, "is not host:port"),
        (HEAD + "probes:\n  api: {http: ftp://x/}\n", 4, 15, "write it with http:// or https://"),
        (PROBES + "    method: get it\n", 6, 13, "is not a method"),
        (PROBES + "    headers: {A b: c}\n", 6, 15, "is not a header's name"),
        (PROBES + '    headers: {A: "c\\nd"}\n', 6, 18, "a header is one line"),
        (PROBES + "    interval: 5\n", 6, 15, "'5' is not a duration"),
        (PROBES + "    interval: 0s\n", 6, 15, "'0s' is not above zero"),
        (PROBES + "    timeout: 9000d\n", 6, 14, "within a year"),
        (PROBES + "    failures: 0\n", 6, 15, "0 is too small: write 1 or more"),
        (PROBES + "    conditions: [ok, bad one]\n", 6, 22, "cannot be understood"),
        (PROBES + "    warn: [bad one]\n", 6, 12, "cannot be understood"),
        (HEAD + "version: {json: v}\n", 3, 10, "add one of http, file, command"),
        (HEAD + "version: {http: localhost}\n", 3, 17, "write it with http:// or https://"),
        (HEAD + "version: {file: VERSION, json: v}\n", 3, 26, "from an http answer only"),
        (HEAD + "version: {http: 'http://x', json: v, header: w}\n", 3, 38, "json and header exclude each other"),
        (HEAD + "version: {file: VERSION, timeout: soon}\n", 3, 35, "is not a duration"),
        (STEPS + "    - {id: a, timeout: 5s}\n", 5, 7, "add one of run, checkout, verify, confirm"),
        (STEPS + "    - {id: a, run: x, checkout: true}\n", 5, 23, "run and checkout exclude each other"),
        (STEPS + "    - {id: a, run: x, verify: {}}\n", 5, 23, "run and verify exclude each other"),
        (STEPS + "    - {id: a, run: x}\n    - {id: a, run: y}\n", 6, 12, "the id 'a' stands twice here"),
        (STEPS + "    - {id: A, run: x}\n", 5, 12, "'A' is not a name"),
        (STEPS + "    - {id: a, run: x, timeout: long}\n", 5, 32, "is not a duration"),
        (STEPS + "    - {id: a, run: x, retries: -1}\n", 5, 32, "write 0 or more"),
        (STEPS + "    - {id: a, run: x, needs_backup: true}\n", 5, 23, "nothing says where dumps lie"),
        (STEPS + "    - {id: a, run: x, optional: true, skippable: true}\n", 5, 39, "keep one"),
        (STEPS + "    - {id: a, run: x, pause: long}\n", 5, 30, "is not a duration"),
        (STEPS + "    - {id: a, run: x, batch: 0}\n", 5, 30, "write 1 or more"),
        (STEPS + "    - {id: a, run: x, hosts: [web1, 'web2; id']}\n", 5, 37, "is not a host's name"),
        (STEPS + "    - {id: a, run: x, hosts: [web1, web1]}\n", 5, 37, "the host 'web1' stands twice here"),
        (STEPS + "    - {id: a, checkout: true, hosts: [web1]}\n", 5, 31, "only what runs a command"),
        (STEPS + "    - {id: a, backup: {directory: b}}\n", 5, 23, "add one of postgresql, sqlite"),
        (STEPS + "    - {id: a, backup: {directory: '', sqlite: {file: f}}}\n", 5, 35, "an empty text"),
        (RESTORING.replace("  backups: {glob: b}\n", "") + "{sqlite: {file: f}}}\n", 6, 15, "add backups with a glob"),
        (RESTORING.replace("  migrations: [m]\n", "") + "{sqlite: {file: f}}}\n", 6, 15, "add migrations"),
        (RESTORING + "{postgresql: {database_env: a-b}}}\n", 7, 52, "is not a variable's name"),
        (RESTORING + "{sqlite: {file: f}}, database: down}\n", 7, 55, "goes no other way"),
        (RESTORING + "{}}\n", 7, 24, "add one of postgresql, sqlite"),
        (STEPS + "    - {id: a, run: x, database: up}\n", 5, 33, "one of down, restore is wanted"),
        (STEPS + "    - {id: a, verify: {within: 1}}\n", 5, 32, "is not a duration"),
        (STEPS + "    - {id: a, verify: {passes: 0}}\n", 5, 32, "write 1 or more"),
        (STEPS + "    - {id: a, verify: {probes: [api]}}\n", 5, 33, "no probe is written here yet"),
        (PROBES + "deploy: {steps: [{id: a, verify: {probes: [ap]}}]}", 6, 44, "did you mean 'api'?): known are api"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration_text(text, "cockpit.yaml", refuse_bad)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.column) == ("cockpit.yaml", line, column)
    assert words in problem.message


def refuse_bad(text: str, kind: ProbeKind | None = None) -> str | None:
    """Complain of conditions that hold the word bad."""
    return "this condition cannot be understood: write it like [STATUS] == 200" if "bad" in text else None


def test_what_is_right_passes(tmp_path: Path) -> None:
    path = tmp_path / "cockpit.yaml"
    path.write_text(WHOLE)
    configuration = load_configuration(path, refuse_bad)
    assert configuration.environment.production
    assert configuration.checklists == ("production-deployment",)
    assert configuration.logs["app"].encoding == "cp1252"
    assert list(configuration.probes) == ["api", "db", "queue"]
    verify = configuration.rollback.steps[-1].verify
    assert verify is not None
    assert verify.probes == ("api", "db")


def test_conditions_are_left_alone_without_somebody_to_check_them() -> None:
    assert parse_configuration_text(PROBES + "    conditions: [bad one]\n", "cockpit.yaml").probes["api"].conditions


@given(st.data())
def test_a_line_that_is_lost_or_mangled_raises_nothing_but_a_configuration_error(data: st.DataObject) -> None:
    lines = WHOLE.splitlines()
    index = data.draw(st.integers(0, len(lines) - 1))
    lines[index] = data.draw(st.sampled_from(["", lines[index].strip(), lines[index][:-1]]) | st.text(max_size=10))
    try:
        parse_configuration_text("\n".join(lines), "cockpit.yaml", refuse_bad)
    except ConfigurationError as error:
        assert error.problems

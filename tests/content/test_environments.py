"""Several environments in one `cockpit.yaml`: what is common, what is each one's own, and mistakes in their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.content.configuration import parse_configuration_file, parse_configuration_text
from cockpit.errors import ConfigurationError, NotFoundError, UsageError
from cockpit.pinning import environments_in, parse_environments, read_work_tree
from tests.shop import CHECKLIST, LISTEN, LOOK, make_shop

HEAD = "service: shop\n"
BOTH = """\
service: shop
timezone: Europe/Berlin
checklists: [short]
probes:
  api: {http: "http://shop.example/health"}
  db: {tcp: "db.example:5432"}
logs:
  app: {file: app.log}
targets:
  answers: {probe: api, below: 300ms}
rollback:
  steps: [{id: verify, verify: {probes: [api]}}]
environments:
  staging:
    probes:
      api: {http: "http://staging.example/health"}
      mail: {tcp: "localhost:25"}
    checks:
      day/before/look: {command: {run: make look}}
    targets:
      answers: {probe: mail, below: 2s}
  production:
    production: true
    timezone: UTC
    rollback:
      steps: [{id: stop, run: systemctl stop shop}]
"""


def test_each_is_what_is_common_and_its_own() -> None:
    staging = parse_configuration_text(BOTH, "cockpit.yaml", env="staging")
    production = parse_configuration_text(BOTH, "cockpit.yaml", env="production")
    assert (staging.environment.name, staging.environment.production) == ("staging", False)
    assert (production.environment.name, production.environment.production) == ("production", True)
    assert staging.environments == production.environments == ("staging", "production")
    assert {name: probe.http or probe.tcp for name, probe in staging.probes.items()} == {
        "api": "http://staging.example/health", "db": "db.example:5432", "mail": "localhost:25",
    }  # fmt: skip
    assert list(production.probes) == ["api", "db"]
    assert production.probes["api"].http == "http://shop.example/health"
    assert (staging.timezone, production.timezone) == ("Europe/Berlin", "UTC")
    assert [step.id for step in staging.rollback.steps] == ["verify"]
    assert [step.id for step in production.rollback.steps] == ["stop"]
    assert (list(staging.checks), list(production.checks)) == ([LOOK], [])
    assert list(staging.logs) == list(production.logs) == ["app"]


def test_one_must_be_named() -> None:
    with pytest.raises(UsageError) as caught:
        parse_configuration_text(BOTH, "cockpit.yaml")
    assert caught.value.code == "several-environments"
    assert caught.value.fix == "Name one with --env: staging, production"
    with pytest.raises(NotFoundError, match="'live'"):
        parse_configuration_text(BOTH, "cockpit.yaml", env="live")


def test_a_single_one_need_not_be_named() -> None:
    alone = parse_configuration_text(HEAD + "environments: {live: {production: true}}\n", "cockpit.yaml")
    assert (alone.environment.name, alone.environment.production) == ("live", True)
    old = parse_configuration_text(HEAD + "environment: {name: live}\n", "cockpit.yaml", env="live")
    assert (old.environment.name, old.environments) == ("live", ())


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("{}\n", 2, 1, "the key 'environment' is missing"),
        ("environment: {name: a}\nenvironments: {b: {}}\n", 3, 1, "environment and environments exclude each other"),
        ("environments: {Big One: {}}\n", 2, 16, "'Big One' is not a name"),
        ("environments: {a: {productive: true}}\n", 2, 20, "the key 'productive' is not known"),
        ("environments: {a: {production: maybe}}\n", 2, 32, "true or false is wanted"),
        ("environments: {a: {timezone: Mars}}\n", 2, 30, "the time zone 'Mars' is not known"),
        ("environments: {a: {checklists: []}}\n", 2, 32, "no checklist to fly"),
        ("environments: {a: {code: {directory: ''}}}\n", 2, 38, "an empty text"),
        ("environments: {a: {probes: {api: {tcp: x}}}}\n", 2, 40, "is not host:port"),
        ("environments: {a: {logs: {app: {file: ''}}}}\n", 2, 32, "add one of file, command"),
        ("environments: {a: {checks: {x/y: {tls: {address: 'a b'}}}}}\n", 2, 50, "is not a host"),
        ("environments: {a: {targets: {t: {probe: api, below: 1s}}}}\n", 2, 41, "no probe 'api'"),
        ("environments: {a: {targets: {t: {log: app, below: 1%}}}}\n", 2, 39, "no log 'app'"),
        ("environments: {a: {logs: {app: {file: x}}, targets: {t: {log: app, below: 1s}}}}\n", 2, 75, "no share"),
        ("environments: {a: {logs: {app: {file: x}}, targets: {t: {log: app, above: 99%}}}}\n", 2, 68, "says nothing"),
        ("environments: {a: {targets: {t: {below: 1s}}}}\n", 2, 33, "add one of probe, log"),
        ("environments: {a: {patterns: {oops: '('}}}\n", 2, 37, "is not a regular expression"),
        ("environments: {a: {patterns: {oops: '(a{999}){999}'}}}\n", 2, 37, "repetitions come to 1,000,000 parts"),
        ("environments: {a: {version: {json: v}}}\n", 2, 29, "add one of http, file, command"),
        ("environments: {a: {rollback: {steps: [{id: v, verify: {probes: [api]}}]}}}\n", 2, 65, "no probe 'api'"),
        ("environments: {a: {probes: {api: {tcp: 'x:1'}}}, b: {}}\n"
         "rollback: {steps: [{id: v, verify: {probes: [api]}}]}\n", 3, 46, "no probe 'api'"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration_file(HEAD + text.replace("{}\n", "") if text == "{}\n" else HEAD + text, "cockpit.yaml")
    (problem,) = caught.value.problems
    assert words in problem.message
    assert (problem.line, problem.column) == (1 if text == "{}\n" else line, column)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return make_shop(tmp_path / "shop", BOTH)


def test_the_files_of_all_are_read_and_pinned_together(shop: Path) -> None:
    staging = read_work_tree(shop, "staging")
    production = read_work_tree(shop, "production")
    assert environments_in(shop) == ("staging", "production")
    assert staging.pinned.digest == production.pinned.digest, "trust and pins are of all"
    assert parse_environments(staging.texts) == {"staging": staging.pinned, "production": production.pinned}
    goals = [each.pinned.configuration.targets["answers"] for each in (staging, production)]
    assert [(goal.probe, goal.below) for goal in goals] == [("mail", "2s"), ("api", "300ms")]


def test_each_flies_its_own_checklists(shop: Path) -> None:
    text = BOTH.replace("    timezone: UTC\n", "    checklists: [short, night]\n")
    night = CHECKLIST.replace("id: short", "id: night").replace("day", "night")
    (shop / "checklists" / "night.yaml").write_text(night)
    # At the top, a check may be of an item that not all of them have.
    (shop / "cockpit.yaml").write_text(text + "checks:\n  night/before/look: {command: {run: make look}}\n")
    staging, production = (read_work_tree(shop, name).pinned for name in ("staging", "production"))
    assert [checklist.id for checklist in staging.checklists] == ["short"]
    assert [checklist.id for checklist in production.checklists] == ["short", "night"]


def test_what_a_section_refers_to_must_be_there(shop: Path) -> None:
    (shop / "cockpit.yaml").write_text(BOTH.replace("day/before/look:", "day/before/lok:"))
    with pytest.raises(ConfigurationError) as caught:
        read_work_tree(shop, "production")
    (told,) = [str(problem) for problem in caught.value.problems]
    assert told.startswith("cockpit.yaml:19:7: no checklist has an item 'day/before/lok'")
    assert LISTEN not in told

"""Checks as people write them, in a checklist and in cockpit.yaml: each mistake at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.content.check_review import address_complaint
from cockpit.content.checklists import parse_checklist_text
from cockpit.content.configuration import parse_configuration_text
from cockpit.errors import ConfigurationError
from cockpit.pinning import read_work_tree
from cockpit.release.checks import Check, CommandCheck, EnvCheck, FileCheck, GitCheck, HttpCheck, TlsCheck
from tests.shop import CONFIGURATION, LOOK, make_shop

HEAD = "service: shop\nenvironment: {name: production}\nchecks:\n  p/s/a:\n"
ITEM = (
    "id: x\ntitle: X\nphases:\n- id: p\n  title: P\n  sections:\n  - id: s\n    title: S\n    items:\n"
    "    - id: p/s/a\n      text: A\n"
)

WHOLE = """\
service: shop
environment: {name: production}
checks:
  a: {command: {run: make test, matches: passed, directory: app}, closes: true, interval: 1h, effects: load}
  b:
    http: {url: "https://a/", present: [Strict-Transport-Security], equals: {X-Frame-Options: DENY}, gzip: true}
  c: {tls: {address: "shop.example:8443", days: 30, protocol: TLSv1.3}, observe: web1}
  d: {env: {set: [DATABASE_URL], min_length: {SECRET_KEY: 32}}, binds: paths, paths: [.env.example]}
  e: {file: {path: "backups/*.sql", newer_than: 24h, min_size: 1000}, expires: 2h}
  f: {git: {clean: true, tag: run, at_tag: true, signed: true, merged: [main]}, observe: any}
  g: {off: true}
"""


def test_every_kind_can_be_written() -> None:
    checks = parse_configuration_text(WHOLE, "cockpit.yaml").checks
    assert checks["a"] == Check(
        command=CommandCheck(run="make test", matches="passed", directory="app"),
        closes=True,
        interval="1h",
        effects="load",
    )
    assert checks["b"].http == HttpCheck(
        url="https://a/",
        present=("Strict-Transport-Security",),
        equals={"X-Frame-Options": "DENY"},
        gzip=True,
    )
    assert checks["c"].tls == TlsCheck(address="shop.example:8443", days=30, protocol="TLSv1.3")
    assert checks["d"].env == EnvCheck(set=("DATABASE_URL",), min_length={"SECRET_KEY": 32})
    assert checks["e"].file == FileCheck(path="backups/*.sql", newer_than="24h", min_size=1000)
    assert checks["f"].git == GitCheck(clean=True, tag="run", at_tag=True, signed=True, merged=("main",))


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("    {closes: true}\n", 5, 5, "nothing is named here to go by: add one of command, http, tls, env, file, git"),
        ("    log: {name: app}\nlogs: {app: {file: a}}\n", 5, 10, "a level or a pattern is counted"),
        ("    log: {name: app, level: loud}\nlogs: {app: {file: a}}\n", 5, 29, "is no level"),
        ("    log: {name: app, level: error, within: soon}\nlogs: {app: {file: a}}\n", 5, 44, "is not a duration"),
        ("    log: {name: app, level: error, max: -1}\nlogs: {app: {file: a}}\n", 5, 41, "-1 is too small"),
        ("    log: {name: app, level: error, max_share: '5'}\nlogs: {app: {file: a}}\n", 5, 47, "is not a share"),
        ("    log: {name: app, level: error, among: x}\nlogs: {app: {file: a}}\n", 5, 43, "among needs a pattern"),
        ("    log: {name: app, pattern: xss}\n    closes: true\nlogs: {app: {file: a}}\n", 6, 13, "proves none"),
        ("    log: {name: web, pattern: xss}\n", 5, 17, "web"),
        ("    command: {run: 'true'}\n    git: {clean: true}\n", 6, 5, "command and git exclude each other"),
        ("    command: {run: ''}\n", 5, 20, "an empty text"),
        ("    command: {run: 'true', matches: '('}\n", 5, 37, "is not a regular expression"),
        ("    http: {url: shop.example}\n", 5, 17, "write it with http:// or https://"),
        ("    http: {url: 'http://a', method: get}\n", 5, 37, "is not a method"),
        ("    http: {url: 'http://a', status: [20]}\n", 5, 38, "20 is no HTTP status"),
        ("    http: {url: 'http://a', present: ['a b']}\n", 5, 39, "is not a header's name"),
        ("    http: {url: 'http://a', equals: {'a b': c}}\n", 5, 38, "is not a header's name"),
        ("    tls: {address: 'https://a'}\n", 5, 20, "is not a host"),
        ("    tls: {address: shop..example}\n", 5, 20, "a part between two dots is empty"),
        ("    tls: {address: a, protocol: TLSv1.1}\n", 5, 33, "one of TLSv1.2, TLSv1.3 is wanted"),
        ("    env: {set: ['A B']}\n", 5, 17, "is not a variable's name"),
        ("    env: {min_length: {A: 0}}\n", 5, 27, "0 is too small"),
        ("    file: {path: a, newer_than: soon}\n", 5, 33, "is not a duration"),
        ("    git: {}\n", 5, 10, "nothing is asked here"),
        ("    git: {clean: true}\n    interval: often\n", 6, 15, "is not a duration"),
        ("    git: {clean: true}\n    expires: 1m\n", 6, 14, "is too short"),
        ("    git: {clean: true}\n    expires: 1h\n    interval: 1h\n", 6, 14, "expires before the next result"),
        ("    git: {clean: true}\n    observe: '*'\n", 6, 14, "is not all, any or a host's name"),
        ("    git: {clean: true}\n    binds: paths\n", 6, 12, "list the paths"),
        ("    git: {clean: true}\n    paths: [a]\n", 6, 12, "add that, or remove them"),
        ("    git: {clean: true}\n    off: true\n", 6, 5, "a check that is off"),
        ("    git: {clean: true}\n    effects: some\n", 6, 14, "one of load, money, none, writes"),
        ("    git: {clean: true}\n    close: true\n", 6, 5, "did you mean 'closes'?"),
    ],
)
def test_a_mistake_has_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_configuration_text(HEAD + text, "cockpit.yaml")
    (problem,) = caught.value.problems
    assert (problem.path, problem.line, problem.column) == ("cockpit.yaml", line, column)
    assert words in problem.message


@pytest.mark.parametrize("asks", ["two_person: true", "evidence: required"])
def test_no_check_closes_what_asks_for_people(asks: str) -> None:
    text = ITEM + f"      {asks}\n      check: {{git: {{clean: true}}, closes: true}}\n"
    with pytest.raises(ConfigurationError, match=r"x\.yaml:13:\d+: .*no check closes it"):
        parse_checklist_text(text, "x.yaml")
    assert parse_checklist_text(text.replace(", closes: true", ""), "x.yaml")


def test_the_checks_of_cockpit_yaml_name_items_that_there_are(tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    file = shop / "cockpit.yaml"
    file.write_text(CONFIGURATION + f"checks:\n  {LOOK}: {{git: {{clean: true}}}}\n")
    assert read_work_tree(shop).pinned.configuration.checks[LOOK].kind == "git"
    file.write_text(CONFIGURATION + "checks:\n  elsewhere/look: {git: {clean: true}}\n")
    lines = CONFIGURATION.count("\n")
    place = rf"cockpit\.yaml:{lines + 2}:3"
    with pytest.raises(ConfigurationError, match=rf"{place}: no checklist has an item .*did you mean '{LOOK}'"):
        read_work_tree(shop)


@pytest.mark.parametrize(
    "host",
    ["shop.example.", "a_b", "bücher.example", "xn--bcher-kva.example", "x" * 63, "a." * 126 + "a", "9.9.9.9", "[::1]"],
)
def test_what_can_be_a_host_is_no_mistake(host: str) -> None:
    assert address_complaint(host) == ""
    assert address_complaint(f"{host}:53", port=True) == ""

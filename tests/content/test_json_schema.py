"""What an editor is told of our files: all that is right passes, and what `cockpit validate` refuses is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from msgspec.structs import fields

from cockpit.content.checklists import parse_checklist_text
from cockpit.content.configuration import parse_configuration_file
from cockpit.content.init import Answers, configuration_text
from cockpit.content.json_schema import KINDS, Kind, schema_of
from cockpit.content.keys import WORDS
from cockpit.content.keys.records import records_of
from cockpit.content.shipped import shipped_directory
from cockpit.demo.flightplan import cockpit_yaml
from cockpit.errors import ConfigurationError
from cockpit.health.conditions import check_condition
from tests.cli.conftest import Console
from tests.content.yaml_values import yaml_values
from tests.readme import PAGES

WHOLE = "service: shop\nenvironment: {name: production, production: true}\n"


@cache
def validator(kind: Kind) -> Draft202012Validator:
    schema = schema_of(kind)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def complaints(kind: Kind, text: str) -> list[str]:
    found = validator(kind).iter_errors(yaml_values(text))
    return [f"{error.json_path}: {error.message}" for error in found]


def blocks() -> Iterator[tuple[str, str]]:
    """Yield every YAML example of the README and its pages, with where it stands."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in re.finditer(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            yield f"{page.name}:{text.count(chr(10), 0, match.start()) + 1}", match[1]


def test_every_example_of_the_pages_is_right() -> None:
    found = dict(blocks())
    assert len(found) >= 5
    wrong = {}
    for place, text in found.items():
        whole = text if "service:" in text else WHOLE + text
        wrong[place] = complaints("configuration", whole)
        if whole is text:
            parse_configuration_file(text, place, check_condition)
    assert {place: told for place, told in wrong.items() if told} == {}


def test_the_demos_file_and_what_init_writes_are_right(tmp_path: Path) -> None:
    demo = cockpit_yaml(tmp_path, port=8000, front=8001).decode()
    assert complaints("configuration", demo) == []
    for answers in (Answers("shop"), Answers("shop", environment="staging, production")):
        assert complaints("configuration", configuration_text(answers)) == []


def test_the_shipped_checklist_is_right_with_all_its_proposed_checks() -> None:
    text = (shipped_directory() / "production-deployment.yaml").read_text(encoding="utf-8")
    assert complaints("checklist", text) == []
    proposed = re.sub(r"^( *)# (check: .*)$", r"\1\2", text, flags=re.MULTILINE)
    assert proposed != text
    assert complaints("checklist", proposed) == []


WRONG = [
    "service: shop\n",
    "environment: {name: production}\n",
    "service: Shop!\nenvironment: {name: production}\n",
    f"{WHOLE}environments: {{staging: {{}}}}\n",
    f"{WHOLE}colour: blue\n",
    f"{WHOLE}checklists: production-deployment\n",
    f"{WHOLE}logs: {{app: {{}}}}\n",
    f"{WHOLE}logs: {{app: {{file: a.log, command: tail a.log}}}}\n",
    f"{WHOLE}logs: {{The App: {{file: a.log}}}}\n",
    f"{WHOLE}logs: {{app: {{file: a.log, folow: true}}}}\n",
    f"{WHOLE}probes: {{api: {{}}}}\n",
    f"{WHOLE}probes: {{api: {{http: 'https://x.example', tcp: 'x:1'}}}}\n",
    f"{WHOLE}probes: {{api: {{http: 'https://x.example', interval: soon}}}}\n",
    f"{WHOLE}probes: {{api: {{http: 'https://x.example', interval: 5}}}}\n",
    f"{WHOLE}probes: {{api: {{http: 'https://x.example', failures: 0}}}}\n",
    f"{WHOLE}probes: {{api: {{http: 'https://x.example', failures: three}}}}\n",
    f"{WHOLE}probes: {{api: {{http: 'https://x.example', effects: some}}}}\n",
    f"{WHOLE}probes: {{api: {{dns: x.example, record: B}}}}\n",
    f"{WHOLE}probes: {{api: {{http: [a, b]}}}}\n",
    f"{WHOLE}targets: {{fast: {{below: 1s}}}}\n",
    f"{WHOLE}triggers: {{t: {{probe: a, target: b}}}}\n",
    f"{WHOLE}version: {{json: version}}\n",
    f"{WHOLE}rollback: {{steps: [{{id: a}}]}}\n",
    f"{WHOLE}rollback: {{steps: [{{run: x}}]}}\n",
    f"{WHOLE}rollback: {{steps: [{{id: a, run: x, checkout: true}}]}}\n",
    f"{WHOLE}rollback: {{steps: [{{id: a, run: x, batch: 0}}]}}\n",
    f"{WHOLE}rollback: {{steps: [{{id: a, run: x, verify: {{}}}}]}}\n",
    f"{WHOLE}rollback: {{steps: [{{id: a, backup: {{directory: x}}}}]}}\n",
    f"{WHOLE}channels: {{ops: {{}}}}\n",
    f"{WHOLE}notify: {{lunch: [ops]}}\n",
    f"{WHOLE}sources: {{prom: {{kind: promtheus}}}}\n",
    f"{WHOLE}sources: {{prom: {{url: 'https://x.example'}}}}\n",
    f"{WHOLE}maintenance_windows: [{{title: x}}]\n",
    f"{WHOLE}checks: {{a/b/c: {{closes: true}}}}\n",
    f"{WHOLE}checks: {{a/b/c: {{command: {{run: x}}, file: {{path: y}}}}}}\n",
    f"{WHOLE}environment: production\n".replace("environment: {name: production, production: true}\n", ""),
]


@pytest.mark.parametrize("text", WRONG)
def test_what_validate_refuses_the_schema_refuses(text: str) -> None:
    with pytest.raises(ConfigurationError):
        parse_configuration_file(text, "cockpit.yaml", check_condition)
    assert complaints("configuration", text)


_LIST = """\
id: a
title: A
phases: [{{id: p, title: P, sections: [{{id: s, title: S, items: [{{id: a/b, text: B{}}}]}}]}}]
"""


@pytest.mark.parametrize(
    "more",
    [
        ", killer: perhaps", ", colour: red", ", due: tomorrow", ", cadence: hourly", ", check: {closes: true}",
        ", window: T+0d", ", expires: never", ", items: {}",
    ],
)  # fmt: skip
def test_of_a_checklist_too(more: str) -> None:
    parse_checklist_text(_LIST.format(""), "a.yaml")
    assert complaints("checklist", _LIST.format("")) == []
    with pytest.raises(ConfigurationError):
        parse_checklist_text(_LIST.format(more), "a.yaml")
    assert complaints("checklist", _LIST.format(more))


def test_plain_words_are_texts_as_the_cockpit_takes_them() -> None:
    text = f"{WHOLE}sources: {{nr: {{kind: new-relic, token_env: NR_KEY, account: 1234567}}}}\n"
    text += "checks: {a/b/c: {off: true}, a/b/d: {rehearsal: {}}}\ntriggers: {}\n"
    parse_configuration_file(text, "cockpit.yaml", check_condition)
    assert complaints("configuration", text) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_told_of_and_no_record_takes_an_unknown_one(kind: Kind) -> None:
    parts = schema_of(kind)["$defs"]
    for record in records_of(KINDS[kind]):
        keys = [field.encode_name for field in fields(record)]
        assert set(WORDS.get(record, {})) == set(keys), f"tell of them in cockpit/content/keys: {record.__name__}"
        held = parts[record.__name__]
        assert held["additionalProperties"] is False
        assert all(held["properties"][key]["description"] for key in keys)


def test_the_command_prints_it(tmp_path: Path) -> None:
    console = Console(tmp_path)
    status, out, _ = console.say("validate", "--schema")
    assert status == 0
    assert json.loads(out) == json.loads(json.dumps(schema_of("configuration")))
    checklist: Any = console.json("validate", "--schema", "checklist")
    assert checklist["title"] == schema_of("checklist")["title"]
    assert console.say("validate", "--schema", "cockpit.yaml")[0] == 2

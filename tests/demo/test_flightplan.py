from __future__ import annotations

import shlex
from pathlib import Path

import msgspec
import yaml

from cockpit.demo import flightplan
from cockpit.release.checks import KINDS
from cockpit.release.configuration import Configuration, Plans
from tests.demo.conftest import Shop
from tests.parts import require


def loaded(text: bytes) -> Configuration:
    return msgspec.convert(yaml.safe_load(text), Configuration)


def test_cockpit_yaml_loads_as_what_was_meant() -> None:
    root = Path("/srv/the demo")
    for front in (0, 20002):
        text = flightplan.cockpit_yaml(root, port=20001, front=front)
        assert loaded(text) == flightplan.configuration(root, port=20001, front=front)


def test_the_first_cockpit_yaml_verifies_only_by_probes_that_it_has() -> None:
    early = loaded(flightplan.early_cockpit_yaml(Path("/srv/demo"), port=20001))
    named = [probe for step in early.rollback.steps if step.verify for probe in step.verify.probes]
    assert named
    assert set(named) <= set(early.probes)
    assert early.deploy == Plans()


def test_the_work_tree_carries_it(shop: Shop) -> None:
    carried = loaded((shop.demo.repository / "cockpit.yaml").read_bytes())
    assert carried == flightplan.configuration(shop.root, port=shop.demo.port, front=shop.demo.front_port)


def test_every_named_tool_log_and_dump_is_there(shop: Shop) -> None:
    carried = flightplan.configuration(shop.root, port=shop.demo.port)
    commands = [step.run for step in (*carried.rollback.steps, *carried.deploy.steps) if step.run]
    commands.append(carried.probes["db"].command)
    for command in commands:
        assert Path(shlex.split(command)[0]).stat().st_mode & 0o100, command
    assert all(Path(log.file).is_file() for log in carried.logs.values())
    assert Path(carried.rollback.backups.glob.format(tag="v2.4.0")).is_file()
    assert shop.tool("check-db").ok


def test_every_kind_of_check_is_flown(shop: Shop) -> None:
    require("openssl")
    checks = flightplan.configuration(shop.root, port=shop.demo.port, front=shop.demo.front_port).checks
    assert {check.kind for check in checks.values()} == set(KINDS)

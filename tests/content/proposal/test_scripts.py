"""What the scripts and make targets of a repository propose for the way back and the way on; all of it is a guess."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cockpit.content.configuration import parse_configuration_text
from cockpit.content.init import configuration_text, detect
from cockpit.release.configuration import Plans

PAIR = {"start.sh": "#!/bin/sh\n", "stop.sh": "#!/bin/sh\n"}
UNIT = {"deploy/shop.service": "[Service]\nExecStart=/srv/shop --port 8123\n"}


def proposed(root: Path, files: Mapping[str, str], *, executable: bool = True) -> tuple[Plans, Plans]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if executable and text.startswith("#!") else 0o644)
    found = parse_configuration_text(configuration_text(detect(root), root), "cockpit.yaml")
    return found.rollback, found.deploy


def lines(plans: Plans) -> dict[str, str]:
    return {step.id: step.run for step in plans.steps if step.run}


@pytest.mark.parametrize(
    ("files", "back", "onward"),
    [
        (PAIR, {"stop": "./stop.sh", "start": "./start.sh"}, {"stop": "./stop.sh", "start": "./start.sh"}),
        (
            {"bin/start": "#!/bin/sh\n", "bin/stop": "#!/bin/sh\n", "start.sh": "#!/bin/sh\n"},
            {"stop": "./bin/stop", "start": "./bin/start"},
            {"stop": "./bin/stop", "start": "./bin/start"},
        ),
        (
            {"Makefile": "VERSION := 1\nstart: build\n\t./run &\nstop:\n\tkill\n"},
            {"stop": "make stop", "start": "make start"},
            {"stop": "make stop", "start": "make start"},
        ),
        (
            {**PAIR, "Makefile": "deploy: build\n"},
            {"stop": "./stop.sh", "start": "./start.sh"},
            {"start": "make deploy"},
        ),
        ({"scripts/deploy.sh": "#!/bin/sh\n"}, {"start": "./scripts/deploy.sh"}, {"start": "./scripts/deploy.sh"}),
        ({"Makefile": "deploy := x\nrestart:\n"}, {"start": "make restart"}, {"start": "make restart"}),
        (
            {**PAIR, **UNIT},
            {"stop": "sudo systemctl stop shop.service", "start": "sudo systemctl start shop.service"},
            {"stop": "sudo systemctl stop shop.service", "start": "sudo systemctl start shop.service"},
        ),
    ],
    ids=["a pair", "a pair, a lone start", "make", "a pair and a deploy", "a deploy", "a restart", "a unit first"],
)
def test_what_starts_and_stops_it_is_the_way_back_and_what_deploys_it_the_way_on(
    tmp_path: Path, files: Mapping[str, str], back: Mapping[str, str], onward: Mapping[str, str]
) -> None:
    rollback, deploy = proposed(tmp_path, files)
    assert (lines(rollback), lines(deploy)) == (back, onward)
    stop = ["stop"] if "stop" in onward else []
    assert [step.id for step in deploy.steps] == [*stop, "checkout", "start", "verify"]
    assert all(step.assumed for step in deploy.steps if step.id == "start"), "nothing says that it is deployed so"
    if not any(name in files for name in UNIT):
        assert all(step.assumed for step in (*rollback.steps, *deploy.steps) if step.run)


def test_a_script_that_is_not_executable_is_run_by_its_shell(tmp_path: Path) -> None:
    files = {"start.sh": "#!/usr/bin/env bash\n", "stop.sh": "kill 1\n"}
    rollback, _ = proposed(tmp_path, files, executable=False)
    assert lines(rollback) == {"stop": "sh ./stop.sh", "start": "bash ./start.sh"}


def test_where_nothing_speaks_of_a_deploy_none_is_proposed(tmp_path: Path) -> None:
    rollback, deploy = proposed(tmp_path, {"stop.sh": "#!/bin/sh\n"})
    assert not deploy.steps
    assert lines(rollback)["stop"].startswith("sudo systemctl"), "a stop alone starts nothing"


@pytest.mark.parametrize(
    ("line", "log"),
    [
        ("nohup ./serve >> logs/prices.log 2>&1 &", "logs/prices.log"),
        ('./serve >"/var/log/prices.log" &', "/var/log/prices.log"),
        ("./serve >> ../elsewhere.log &", "/var/log/app.log"),
        ("./serve &", "/var/log/app.log"),
    ],
)
def test_the_log_is_where_the_start_script_sends_it(tmp_path: Path, line: str, log: str) -> None:
    (tmp_path / "start.sh").write_text(f"#!/bin/sh\n{line}\n")
    (tmp_path / "stop.sh").write_text("#!/bin/sh\n")
    assert detect(tmp_path).log_file == log

"""`triggers` in cockpit.yaml: a runbook that is none is told at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cockpit.errors import ConfigurationError
from cockpit.pinning import read_work_tree

CONFIGURATION = """\
service: shop
environment: {name: production, production: true}
probes:
  api: {http: "http://localhost/"}
triggers:
  pay: {probe: api, runbook: %s}
"""


def test_the_runbook_of_a_trigger_is_one_there_is(tmp_path: Path) -> None:
    (tmp_path / "cockpit.yaml").write_text(CONFIGURATION % "application-down")
    assert read_work_tree(tmp_path).pinned.configuration.triggers["pay"].runbook == "application-down"
    (tmp_path / "cockpit.yaml").write_text(CONFIGURATION % "aplication-down")
    with pytest.raises(ConfigurationError, match="there is no runbook 'aplication-down'") as caught:
        read_work_tree(tmp_path)
    (problem,) = caught.value.problems
    assert str(problem).startswith("cockpit.yaml:6:30: ")

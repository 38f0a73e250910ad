"""The whole way: a real watcher asks a tool, the gate goes by its word, and no credential comes into the store."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Console
from tests.execution.flight import Flight, wait_until
from tests.sources.contracts import APP_KEY, ENVIRONMENT, TOKEN, dog_monitors, dog_opens
from tests.sources.vendor import Reply, Request, Vendor

pytestmark = pytest.mark.full

ITEM = "day/before/look"


def test_a_gate_goes_only_while_the_tool_says_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    vendor, flight = Vendor(), Flight(tmp_path)

    def answer(request: Request) -> Reply:
        return Reply(dog_monitors("OK") if dog_opens(request.headers) else {"errors": ["Forbidden"]})

    vendor.answer = answer
    opened = {"token_env": "TOKEN", "app_key_env": "APP_KEY"}
    flight.begin(
        sources={"dog": {"kind": "datadog", "url": vendor.url, "per_minute": 600, **opened}},
        probes={"up": {"command": "true"}, "dog": {"source": {"name": "dog"}, "interval": "15s"}},
        checks={ITEM: {"source": {"name": "dog"}, "closes": True, "interval": "1s"}},
    )
    console = Console(flight.repo)

    def item() -> Any:
        return next(one for one in console.json("status")["items"] if one["id"] == ITEM)

    with subprocess.Popen(console.command("watch"), cwd=flight.repo, env=dict(os.environ)) as watcher:
        try:
            wait_until(lambda: item()["state"] == "sensed", within=60)
            vendor.answer = lambda request: Reply({"errors": [f"{TOKEN} {APP_KEY} may not"]}, status=403)
            wait_until(lambda: item()["state"] == "unknown", within=60)
            assert "does not allow that (403)" in item()["detail"]
            assert console.say("gate")[0] == 1
            vendor.answer = answer
            wait_until(lambda: item()["state"] == "sensed", within=60)
        finally:
            watcher.terminate()
    for secret in (TOKEN, APP_KEY):
        written = subprocess.run(
            ["grep", "--recursive", "--files-with-matches", "--fixed-strings", secret, str(tmp_path)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert written.stdout == ""
    vendor.close()
    flight.end()

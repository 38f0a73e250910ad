"""A team's first five minutes: from a repository that nothing is known of to a green probe and a trusted way back."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import OpenTerminal
from tests.journeys.shop import COCKPIT, leave
from tests.journeys.terminal import Terminal

pytestmark = pytest.mark.full

FLASK = """\
from flask import Flask

app = Flask(__name__)


@app.route("/healthz")
def healthz():
    return {"status": "ok", "version": "v1.1.0"}
"""
MOST_KEYS = 40


class _Health(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.path == "/healthz"
        self.send_response(200 if known else 404)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "ok", "version": "v1.1.0"} if known else {}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
        """Say nothing."""


class Unconfigured:
    """A shop that nobody has set the cockpit up for; its service really listens on `port`."""

    def __init__(self, home: Path, port: int) -> None:
        self.repository = home / "shop"
        self.environment = {"COCKPIT_STATE_DIR": str(home / "state"), "HOME": str(home)}
        files = {
            "deploy/shop.service": "[Service]\nEnvironmentFile=/etc/shop.env\n"
            f"ExecStart=/srv/shop/bin/gunicorn --bind 127.0.0.1:{port} shop.app:app\n",
            "deploy/nginx.conf": "server {\n    listen 80;\n    server_name shop.example.com;\n"
            f"    access_log /var/log/nginx/shop.log;\n    location / {{ proxy_pass http://127.0.0.1:{port}; }}\n}}\n",
            ".env.example": "SECRET_KEY=change-me\nDATABASE_URL=sqlite:///var/shop.db\nSMTP_HOST=localhost\n",
            "requirements.txt": "flask==3.0.3\n",
            "shop/app.py": FLASK,
        }
        for name, text in files.items():
            (self.repository / name).parent.mkdir(parents=True, exist_ok=True)
            (self.repository / name).write_text(text)
        self._git("init", "--quiet", "--initial-branch=main", "--template=")
        self._git("config", "user.name", "Ana Lima")
        self._git("config", "user.email", "ana@example.org")
        for tag in ("v1.0.0", "v1.1.0"):
            self._git("add", "--all")
            self._git("commit", "--quiet", "--allow-empty", "--message", tag)
            self._git("tag", tag)

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(self.repository), *arguments], check=True, capture_output=True)

    def ask(self, *arguments: str) -> Any:
        """Return what a headless command prints with `--json`."""
        done = subprocess.run(
            [*COCKPIT, "--repo", str(self.repository), "--json", *arguments],
            env={**os.environ, **self.environment},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def unconfigured(tmp_path: Path) -> Iterator[Unconfigured]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Health) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield Unconfigured(tmp_path, server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


def answer_all(terminal: Terminal, *, trusting: bool = True) -> None:
    """Take every default of `cockpit init`, and trust what it shows, or not."""
    for question in ("Service", "Environment", "Time zone", "Health URL"):
        terminal.wait_for(rf"^{question}.*\]: *$")
        terminal.press("Enter")
    terminal.wait_for("ok: it answers")
    terminal.wait_for(r"Log.*\]: *$")
    terminal.press("Enter")
    screen = terminal.wait_for(r"Their numbers.*\[-\]: *$")
    payments = re.search(r"(\d+) +payments", screen)
    assert payments is not None
    terminal.press(payments[1], "Enter")
    terminal.wait_for(r"Why.*\]: *$")
    terminal.press("Enter")
    terminal.wait_for(r"probe health: ok, http://127\.0\.0\.1:\d+/healthz answers")
    screen = terminal.wait_for(r"commands run on this host.*\[no\]: *$")
    assert "from v1.1.0 to v1.0.0" in screen
    assert "sudo systemctl stop shop.service" in screen
    terminal.press("y" if trusting else "n", "Enter")
    if trusting:
        terminal.wait_for("trusted on this host")


def test_in_10_keys_from_init_to_a_green_probe_and_a_trusted_way_back(
    open_terminal: OpenTerminal, unconfigured: Unconfigured
) -> None:
    """Ten keys: six defaults, what it has not, and `y` Enter to trust; 23 with typing `cockpit init` and Enter."""
    terminal = open_terminal()
    terminal.start(
        [*COCKPIT, "--repo", str(unconfigured.repository), "init"],
        size=(110, 120),
        environment=unconfigured.environment,
    )
    answer_all(terminal)
    assert terminal.pressed == 10
    assert terminal.pressed + len("cockpit init\n") <= MOST_KEYS
    terminal.wait_for(r"Open the cockpit now\? .*\]: *$")
    terminal.press("n", "Enter")
    assert terminal.wait_for_exit() == 0

    (probe,) = unconfigured.ask("probe")
    assert (probe["name"], probe["state"]) == ("health", "ok")
    assert unconfigured.ask("trust", "--show")["trusted"]
    run = unconfigured.ask("release", "open", "v1.1.0")
    status = unconfigured.ask("status")
    assert status["run"]["id"] == run["id"]
    absent = [item for item in status["items"] if item["state"] == "na"]
    assert len({item["detail"] for item in absent}) == 1
    assert "payments" in absent[0]["detail"]
    assert "deployment-day/deployment/verify-payment-processing" in {item["id"] for item in absent}
    plan = unconfigured.ask("rollback", "v1.0.0", "--plan")
    assert [step["id"] for step in plan["steps"]] == ["stop", "backup", "checkout", "restore", "start", "verify"]


def test_the_cockpit_explains_itself_sets_up_from_a_checklist_that_it_found_and_goes_on(
    open_terminal: OpenTerminal, unconfigured: Unconfigured
) -> None:
    (unconfigured.repository / "LAUNCH.md").write_text(
        "# Launch\n\n## Before\n\n- [ ] Tell everybody\n- [ ] Take a payment\n- [ ] Look at the logs\n"
    )
    terminal = open_terminal()
    terminal.start(
        [*COCKPIT, "--repo", str(unconfigured.repository)], size=(110, 60), environment=unconfigured.environment
    )
    terminal.wait_for("no cockpit.yaml yet")
    terminal.wait_for(r"m +Import LAUNCH\.md")
    terminal.press("m")
    answer_all(terminal)
    terminal.wait_for(r"No release run is open.*such as v1\.1\.0.*: *$")
    terminal.press(*"v1.1.0", "Enter")
    screen = terminal.wait_for(r"\A shop  PROD  ?v1\.1\.0.*\n(?s:.*)Tell everybody")
    assert "rollback" in screen
    terminal.wait_for(r"Take a payment +(NOT APPLICABLE|N/A)")
    leave(terminal)
    assert terminal.wait_for_exit() == 0


def test_who_does_not_trust_the_way_back_is_not_asked_to_open_a_run_by_it(
    open_terminal: OpenTerminal, unconfigured: Unconfigured
) -> None:
    terminal = open_terminal()
    terminal.start(
        [*COCKPIT, "--repo", str(unconfigured.repository), "init"],
        size=(110, 120),
        environment=unconfigured.environment,
    )
    answer_all(terminal, trusting=False)
    terminal.wait_for(r"where a guess is right, take\s+that\s+line\s+away\.\s+Then:\s+cockpit validate")
    assert terminal.wait_for_exit() == 0


def test_outside_of_a_repository_it_says_how_to_make_one(open_terminal: OpenTerminal, tmp_path: Path) -> None:
    terminal = open_terminal()
    terminal.start([*COCKPIT, "--repo", str(tmp_path)])
    terminal.wait_for("in no git repository(?s:.*)git init")
    terminal.press("q")
    assert terminal.wait_for_exit() == 0

"""The cockpit brought to a service of one's own: two scripts, a /version, tags, and a bare remote beside it."""

from __future__ import annotations

import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Console
from tests.execution.webshop import free_port
from tests.health.parts import accepts
from tests.journeys.terminal import wait_until

pytestmark = pytest.mark.full

APP = """\
import http.server, json, pathlib
VERSION = (pathlib.Path(__file__).parent / "VERSION").read_text()
class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = {"/health": {"status": "ok"}, "/version": {"version": VERSION}}
        self.send_response(200 if self.path in known else 404)
        self.end_headers()
        self.wfile.write(json.dumps(known.get(self.path)).encode())
http.server.ThreadingHTTPServer(("127.0.0.1", %d), Pages).serve_forever()
"""
START = "#!/bin/sh\nmkdir -p var; nohup python3 app.py >>var/app.log 2>&1 &\necho $! >var/pid\n"
STOP = "#!/bin/sh\nkill $(cat var/pid) && rm var/pid\n"


LAUNCH = "# Launch\n## Day\n- [ ] Tell support\n- [ ] Deploy the new version\n- [ ] Prices are right\n"


class Own:
    """The repository, and its service, which runs."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self.root = home / "prices"
        self.root.mkdir()
        files = {"app.py": APP % self.port, "start.sh": START, "stop.sh": STOP, ".gitignore": "var/\n",
                 "LAUNCH.md": LAUNCH}  # fmt: skip
        for name, text in files.items():
            (self.root / name).write_text(text)
            (self.root / name).chmod(0o755 if name.endswith(".sh") else 0o644)
        self.git("init", "--quiet", "--initial-branch=main", "--template=")
        for tag in ("v1.0.0", "v1.1.0", "v1.2.0"):
            (self.root / "VERSION").write_text(tag)
            self.git("add", "--all")
            self.git("commit", "--quiet", "--message", tag)
            self.git("tag", tag)
        self.git("init", "--quiet", "--bare", "../prices.git")
        self.git("remote", "add", "origin", "../prices.git")
        self.console = Console(self.root)
        self.script("start.sh")
        wait_until(lambda: accepts(self.port), "the service listens")

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(self.root), *arguments], check=True, capture_output=True)

    def script(self, name: str) -> None:
        subprocess.run([f"./{name}"], cwd=self.root, check=False)

    def running(self) -> bytes:
        answer: bytes = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/version").read()
        return answer


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Own]:
    monkeypatch.setenv("COCKPIT_STATE_DIR", str(tmp_path / "state"))
    service = Own(tmp_path)
    try:
        yield service
    finally:
        service.script("stop.sh")


def test_what_init_proposes_goes_back_and_onward_by_the_services_own_scripts(own: Own) -> None:
    written = own.console.json("init", "--yes", "--from", str(own.root / "LAUNCH.md"))
    assert written["version_url"] == f"http://127.0.0.1:{own.port}/version"
    assert (written["deployed_by"], written["state_remote"]) == ("script", "origin")
    own.git("add", "--all")
    own.git("commit", "--quiet", "--message", "the cockpit")
    assert own.console.json("trust")["assumed"] == written["assumed"]
    own.console.json("release", "open", "v1.2.0")
    own.console.json("item", "tick", "deploy-the-new-version")
    plan = own.console.json("rollback", "v1.1.0", "--plan")["assumed"]
    assert {f"rollback.steps.{step}": why for step, why in plan.items()} == {
        where: why for where, why in written["assumed"].items() if where.startswith("rollback.")
    }

    assert own.console.process("rollback", "v1.1.0", "--execute", "--confirm", "v1.1.0").returncode == 0
    assert b"v1.1.0" in own.running()
    # HEAD had moved on from v1.2.0 by the commit of the cockpit's own files: v1.2.0 is what was undone all the same.
    assert "rolled back from v1.2.0 to v1.1.0" in own.console.json("status")["deploys_locked"]
    assert {tag["name"]: tag["mark"] for tag in own.console.json("tags")}["v1.2.0"] == "bad"
    states = {item["id"]: item["state"] for item in own.console.json("status")["items"]}
    assert states["day/deploy-the-new-version"] == "suspended"
    assert own.console.refused("item", "tick", "prices-are-right", code=4)["code"] == "rolled-back"
    assert own.console.json("item", "tick", "tell-support")["state"] == "done"
    own.console.json("execution", "unlock", "--reason", "mended")
    assert own.console.process("deploy", "v1.2.0", "--execute", "--confirm", "v1.2.0").returncode == 0
    assert b"v1.2.0" in own.running()
    assert not own.console.json("trust", "--show")["assumed"], "all of it has run well by now"

"""Secrets planted wherever the cockpit reads: none comes out of it, in any file, ref, report, screen or message."""

from __future__ import annotations

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from cockpit.bootstrap import now
from cockpit.release.health import Debounced, ProbeState
from cockpit.samples.writer import SampleWriter
from cockpit.tui.app import CockpitApp
from tests.cli.conftest import Console
from tests.execution.flight import Flight

pytestmark = pytest.mark.full

# Each is planted in one place, so that what is found tells where it came from. The first three have no known shape.
ENV_FILE = "vX7-quiet-Marmalade-91"
ODD_NAME = "kT4-Oboe-under-the-lake"  # of a variable that only the schema calls secret
ENVIRONMENT = "pL2-Salted-Gondola-77"
LOG = "lg3-Copper-Lantern-55"
BODY = "bd8-Velvet-Harbour-42"
OUTPUT = "ou6-Paper-Compass-63"
NOTE = "nt1-Walnut-Signal-28"
SECRETS = (ENV_FILE, ODD_NAME, ENVIRONMENT, LOG, BODY, OUTPUT, NOTE)

RUNBOOK = """\
id: down
title: Down
kind: emergency
steps:
  - {id: a, text: Look, effects: none, run: "cat '%(var)s/leak'; exit 3"}
"""


class Leaking(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = json.dumps({"status": "bad", "api_key": BODY}).encode()
        self.send_response(500)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", f"session={BODY}")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Leaking)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def planted(flight: Flight, url: str) -> None:
    """Begin a flight whose every source leaks."""
    (flight.repo / ".gitignore").write_text(".env\napp.log\n")
    (flight.repo / ".env").write_text(f"DB_PASSWORD={ENV_FILE}\nODDLY_NAMED={ODD_NAME}\nDEBUG=True\n")
    (flight.repo / "app.log").write_text(
        f"2026-03-10T13:16:28Z ERROR login failed password={LOG} for ana\n"
        f"2026-03-10T13:16:29Z ERROR upstream said Authorization: Bearer {LOG}\n"
    )
    leak = f"password: {OUTPUT}\nconnecting with {ENV_FILE} and {ENVIRONMENT}, then {ODD_NAME}\n"
    (flight.var / "leak").write_text(leak)
    (flight.repo / "checklists" / "runbooks").mkdir()
    (flight.repo / "checklists" / "runbooks" / "down.yaml").write_text(RUNBOOK % {"var": flight.var})
    cat = flight.sh('cat "$V/leak"; cat "$V/leak" >&2; false')
    flight.begin(
        [flight.step("leaky", 'cat "$V/leak"; cat "$V/leak" >&2; false'), flight.checkout_step()],
        env={"variables": {"ODDLY_NAMED": {"type": "secret"}}},
        logs={"app": {"file": "app.log"}},
        probes={
            "web": {"http": url, "conditions": ["[STATUS] == 200", "[BODY].api_key == fine"]},
            "command": {"command": cat},
        },
        checks={"day/before/look": {"command": {"run": cat}}},
    )


async def screens(flight: Flight) -> str:
    """Every page's picture, as it is exported."""
    app = CockpitApp(flight.workspace(), now=now)
    found = []
    async with app.run_test(size=(200, 50)) as pilot:
        for key in "1234567890":
            await pilot.press(key)
            for _ in range(4):
                await pilot.pause(0.2)
            found.append(app.export_screenshot())
        await pilot.press("5", "enter", "enter")
        await pilot.pause(0.3)
        found.append(app.export_screenshot())
        await pilot.press("escape", "X")
        await pilot.pause(0.5)
        found.append(app.export_screenshot())
    return "\n".join(found)


def of_git(repo: Path) -> str:
    """Everything that the repository holds, of all refs, and what no ref holds any more."""
    done = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch", "--buffer"],
        cwd=repo, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def record_probes(flight: Flight, console: Console) -> None:
    """Let the samples hold what the probes found, as a watcher would."""
    from cockpit.bootstrap import make_prober
    from cockpit.measuring import sample_key

    workspace = flight.workspace()
    prober, writer = make_prober(workspace), SampleWriter(workspace.store.location.root)

    async def look() -> None:
        async with prober:
            for name, probe in workspace.run.configuration.probes.items():
                found = await prober.run(sample_key(workspace.run, name), probe, now())
                writer.record(found, Debounced(ProbeState.DOWN, now(), ProbeState.DOWN))

    import asyncio

    asyncio.run(look())
    writer.flush()
    writer.close()


def test_no_planted_secret_comes_out(
    flight: Flight, server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHOP_API_TOKEN", ENVIRONMENT)
    planted(flight, server)
    console, said = Console(flight.repo), []

    def say(*arguments: str) -> int:
        status, out, err = console.say(*arguments)
        said.append(f"$ {arguments[0]}\n{out}{err}")
        return status

    say("note", f"rotated, the password is password={NOTE}")
    say("item", "note", "look", "--reason", f"token: {NOTE}")
    say("item", "attach", "look", "--file", str(flight.repo / "app.log"))
    say("item", "attach", "look", "--file", str(flight.repo / ".env"))
    say("verify")
    say("probe")
    say("env")
    say("incident", "open", f"login fails, secret={NOTE}", "--component", "web")
    say("runbook", "down", "a", "--execute")
    say("rollback", "v1", "--execute", "--confirm", "v1")
    say("execution", "status")
    say("logs", "app", "--stats", "--patterns", "--fingerprints")
    say("handover")
    say("status")
    say("timeline")
    say("incident", "export")
    for form in ("md", "html", "json"):
        say("report", "--format", form)
    say("report", "--offline")
    say("status", "--json")
    record_probes(flight, console)
    import asyncio

    git_directory = flight.repo / ".git"
    files = {
        str(path): path.read_bytes().decode("utf-8", "replace")
        for path in (git_directory / "cockpit").rglob("*")
        # What a step prints lies there as it was, for this user alone: whoever shows or keeps it masks it.
        if path.is_file() and path.name != "output.log"
    }
    places = {
        "what was said": "\n".join(said),
        "the objects of git": of_git(flight.repo),
        "the screens": html_text(asyncio.run(screens(flight))),
        **files,
    }
    assert "ROLLBACK" in places["the screens"].upper(), "the screens were drawn"
    assert "•••" in places["what was said"]
    assert any("signoff" in text or "note.added" in text for text in files.values()), "the journal was read"
    leaks = [
        f"{place}: ...{text[max(found.start() - 60, 0) : found.end()]}"
        for place, text in places.items()
        for secret in SECRETS
        for found in re.finditer(re.escape(secret), text)
    ]
    assert not leaks, "\n".join(leaks)


def html_text(picture: str) -> str:
    """The words of exported pictures, without what lies between the letters of one line."""
    return re.sub(r"<[^>]+>", "", picture.replace("&#160;", " "))

"""A service of real processes on PostgreSQL, whose newest tag is defective and has crossed a migration."""

from __future__ import annotations

import json
import secrets
import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from cockpit.git.command import Git
from tests.execution.base import REFUNDS
from tests.execution.flight import Flight, Step
from tests.postgresql import Server

SERVICE = """\
import http.server, json, os, pathlib, subprocess, sys
version, query = pathlib.Path("VERSION").read_text().strip(), pathlib.Path("query.sql").read_text()
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = 200, json.dumps({"version": version})
        if self.path == "/orders":
            done = subprocess.run(["/usr/bin/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", os.environ["DATABASE_URL"],
                                   "-c", query], capture_output=True, text=True)
            status, body = (200, done.stdout) if done.returncode == 0 else (500, done.stderr)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answers)
pathlib.Path(sys.argv[2]).write_text(str(os.getpid()))
server.serve_forever()
"""
ORDERS = """\
CREATE TABLE IF NOT EXISTS orders (id integer PRIMARY KEY, total integer NOT NULL);
"""


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


class WebShop:
    """The shop: a flight, its database, and its port."""

    def __init__(self, flight: Flight, server: Server) -> None:
        self.flight = flight
        self.server = server
        self.name = f"web_{secrets.token_hex(4)}"
        self.url = f"postgresql://ana@/{self.name}?host={server.place}"
        self.port = free_port()
        self.backups = flight.var / "backups"

    def begin(self) -> None:
        """Release v1, which runs, and v2; open v2's run."""
        flight = self.flight
        self.server.run("createdb", self.name)
        self.server.sql(self.name, ORDERS + "INSERT INTO orders VALUES (1, 100), (2, 250);")
        address = f"http://127.0.0.1:{self.port}"
        often = {"interval": "200ms", "timeout": "5s"}
        flight.configure(
            [],
            probes={
                "health": {"http": f"{address}/health", **often},
                "orders": {"http": f"{address}/orders", **often},
                "host": {"command": "uname", **often},
            },
            version={"http": f"{address}/health", "json": "version"},
            rollback=self._plan(self.rollback_steps()),
            deploy=self._plan(self.deploy_steps()),
        )
        (flight.repo / "service.py").write_text(SERVICE)
        (flight.repo / "query.sql").write_text("SELECT id, total FROM orders ORDER BY id")
        (flight.repo / "migrations").mkdir()
        (flight.repo / "migrations" / "0001.sql").write_text(ORDERS)
        flight.release("v1")
        (flight.repo / "query.sql").write_text("SELECT id, amount FROM refunds ORDER BY id")
        (flight.repo / "migrations" / "0002.sql").write_text(REFUNDS)
        flight.release("v2")
        flight.git.output("checkout", "--quiet", "--detach", "v1")
        workspace = flight.workspace()
        workspace.open_run("v2", tag="", launch_at="")
        flight.trust(workspace)

    def _plan(self, steps: list[Step]) -> dict[str, Any]:
        glob = str(self.backups / f"{self.name}-{{tag}}-before-deploy-*.dump")
        return {"steps": steps, "migrations": ["migrations/*.sql"], "backups": {"glob": glob}}

    def rollback_steps(self) -> list[Step]:
        checks = ["SELECT count(*) >= 2 FROM orders"]
        restore: Step = {"id": "restore", "restore": {"postgresql": {}, "checks": checks}, "timeout": "60s"}
        return [self._stop(), self._backup(), self.flight.checkout_step(), restore, self._start(), self._verify()]

    def deploy_steps(self) -> list[Step]:
        migrate = 'for each in migrations/*.sql; do psql -Xq -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -f "$each"; done'
        return [self._stop(), self._backup(), self.flight.checkout_step(), {"id": "migrate", "run": migrate},
                self._start(), self._verify("health")]  # fmt: skip

    def _stop(self) -> Step:
        runs = 'kill -0 "$(cat "$V/service.pid" 2>/dev/null || echo x)" 2>/dev/null'
        kill = f'kill "$(cat "$V/service.pid")"; while {runs}; do sleep 0.02; done; rm -f "$V/service.pid"'
        return self.flight.step("stop", kill, done_when=self.flight.sh(f"! {runs}"))

    def _backup(self) -> Step:
        return {"id": "backup", "backup": {"postgresql": {}, "directory": str(self.backups)}, "skippable": True}

    def _start(self) -> Step:
        serve = f'setsid python3 service.py {self.port} "$V/service.pid" > "$V/service.log" 2>&1 &'
        wait = 'while [ ! -s "$V/service.pid" ]; do sleep 0.02; done'
        up = 'kill -0 "$(cat "$V/service.pid" 2>/dev/null || echo x)" 2>/dev/null'
        return self.flight.step("start", f"{serve} {wait}", done_when=self.flight.sh(up))

    def _verify(self, *probes: str) -> Step:
        return {
            "id": "verify",
            "verify": {"probes": list(probes or ("health", "orders", "host")), "within": "20s", "passes": 1},
        }

    def get(self, path: str) -> tuple[int, str]:
        """Return status and body of what the running service says; (0, "") where nothing runs."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except urllib.error.URLError:
            return 0, ""

    @property
    def version(self) -> str:
        """The version that the running service reports; empty where nothing runs."""
        status, body = self.get("/health")
        return str(json.loads(body)["version"]) if status == 200 else ""

    def deploy(self, tag: str = "v2") -> Any:
        return self.flight.json("deploy", tag, "--execute", "--confirm", tag)

    def roll_back(self, *more: str, code: int = 0) -> Any:
        return self.flight.json(
            "rollback", "v1", "--execute", "--confirm", "v1", "--confirm-database", self.name, *more, code=code
        )

    def ours(self) -> list[str]:
        return [name for name in self.server.databases() if name.startswith(self.name)]

    def tables(self, name: str = "") -> list[str]:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        return self.server.sql(name or self.name, query).split()

    def head(self) -> str:
        return Git(self.flight.repo).text("describe", "--tags", "--exact-match")

    def dumps(self) -> list[Path]:
        return sorted(self.backups.glob("*.dump"))

    def require_back(self) -> None:
        """Fail unless v1 runs on the database as it was before v2, and the bad one is kept."""
        assert (self.head(), self.version) == ("v1", "v1")
        assert self.get("/orders") == (200, "1|100\n2|250\n")
        live, *kept = self.ours()
        assert (live, self.tables()) == (self.name, ["orders"])
        assert len(kept) == 1, "one is kept, and no half restored one is left"
        assert kept[0].startswith(f"{self.name}_bad_20")
        assert self.tables(kept[0]) == ["orders", "refunds"]
        assert self.server.sql(kept[0], "SELECT order_id FROM refunds") == "1"

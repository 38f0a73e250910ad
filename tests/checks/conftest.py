"""A real service to look at, whose answers a test chooses, and a real repository beside it."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cockpit.checks.checker import Checker
from cockpit.release.checks import Check
from cockpit.release.ports import Observed, Situation
from tests.store.support import git

Look = Callable[[Check], Observed]


class Service:
    """Answers every request with `status`, `headers` and `body`; compressed where that is `zipped` and asked for."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.status = 200
        self.headers: Mapping[str, str] = {}
        self.body = "fine"
        self.raw = b""  # in place of it
        self.zipped = False
        self.paths: Mapping[str, tuple[int, str]] = {}  # status and body of those that answer otherwise
        self.asked: list[Mapping[str, str]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.asked.append(dict(self.headers))
                status, text = service.paths.get(self.path, (service.status, service.body))
                body = service.raw or text.encode()
                self.send_response(status)
                if service.zipped and "gzip" in self.headers.get("Accept-Encoding", ""):
                    body = gzip.compress(body)
                    self.send_header("Content-Encoding", "gzip")
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    running = Service()
    yield running
    running.close()


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A repository with two commits, v1 at the first and v2 at the second, where it stands."""
    directory = tmp_path / "code"
    directory.mkdir()
    git(directory, "init", "-q", "-b", "main", "--template=")
    git(directory, "config", "user.name", "Ana")
    git(directory, "config", "user.email", "ana@example.org")
    for number in (1, 2):
        (directory / "app.py").write_text(f"version = {number}\n")
        git(directory, "add", "-A")
        git(directory, "commit", "-qm", f"version {number}")
        git(directory, "tag", f"v{number}")
    return directory


class Eye:
    """Looks with a checker at what a test has arranged."""

    def __init__(self, checker: Checker, code: Path) -> None:
        self._checker = checker
        self.code = code
        self.situation = Situation(tag="v2", commit=git(code, "rev-parse", "v2").strip(), service="shop")

    async def look(self, check: Check) -> Observed:
        return await self._checker.observe(check, self.situation)

    async def says(self, check: Check) -> str:
        found = await self.look(check)
        return f"{found.state}: {found.actual}" + (f" ({found.detail})" if found.detail else "")


@pytest.fixture
async def eye(code: Path) -> AsyncIterator[Eye]:
    async with Checker(root=code, code=lambda: code) as checker:
        yield Eye(checker, code)

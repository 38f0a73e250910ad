"""Where a service that is being set up says its version: asked of the one that answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cockpit.first_look import find_version


@contextmanager
def served(pages: Mapping[str, str]) -> Iterator[str]:
    """A service with these pages, and no others."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in pages else 404)
            self.end_headers()
            self.wfile.write(pages.get(self.path, "not here").encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has there
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("pages", "path", "json"),
    [
        ({"/health": '{"version": "v1"}', "/version": '{"version": "v2"}'}, "/health", "version"),
        ({"/health": '{"status": "ok"}', "/version": '{"version": "v2"}'}, "/version", "version"),
        ({"/health": "ok", "/version": "v1.2.0\n"}, "/version", ""),
        ({"/up": "1.0", "/api/version": '{"version": "2.0"}'}, "/up", ""),
        ({"/api/health": "{}", "/api/version": '{"version": "2.0"}'}, "/api/version", "version"),
        ({"/ping": "pong", "/health": '{"version": "v3"}'}, "/health", "version"),
        ({"/health": "ok", "/version": "<h1>Welcome</h1>"}, "", ""),
        ({"/health": "{}"}, "", ""),
    ],
)
def test_the_version_is_read_where_the_service_really_says_it(
    pages: Mapping[str, str], path: str, json: str, tmp_path: Path
) -> None:
    with served(pages) as origin:
        found = find_version(origin + next(iter(pages)), tmp_path)
        assert (found[0].http.removeprefix(origin), found[0].json) == (path, json) if found else not path

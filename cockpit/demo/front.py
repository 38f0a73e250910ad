"""The shop's front door: `python -m cockpit.demo.front PORT SHOP_PORT CERTIFICATE KEY`, HTTPS before the plain service.

It adds what a web server in front of a shop adds: security headers and compression; and it plays the status page of the
payment service. Requests beyond GET go to the service itself.
"""

from __future__ import annotations

import gzip
import json
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# The status page of the shop's payment service, as such services have one: https://metastatuspage.com/api
STATUS_PATH = "/api/v2/summary.json"
_PAYMENT_STATUS = {
    "status": {"indicator": "none", "description": "All payment systems operational"},
    "components": [{"name": "Payments", "status": "operational"}],
    "incidents": [],
}
_PATIENCE = 5.0  # seconds for the service to answer


def ask(url: str) -> tuple[int, Mapping[str, str], bytes]:
    """Return status, headers and body of the service's answer; 502 where it gives none."""
    try:
        with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:  # noqa: S310 - our own loopback
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()
    except OSError:
        return 502, {"Content-Type": "text/plain"}, b"the shop does not answer\n"


def handler_for(shop_port: int) -> type[BaseHTTPRequestHandler]:
    """Return the handler of requests for the shop on that port."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            if self.path == STATUS_PATH:
                status, body = 200, json.dumps(_PAYMENT_STATUS).encode()
                headers: Mapping[str, str] = {"Content-Type": "application/json"}
            else:
                status, headers, body = ask(f"http://127.0.0.1:{shop_port}{self.path}")
            self.send_response(status)
            self.send_header("Content-Type", headers.get("Content-Type") or "text/plain")
            for name, value in SECURITY_HEADERS.items():
                self.send_header(name, value)
            if "gzip" in self.headers.get("Accept-Encoding", ""):
                body = gzip.compress(body)
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet: the shop has logs of its own."""

    return Handler


class FrontDoor(ThreadingHTTPServer):
    """Shakes hands in each connection's own thread, so that a silent client holds nobody up."""

    daemon_threads = True

    def __init__(self, port: int, shop_port: int, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", port), handler_for(shop_port))
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, *_: object) -> None:
        """Say nothing: clients come and go, and some speak no TLS."""


def main(port: str, shop_port: str, certificate: str, key: str) -> None:
    """Serve until ended."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    FrontDoor(int(port), int(shop_port), context).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])

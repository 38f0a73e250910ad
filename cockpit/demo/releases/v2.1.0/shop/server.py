"""HTTP in front of the shop."""

import logging
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from shop.routes import Answer, Shop, data

log = logging.getLogger("shop.server")
access = logging.getLogger("access")

LONGEST_FORM = 16 * 1024


class Server(ThreadingHTTPServer):
    request_queue_size = 128

    def __init__(self, port: int, shop: Shop) -> None:
        self.shop = shop
        super().__init__(("127.0.0.1", port), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Server
    server_version = "shop"
    timeout = 30

    def do_GET(self) -> None:
        self._serve(lambda path, values: self.server.shop.get(path, values, self._session()))

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), LONGEST_FORM)
        form = dict(parse_qsl(self.rfile.read(length).decode("utf-8", "replace")))
        self._serve(lambda path, _: self.server.shop.post(path, form, self._session(), self._address()))

    def _serve(self, answer) -> None:
        address = urlsplit(self.path)
        try:
            status, kind, body = answer(address.path, dict(parse_qsl(address.query)))
        except KeyError:
            status, kind, body = data({"error": "not found"}, 404)
        except Exception as error:
            log.exception("%s %s failed: %s", self.command, address.path, error)
            status, kind, body = data({"error": "internal error"}, 500)
        self._send((status, kind, body))

    def _send(self, answer: Answer) -> None:
        status, kind, body = answer
        self._log_access(status, len(body))
        try:
            self.send_response_only(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            log.warning("client went away before the answer: %s %s", self.command, self.path)

    def _session(self) -> str:
        for part in self.headers.get("Cookie", "").split(";"):
            name, _, value = part.strip().partition("=")
            if name == "sid":
                return value[:64]
        return ""

    def _address(self) -> str:
        return self.headers.get("X-Forwarded-For", self.client_address[0]).split(",")[0].strip()

    def _log_access(self, status: int, size: int) -> None:
        now = time.strftime("%d/%b/%Y:%H:%M:%S %z")
        agent = self.headers.get("User-Agent", "-")
        access.info('%s - - [%s] "%s" %d %d "-" "%s"', self._address(), now, self.requestline, status, size, agent)

    def log_message(self, format: str, *args: object) -> None:
        log.warning(format, *args)

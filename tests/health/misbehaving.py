"""A real HTTP server in a thread that answers wrongly on purpose, one way a path."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import zlib
from collections.abc import Callable, Iterator

Answer = Callable[[socket.socket, "Server"], None]


def plain(status: str, body: bytes = b"", *headers: str) -> bytes:
    """Return a whole answer."""
    head = [f"HTTP/1.1 {status}", *headers]
    if not status.startswith("204"):
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1") + body


class Server:
    """Listens on 127.0.0.1; `requests` are the heads it was sent; `closing` ends the slow answers,
    `hung_up` says that a client ended a connection which it could have kept."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self.closing = threading.Event()
        self.hung_up = threading.Event()
        self._arrival = threading.Condition()
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, path: str = "/") -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}{path}"

    def wait_for(self, count: int) -> None:
        """Wait until `count` requests have arrived since the start."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.requests) >= count, timeout=10)

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            connection.settimeout(5)
            try:
                if self._tls is not None:
                    connection = stack.enter_context(self._tls.wrap_socket(connection, server_side=True))
                head = b""
                while b"\r\n\r\n" not in head:
                    chunk = connection.recv(65536)
                    if not chunk:
                        return
                    head += chunk
                    if head.startswith(b"\x16"):  # a TLS client hello
                        connection.sendall(plain("400 Bad Request"))
                        return
                with self._arrival:
                    self.requests.append(head)
                    self._arrival.notify_all()
                ANSWERS[head.split(b" ")[1].decode()](connection, self)
            except OSError:
                return

    def close(self) -> None:
        self.closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(10)


def _send(data: bytes) -> Answer:
    return lambda connection, server: connection.sendall(data)


def _slow_headers(connection: socket.socket, server: Server) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    server.closing.wait(5)


def _drip(connection: socket.socket, server: Server) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    while not server.closing.wait(0.01):
        connection.sendall(b".")


def _endless(connection: socket.socket, server: Server) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not server.closing.is_set():
        connection.sendall(b"x" * 65536)


def _informational(connection: socket.socket, server: Server) -> None:
    while not server.closing.wait(0.001):
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")


def _endless_headers(connection: socket.socket, server: Server) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not server.closing.is_set():
        connection.sendall(b"X-More: " + b"y" * 8000 + b"\r\n")


def _endless_chunks(connection: socket.socket, server: Server) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not server.closing.is_set():
        connection.sendall(b"1\r\nz\r\n" * 2000)


def _half_open(connection: socket.socket, server: Server) -> None:
    connection.shutdown(socket.SHUT_WR)
    server.closing.wait(5)


def _hang(connection: socket.socket, server: Server) -> None:
    server.closing.wait(5)


def _keep(connection: socket.socket, server: Server) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    if connection.recv(1) == b"":
        server.hung_up.set()


def _reset(connection: socket.socket, server: Server) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _bomb(connection: socket.socket, _server: Server) -> None:
    bomb, million = zlib.compressobj(), b"0" * 1_000_000  # never all 50 MB at once: a test measures the memory
    body = b"".join(bomb.compress(million) for _ in range(50)) + bomb.flush()
    connection.sendall(plain("200 OK", body, "Content-Encoding: deflate"))


def _elsewhere(status: str, path: str = "/ok") -> Answer:
    def answer(connection: socket.socket, server: Server) -> None:
        connection.sendall(plain(status, b"", f"Location: http://localhost:{server.port}{path}"))

    return answer


def _plainly(connection: socket.socket, server: Server) -> None:
    connection.sendall(plain("302 Found", b"", f"Location: HTTP://127.0.0.1:{server.port}/ok"))


ANSWERS: dict[str, Answer] = {
    "/ok": _send(plain("200 OK", b"pong\n", "X-Version: v1")),
    "/json": _send(plain("200 OK", b'{"status": "ok", "queue": 7, "items": [{"id": 41}], "none": null}')),
    "/cookie": _send(plain("200 OK", b"ok", "Set-Cookie: session=1; Path=/")),
    "/503": _send(plain("503 Service Unavailable", b"\n  database is away\nmore")),
    "/page": _send(plain("500 Internal Server Error", b"<!doctype html><title>x</title>")),
    "/204": _send(plain("204 No Content")),
    "/escape": _send(plain("500 Oops", b"\x1b]52;c;aGk=\x07red\x1b[31m \xe2\x80\xae end")),
    "/many": _send(plain("200 OK", b"a" * 60 + b"!")),
    "/signed": _send(plain("302 Found", b"", "Location: https://files.example/shop.zip?sig=AbC%2Bd3f0&se=9")),
    "/loop?sig=AbC%2Bd3f0&se=9": _send(plain("302 Found", b"", "Location: /loop?sig=AbC%2Bd3f0&se=9")),
    "/loop": _send(plain("302 Found", b"", "Location: /loop")),
    "/hostile": _send(plain("200 OK", b"ok", "X-Hostile: \xff\x80'; [/nope] \x85")),
    "/nul": _send(plain("200 OK", b"ok", "X-Bad: a\x00b")),
    "/long": _send(plain("500 Oops", b"y\x07" * 5000)),
    "/short": _send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"),
    "/garbage": _send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
    "/silent": lambda connection, server: None,
    "/gzip": _bomb,
    "/keep": _keep,
    "/slow": _slow_headers,
    "/drip": _drip,
    "/endless": _endless,
    "/hints": _informational,
    "/reset": _reset,
    "/headers": _endless_headers,
    "/chunks": _endless_chunks,
    "/half": _half_open,
    "/hang": _hang,
    "/badchunk": _send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n"),
    "/lengths": _send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello"),
    "/negative": _send(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"),
    "/nine": _send(b"hello, I am HTTP/0.9\n"),
    "/file": _send(plain("302 Found", b"", "Location: file:///etc/passwd")),
    "/away": _send(plain("302 Found", b"", "Location: http://[::bad/")),
    "/moved": _elsewhere("307 Temporary Redirect"),
    "/answered": _elsewhere("303 See Other"),
    "/lent": _elsewhere("302 Found", "/cookie"),
    "/plainly": _plainly,
    "/stay": _send(plain("308 Permanent Redirect", b"", "Location: /ok")),
    "/hop": _send(plain("302 Found", b"", "Location: /ok")),
}


@contextlib.contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve for the length of a with block."""
    server = Server(tls)
    try:
        yield server
    finally:
        server.close()

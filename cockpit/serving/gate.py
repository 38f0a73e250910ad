"""Who may come in: only a browser on this host, that was given our address, on the page that we serve ourselves."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence

_COOKIE = "cockpit"
_BYTES = 32  # of a secret: nobody guesses it


class Gate:
    """The secrets of one server on a port of the loopback, and what a request must show.

    The token in the printed address is exchanged for a cookie, so that it stays in no history. A browser sends the
    cookies of a host to all its ports, and other people may listen on those: so ours is for one unguessable path.
    """

    def __init__(self, port: int) -> None:
        self._host = f"127.0.0.1:{port}"
        self._token = secrets.token_urlsafe(_BYTES)
        self._pass = secrets.token_urlsafe(_BYTES)
        self.room = f"/{secrets.token_urlsafe(_BYTES)}/"  # the path below which everything is

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://{self._host}/?token={self._token}"

    @property
    def socket_url(self) -> str:
        """Where the page's terminal connects to."""
        return f"ws://{self._host}{self.room}socket"

    @property
    def cookie(self) -> str:
        """The header that gives a browser the cookie; only requests from our own pages carry it."""
        return f"{_COOKIE}={self._pass}; Path={self.room}; HttpOnly; SameSite=Strict"

    def opens_to(self, token: str) -> bool:
        """Return whether this is the printed token."""
        return _same(token, self._token)

    def foreign(self, hosts: Sequence[str], origins: Sequence[str], *, is_socket: bool) -> str:
        """Return why a request does not come from our own page, or an empty string.

        A name that somebody else lets point here (DNS rebinding) shows in `Host`; a page of somebody else's shows in
        `Origin`, which every browser sends with a WebSocket.
        """
        if list(hosts) != [self._host]:
            return f"this is {self._host}, and is open under no other name"
        if list(origins) != [f"http://{self._host}"] and (origins or is_socket):
            return "only our own page may ask that"
        return ""

    def knows(self, cookies: Sequence[str]) -> bool:
        """Return whether the browser has our cookie, by its `Cookie` headers.

        Whatever listens on this host can give it another of the same name, which comes along and must not hide ours.
        """
        pairs = [pair.strip().partition("=") for header in cookies for pair in header.split(";")]
        return any(name == _COOKIE and _same(value, self._pass) for name, _, value in pairs)

    @property
    def headers(self) -> Mapping[str, str]:
        """What every answer says: nothing is loaded from or told to anybody else, nothing is kept, nobody frames us."""
        # The terminal's own library writes style sheets as it goes.
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src data:; "
            f"connect-src ws://{self._host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return {
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), clipboard-read=(), geolocation=(), microphone=()",
            "Server": "cockpit",
        }


def _same(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())

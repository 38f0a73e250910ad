"""Why a connection failed, in one sentence, and whether the fault is the target's or ours."""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator

# What went wrong on this host: it says nothing about the target.
_OURS = {
    errno.ENETUNREACH: "this host has no route to that network",
    errno.ENETDOWN: "this host's network is down",
    errno.EMFILE: "this process has too many open files",
    errno.ENFILE: "this host has too many open files",
    errno.EADDRNOTAVAIL: "this host has no address or port left to connect from",
    errno.EACCES: "this host forbids the connection",
    errno.EPERM: "this host forbids the connection",
}
_THEIRS = {
    errno.ECONNREFUSED: "connection refused",
    errno.ECONNRESET: "the connection was reset",
    errno.EPIPE: "the connection was reset",
    errno.ECONNABORTED: "the connection was aborted",
    errno.EHOSTUNREACH: "the host cannot be reached",
    errno.EHOSTDOWN: "the host is down",
    errno.ETIMEDOUT: "the host does not answer",
}
# X509_V_ERR_* of openssl/x509_vfy.h
_CERTIFICATE = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the certificate is self-signed and not trusted here",
    19: "the certificate chain ends in one that is not trusted here",
    20: "the certificate's issuer is not trusted here",
    21: "the certificate's issuer is not trusted here",
    23: "the certificate was revoked",
    62: "the certificate is for another name",
    64: "the certificate is for another address",
}
CERTIFICATE_EXPIRED = 10
_NUMBER = re.compile(r"\[Errno ([0-9]+)\]")


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield `error` and everything it was raised from, groups opened, each once."""
    waiting: list[BaseException | None] = [error]
    met: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if current is None or id(current) in met:
            continue
        met.add(id(current))
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)
        waiting.extend((current.__cause__, current.__context__))


def certificate_trouble(error: BaseException) -> int | None:
    """Return OpenSSL's verification code where the certificate was refused."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_code
    return None


def explain(error: BaseException) -> tuple[str, bool] | None:
    """Return (sentence, whether the fault is ours) for a failure of name, connection or TLS; None for any other.

    Where several addresses were tried, what any target answered counts before what kept us from asking.
    """
    ours: str | None = None
    for cause in causes(error):
        if isinstance(cause, socket.gaierror):
            return _name_trouble(cause)
        if isinstance(cause, ssl.SSLCertVerificationError):
            code = cause.verify_code
            return _CERTIFICATE.get(code, f"the certificate is refused: {cause.verify_message}"), False
        if isinstance(cause, ssl.SSLError):
            return _tls_trouble(cause), False
        if isinstance(cause, OSError):
            for number in _numbers(cause):
                if number in _THEIRS:
                    return _THEIRS[number], False
                ours = _OURS.get(number, ours)
    return None if ours is None else (ours, True)


def _numbers(error: OSError) -> list[int]:
    """Return the error numbers; asyncio tells those of several addresses only within one message."""
    return [int(digits) for digits in _NUMBER.findall(str(error))] if error.errno is None else [error.errno]


def _name_trouble(error: socket.gaierror) -> tuple[str, bool]:
    if error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}:
        return "the name does not resolve", False
    return "names cannot be resolved on this host just now", True


def _tls_trouble(error: ssl.SSLError) -> str:
    if error.reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"}:
        return "the port does not speak TLS"
    if isinstance(error, ssl.SSLEOFError):
        return "the connection ended in the TLS handshake"
    return f"TLS failed: {(error.reason or str(error)).replace('_', ' ').lower()}"

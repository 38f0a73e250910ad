"""When a certificate ends, read from its DER bytes, also where it is refused and the library parses nothing."""

from __future__ import annotations

import asyncio
import errno
import os
import ssl
from datetime import UTC, datetime

from cockpit.net.dropping import drop
from cockpit.net.troubles import CERTIFICATE_EXPIRED, certificate_trouble

_SEQUENCE, _VERSION, _UTC_TIME, _GENERALIZED_TIME = 0x30, 0xA0, 0x17, 0x18


def expires_at(certificate: bytes) -> float:
    """Return notAfter in epoch seconds; ValueError where the bytes are no X.509 certificate.

    Certificate ::= SEQUENCE { tbs SEQUENCE { version [0]?, serial, algorithm, issuer, validity SEQUENCE { notBefore,
    notAfter }, ... (RFC 5280, 4.1).
    """
    _, outer, _ = _element(certificate)
    _, rest, _ = _element(outer)
    tag, _, after_version = _element(rest)
    if tag == _VERSION:
        rest = after_version
    for _field in ("serial number", "signature algorithm", "issuer"):
        _, _, rest = _element(rest)
    tag, validity, _ = _element(rest)
    if tag != _SEQUENCE:
        raise ValueError("not an X.509 certificate")
    _, _, rest = _element(validity)
    tag, stamp, _ = _element(rest)
    return _time(tag, stamp.decode("ascii"))


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Return (tag, content, what follows) of the first DER element."""
    if len(data) < 2:
        raise ValueError("the certificate is cut short")
    length, start = data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start])
    if start + length > len(data):
        raise ValueError("the certificate is cut short")
    return data[0], data[start : start + length], data[start + length :]


def _time(tag: int, stamp: str) -> float:
    if tag == _UTC_TIME:  # two-digit years up to 49 are of this century
        stamp = ("20" if int(stamp[:2]) < 50 else "19") + stamp
    elif tag != _GENERALIZED_TIME:
        raise ValueError("not an X.509 certificate")
    return datetime.strptime(stamp, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()


def peer_expiry(connection: object) -> float | None:
    """Return when the certificate of a TLS connection's other end expires, None where there is none to read."""
    if not isinstance(connection, (ssl.SSLObject, ssl.SSLSocket)):
        return None
    try:
        certificate = connection.getpeercert(binary_form=True)
        return None if certificate is None else expires_at(certificate)
    except ValueError:  # also of a handshake that is not done
        return None


def secured_by(writer: asyncio.StreamWriter) -> ssl.SSLObject:
    """Return what secures a connection; ConnectionResetError where the handshake broke off and asyncio did not tell."""
    secured: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
    if secured is None or secured.version() is None:
        raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
    return secured


async def expired_on(error: BaseException, host: str, port: int, name: str = "") -> str:
    """Say when a certificate expired, where that is why `error` came to be, with the date; empty where it is not.

    `name` is the one that was asked for, where it is not the host's.
    """
    if certificate_trouble(error) != CERTIFICATE_EXPIRED:
        return ""
    expires = await refused_expiry(host, port, name)
    return "" if expires is None else f"the certificate expired on {told_time(expires)}"


def told_time(seconds: float) -> str:
    """Return epoch seconds as a certificate's end is told: `2026-03-10 14:05Z`."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%MZ}"


async def refused_expiry(host: str, port: int, name: str = "") -> float | None:
    """Return when the certificate that verification refused expires; nothing is sent over this connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        _, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=name or host)
    except OSError:
        return None
    try:
        return peer_expiry(writer.get_extra_info("ssl_object"))
    finally:
        await drop(writer)

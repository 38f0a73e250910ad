"""Certificates: good, expired, of nobody known, for another name; made by openssl and served for real."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.health.probes import Prober
from cockpit.net.certificates import expires_at
from cockpit.release.configuration import Probe
from cockpit.release.health import ProbeResult, ProbeState
from tests.health.certificates import Certificate
from tests.health.misbehaving import Server, serving

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")

NOW = datetime(2026, 6, 1, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("good") / "c", "20991231235959Z")


@pytest.fixture(scope="module")
def https(good: Certificate) -> Iterator[Server]:
    with serving(good.server_context()) as running:
        yield running


async def _run(server: Server, tls: ssl.SSLContext | None, *conditions: str, now: float = NOW) -> ProbeResult:
    async with Prober(observer="here", directory=Path(), tls=tls) as prober:
        return await prober.run("api", Probe(http=server.url("/ok"), conditions=conditions), now)


async def test_a_trusted_certificate_passes_and_its_end_is_seen(good: Certificate, https: Server) -> None:
    result = await _run(https, good.trusting(), "[CERTIFICATE_EXPIRATION] > 14d")
    assert (result.state, result.detail) == (ProbeState.OK, "200 OK")
    ten_days_before = datetime(2099, 12, 21, 23, 59, 59, tzinfo=UTC).timestamp()
    result = await _run(https, good.trusting(), "[CERTIFICATE_EXPIRATION] > 14d", now=ten_days_before)
    assert (result.state, result.detail) == (
        ProbeState.DOWN,
        "expected [CERTIFICATE_EXPIRATION] > 14d, saw 10d",
    )


async def test_a_certificate_nobody_vouches_for_is_down(https: Server) -> None:
    result = await _run(https, None, "[CERTIFICATE_EXPIRATION] > 14d")
    assert (result.state, result.detail) == (
        ProbeState.DOWN,
        "the certificate is self-signed and not trusted here",
    )
    assert result.conditions[-1].ok, "its end can be read all the same"


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
async def test_a_redirect_out_of_tls_is_not_followed_however_it_is_written(
    scheme: str, good: Certificate, https: Server
) -> None:
    url = https.url("/plainly").replace("https", scheme)
    async with Prober(observer="here", directory=Path(), tls=good.trusting(), trusted=True) as prober:
        result = await prober.run("api", Probe(http=url, headers={"Authorization": "Bearer t1"}, redirects=1), NOW)
    assert (result.state, result.detail) == (
        ProbeState.DOWN,
        f"redirects from https to HTTP://127.0.0.1:{https.port}/ok",
    )


async def test_an_expired_certificate_says_since_when(tmp_path: Path) -> None:
    expired = Certificate(tmp_path / "c", "20200201000000Z")
    with serving(expired.server_context()) as server:
        result = await _run(server, expired.trusting(), "[CERTIFICATE_EXPIRATION] > 14d")
        assert server.requests == [], "nothing is sent to whom was not verified"
    assert (result.state, result.detail) == (ProbeState.DOWN, "certificate expired on 2020-02-01")
    assert result.conditions[-1].actual.startswith("expired ")


async def test_a_certificate_for_another_name_is_down(tmp_path: Path) -> None:
    other = Certificate(tmp_path / "c", "20991231235959Z", name="DNS:elsewhere.example")
    with serving(other.server_context()) as server:
        result = await _run(server, other.trusting())
    assert (result.state, result.detail) == (ProbeState.DOWN, "the certificate is for another address")


async def test_a_port_without_tls_is_told_apart(server: Server) -> None:
    async with Prober(observer="here", directory=Path()) as prober:
        result = await prober.run("api", Probe(http=server.url("/ok").replace("http:", "https:")), NOW)
    assert (result.state, result.detail) == (ProbeState.DOWN, "the port does not speak TLS")


def test_the_end_is_read_from_the_bytes(good: Certificate, tmp_path: Path) -> None:
    assert expires_at(good.der) == datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()
    near = Certificate(tmp_path / "c", "20491231235959Z")
    assert expires_at(near.der) == datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()


def test_bytes_that_are_no_certificate_are_refused(good: Certificate) -> None:
    for length in range(200):
        with pytest.raises(ValueError):
            expires_at(good.der[:length])
    with pytest.raises(ValueError):
        expires_at(b"\x30\x84\xff\xff\xff\xff" + bytes(50))


@pytest.mark.parametrize("holds", [None, "no certificate\n"])
@pytest.mark.parametrize("kind", ["http", "tls"])
async def test_own_certificates_that_cannot_be_read_say_nothing_of_the_target(
    https: Server, tmp_path: Path, kind: str, holds: str | None
) -> None:
    if holds is not None:
        (tmp_path / "ca.pem").write_text(holds)
    where = {"http": https.url("/ok")} if kind == "http" else {"tls": f"127.0.0.1:{https.port}"}
    async with Prober(observer="here", directory=tmp_path) as prober:
        result = await prober.run("api", Probe(ca_file="ca.pem", **where), NOW)  # type: ignore[arg-type]
    why = "No such file or directory" if holds is None else "it holds no certificate"
    assert (result.state, result.detail) == (ProbeState.UNKNOWN, f"ca_file cannot be used ({why}): look at ca.pem")

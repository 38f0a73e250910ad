"""TLS checks against certificates made by openssl and served for real."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.checks.checker import Checker
from cockpit.release.checks import Check, HttpCheck, TlsCheck
from cockpit.release.ports import Situation
from tests.checks.conftest import Eye, Service
from tests.health.certificates import Certificate

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("tls") / "c", "20991231235959Z")


@pytest.fixture
def https(certificate: Certificate) -> Iterator[Service]:
    running = Service(certificate.server_context())
    yield running
    running.close()


def tls(service: Service, certificate: Certificate | None, **more: object) -> Check:
    ca_file = "" if certificate is None else str(certificate.file)
    return Check(tls=TlsCheck(address=f"127.0.0.1:{service.port}", ca_file=ca_file, **more))  # type: ignore[arg-type]


async def test_one_that_verifies_and_lasts_is_well(eye: Eye, https: Service, certificate: Certificate) -> None:
    says = await eye.says(tls(https, certificate))
    assert says.startswith("ok: ")
    assert says.endswith(" days left, until 2099-12-31 23:59Z, TLSv1.3")


async def test_one_that_ends_too_soon_has_failed(https: Service, certificate: Certificate, code: Path) -> None:
    soon = datetime(2099, 12, 21, tzinfo=UTC).timestamp()
    async with Checker(root=code, code=lambda: code, now=lambda: soon) as checker:
        found = await checker.observe(tls(https, certificate, days=14), Situation())
        assert (found.state, found.actual) == ("failed", "expires on 2099-12-31 23:59Z, in 10 days")
        found = await checker.observe(tls(https, certificate, days=11), Situation())  # they are a second short of 11
        assert (found.state, found.actual) == ("failed", "expires on 2099-12-31 23:59Z, in 10 days")
        assert (await checker.observe(tls(https, certificate, days=10), Situation())).state == "ok"


async def test_one_that_nobody_here_trusts_has_failed(eye: Eye, https: Service) -> None:
    assert await eye.says(tls(https, None)) == "failed: the certificate is self-signed and not trusted here"


async def test_one_for_another_name_has_failed(eye: Eye, https: Service, certificate: Certificate) -> None:
    says = await eye.says(tls(https, certificate, name="shop.example"))
    assert says == "failed: the certificate is for another name"


async def test_one_that_has_expired_has_failed(eye: Eye, tmp_path: Path) -> None:
    expired = Certificate(tmp_path / "expired", "20210101000000Z")
    service = Service(expired.server_context())
    try:
        told = "failed: the certificate expired on 2021-01-01 00:00Z"
        assert await eye.says(tls(service, expired)) == told
        assert await eye.says(tls(service, expired, name="127.0.0.1")) == told
        assert await eye.says(Check(http=HttpCheck(url=service.url, ca_file=str(expired.file)))) == told
    finally:
        service.close()


async def test_a_protocol_that_is_too_old_has_failed(eye: Eye, certificate: Certificate) -> None:
    import ssl

    context = certificate.server_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    service = Service(context)
    try:
        assert (await eye.says(tls(service, certificate))).endswith("TLSv1.2")
        assert (await eye.says(tls(service, certificate, protocol="TLSv1.3"))).startswith("failed: TLS failed: ")
    finally:
        service.close()


async def test_a_port_without_tls_and_a_port_without_anybody_have_failed(eye: Eye, service: Service) -> None:
    assert await eye.says(tls(service, None)) == "failed: the port does not speak TLS"
    assert await eye.says(Check(tls=TlsCheck(address="127.0.0.1:9"))) == "failed: connection refused"


async def test_a_file_of_certificates_that_is_not_there_is_our_fault(eye: Eye, https: Service) -> None:
    check = Check(tls=TlsCheck(address=f"127.0.0.1:{https.port}", ca_file="nowhere.pem"))
    assert await eye.says(check) == "unknown: not seen (nowhere.pem: No such file or directory)"


async def test_https_verifies_the_certificate_too(eye: Eye, https: Service, certificate: Certificate) -> None:
    assert (await eye.says(Check(http=HttpCheck(url=https.url)))).startswith("failed: the certificate is self-signed")
    trusting = Check(http=HttpCheck(url=https.url, ca_file=str(certificate.file)))
    assert await eye.says(trusting) == "ok: 200 OK"

"""Probes against real servers, and the same endpoints judged by Prometheus' blackbox exporter: the same verdicts."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit.health.probes import Prober
from cockpit.release.health import ProbeResult, ProbeState
from cockpit.release.probes import Probe
from tests.health.certificates import Certificate
from tests.health.misbehaving import serving
from tests.health.parts import blackbox, dnsmasq, nginx, postgres, unused_port
from tests.parts import require

pytestmark = pytest.mark.full

NOW = datetime(2027, 1, 15, tzinfo=UTC).timestamp()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    require("openssl")
    return Certificate(
        tmp_path_factory.mktemp("certificate") / "c", "20991231235959Z", name="DNS:localhost,IP:127.0.0.1"
    )


@pytest.fixture(scope="module")
def ports(certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    with nginx(tmp_path_factory.mktemp("nginx") / "n", certificate.file, certificate.key) as found:
        yield found


async def look(probe: Probe, directory: Path = Path("/")) -> ProbeResult:
    async with Prober(observer="here", directory=directory, trusted=True) as prober:
        return await prober.run("it", probe, NOW)


async def test_nginx_is_verified_timed_by_phase_and_followed(certificate: Certificate, ports: tuple[int, int]) -> None:
    _, https = ports
    url = f"https://localhost:{https}"
    conditions = ("[BODY].status == ok", "[HEADER].Strict-Transport-Security present", "[CERTIFICATE_EXPIRATION] > 14d")
    probe = Probe(http=f"{url}/health", ca_file=str(certificate.file), conditions=(*conditions, "[TLS_TIME] < 5s"))
    result = await look(probe)
    assert (result.state, result.detail) == (ProbeState.OK, "200 OK")
    assert [timing.name for timing in result.timings] == ["dns", "connect", "tls", "first byte", "transfer"]
    assert sum(timing.ms for timing in result.timings[1:]) == pytest.approx(result.latency_ms, abs=1.0)
    untrusting = await look(Probe(http=f"{url}/health"))
    assert (untrusting.state, untrusting.detail) == (
        ProbeState.DOWN, "the certificate is self-signed and not trusted here",
    )  # fmt: skip
    shown = await look(Probe(http=f"{url}/health", verify=False))
    assert (shown.state, shown.detail) == (ProbeState.OK, "200 OK (certificate NOT VERIFIED)")
    followed = Probe(http=f"{url}/old", ca_file=str(certificate.file), redirects=1)
    assert (await look(followed)).detail == "200 OK"
    looping = Probe(http=f"{url}/loop", ca_file=str(certificate.file), redirects=5)
    assert (await look(looping)).detail.startswith("more than 5 redirects, the last to ")


async def test_a_handshake_tells_the_protocol_and_the_end(certificate: Certificate, ports: tuple[int, int]) -> None:
    probe = Probe(tls=f"localhost:{ports[1]}", ca_file=str(certificate.file), conditions=("[TLS_VERSION] == TLSv1.2",))
    result = await look(probe)
    assert (result.state, result.detail) == (ProbeState.OK, "TLSv1.2, valid until 2099-12-31")
    newer = Probe(tls=f"localhost:{ports[1]}", ca_file=str(certificate.file), conditions=("[TLS_VERSION] == TLSv1.3",))
    assert (await look(newer)).state is ProbeState.DOWN
    other = Probe(tls=f"localhost:{ports[1]}", server_name="shop.example", ca_file=str(certificate.file))
    assert (await look(other)).detail == "the certificate is for another name"
    plain = await look(Probe(tls=f"localhost:{ports[0]}"))
    assert (plain.state, plain.detail) == (ProbeState.DOWN, "the port does not speak TLS")


async def test_a_resolver_is_asked_and_believed(tmp_path: Path) -> None:
    with dnsmasq(tmp_path / "d") as port:
        resolver = f"127.0.0.1:{port}"

        async def ask(name: str, record: str = "A", *conditions: str) -> ProbeResult:
            return await look(Probe(dns=name, record=record, resolver=resolver, conditions=conditions))  # type: ignore[arg-type]

        result = await ask("shop.test", "A", "[BODY] == 192.0.2.7", "[RESPONSE_TIME] < 5s")
        assert (result.state, result.detail) == (ProbeState.OK, "NOERROR: 192.0.2.7")
        assert (await ask("shop.test", "AAAA")).detail == "NOERROR: 2001:db8::7"
        assert (await ask("shop.test", "MX", "[BODY] contains mail.shop.test")).state is ProbeState.OK
        assert (await ask("shop.test", "TXT", "[BODY] contains spf1")).state is ProbeState.OK
        gone = await ask("gone.test")
        assert (gone.state, gone.detail) == (ProbeState.DOWN, "NXDOMAIN: no record")
        assert (await ask("gone.test", "A", "[DNS_RCODE] == NXDOMAIN")).state is ProbeState.OK
        without = await ask("shop.test", "CAA")  # the name is there, and has no such record
        assert (without.state, without.detail) == (ProbeState.DOWN, "expected [BODY] present, saw absent")
        assert (await ask("shop.test", "CAA", "[BODY] absent")).state is ProbeState.OK
    dead = Probe(dns="shop.test", resolver=f"127.0.0.1:{port}", timeout="300ms")
    assert (await look(dead)).state is ProbeState.DOWN
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        silent = Probe(dns="shop.test", resolver=f"127.0.0.1:{mute.getsockname()[1]}", timeout="300ms")
        assert (await look(silent)).detail == "the resolver did not answer within 300ms"


async def test_postgresql_is_reached_and_answers(tmp_path: Path) -> None:
    with postgres(tmp_path / "p") as port:
        where = f"host=127.0.0.1 port={port} user=probe dbname=postgres"
        result = await look(Probe(postgres=where))
        assert (result.state, result.detail) == (ProbeState.OK, f"127.0.0.1:{port} - accepting connections")
        counted = await look(
            Probe(postgres=where, query="SELECT count(*) FROM pg_database", conditions=("[BODY] >= 3",))
        )
        assert counted.state is ProbeState.OK
        for query, words in (
            ("SELECT nothing", 'column "nothing" does not exist'),
            ("CREATE TABLE x (y int)", "read-only transaction"),
            ("SELECT pg_sleep(30)", "no answer within 1s"),
        ):
            result = await look(Probe(postgres=where, query=query, timeout="1s"))
            assert (result.state, words in result.detail) == (ProbeState.DOWN, True), result.detail
    result = await look(Probe(postgres=where))
    assert (result.state, result.detail) == (ProbeState.DOWN, f"127.0.0.1:{port} - no response")


async def test_the_blackbox_exporter_says_the_same(
    certificate: Certificate, ports: tuple[int, int], tmp_path: Path
) -> None:
    http, https = ports
    ca = {"ca_file": str(certificate.file)}
    modules: dict[str, object] = {
        "http": {"prober": "http", "timeout": "2s", "http": {
            "preferred_ip_protocol": "ip4", "follow_redirects": False}},
        "following": {"prober": "http", "timeout": "2s", "http": {"preferred_ip_protocol": "ip4"}},
        "trusting": {"prober": "http", "timeout": "2s", "http": {"preferred_ip_protocol": "ip4", "tls_config": ca}},
        "body": {"prober": "http", "timeout": "2s", "http": {
            "preferred_ip_protocol": "ip4", "fail_if_body_not_matches_regexp": ['"status": "well"']}},
        "tcp": {"prober": "tcp", "timeout": "2s", "tcp": {"preferred_ip_protocol": "ip4"}},
        "tls": {"prober": "tcp", "timeout": "2s", "tcp": {
            "preferred_ip_protocol": "ip4", "tls": True, "tls_config": ca}},
        "dns": {"prober": "dns", "timeout": "2s", "dns": {
            "preferred_ip_protocol": "ip4", "query_name": "shop.test", "query_type": "A"}},
        "nxdomain": {"prober": "dns", "timeout": "2s", "dns": {
            "preferred_ip_protocol": "ip4", "query_name": "gone.test", "query_type": "A"}},
        "gone": {"prober": "dns", "timeout": "2s", "dns": {
            "preferred_ip_protocol": "ip4", "query_name": "gone.test", "query_type": "A",
            "valid_rcodes": ["NXDOMAIN"]}},
        "ipv6": {"prober": "dns", "timeout": "2s", "dns": {
            "preferred_ip_protocol": "ip4", "query_name": "shop.test", "query_type": "AAAA"}},
        "header": {"prober": "http", "timeout": "2s", "http": {
            "preferred_ip_protocol": "ip4",
            "fail_if_header_not_matches": [{"header": "Strict-Transport-Security", "regexp": "max-age"}]}},
        "no_header": {"prober": "http", "timeout": "2s", "http": {
            "preferred_ip_protocol": "ip4",
            "fail_if_header_not_matches": [{"header": "X-Missing", "regexp": ".", "allow_missing": False}]}},
        "expects_503": {"prober": "http", "timeout": "2s", "http": {
            "preferred_ip_protocol": "ip4", "valid_status_codes": [503]}},
        "no_queue": {"prober": "http", "timeout": "2s", "http": {
            "preferred_ip_protocol": "ip4", "fail_if_body_matches_regexp": ['"queue": 7']}},
        "post": {"prober": "http", "timeout": "2s", "http": {"preferred_ip_protocol": "ip4", "method": "POST"}},
        "other_name": {"prober": "tcp", "timeout": "2s", "tcp": {
            "preferred_ip_protocol": "ip4", "tls": True, "tls_config": {**ca, "server_name": "shop.example"}}},
        "untrusting": {"prober": "tcp", "timeout": "2s", "tcp": {"preferred_ip_protocol": "ip4", "tls": True}},
    }  # fmt: skip
    plain, secure, file, free = (
        f"http://127.0.0.1:{http}",
        f"https://localhost:{https}",
        str(certificate.file),
        unused_port(),
    )
    with serving() as bad, dnsmasq(tmp_path / "d") as dns, blackbox(tmp_path / "b", modules) as exporter:
        resolver = f"127.0.0.1:{dns}"
        pairs = [
            *(
                ("http", url, Probe(http=url, timeout="2s"))
                for url in (
                    f"{plain}/health", f"{plain}/down", f"{plain}/empty", f"{secure}/health",
                    f"http://127.0.0.1:{free}/", bad.url("/short"), bad.url("/garbage"), bad.url("/silent"),
                    bad.url("/reset"), bad.url("/slow"), bad.url("/drip"), bad.url("/503"), bad.url("/loop"),
                )
            ),
            ("following", f"{plain}/old", Probe(http=f"{plain}/old", redirects=10)),
            ("following", f"{plain}/loop", Probe(http=f"{plain}/loop", redirects=10)),
            ("trusting", f"{secure}/health", Probe(http=f"{secure}/health", ca_file=file)),
            ("body", f"{plain}/health", Probe(http=f"{plain}/health", conditions=("[BODY].status == well",))),
            ("tcp", f"127.0.0.1:{http}", Probe(tcp=f"127.0.0.1:{http}")),
            ("tcp", f"127.0.0.1:{free}", Probe(tcp=f"127.0.0.1:{free}")),
            ("tls", f"localhost:{https}", Probe(tls=f"localhost:{https}", ca_file=file)),
            ("tls", f"localhost:{http}", Probe(tls=f"localhost:{http}", ca_file=file)),
            ("dns", resolver, Probe(dns="shop.test", resolver=resolver)),
            ("nxdomain", resolver, Probe(dns="gone.test", resolver=resolver)),
            ("gone", resolver, Probe(dns="gone.test", resolver=resolver, conditions=("[DNS_RCODE] == NXDOMAIN",))),
            ("ipv6", resolver, Probe(dns="shop.test", record="AAAA", resolver=resolver)),
            ("dns", f"127.0.0.1:{free}", Probe(dns="shop.test", resolver=f"127.0.0.1:{free}", timeout="1s")),
            *(
                (module, f"{plain}/{path}", Probe(http=f"{plain}/{path}", conditions=(condition,)))
                for module, path, condition in (
                    ("header", "health", "[HEADER].Strict-Transport-Security present"),
                    ("no_header", "health", "[HEADER].X-Missing present"),
                    ("expects_503", "down", "[STATUS] == 503"),
                    ("expects_503", "health", "[STATUS] == 503"),
                    ("no_queue", "health", "[BODY].queue != 7"),
                )
            ),
            ("post", f"{plain}/health", Probe(http=f"{plain}/health", method="POST")),
            (
                "other_name",
                f"localhost:{https}",
                Probe(tls=f"localhost:{https}", server_name="shop.example", ca_file=file),
            ),
            ("untrusting", f"localhost:{https}", Probe(tls=f"localhost:{https}")),
        ]  # fmt: skip
        verdicts = []
        for module, target, probe in pairs:
            ours = await look(probe)
            theirs = exporter(module, target)
            verdicts.append((module, target, theirs, ours.state is ProbeState.OK, ours.detail))
    assert [each for each in verdicts if each[2] is not each[3]] == []
    assert {each[2] for each in verdicts} == {True, False}

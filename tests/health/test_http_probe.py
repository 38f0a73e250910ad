"""HTTP probes against a server that answers wrongly on purpose."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from cockpit.health.observation import BODY_LIMIT, DETAIL_LIMIT
from cockpit.health.probes import Prober
from cockpit.logs.own import OWN
from cockpit.release.configuration import Probe
from cockpit.release.health import ProbeResult, ProbeState
from cockpit.release.probes import ScenarioStep
from tests.health.misbehaving import Server

NOW = 1_800_000_000.0


async def _run(prober: Prober, url: str, *conditions: str, within: str = "5s", method: str = "GET") -> ProbeResult:
    return await prober.run("api", Probe(http=url, conditions=conditions, timeout=within, method=method), NOW)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def test_a_bare_url_wants_2xx(prober: Prober, server: Server) -> None:
    result = await _run(prober, server.url("/ok"))
    assert (result.state, result.detail, result.at, result.observer) == (ProbeState.OK, "200 OK", NOW, "here")
    assert result.latency_ms is not None
    assert [(each.text, each.ok, each.actual) for each in result.conditions] == [
        ("[STATUS] >= 200", True, "200"),
        ("[STATUS] < 300", True, "200"),
    ]
    assert (await _run(prober, server.url("/204"))).detail == "204 No Content"


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/503", "503 Service Unavailable: database is away"),
        ("/page", "500 Internal Server Error"),
        ("/loop", "302 Found, redirects to /loop"),
        ("/escape", "500 Oops: ␛]52;c;aGk=\\x07red␛[31m \\u202e end"),
        ("/short", "the answer was cut short"),
        ("/garbage", "what answers does not speak HTTP correctly"),
        ("/nul", "what answers does not speak HTTP correctly"),
        ("/silent", "the connection was closed without an answer"),
        ("/reset", "the connection was reset"),
    ],
)
async def test_each_failure_is_one_sentence(prober: Prober, server: Server, path: str, detail: str) -> None:
    result = await _run(prober, server.url(path))
    assert (result.state, result.detail) == (ProbeState.DOWN, detail)


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/slow", "no answer within 200ms"),
        ("/hints", "no answer within 200ms"),
        ("/drip", "no complete answer within 200ms"),
    ],
)
async def test_the_time_out_bounds_the_whole_look(prober: Prober, server: Server, path: str, detail: str) -> None:
    result = await _run(prober, server.url(path), within="200ms")
    assert (result.state, result.detail, result.latency_ms) == (ProbeState.DOWN, detail, None)


async def test_after_a_time_out_what_was_seen_is_judged_and_the_rest_is_not(prober: Prober, server: Server) -> None:
    result = await _run(prober, server.url("/drip"), "[STATUS] == 200", "[BODY] contains x", within="200ms")
    assert [each.ok for each in result.conditions] == [True, None]
    assert result.state is ProbeState.DOWN


async def test_an_endless_body_is_read_up_to_a_bound(prober: Prober, server: Server) -> None:
    seen = await prober.observe(Probe(http=server.url("/endless")))
    assert seen.body == b"x" * BODY_LIMIT
    assert (await _run(prober, server.url("/endless"))).state is ProbeState.OK


async def test_a_compression_bomb_is_opened_up_to_the_same_bound(prober: Prober, server: Server) -> None:
    assert (await prober.observe(Probe(http=server.url("/gzip")))).body == b"0" * BODY_LIMIT


async def test_a_long_line_is_cut_in_the_detail(prober: Prober, server: Server) -> None:
    assert len((await _run(prober, server.url("/long"))).detail) == DETAIL_LIMIT


async def test_hostile_header_values_are_data(prober: Prober, server: Server) -> None:
    result = await _run(prober, server.url("/hostile"), "[HEADER].x-hostile == no")
    assert result.state is ProbeState.DOWN
    assert "[/nope]" in result.conditions[-1].actual
    assert "\x85" not in result.detail + result.conditions[-1].actual


async def test_conditions_decide_over_the_body(prober: Prober, server: Server) -> None:
    result = await _run(
        prober, server.url("/json"), "[BODY].status == ok", "[BODY].items[0].id == 41", "[RESPONSE_TIME] < 5s"
    )
    assert result.state is ProbeState.OK
    result = await _run(prober, server.url("/json"), "[BODY].status == up", "[BODY].queue < 5")
    assert result.detail == "expected [BODY].status == up, saw ok, and 1 more"
    result = await _run(prober, server.url("/ok"), "[BODY].status == ok")
    assert (result.state, result.conditions[-1].actual) == (ProbeState.DOWN, "absent")


async def test_markup_where_json_belongs_lacks_no_error(prober: Prober, server: Server) -> None:
    result = await _run(prober, server.url("/json"), "[BODY].errors absent")
    assert result.state is ProbeState.OK
    result = await _run(prober, server.url("/ok"), "[BODY].errors absent")
    assert (result.state, result.detail) == (ProbeState.DOWN, "expected [BODY].errors absent, saw no JSON")


async def test_a_status_that_conditions_name_replaces_the_2xx(prober: Prober, server: Server) -> None:
    assert (await _run(prober, server.url("/503"), "[STATUS] == 503")).state is ProbeState.OK
    assert (await _run(prober, server.url("/503"), "[BODY] contains database")).state is ProbeState.DOWN


async def test_a_broken_warning_only_degrades(prober: Prober, server: Server) -> None:
    probe = Probe(http=server.url("/json"), conditions=("[STATUS] == 200",), warn=("[BODY].queue < 5",))
    result = await prober.run("api", probe, NOW)
    assert (result.state, result.detail) == (ProbeState.DEGRADED, "expected [BODY].queue < 5, saw 7")
    assert result.conditions[-1].level == "warn"


async def test_refused_is_down_unless_that_is_what_is_wanted(prober: Prober) -> None:
    url = f"http://127.0.0.1:{unused_port()}/"
    result = await _run(prober, url, "[STATUS] == 200")
    assert (result.state, result.detail, result.latency_ms) == (ProbeState.DOWN, "connection refused", None)
    assert result.conditions[0].ok is None
    result = await _run(prober, url, "[CONNECTED] == false")
    assert (result.state, result.detail) == (ProbeState.OK, "connection refused")
    result = await _run(prober, url, "[CONNECTED] == true")
    assert (result.state, result.detail) == (ProbeState.DOWN, "connection refused")


async def test_localhost_refused_on_every_address_is_refused(prober: Prober) -> None:
    assert (await _run(prober, f"http://localhost:{unused_port()}/")).detail == "connection refused"


@pytest.mark.parametrize(
    "url", ["http://", "ftp://host/", "nonsense", "http://host:99999/", "http://[::1", "http://a..b/", "http://\x1b/"]
)
async def test_a_url_that_cannot_be_asked_is_our_fault(prober: Prober, url: str) -> None:
    result = await _run(prober, url)
    assert result.state is ProbeState.UNKNOWN
    assert "\x1b" not in result.detail


async def test_a_header_that_cannot_be_sent_is_our_fault_and_is_not_quoted(prober: Prober, server: Server) -> None:
    for secret in ("s3cret\nX: y", "s3cret\u20ac"):
        result = await prober.run("api", Probe(http=server.url("/ok"), headers={"Authorization": secret}), NOW)
        assert result.state is ProbeState.UNKNOWN
        assert "s3cret" not in result.detail


async def test_headers_and_method_are_sent_and_cookies_are_not_kept(prober: Prober, server: Server) -> None:
    await _run(prober, server.url("/cookie"))
    probe = Probe(http=server.url("/cookie"), method="POST", headers={"X-Token": "t1", "User-Agent": "mine"})
    await prober.run("api", probe, NOW)
    sent = server.requests[-1].lower()
    assert sent.startswith(b"post /cookie")
    assert b"x-token: t1" in sent
    assert b"user-agent: mine" in sent
    assert b"cookie:" not in sent.replace(b"/cookie", b"")


@pytest.mark.parametrize(
    ("path", "body", "state", "detail", "last"),
    [
        ("/moved", "token=t1", ProbeState.DOWN, "redirects to another host, which is not sent the body", b"/moved"),
        ("/moved", "", ProbeState.OK, "200 OK", b"/ok"),
        ("/answered", "token=t1", ProbeState.OK, "200 OK", b"/ok"),  # it is asked again without the body
        ("/stay", "token=t1", ProbeState.OK, "200 OK", b"/ok"),
    ],
)
async def test_a_body_is_sent_to_no_other_host(
    prober: Prober, server: Server, path: str, body: str, state: ProbeState, detail: str, last: bytes
) -> None:
    probe = Probe(http=server.url(path), method="POST", body=body, redirects=3)
    result = await prober.run("api", probe, NOW)
    assert (result.state, result.detail) == (state, detail)
    assert server.requests[-1].split(b" ")[1] == last
    assert server.requests[-1].endswith(b"token=t1") == (bool(body) and path != "/answered")


async def test_connections_are_not_kept(prober: Prober, server: Server) -> None:
    assert (await _run(prober, server.url("/keep"))).state is ProbeState.OK
    assert await asyncio.to_thread(server.hung_up.wait, 5)


async def test_proxies_of_the_environment_are_not_used(
    prober: Prober, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{unused_port()}")
    assert (await _run(prober, server.url("/ok"))).state is ProbeState.OK


async def test_an_unreadable_condition_is_unknown_with_its_complaint(prober: Prober, server: Server) -> None:
    result = await _run(prober, server.url("/ok"), "[STATUS] = 200")
    assert result.state is ProbeState.UNKNOWN
    assert "write == instead of =" in result.detail
    assert result.conditions[-1].ok is None


async def test_many_at_once_and_a_cancel_in_flight_leave_nothing_open(server: Server, tmp_path: Path) -> None:
    async with Prober(observer="here", directory=tmp_path) as prober:
        results = await asyncio.gather(*(_run(prober, server.url("/ok")) for _ in range(50)))
        assert {result.state for result in results} == {ProbeState.OK}
        looks = [asyncio.create_task(_run(prober, server.url("/slow"))) for _ in range(5)]
        await asyncio.to_thread(server.wait_for, len(server.requests) + 5)
        for look in looks:
            look.cancel()
        ended = await asyncio.gather(*looks, return_exceptions=True)
        assert all(isinstance(each, asyncio.CancelledError) for each in ended)


async def test_nonsense_in_the_configuration_is_unknown(prober: Prober, server: Server) -> None:
    result = await _run(prober, server.url("/ok"), within="soon")
    assert result.state is ProbeState.UNKNOWN
    assert "is not a duration" in result.detail
    assert (await prober.run("api", Probe(), NOW)).state is ProbeState.UNKNOWN
    assert (await prober.run("api", Probe(http="http://x", tcp="x:1"), NOW)).state is ProbeState.UNKNOWN


async def test_every_request_of_ours_says_whose_it_is(prober: Prober, server: Server) -> None:
    walk = Probe(scenario=(ScenarioStep(name="look", http=server.url("/ok")),))
    for probe in (Probe(http=server.url("/ok")), walk):
        before = len(server.requests)
        assert (await prober.run("api", probe, NOW)).state is ProbeState.OK
        (sent,) = server.requests[before:]
        assert f"user-agent: {OWN}".encode() in sent.lower()


async def test_what_signs_an_address_it_leads_to_is_masked(prober: Prober, server: Server) -> None:
    for probe in (
        Probe(http=server.url("/signed"), conditions=("[STATUS] == 302",)),
        Probe(http=server.url("/loop?sig=AbC%2Bd3f0&se=9"), redirects=1),
    ):
        detail = (await prober.run("api", probe, NOW)).detail
        assert "sig=\u2022\u2022\u2022&" in detail
        assert "AbC" not in detail

"""A scenario against a small shop that wants cookies, a token and the right order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import msgspec
import pytest

from cockpit.health.probes import Prober
from cockpit.release.health import ProbeResult, ProbeState
from cockpit.release.probes import Probe, ScenarioStep
from tests.health.misbehaving import Server

NOW = 1_800_000_000.0


class Shop:
    """login -> cart -> pay -> logout; `broken` names a path that answers 500, `next` is where a login leads."""

    def __init__(self) -> None:
        self.broken, self.next = "", "/cart"
        self.orders: list[str] = []
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self, status: int, body: str, *headers: tuple[str, str]) -> None:
                self.send_response(status)
                for header in (*headers, ("Content-Length", str(len(body)))):
                    self.send_header(*header)
                self.end_headers()
                self.wfile.write(body.encode())

            def do_GET(self) -> None:
                if self.path == shop.broken:
                    return self._answer(500, "the cart is on fire")
                if self.path == "/login":
                    return self._answer(200, '<input name="csrf" value="t0k3n">')
                if "session=ana" not in self.headers.get("Cookie", ""):
                    return self._answer(403, "who are you?")
                return self._answer(200, '{"id": 41, "total": 7.5}')

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if self.path == "/login":
                    form = parse_qs(body)
                    if form.get("csrf") != ["t0k3n"] or form.get("password") != ["s3cret"]:
                        return self._answer(401, "no")
                    return self._answer(
                        302, "", ("Location", shop.next), ("Set-Cookie", "session=ana; Path=/; HttpOnly")
                    )
                if "session=ana" not in self.headers.get("Cookie", ""):
                    return self._answer(403, "who are you?")
                shop.orders.append(body)
                return self._answer(200, '{"receipt": "R-1"}')

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    thread = threading.Thread(target=shop.server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield shop
    finally:
        shop.server.shutdown()
        thread.join()
        shop.server.server_close()


def checkout(shop: Shop) -> Probe:
    url = shop.url
    return Probe(
        scenario=(
            ScenarioStep("page", f"{url}/login", capture={"csrf": '[BODY] matches name="csrf" value="([^"]+)"'}),
            ScenarioStep(
                "login", f"{url}/login", "POST", form={"csrf": "${csrf}", "password": "${env:SHOP_PASSWORD}"},
                conditions=("[STATUS] == 302",), capture={"next": "[HEADER].Location"},
            ),
            ScenarioStep("cart", f"{url}${{next}}", conditions=("[BODY].total < 10",), capture={"id": "[BODY].id"}),
            ScenarioStep("pay", f"{url}/pay", "POST", body='{"cart": ${id}}', conditions=("[BODY].receipt present",)),
        ),
        effects="money",
        conditions=("[RESPONSE_TIME] < 30s",),
    )  # fmt: skip


async def walk(probe: Probe, *, trusted: bool = True) -> ProbeResult:
    async with Prober(observer="here", directory=Path(), trusted=trusted) as prober:
        return await prober.run("checkout", probe, NOW)


async def test_each_step_is_taken_in_order_and_timed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "s3cret")
    result = await walk(checkout(shop))
    assert (result.state, result.detail) == (ProbeState.OK, "4 steps passed")
    assert [(timing.name, timing.state) for timing in result.timings] == [
        ("page", "ok"), ("login", "ok"), ("cart", "ok"), ("pay", "ok"),
    ]  # fmt: skip
    assert result.latency_ms == pytest.approx(sum(timing.ms for timing in result.timings), abs=0.1)
    assert shop.orders == ['{"cart": 41}']


async def test_it_ends_at_the_step_that_fails_and_says_which(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "s3cret")
    shop.broken = "/cart"
    result = await walk(checkout(shop))
    assert result.state is ProbeState.DOWN
    assert result.detail == "cart (step 3 of 4): 500 Internal Server Error: the cart is on fire"
    assert [timing.state for timing in result.timings] == ["ok", "ok", "down"]
    assert shop.orders == [], "nothing is bought after a step that failed"


async def test_a_value_that_it_would_take_for_ever_to_find_says_nothing(server: Server) -> None:
    step = ScenarioStep("page", server.url("/many"), capture={"last": "[BODY] matches (a|aa)+$"})
    result = await walk(Probe(scenario=(step,)))
    said = "page (step 1 of 1): last: its expression takes too long to look for"
    assert (result.state, result.detail) == (ProbeState.UNKNOWN, said)


@pytest.mark.parametrize("base", ["", "env"])
@pytest.mark.parametrize("lead", ["@", "0@", ".evil.example@", ":9@"])
async def test_what_an_answer_held_leads_to_no_other_host(
    shop: Shop, server: Server, lead: str, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "s3cret")
    monkeypatch.setenv("SHOP_BASE", shop.url)
    shop.next = f"{lead}127.0.0.1:{server.port}/ok"
    page, login, cart, pay = checkout(shop).scenario
    wanted = "${env:SHOP_BASE}${next}" if base else cart.http
    cart = msgspec.structs.replace(cart, http=wanted, headers={"X-Key": "${env:SHOP_PASSWORD}"})
    before = len(server.requests)
    result = await walk(Probe(scenario=(page, login, cart, pay), effects="money"))
    assert result.detail == "cart (step 3 of 4): next leads to another host, which is not asked"
    assert result.state is ProbeState.DOWN
    assert len(server.requests) == before


async def test_a_cookie_of_another_host_is_not_kept_for_this_one(server: Server) -> None:
    for path, is_kept in (("/cookie", True), ("/lent", False)):
        steps = (ScenarioStep("first", server.url(path), redirects=1), ScenarioStep("then", server.url("/ok")))
        assert (await walk(Probe(scenario=steps))).detail == "2 steps passed"
        assert (b"cookie: session=1" in server.requests[-1].lower()) is is_kept, path


async def test_a_captured_port_or_a_whole_captured_address_is_asked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", "s3cret")
    page, login, cart, pay = checkout(shop).scenario
    for said, address in (
        (shop.url.rpartition(":")[2], "http://127.0.0.1:${next}/cart"),
        (f"{shop.url.rpartition(':')[2]}/cart", "http://127.0.0.1:${next}"),
        (f"{shop.url}/cart", "${next}"),
    ):
        shop.next = said
        there = msgspec.structs.replace(cart, http=address)
        result = await walk(Probe(scenario=(page, login, there, pay), effects="money"))
        assert (result.state, result.detail) == (ProbeState.OK, "4 steps passed"), address


async def test_what_is_missing_on_our_side_is_unknown_and_no_secret_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_PASSWORD", raising=False)
    result = await walk(checkout(shop))
    assert (result.state, result.detail) == (
        ProbeState.UNKNOWN, "login (step 2 of 4): the environment variable SHOP_PASSWORD is not set",
    )  # fmt: skip
    monkeypatch.setenv("SHOP_PASSWORD", "wr0ng")
    result = await walk(checkout(shop))
    assert result.detail == "login (step 2 of 4): 401 Unauthorized: no"
    assert (await walk(checkout(shop), trusted=False)).detail == "not trusted on this host"


async def test_a_value_that_is_not_in_the_answer_ends_it(shop: Shop) -> None:
    probe = Probe(scenario=(ScenarioStep("page", f"{shop.url}/login", capture={"token": "[BODY].token"}),))
    result = await walk(probe)
    assert (result.state, result.detail) == (
        ProbeState.DOWN, "page (step 1 of 1): token: the answer has no text at [BODY].token",
    )  # fmt: skip

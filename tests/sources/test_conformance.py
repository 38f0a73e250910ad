"""Every tool against a local server that speaks its documented contract, and breaks it: nothing of that is ever green.

Each failure is looked at in all its uses: the tool's answer, a check with the gate that waits for it, and a probe.
"""

from __future__ import annotations

import socket
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cockpit.checks.checker import Checker
from cockpit.content.library import load_library
from cockpit.content.shipped import shipped_directory
from cockpit.health.probes import Prober
from cockpit.release.checklist import Checklist, Item, Phase, Section
from cockpit.release.checks import Check
from cockpit.release.configuration import Configuration, Environment
from cockpit.release.gates import gate_of
from cockpit.release.intents import RecordFact
from cockpit.release.ledger import Pinned
from cockpit.release.library import Library
from cockpit.release.ports import Situation
from cockpit.release.probes import Probe
from cockpit.release.sensing import word_of
from cockpit.release.sources import TRAITS, SourceReading
from cockpit.sources.budget import Budgets
from cockpit.sources.desk import SourceDesk
from tests.release.support import NOW as RUN_NOW
from tests.release.support import Person, opening
from tests.sources.contracts import APP_KEY, CONTRACTS, ENVIRONMENT, TOKEN, Contract
from tests.sources.support import NOW, desk_of, told
from tests.sources.vendor import Answer, Reply, Request, Vendor


def _each(contracts: Sequence[Contract]) -> pytest.MarkDecorator:
    """Ask for a test with each contract: the first of all always, the others in the full profile."""
    return pytest.mark.parametrize(
        "contract",
        [
            pytest.param(one, id=f"{one.name}-{n}", marks=[] if one is CONTRACTS[0] else pytest.mark.full)
            for n, one in enumerate(contracts)
        ],
    )


each_contract = _each(CONTRACTS)
each_closed = _each([contract for contract in CONTRACTS if contract.opens is not None])
each_paged = _each([contract for contract in CONTRACTS if contract.pages is not None])
each_linked = _each([contract for contract in CONTRACTS if contract.links])


UNKNOWN = (False, "unknown", "unknown")


@pytest.fixture(scope="module")
def vendor() -> Iterator[Vendor]:
    running = Vendor()
    yield running
    running.close()


@pytest.fixture(scope="module")
def stranger() -> Iterator[Vendor]:
    """Another host, which no credential is meant for."""
    running = Vendor()
    yield running
    running.close()


def opened(contract: Contract, answer: Answer) -> Answer:
    """Return the answer to whoever brings the right credential; anybody else is refused, in words that quote it."""

    def guarded(request: Request) -> Reply:
        if contract.opens is not None and not contract.opens(request.headers):
            said = next((value for name, value in request.headers.items() if "auth" in name or "key" in name), "")
            return Reply({"error": {"errormessage": f"unknown credential {said}"}}, status=401)
        return answer(request)

    return guarded


def desk_at(contract: Contract, url: str, environment: Mapping[str, str] = ENVIRONMENT, **more: Any) -> SourceDesk:
    return desk_of(environment, it=contract.source(url), **more)


async def reading_of(contract: Contract, url: str, *, seconds: float = 5.0, **more: Any) -> SourceReading:
    return await desk_at(contract, url, **more).ask(contract.question, seconds=seconds)


def gate_says_go(check: Check, found: Any) -> bool:
    """Whether the gate goes where nothing but this check is waited for."""
    item = Item("k", "Errors are few", killer=True, check=check)
    section = Section("s", "S", items=(item,))
    checklist = Checklist("short", "Short", phases=(Phase("day", "Day", pause_point=True, sections=(section,)),))
    configuration = Configuration(service="shop", environment=Environment("live", production=True))
    ana = Person(pinned=Pinned(configuration, (checklist,), Library(), "d" * 64))
    ana.act(opening())
    now = RUN_NOW / 1000
    word = word_of(check, found, observer="web1", before=None, now=now)
    assert word is not None
    ana.act(RecordFact("item:k", word))
    return gate_of(ana.run, ana.run.phases[0], [], now=now + 1).go


async def uses(contract: Contract, desk: SourceDesk, *, within: str = "5s") -> tuple[tuple[bool, str, str], str]:
    """Return whether a gate goes by a check of it, what check and probe say, and all that they told."""
    check = Check(source=contract.question, closes=True, timeout=within)
    async with Checker(root=Path(), code=Path, sources=desk) as checker:
        found = await checker.observe(check, Situation())
    async with Prober(observer="here", directory=Path(), trusted=True, sources=desk) as prober:
        seen = await prober.run("p", Probe(source=contract.question, timeout=within), NOW)
    return (gate_says_go(check, found), found.state, seen.state.value), f"{found} {seen}"


@dataclass(frozen=True)
class Failure:
    """A way to break a contract: what is answered, and how that is called."""

    name: str
    answer: Answer
    trouble: str
    seconds: float = 5.0


def _echo(status: int) -> Answer:
    return lambda request: Reply({"message": f"not for {TOKEN} with {APP_KEY}"}, status=status)


HTML = b"<!DOCTYPE html><html><body>Sign in</body></html>"


def failures(contract: Contract) -> list[Failure]:
    """Return every way in which this contract can be broken."""

    def cut(request: Request) -> Reply:
        whole = contract.good(request).data.rstrip()
        return Reply(whole[:-1])

    def lost(request: Request) -> Reply:
        reply = contract.good(request)
        return Reply(reply.data + b" " * 40, cut=40, headers=reply.headers)

    def slow(request: Request) -> Reply:
        return Reply({}, wait=0.2)

    limit, value, _ = contract.limited

    def limited(request: Request) -> Reply:
        return Reply(b"slow down", status=429, headers={limit: value}, kind="text/plain")

    found = [
        Failure("403", _echo(403), "scope"),
        Failure("429", limited, "rate_limited"),
        Failure("400", _echo(400), "bad_query"),
        Failure("500", _echo(500), "transport"),
        Failure("502 of a proxy", lambda request: Reply(HTML, status=502, kind="text/html"), "transport"),
        Failure("503", lambda request: Reply(b"", status=503), "transport"),
        Failure("HTML", lambda request: Reply(HTML, kind="text/html; charset=utf-8"), "contract"),
        Failure("HTML that says it is JSON", lambda request: Reply(HTML), "contract"),
        Failure("a redirect", lambda request: Reply(b"", status=302, headers={"Location": "/login"}), "contract"),
        Failure("nothing", lambda request: Reply(b""), "contract partial"),
        Failure("null", lambda request: Reply(None), "contract"),
        Failure("truncated JSON", cut, "contract"),
        Failure("a connection that is cut", lost, "transport"),
        Failure("an error in a 200", lambda request: Reply(contract.inside), "bad_query"),
        Failure("a slow answer", slow, "transport", seconds=0.05),
        Failure("an answer that says nothing", contract.empty, "empty contract"),
    ]
    if contract.partial is not None:
        found.append(Failure("a part", contract.partial, "partial"))
    if contract.stale is not None:
        found.append(Failure("old news", contract.stale, "stale"))
    return found


def test_every_tool_and_all_that_it_tells_has_a_contract() -> None:
    asked = {(contract.kind, contract.question.ask) for contract in CONTRACTS}
    assert asked == {(kind, ask) for kind, traits in TRAITS.items() for ask in traits.capabilities}


def test_every_tool_of_the_checklist_can_be_asked() -> None:
    groups = load_library(shipped_directory()).tools
    named = {tool.source for group in groups for tool in group.tools}
    assert named <= set(TRAITS), "the checklist names a tool that no source is for"
    assert len(named) == 10


@each_contract
async def test_what_is_well_and_what_is_not(contract: Contract, vendor: Vendor) -> None:
    vendor.answer = opened(contract, contract.good)
    reading = await reading_of(contract, vendor.url)
    assert reading.state == "ok", reading
    assert reading.detail
    assert reading.fetched_at == NOW
    assert (await uses(contract, desk_at(contract, vendor.url)))[0] == (True, "ok", "ok")
    vendor.answer = opened(contract, contract.bad)
    assert (await reading_of(contract, vendor.url)).state == "down"
    assert (await uses(contract, desk_at(contract, vendor.url)))[0] == (False, "failed", "down")


@each_contract
async def test_no_failure_is_green_and_none_tells_a_secret(contract: Contract, vendor: Vendor) -> None:
    for failure in failures(contract):
        # A credential has its own budget, and a refusal closes it: each failure comes to one who has asked nothing yet.
        vendor.answer = opened(contract, failure.answer)
        reading = await reading_of(contract, vendor.url, seconds=failure.seconds)
        assert reading.state == "unknown", (failure.name, reading)
        assert reading.trouble in failure.trouble.split(), (failure.name, reading)
        assert reading.value is None, failure.name
        assert reading.detail, failure.name
        seen, said = await uses(contract, desk_at(contract, vendor.url), within=f"{failure.seconds}s")
        assert seen == UNKNOWN, failure.name
        for secret in contract.secrets:
            assert secret not in f"{reading} {said}", failure.name


@each_closed
async def test_a_credential_that_is_missing_or_wrong(contract: Contract, vendor: Vendor) -> None:
    vendor.answer = opened(contract, contract.good)
    vendor.asked.clear()
    missing = await reading_of(contract, vendor.url, environment={})
    assert (told(missing), vendor.asked) == ("unknown auth", [])
    assert "TOKEN" in missing.detail
    wrong = {"TOKEN": "another-T0ken-99", "APP_KEY": "another-K3y-99"}
    refused = await reading_of(contract, vendor.url, environment=wrong)
    assert told(refused) == "unknown auth"
    assert "unknown credential" in refused.detail
    assert refused.fix
    for environment in ({}, wrong):
        seen, said = await uses(contract, desk_at(contract, vendor.url, environment))
        assert seen == UNKNOWN
        assert not any(value in f"{refused} {said}" for value in wrong.values())


@each_contract
async def test_who_is_asked_too_often_is_left_alone(contract: Contract, vendor: Vendor) -> None:
    name, value, waits = contract.limited
    now = NOW
    vendor.answer = lambda request: Reply(b"slow down", status=429, headers={name: value}, kind="text/plain")
    desk = desk_at(contract, vendor.url, now=lambda: now)
    first = await desk.ask(contract.question, seconds=5)
    assert (told(first), first.retry_at) == ("unknown rate_limited", NOW + waits)
    asked = len(vendor.asked)
    vendor.answer = opened(contract, contract.good)
    again = await desk.ask(contract.question, seconds=5)
    assert (told(again), again.retry_at, len(vendor.asked)) == ("unknown rate_limited", NOW + waits, asked)
    now = NOW + waits + 1
    assert (await desk.ask(contract.question, seconds=5)).trouble != "rate_limited"


async def test_a_budget_is_the_credential_s(vendor: Vendor) -> None:
    contract = next(one for one in CONTRACTS if one.kind == "uptimerobot")
    vendor.answer = opened(contract, contract.good)
    now, budgets = NOW, Budgets(lambda: now)
    desks = [desk_at(contract, vendor.url, now=lambda: now, budgets=budgets) for _ in range(2)]
    states = [(await desks[n % 2].ask(contract.question, seconds=5)).state for n in range(11)]
    assert states == ["ok"] * 10 + ["unknown"]
    now += 61
    assert (await desks[0].ask(contract.question, seconds=5)).state == "ok"


@each_paged
async def test_pages_to_the_end_and_no_further_than_the_bound(contract: Contract, vendor: Vendor) -> None:
    assert contract.pages is not None
    vendor.answer = opened(contract, contract.pages(3, vendor.url))
    vendor.asked.clear()
    desk = desk_at(contract, vendor.url)
    if contract.counted is None:
        reading = await desk.ask(contract.question, seconds=5)
        assert reading.state == "ok", reading
        number = int(reading.detail.split()[0])
        assert number in {6, 250, 599}, reading  # all three pages of them
    elif contract.question.ask == "logs":
        reading = await desk.lines(contract.question, NOW - 600, NOW, seconds=5, limit=2000)
        assert (reading.value, reading.partial) == (contract.counted, False)
        assert len({line.id for line in reading.lines}) == contract.counted
        assert [line.at for line in reading.lines] == sorted(line.at for line in reading.lines)
    else:
        detail = (await desk.ask(contract.question, seconds=5)).detail
        assert detail.replace(":", "").split()[0] == f"{contract.counted:.0f}"
    vendor.answer = opened(contract, contract.pages(10_000, vendor.url))
    vendor.asked.clear()
    reading = await reading_of(contract, vendor.url)
    assert told(reading) == "unknown partial", reading
    assert len(vendor.asked) <= 11
    assert (await uses(contract, desk_at(contract, vendor.url)))[0] == UNKNOWN


@each_linked
async def test_a_link_to_another_host_is_not_followed(contract: Contract, vendor: Vendor, stranger: Vendor) -> None:
    assert contract.pages is not None
    near = vendor.url.replace("http://", "http://127.0.0.1@")
    # A parser drops the tab: what is cut off by the address's length then begins within the host.
    shifted = vendor.url.replace("127", "12\t7")
    for url in (
        stranger.url,
        near,
        shifted,
        f"{vendor.url}0",
        "//127.0.0.1",
        "http://[",
        vendor.url.replace("http:", "https:"),
    ):
        stranger.asked.clear()
        vendor.answer = opened(contract, contract.pages(3, url))
        reading = await reading_of(contract, vendor.url)
        assert told(reading) == "unknown contract", (url, reading)
        assert stranger.asked == []


@each_closed
async def test_what_is_raised_holds_no_secret(contract: Contract, vendor: Vendor) -> None:
    vendor.answer = _echo(400)
    desk = desk_at(contract, vendor.url)
    seen = []

    class Names:
        def shutdown(self, **more: object) -> None: ...

    tool = desk.tool(contract.source(vendor.url), Names())  # type: ignore[arg-type]
    try:
        await tool.metric(contract.question)
        await tool.status("")
    except Exception as error:
        seen = traceback.format_exception(error)
    assert seen
    assert TOKEN not in "".join(seen)
    assert TOKEN not in repr(contract.source(vendor.url))


async def test_nobody_there(vendor: Vendor) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        for contract in CONTRACTS:
            reading = await reading_of(contract, url)
            assert (told(reading), reading.detail) == ("unknown transport", "connection refused")


async def test_untrusted_files_ask_nobody(vendor: Vendor) -> None:
    vendor.asked.clear()
    for contract in CONTRACTS:
        reading = await reading_of(contract, vendor.url, trusted=False)
        assert reading.state == "unknown"
    assert vendor.asked == []

"""One question to the domain name system as an observation: the answer's code, and its records as lines."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from concurrent.futures import Executor

from cockpit.durations import short_duration
from cockpit.health.observation import BODY_LIMIT, Observation, unseen
from cockpit.net.addresses import parse_address, resolve
from cockpit.net.troubles import explain
from cockpit.release.probes import RecordType

_FAMILIES = {"A": socket.AF_INET, "AAAA": socket.AF_INET6}


async def observe_dns(
    name: str,
    record: RecordType,
    resolver: str,
    *,
    seconds: float,
    names: Executor,
    monotonic: Callable[[], float] = time.monotonic,
) -> Observation:
    """Ask `resolver` once, over UDP and where the answer is cut over TCP; without one, ask as this host does."""
    span = short_duration(seconds)
    started = monotonic()
    try:
        async with asyncio.timeout(seconds):
            if resolver:
                return await _ask(name, record, resolver, names, started, monotonic)
            return await _ask_host(name, record, names, started, monotonic)
    except TimeoutError:
        if resolver:
            return Observation(trouble=f"the resolver did not answer within {span}")
        return unseen(f"the name did not resolve within {span}")
    except UnicodeError:
        return unseen(f"{resolver!r} can be no name")
    except OSError as error:
        trouble, ours = explain(error) or ("the resolver cannot be asked", False)
        return Observation(trouble=trouble, unseen=ours)


async def _ask(
    name: str, record: RecordType, resolver: str, names: Executor, started: float, monotonic: Callable[[], float]
) -> Observation:
    import dns.asyncquery  # the library is slow to import
    import dns.exception
    import dns.message
    import dns.name
    import dns.rcode

    try:
        host, port = parse_address(resolver if _has_port(resolver) else f"{_bracketed(resolver)}:53")
        question = dns.message.make_query(dns.name.from_text(name), record)
    except (ValueError, dns.exception.DNSException) as error:
        return unseen(f"it cannot be asked: {error}")
    where = await _address(host, port, names)
    try:
        answer, _ = await dns.asyncquery.udp_with_fallback(question, where, port=port, ignore_unexpected=True)
    except EOFError:
        return Observation(trouble="the resolver closed the connection")
    except dns.exception.DNSException:
        return Observation(trouble="what answers does not speak DNS correctly")
    latency = monotonic() - started
    rcode = dns.rcode.to_text(answer.rcode())
    wanted = [
        item.to_text() for entry in answer.answer if entry.rdtype == question.question[0].rdtype for item in entry
    ]
    return _seen(rcode, wanted, latency)


async def _ask_host(
    name: str, record: RecordType, names: Executor, started: float, monotonic: Callable[[], float]
) -> Observation:
    if record not in _FAMILIES:
        return unseen(f"a record of type {record} is only told by a resolver: name one, such as resolver: 9.9.9.9")
    loop = asyncio.get_running_loop()
    try:
        found = await loop.run_in_executor(names, socket.getaddrinfo, name, None, _FAMILIES[record], socket.SOCK_STREAM)
    except UnicodeError:
        return unseen(f"{name!r} can be no name")
    except socket.gaierror as error:
        if error.errno in {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}:
            return _seen("NXDOMAIN", [], monotonic() - started)
        raise
    return _seen("NOERROR", [str(each[4][0]) for each in found], monotonic() - started)


def _seen(rcode: str, lines: list[str], latency: float) -> Observation:
    text = "\n".join(sorted(dict.fromkeys(lines)))
    return Observation(
        connected=True, latency=latency, body=text.encode()[:BODY_LIMIT],
        summary=f"{rcode}: {text.replace(chr(10), ', ') or 'no record'}", values={"DNS_RCODE": rcode},
    )  # fmt: skip


async def _address(host: str, port: int, names: Executor) -> str:
    await resolve(host, port, names)
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(names, socket.getaddrinfo, host, port, 0, socket.SOCK_DGRAM)
    return str(found[0][4][0])


def _bracketed(resolver: str) -> str:
    return f"[{resolver}]" if resolver.count(":") > 1 and not resolver.startswith("[") else resolver


def _has_port(resolver: str) -> bool:
    return resolver.count(":") == 1 or "]:" in resolver

"""The first look at a service that is being set up: what answers where its health may be asked for."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from urllib.parse import urljoin, urlsplit

import msgspec

from cockpit.errors import CockpitError
from cockpit.health.probes import Prober
from cockpit.health.version import seen_version
from cockpit.release.configuration import Configuration, Probe, VersionSeen
from cockpit.release.health import ProbeResult

_VERSION = re.compile(r"v?\d+(?:\.\d+)+[\w.+-]*")  # as text alone: a page that says `ok` is none
_QUICK = "2s"  # this host answers at once, or nobody is there


def first_that_answers(urls: Sequence[str], directory: Path) -> str:
    """Return the first address of this very host that answers 2xx to a GET; empty where none does.

    Others are not asked: that is for a person to say.
    """
    ours = [url for url in urls if is_loopback(url)]
    if not ours:
        return ""
    probes = {url: Probe(http=url, conditions=("[STATUS] >= 200", "[STATUS] < 300"), timeout=_QUICK) for url in ours}
    results = asyncio.run(_looks(probes, directory))
    return next((result.name for result in results if result.state.value == "ok"), "")


def is_loopback(url: str) -> bool:
    """Whether an address is of this host, told without asking any name server."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def look_at(url: str, directory: Path) -> ProbeResult:
    """Ask an address that a person named, as the probe will."""
    probe = Probe(http=url, conditions=("[STATUS] == 200",), timeout="5s")
    return asyncio.run(_looks({"health": probe}, directory))[0]


def first_probe(configuration: Configuration, directory: Path) -> ProbeResult:
    """Take one look with the probe that was set up."""
    name, probe = next(iter(configuration.probes.items()))
    return asyncio.run(_looks({name: probe}, directory))[0]


def find_version(health: str, directory: Path) -> tuple[VersionSeen, str] | None:
    """Return where the service that answers at `health` says its version, and what it says; None where nowhere.

    Asked are that address, then /version beside it and at the top, /api/version and /health there; an answer that is
    no JSON counts where it is a version and nothing else.
    """
    addresses = [health, *(urljoin(health, path) for path in ("version", "/version", "/api/version", "/health"))]
    return asyncio.run(_first_version(list(dict.fromkeys(addresses)), directory))


async def _looks(probes: dict[str, Probe], directory: Path) -> list[ProbeResult]:
    async with Prober(observer=gethostname(), directory=directory) as prober:
        return list(await asyncio.gather(*(prober.run(name, probe, time.time()) for name, probe in probes.items())))


async def _first_version(addresses: Sequence[str], directory: Path) -> tuple[VersionSeen, str] | None:
    async with Prober(observer=gethostname(), directory=directory) as prober:
        found = await asyncio.gather(*(_version_at(address, prober) for address in addresses))
    return next((one for one in found if one is not None), None)


async def _version_at(address: str, prober: Prober) -> tuple[VersionSeen, str] | None:
    for json in ("version", ""):
        seen = VersionSeen(http=address, json=json, timeout=_QUICK)
        try:
            text = await seen_version(seen, prober)
        except CockpitError:
            continue
        if json or _VERSION.fullmatch(text):
            return msgspec.structs.replace(seen, timeout=VersionSeen().timeout), text
    return None

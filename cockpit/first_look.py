"""The first look at a service that is being set up: what answers where its health may be asked for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from urllib.parse import urlsplit

from cockpit.errors import CockpitError
from cockpit.health.probes import Prober
from cockpit.health.version import seen_version
from cockpit.release.configuration import Configuration, Probe, VersionSeen
from cockpit.release.health import ProbeResult

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


def tells_version(url: str, directory: Path) -> bool:
    """Whether what answers there is JSON with a version in it."""
    return asyncio.run(_version(url, directory))


async def _looks(probes: dict[str, Probe], directory: Path) -> list[ProbeResult]:
    async with Prober(observer=gethostname(), directory=directory) as prober:
        return list(await asyncio.gather(*(prober.run(name, probe, time.time()) for name, probe in probes.items())))


async def _version(url: str, directory: Path) -> bool:
    async with Prober(observer=gethostname(), directory=directory) as prober:
        try:
            return bool(await seen_version(VersionSeen(http=url, json="version", timeout=_QUICK), prober))
        except CockpitError:
            return False

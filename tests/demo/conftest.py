"""A demo of its own for each test, and customers for it."""

from __future__ import annotations

import itertools
import json
import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cockpit import process
from cockpit.demo.demo import Demo
from cockpit.demo.journeys import Visit, visits
from cockpit.git.command import Git
from cockpit.process import Finished

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)


class Shop:
    """A demo and what a test does with it."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        self.root = demo.root

    def tool(self, name: str, *arguments: str, **variables: str) -> Finished:
        """Run one of the demo's tools, without the demo's own name in the environment."""
        return process.run([str(self.root / "bin" / name), *arguments], env={**os.environ, **variables})

    def set(self, setting: str) -> None:
        with (self.root / "etc" / "shop.env").open("a") as file:
            file.write(f"{setting}\n")

    def run_release(self, tag: str) -> None:
        """Check a release out and start its service."""
        Git(self.demo.repository).output("checkout", "--quiet", "--detach", tag)
        started = self.tool("shopctl", "start")
        assert started.ok, started.complaint

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.demo.port}{path}", timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def health(self) -> tuple[int, dict[str, str]]:
        status, body = self.get("/health")
        return status, json.loads(body)

    def drive(self, requests: int) -> list[int]:
        """Send about so many requests, whole visits at a time by eight customers at once; return their statuses."""
        chosen: list[Visit] = []
        for visit in visits():
            chosen.append(visit)
            if sum(len(each.calls) for each in chosen) >= requests:
                break
        with ThreadPoolExecutor(8) as pool:
            return list(itertools.chain.from_iterable(pool.map(self._walk, chosen)))

    def _walk(self, visit: Visit) -> list[int]:
        statuses = []
        for call in visit.calls:
            with socket.create_connection(("127.0.0.1", self.demo.port), timeout=10) as connection:
                connection.sendall(visit.head(call))
                with connection.makefile("rb") as answer:
                    statuses.append(int(answer.read().split(b" ", 2)[1]))
        return statuses


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    # A space in the path: every command line has to survive it.
    with Demo.create(tmp_path / "the demo", now=NOW) as demo:
        yield Shop(demo)


def wait_until(holds: Callable[[], bool], *, within: float = 15.0) -> None:
    """Return as soon as the condition holds; fail where it does not in time."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "the condition did not come to hold"
        time.sleep(0.01)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]

"""Whose fault a failure is: the target's is down, ours is unknown."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from cockpit.health.http_probe import Request, observe_http
from cockpit.health.tcp_probe import observe_tcp
from cockpit.net.troubles import explain


def _wrapped(*errors: OSError) -> Exception:
    outer = RuntimeError("all attempts failed")
    outer.__cause__ = errors[0] if len(errors) == 1 else ExceptionGroup("attempts", list(errors))
    return outer


@pytest.mark.parametrize(
    ("error", "sentence", "ours"),
    [
        (OSError(errno.ECONNREFUSED, "x"), "connection refused", False),
        (OSError(errno.EHOSTUNREACH, "x"), "the host cannot be reached", False),
        (OSError(errno.ENETUNREACH, "x"), "this host has no route to that network", True),
        (OSError(errno.EMFILE, "x"), "this process has too many open files", True),
        (socket.gaierror(socket.EAI_NONAME, "x"), "the name does not resolve", False),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "names cannot be resolved on this host just now", True),
        (OSError("Multiple exceptions: [Errno 101] a, [Errno 111] b"), "connection refused", False),
    ],
)
def test_failures_are_told_apart(error: OSError, sentence: str, ours: bool) -> None:
    assert explain(error) == (sentence, ours)
    assert explain(_wrapped(error)) == (sentence, ours)


def test_what_one_address_answers_counts_before_what_kept_us_from_another() -> None:
    error = _wrapped(OSError(errno.ENETUNREACH, "v6"), OSError(errno.ECONNREFUSED, "v4"))
    assert explain(error) == ("connection refused", False)


def test_what_is_no_failure_of_a_connection_is_left_to_others() -> None:
    looped = ValueError("x")
    looped.__cause__ = KeyError("y")
    looped.__cause__.__cause__ = looped
    assert explain(looped) is None


@pytest.fixture
def hung_names() -> Iterator[ThreadPoolExecutor]:
    release = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(release.wait)
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            release.set()


async def test_a_resolver_that_hangs_is_not_the_targets_fault(hung_names: ThreadPoolExecutor) -> None:
    seen = await observe_tcp("db.example:5432", seconds=0.05, names=hung_names)
    assert (seen.unseen, seen.trouble) == (True, "the name did not resolve within 50ms")
    seen = await observe_http(Request("http://api.example/", "GET", {}, 0.05), names=hung_names)
    assert (seen.unseen, seen.trouble) == (True, "the name did not resolve within 50ms")

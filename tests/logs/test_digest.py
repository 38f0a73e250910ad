"""What is gathered of lines as they come: in bounded memory, without our own traffic, each taken once."""

from __future__ import annotations

from cockpit.logs.classify import Classifier
from cockpit.logs.digest import MOST, OTHERS, LineDigest
from cockpit.release.rollup import bucket_of

TEXTS = (
    "2026-03-10T13:16:31Z ERROR payment 17 failed after 5000 ms",
    "Traceback (most recent call last):",
    "ValueError: payment 17 failed",
    "2026-03-10T13:16:32Z ERROR payment 18 failed after 40 ms",
    "2026-03-10T13:16:33Z INFO payment 19 accepted",
    '203.0.113.9 - - [10/Mar/2026:13:16:33 +0000] "GET /orders/7 HTTP/1.1" 502 812 0.250',
    '203.0.113.9 - - [10/Mar/2026:13:16:33 +0000] "GET /orders/8 HTTP/1.1" 200 812 0.250',
    '203.0.113.9 - - [10/Mar/2026:13:16:33 +0000] "GET /orders/9 HTTP/1.1" 500 812 9.000 "release-cockpit/1"',
)


def digest_of(texts: tuple[str, ...]) -> LineDigest:
    digest = LineDigest({}, clock=lambda: 7.0)
    classifier = Classifier("app.log")
    digest.add([classifier.classify(text) for text in texts])
    return digest


def test_errors_payments_and_requests_are_told_apart() -> None:
    digest = digest_of(TEXTS)
    found = digest.take()
    assert (found.looked, found.own) == (8, 1)
    assert {one.template: one.count for one in found.errors} == {
        "payment <n> failed after <n> ms": 2,
        "GET /orders/:id 502": 1,
    }
    assert {one.first_at for one in found.errors} == {7.0}
    (endpoint,) = found.endpoints
    assert (endpoint.endpoint, endpoint.count, endpoint.errors) == ("GET /orders/:id", 2, 1)
    assert endpoint.latencies == {bucket_of(250.0): 2}
    assert found.patterns["payment-success"] == 1
    assert digest.take().looked == 0, "what was taken is not taken again"


def test_a_flood_of_kinds_stays_within_bounds_and_no_line_is_lost() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [f"{a}{b}" for a in letters for b in letters]
    found = digest_of(tuple(f"2026-03-10T13:16:31Z ERROR {word} broke" for word in words)).take()
    assert len(found.errors) == MOST + 1
    assert sum(one.count for one in found.errors) == len(words)
    assert next(one.count for one in found.errors if one.template == OTHERS) == len(words) - MOST

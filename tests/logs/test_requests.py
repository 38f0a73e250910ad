from __future__ import annotations

import pytest

from cockpit.logs.classify import Classifier
from cockpit.logs.requests import Requests, normal_path, read_request

TIMED = [
    ('10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET /a?x=1 HTTP/1.1" 503 12 "-" "curl" rt=0.250', 0.25),
    ('10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET /a HTTP/1.1" 503 12 "-" "curl" 0.250', 0.25),
    ('10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET /a HTTP/1.1" 503 12 "-" "curl/8.5"', None),
    ('[GIN] 2026/07/01 - 12:00:00 | 503 |  250.5ms |  10.1.2.3 | GET     "/a"', 0.2505),
    ("[pid: 1|app: 0|req: 1/1] 10.0.0.1 () {3 vars in 6 bytes} [Wed Jul  1 12:00:00 2026] GET /a => generated 47 bytes"
     " in 250 msecs (HTTP/1.1 503) 9 headers in 378 bytes (1 switches on core 3)", 0.25),
    ("Jul  1 12:00:00 lb haproxy[7]: 10.0.0.1:5 [01/Jul/2026:12:00:00.000] in~ bk/n1 0/0/0/62/250 503 306 - - sH-- "
     '3/2/0/0/0 0/0 "GET /a HTTP/1.1"', 0.25),
    ('{"method":"GET","path":"/a","status":503,"duration_ms":250}', 0.25),
    ('{"level":"info","request":{"method":"GET","uri":"/a"},"status":503,"duration":0.25}', 0.25),
    ('{"RequestMethod":"GET","RequestPath":"/a","DownstreamStatus":503,"Duration":250000000}', 0.25),
    ("GET /a 503 250.0 ms - 12", 0.25),
    ('{"level":50,"req":{"method":"GET","url":"/a"},"res":{"statusCode":503},"responseTime":250}', 0.25),
    ('10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET /a HTTP/1.1" 503 1 "-" "-" 7 "shop@file" "http://a" 250ms', 0.25),
]  # fmt: skip


@pytest.mark.parametrize(("text", "seconds"), TIMED)
def test_each_format_tells_path_status_and_time(text: str, seconds: float | None) -> None:
    request = read_request(Classifier("x").classify(text))
    assert request is not None
    assert (request.method, normal_path(request.path), request.status) == ("GET", "/a", 503)
    assert request.seconds == (None if seconds is None else pytest.approx(seconds))


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("/orders/17/items?x=1", "/orders/:id/items"),
        ("/u/3f2504e0-4f89-41d3-9a0c-0305e82c3301", "/u/:id"),
        ("/c/deadbeef12.png", "/c/:id.png"),
        ("/filter/27%7C13", "/filter/:id"),
        ("/blog/hello-world", "/blog/hello-world"),
        ("/v2/cart", "/v2/cart"),
        ("?x", "/"),
    ],
)
def test_paths_are_told_apart_by_what_does_not_vary(path: str, normal: str) -> None:
    assert normal_path(path) == normal


def test_the_slowest_come_first_with_their_percentiles() -> None:
    requests, classifier = Requests(), Classifier("x")
    for number in range(1, 101):
        for path, seconds, status in ((f"/orders/{number}", number / 1000, 200), ("/slow", 2.0, 503)):
            line = f'10.0.0.1 - - [01/Jul/2026:12:00:00 +0000] "GET {path} HTTP/1.1" {status} 1 "-" "x" rt={seconds}'
            requests.add(classifier.classify(line))
    slow, orders = requests.endpoints()
    assert (slow.endpoint, slow.errors, slow.p50_ms) == ("GET /slow", 100, 2000.0)
    assert (orders.endpoint, orders.count, orders.p50_ms, orders.p95_ms, orders.p99_ms) == (
        *("GET /orders/:id", 100, 50.0, 95.0, 99.0),
    )
    assert requests.classes == {"2xx": 100, "5xx": 100}


def test_memory_is_bounded_in_paths_and_in_times() -> None:
    requests, classifier = Requests(most=3), Classifier("x")
    for number in range(5000):
        name = "".join(chr(ord("a") + int(digit)) for digit in str(number % 50))
        requests.add(classifier.classify(f"GET /{name} 200 {number}.0 ms - 1"))
    found = requests.endpoints()
    assert len(found) == 4
    assert sum(one.count for one in found) == 5000

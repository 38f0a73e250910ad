from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.errors import UsageError
from cockpit.logs import patterns as shipped
from cockpit.logs.patterns import SHIPPED, Patterns, known_pattern

ACCESS = '203.0.113.7 - - [01/Jul/2026:14:00:00 +0200] "{}" {} 512 "-" "Mozilla/5.0"'

FOUND = {
    "sql-injection": [
        ACCESS.format("GET /items?id=1%27%20OR%20%271%27%3D%271 HTTP/1.1", 200),
        ACCESS.format("GET /items?id=1+UNION+SELECT+password+FROM+users HTTP/1.1", 500),
        ACCESS.format("GET /items?id=1%2527%2520OR%25201%253D1--%2520 HTTP/1.1", 400),
        ACCESS.format("GET /items?q=1;DROP%20TABLE%20users HTTP/1.1", 200),
        ACCESS.format("GET /items?id=sleep(5) HTTP/1.1", 200),
    ],
    "xss": [
        ACCESS.format("GET /search?q=%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1", 200),
        ACCESS.format("GET /search?q=%3Cimg+src=x+onerror=alert(1)%3E HTTP/1.1", 200),
        ACCESS.format("GET /go?to=javascript:alert(1) HTTP/1.1", 302),
    ],
    "failed-login": [
        "Dec 10 06:55:48 web1 sshd[24200]: Failed password for invalid user webmaster from 1.2.3.4 port 38926 ssh2",
        "2026-07-01 12:00:00,000 WARNING shop.auth: login failed for ana",
        '2026/07/01 12:00:00 [error] 12#12: *1 user "foo" was not found in "/etc/htpasswd", client: 1.2.3.4',
        "2026-07-01 12:00:00 UTC [7] FATAL:  password authentication failed for user \"shop\"",
        ACCESS.format("POST /login HTTP/1.1", 401),
        '{"level":"warn","msg":"Invalid credentials","user":"ana"}',
    ],
    "admin-action": [
        ACCESS.format("POST /admin/users/7/delete HTTP/1.1", 302),
        "Jul  1 12:00:00 web1 sudo: ana : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
        "2026-07-01 12:00:00,000 INFO shop: admin action: price changed",
    ],
    "payment-failure": [
        "2026-07-01 12:00:00,000 ERROR shop.pay: payment 17 failed: card declined",
        "2026-07-01 12:00:00,000 ERROR shop.pay: Razorpay timed out for payment 3",
        ACCESS.format("POST /pay HTTP/1.1", 502),
        '{"event":"payment.failed","id":"pay_8812"}',
    ],
    "payment-success": [
        "2026-07-01 12:00:00,000 INFO shop.pay: payment 17 accepted",
        ACCESS.format("POST /checkout HTTP/1.1", 201),
        '{"event":"payment.captured","id":"pay_8812"}',
    ],
    "cors-rejection": [
        "2026-07-01 12:00:00,000 WARNING shop: CORS request from https://evil.example blocked",
        "2026-07-01 12:00:00,000 WARNING shop: Origin https://evil.example is not allowed",
        ACCESS.format("OPTIONS /api/cart HTTP/1.1", 403),
    ],
}  # fmt: skip
HARMLESS = [
    ACCESS.format("GET /selection/from/catalogue?union=1 HTTP/1.1", 200),
    ACCESS.format("GET /search?q=rock+and+roll HTTP/1.1", 200),
    ACCESS.format("GET /search?q=select+a+dress+from+us HTTP/1.1", 200),
    ACCESS.format("GET /it%27s+fine--really HTTP/1.1", 200),
    ACCESS.format("GET /onload/description HTTP/1.1", 200),
    ACCESS.format("GET /login HTTP/1.1", 200),
    ACCESS.format("GET /blog/administration HTTP/1.1", 200),
    ACCESS.format("OPTIONS /api/cart HTTP/1.1", 204),
    "2026-07-01 12:00:00,000 INFO shop: cart updated, 0 errors",
    "2026-07-01 12:00:00,000 INFO shop: user ana logged in",
]


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in FOUND.items() for text in texts])
def test_each_pattern_finds_what_it_is_for(name: str, text: str) -> None:
    assert Patterns().of(text) == [name]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_a_little_like_it_is_not_counted(text: str) -> None:
    assert Patterns().of(text) == []


def test_our_own_traffic_is_left_out_and_counted_apart() -> None:
    patterns = Patterns()
    attack = FOUND["sql-injection"][0]
    for text in (attack, attack.replace("Mozilla/5.0", "release-cockpit/0.9.0")):
        patterns.add(text)
    assert patterns.counts["sql-injection"] == 1
    assert patterns.own_traffic == 1


def test_a_team_adds_its_own_and_may_replace_ours() -> None:
    patterns = Patterns({"queue-full": r"queue .* is full", "xss": "^never$"})
    for text in ("queue mail is full", FOUND["xss"][0]):
        patterns.add(text)
    assert (patterns.counts["queue-full"], patterns.counts["xss"]) == (1, 0)
    assert patterns.names.count("xss") == 1
    known_pattern("queue-full", {"queue-full": "x"})
    with pytest.raises(UsageError, match="no pattern 'odd'"):
        known_pattern("odd", {})


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "select " * 9000,
        "<img " + "a" * 60_000,
        "'" + " or" * 20_000,
        '"POST /' + "pay/" * 15_000,
        "payment " * 8000,
        "union" + "/**/" * 15_000,
        "cors " * 12_000,
        "login " * 10_000,
        "%25" * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_lines_are_looked_through_in_no_time(text: str) -> None:
    assert set(Patterns().of(text)) <= set(SHIPPED)  # and before the time that a test may take


# What the patterns are made of: cut into words, so that they are put together anew.
WORDS = sorted({word for text in SHIPPED.values() for word in re.findall(r"[a-z_]{2,}", text)})
SIGNS = [" ", "'", '"', "<", ">", "=", "(", "--", "#", ";", "/", "1", "POST /", '" 401', '" 403', " HTTP/1.1", ".", "_"]


@given(st.lists(st.sampled_from(WORDS) | st.sampled_from(SIGNS), max_size=12).map("".join))
def test_the_hints_leave_nothing_out(text: str) -> None:
    whole = [name for name, pattern in SHIPPED.items() if re.search(pattern, text, re.IGNORECASE | re.ASCII)]
    assert Patterns().of(text) == whole


def test_every_pattern_has_its_hints() -> None:
    assert set(shipped._HINTS) == set(SHIPPED)

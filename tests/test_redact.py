"""Secrets are masked before text enters the store; what is none stays readable."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cockpit.redact import MASK, masked_url, redacted

SECRET = "hunter2-long"


@pytest.mark.parametrize(
    "text",
    [
        "PASSWORD=hunter2-long",
        "db_password: 'hunter2-long'",
        "the DB password: hunter2-long",
        "password = hunter2-long",
        '{"token": "hunter2-long", "a": 1}',
        "Authorization: Bearer hunter2-long",
        "Authorization: hunter2-long",
        "authorization: token hunter2-long",
        'curl -H "Authorization: Basic hunter2-long" http://localhost/',
        'Authorization: Digest username="ana", response="hunter2-long"',
        "sent Bearer hunter2-long-0123456789abcdef",
        "postgresql://shop:hunter2-long@db.example/shop",
        "redis://:hunter2-long@cache:6379/0",
        "https://ana:p@ss-hunter2-long@git.example/shop.git",
        "postgres://shop:hunter2-long/w@db/shop",
        "GET https://ana:w#hunter2-long@shop.example/ 200",
        "https://ana:?w/hunter2-long@shop.example:8443/, so",
        "https://ana:w@w/hunter2-long@shop.example/",
        "redis://:1234/hunter2-long@cache:6379/0",
        "https://ana@example.org:hunter2-long@shop.example/",
        "https://hunter2-long-0123456789abcdef@git.example/shop.git",
        "GET /pay?token=hunter2-long&order=8812 200",
        "X-Api-Key: hunter2-long",
        "api-key=hunter2-long, next",
        "AWS_SECRET_ACCESS_KEY=hunter2-long",
        "client_secret=hunter2-long",
        "secret_key_base: hunter2-long",
        "DB_PWD=hunter2-long",
        "mysqldump --password hunter2-long shop",
        "mysqldump --password=hunter2-long shop",
        "Set-Cookie: session=hunter2-long; Path=/",
        "-----BEGIN RSA PRIVATE KEY-----\nhunter2-long\n-----END RSA PRIVATE KEY-----\nthen",
        "-----BEGIN PRIVATE KEY-----\nhunter2-long\ncut off",
        "https://hooks.slack.com/services/T000/B000/hunter2-long",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    assert SECRET not in redacted(text, {})
    assert MASK in redacted(text, {})


@pytest.mark.parametrize(
    "token",
    [
        "ghp_" + "a1" * 18,
        "github_pat_" + "a1" * 20,
        "glpat-" + "a1" * 10,
        "xoxb-1234567890-abcdef",
        "AKIA" + "A1B2" * 4,
        "sk_live_" + "a1" * 10,
        "rzp_live_" + "a1" * 7,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
    ],
)
def test_tokens_of_well_known_shapes_are_masked_wherever_they_stand(token: str) -> None:
    assert redacted(f"sent {token}, and got 200", {}) == f"sent {MASK}, and got 200"


@pytest.mark.parametrize("name", ["SECRET_KEY", "PGPASSWORD", "SLACK_TOKEN", "DB_PWD", "AWS_API_KEY"])
def test_the_value_of_a_secret_variable_is_masked_wherever_it_stands(name: str) -> None:
    assert redacted("connected with s3cr3t-value, ok", {name: "s3cr3t-value"}) == f"connected with {MASK}, ok"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "/srv/shop") for name in ("PWD", "OLDPWD", "GIT_AUTHOR_NAME", "SSH_AUTH_SOCK", "HOME")),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/srv/shop"),
        ("SECRETS_DIR", "/srv/shop"),
        ("TOKEN_OWNER", "Ana Lima"),
        ("SECRET_ENVIRONMENT", "restored"),
        ("DB_PASSWORD", "restored"),
        ("MAX_TOKEN", "206"),
    ],
)
def test_ordinary_variables_stay_readable(name: str, value: str) -> None:
    text = "restored /srv/shop by Ana Lima, 206 rows"
    assert redacted(text, {name: value}) == text


ORDINARY = [
    "orders: 206 rows\nhttps://shop.example/health 200\nshop started, pid 4284",
    "the token expired, so I rotated it",
    "password: rotated by Ana; secret: none",
    "token: OPS-812, secret: v2.4.1, password: see the vault",
    "authorization: the vendor has signed",
    "secretary=Ana Lima",
    "max_tokens: 4096, token=12",
    "export PASSWORD=$SHOP_PASSWORD TOKEN=${SHOP_TOKEN}",
    "if password == stored: go on",
    "passwords: all 12 rotated 2026-11-24T13:16:31Z",
    "ssh://git@git.example/shop.git and git@git.example:shop.git, mail ana@example.org",
    "http://shop.example:8080/health?a=1&b=2",
    "http://localhost:4873/@shop/web http://shop.example:8080/ana@example.org?a=b#c@d",
    "http://shop.example/a:b@c http://[::1]:8080/a@b ssh://git@git.example:22/shop@v1",
    "docker://registry.example:5000/shop:v2.4.1@sha256:0123 http://shop.example, ana@example.org",
    "cookie: the banner is shown",
    "pwd=/srv/shop PWD=/srv/shop\ncwd: /home/ana/the shop",
    "Author: Ana Lima <ana@example.org>\ncommit 0123456789abcdef0123456789abcdef01234567",
    "bearer of bad news",
    "--password is asked for",
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert redacted(text, {}) == text


PROSE = (
    "the a token password secret key credential author Ana Lima Ben /srv/shop ~/shop ./bin v2.4.1 OPS-812 14:16 is was "
    "rotated expired 206 rows 2026-11-24 200 https://shop.example/health ana@example.org authorization bearer cookie "
    "0123456789abcdef0123456789abcdef01234567 pwd cwd"
)
_WORDS = st.sampled_from(PROSE.split())
BEARER = "bearer 0123"  # what follows that word is no prose


@given(st.lists(st.tuples(_WORDS, st.sampled_from([" ", ", ", ". ", "\n", " (", ") "])), max_size=30))
def test_no_prose_is_eaten(words: list[tuple[str, str]]) -> None:
    text = "".join(word + gap for word, gap in words)
    assume(BEARER not in " ".join(text.split()))
    assert redacted(text, {}) == text


_SECRETS = st.from_regex(r"[A-Za-z]{4}[0-9][A-Za-z0-9_+-]{6,20}", fullmatch=True)
_PLACES = st.sampled_from(
    [
        "PASSWORD={}", "api_token: {}", '{{"secret": "{}"}}', "Authorization: Bearer {}", "https://ana:{}@host/",
        "?access_token={}&x=1", "--token {}", "X-Auth-Token: {}", "DB_PWD='{}'",
    ]
)  # fmt: skip


@given(_SECRETS, _PLACES, st.lists(_WORDS, max_size=6), st.lists(_WORDS, max_size=6))
def test_no_secret_survives_and_what_stands_around_it_does(
    secret: str, place: str, before: list[str], after: list[str]
) -> None:
    head, tail = " ".join(["look,", *before, ""]), " ".join(["", "so", *after])
    assume(BEARER not in head and BEARER not in tail)
    masked = redacted(head + place.format(secret) + tail, {})
    assert secret not in masked
    assert masked.startswith(head)
    assert masked.endswith(tail)


@given(st.text(max_size=200), st.lists(st.tuples(_SECRETS, _PLACES), max_size=4))
def test_what_is_masked_once_stays_as_it_is(text: str, secrets: list[tuple[str, str]]) -> None:
    once = redacted(text + " ".join(place.format(secret) for secret, place in secrets), {"DB_PASSWORD": "s3cr3t-value"})
    assert redacted(once, {"DB_PASSWORD": "s3cr3t-value"}) == once


HOOK = "https://chat.example/hooks/ab12cd34ef56gh78ij90kl12mn"


@pytest.mark.parametrize(
    "address",
    [
        HOOK,
        "https://hooks.slack.com/services/T0/B0/abcdefgh",
        "https://hooks.slack.com/workflows/T0/A0/1/abcdefgh",
        "https://discord.com/api/webhooks/123/abcdefgh",
        "https://acme.webhook.office.com/webhookb2/abcdefgh",
    ],
)
def test_a_webhook_s_address_is_a_secret_whoever_made_it(address: str) -> None:
    masked = redacted(f"cannot POST {address}, so", {})
    assert "abcdefgh" not in masked
    assert "ab12cd34" not in masked
    assert masked.endswith(", so")


@pytest.mark.parametrize("name", ["OPS_WEBHOOK", "OPS_WEBHOOK_URL", "WEBHOOK_ID", "PAGER_ROUTING_KEY"])
def test_what_a_webhook_s_variable_holds_is_masked_wherever_it_stands(name: str) -> None:
    assert "chat.example" not in redacted("to https://chat.example/x: refused", {name: "https://chat.example/x"})


def test_what_is_left_of_a_secret_that_was_cut_off_is_masked() -> None:
    env = {"SHOP_TOKEN": "Zq8s3cr3tZq8s3cr3t", "OTHER_TOKEN": "Zq8s3cr3tOther"}
    for length in range(6, 18):
        assert redacted(f"500 Oops: no {env['SHOP_TOKEN'][:length]}…", env) == f"500 Oops: no {MASK}…", length
    assert redacted("no Zq8s3cr3tOth… and Zq8s3cr3tZ…, end", env) == f"no {MASK}… and {MASK}…, end"
    assert redacted("no Zq8s3…", env) == "no Zq8s3…", "as little as that is a word"
    assert redacted("a longer line…", env) == "a longer line…"


def test_a_masked_document_is_still_a_document() -> None:
    document = {"password": "hunter2", "nested": {"api_key": "abc123def456", "rows": 206}}
    masked = json.loads(redacted(json.dumps(document), {}))
    assert masked == {"password": MASK, "nested": {"api_key": MASK, "rows": 206}}


@pytest.mark.parametrize("piece", ["a", "a:", "a=", "://", "token", "token=", "-----BEGIN PRIVATE KEY-----", "eyJa.",
                                   "a://b:", "a://b:c@", "://b:c/", "a://:", ":@", "a://b@c:"])  # fmt: skip
def test_long_output_is_read_in_time(piece: str) -> None:
    """Each would take minutes where a pattern starts anew at every letter."""
    import time

    started = time.process_time()
    text = piece * (100 * 1000 // len(piece))
    redacted(text, {})
    redacted(f"https://ana:{text}", {})
    masked_url(f"https://ana:{text}")
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://ana@shop.example/", "http://•••@shop.example/"),
        ("HTTP://ana:p@ss@shop.example?a=1", "HTTP://•••@shop.example?a=1"),
        ("postgres://shop:p/w@db/shop", "postgres://•••@db/shop"),
        ("https://ana:p#w@shop.example/?a=1", "https://•••@shop.example/?a=1"),
        ("https://ana:?p/w@shop.example", "https://•••@shop.example"),
        ("https://ana:p@s/w@shop.example", "https://•••@shop.example"),
        ("redis://:12/w@cache", "redis://•••@cache"),
        ("http://shop.example:8080/@ana?mail=ana@example.org", "http://shop.example:8080/@ana?mail=ana@example.org"),
        ("http://[::1]:8080/@ana", "http://[::1]:8080/@ana"),
        ("http://ana:p@[::1]:8080/", "http://•••@[::1]:8080/"),
        (
            "http://shop.example/?mail=ana@example.org&page=2#part",
            "http://shop.example/?mail=ana@example.org&page=2#part",
        ),
        ("http://shop.example/?Access-Token=missing&x=1", "http://shop.example/?Access-Token=•••&x=1"),
        ("http://shop.example/?api%5Fkey=12;pwd=3&monkey=4#x", "http://shop.example/?api%5Fkey=•••;pwd=•••&monkey=4#x"),
        ("http://shop.example/?X-Amz-Signature=ab&key[]=c", "http://shop.example/?X-Amz-Signature=•••&key[]=•••"),
        ("http://", "http://"),
    ],
)
def test_of_an_address_that_is_shown_nothing_opens_it(url: str, shown: str) -> None:
    assert masked_url(url) == shown

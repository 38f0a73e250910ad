"""HTTP checks, green and red, against a real service."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from cockpit.release.checks import Check, HttpCheck
from tests.checks.conftest import Eye, Service
from tests.health.misbehaving import serving

HSTS = {"Strict-Transport-Security": "max-age=31536000", "X-Frame-Options": "DENY"}


@pytest.mark.parametrize(
    ("asks", "status", "headers", "says"),
    [
        ({}, 200, {}, "ok: 200 OK"),
        ({}, 500, {}, "failed: status 500"),
        ({"status": (401,)}, 401, {}, "ok: 401 Unauthorized"),
        ({"status": (401,)}, 200, {}, "failed: status 200"),
        ({"present": ("Strict-Transport-Security",)}, 200, HSTS, "ok: 200 OK, Strict-Transport-Security: max-age="),
        ({"present": ("Strict-Transport-Security",)}, 200, {}, "failed: no header Strict-Transport-Security"),
        ({"absent": ("X-Powered-By",)}, 200, HSTS, "ok: 200 OK"),
        ({"absent": ("X-Powered-By",)}, 200, {"X-Powered-By": "PHP"}, "failed: header X-Powered-By: PHP"),
        ({"equals": {"x-frame-options": "deny"}}, 200, HSTS, "ok: 200 OK, x-frame-options: DENY"),
        ({"equals": {"X-Frame-Options": "DENY"}}, 200, {"X-Frame-Options": "ALLOW"}, "failed: X-Frame-Options: ALLOW"),
        ({"equals": {"X-Frame-Options": "DENY"}}, 200, {}, "failed: no header X-Frame-Options"),
        ({"contains": "fine"}, 200, {}, "ok: 200 OK"),
        ({"contains": "well"}, 200, {}, "failed: the body lacks 'well'"),
        ({"lacks": "Traceback"}, 200, {}, "ok: 200 OK"),
        ({"lacks": "fine"}, 200, {}, "failed: the body holds 'fine'"),
        ({"redirects_to": "https://"}, 301, {"Location": "https://a/"}, "ok: 301 Moved Permanently, to https://a/"),
        ({"redirects_to": "https://"}, 301, {"Location": "http://a/"}, "failed: redirects to http://a/"),
        ({"redirects_to": "https://"}, 200, {}, "failed: status 200; no redirect"),
    ],
)
async def test_green_and_red(
    eye: Eye, service: Service, asks: Mapping[str, object], status: int, headers: Mapping[str, str], says: str
) -> None:
    service.status, service.headers = status, headers
    check = Check(http=HttpCheck(url=service.url, **asks))  # type: ignore[arg-type]
    assert (await eye.says(check)).startswith(says)


async def test_gzip_is_asked_for_and_seen(eye: Eye, service: Service) -> None:
    check = Check(http=HttpCheck(url=service.url, gzip=True, contains="fine"))
    assert await eye.says(check) == "failed: not compressed"
    service.zipped = True
    assert await eye.says(check) == "ok: 200 OK, gzip"


async def test_cors_is_asked_as_a_stranger_would(eye: Eye, service: Service) -> None:
    check = Check(
        http=HttpCheck(
            url=service.url, send={"Origin": "https://evil.example"}, absent=("Access-Control-Allow-Origin",)
        )
    )
    assert await eye.says(check) == "ok: 200 OK"
    assert service.asked[-1]["Origin"] == "https://evil.example"
    service.headers = {"Access-Control-Allow-Origin": "*"}
    assert await eye.says(check) == "failed: header Access-Control-Allow-Origin: *"


async def test_a_service_that_is_not_there_has_failed_and_a_url_that_cannot_be_is_unknown(eye: Eye) -> None:
    assert await eye.says(Check(http=HttpCheck(url="http://127.0.0.1:9/"))) == "failed: connection refused"
    assert (await eye.look(Check(http=HttpCheck(url="http://127.0.0.1:99999/")))).state == "unknown"


async def test_an_answer_that_takes_too_long_has_failed(eye: Eye) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as mute:
        check = Check(http=HttpCheck(url=f"http://127.0.0.1:{mute.getsockname()[1]}/"), timeout="200ms")
        assert await eye.says(check) == "failed: no answer within 200ms"


@pytest.mark.parametrize("path", ["/endless", "/chunks", "/gzip"])
async def test_an_answer_without_end_is_read_up_to_a_bound(eye: Eye, path: str) -> None:
    with serving() as server:
        assert await eye.says(Check(http=HttpCheck(url=server.url(path)), timeout="5s")) == "ok: 200 OK"
        for more in ({"lacks": "Traceback"}, {"contains": "Traceback"}):
            found = await eye.look(Check(http=HttpCheck(url=server.url(path), **more), timeout="5s"))  # type: ignore[arg-type]
            assert (found.state, found.actual) == ("unknown", "not seen")
            assert "not read to its end" in found.detail


async def test_a_text_is_looked_for_in_the_body_s_own_encoding(eye: Eye, service: Service) -> None:
    service.raw = "St\u00f6rung".encode("latin-1")
    service.headers = {"Content-Type": "text/html; charset=ISO-8859-1"}
    asked = Check(http=HttpCheck(url=service.url, lacks="St\u00f6rung"))
    assert await eye.says(asked) == "failed: the body holds 'St\u00f6rung'"
    service.headers = {"Content-Type": "text/html; charset=no-such"}
    assert await eye.says(asked) == "ok: 200 OK"


async def test_what_is_left_of_a_secret_that_was_cut_off_is_masked(
    eye: Eye, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", "Zq8s3cr3tZq8s3cr3t")
    service.headers = {"X-Powered-By": f"{'x' * 125} Zq8s3cr3tZq8s3cr3t"}
    says = await eye.says(Check(http=HttpCheck(url=service.url, absent=("X-Powered-By",))))
    assert says.startswith("failed: header X-Powered-By: xxx")
    assert says.endswith("…")
    assert "Zq8" not in says


async def test_what_signs_an_address_it_leads_to_is_masked(eye: Eye, service: Service) -> None:
    service.status = 302
    service.headers = {"Location": "https://files.example/shop.zip?sv=2&sig=AbC%2Bd3f0AbC%2Bd3f0&se=9"}
    asked = Check(http=HttpCheck(url=service.url, redirects_to="https://"))
    assert await eye.says(asked) == "ok: 302 Found, to https://files.example/shop.zip?sv=2&sig=\u2022\u2022\u2022&se=9"
    says = await eye.says(Check(http=HttpCheck(url=service.url, redirects_to="https://shop")))
    assert "AbC" not in says


async def test_secrets_in_what_it_saw_are_masked(eye: Eye, service: Service) -> None:
    service.status, service.headers = 302, {"Location": "https://ana:letmein@shop.example/"}
    says = await eye.says(Check(http=HttpCheck(url=service.url, redirects_to="https://shop")))
    assert says.startswith("failed: redirects to https://")
    assert "letmein" not in says

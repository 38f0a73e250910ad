"""Nobody comes in but a browser on this host that was given the address, on the page that we serve ourselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from socket import SHUT_RDWR

import aiohttp
import pytest

from cockpit.serving.gate import Gate
from cockpit.serving.server import MOST, Server, listen
from cockpit.serving.session import Program
from tests.serving.served import PATIENCE, Client, client_of, soon

# An app that has nothing to show, tells its size, and ends when its input does.
APP = 'printf \'__GANGLION__\\nD\\0\\0\\0\\005%s\' "$SIZE"; exec cat 3>&1 > "$TYPED"'

Visit = Callable[[], AbstractAsyncContextManager[Client]]


# An app that shows more than any buffer holds before it looks at its input, and says farewell.
FLOOD = """echo __GANGLION__; for n in $(seq 200); do printf 'D\\0\\001\\0\\0'; head -c 65536 /dev/zero; done
cat > /dev/null; echo bye > "$TYPED\""""


@asynccontextmanager
async def serving(script: str, home: Path) -> AsyncIterator[Visit]:
    """Serve an app in this process, and yield a way to clients of it."""
    complaints: list[str] = []
    program = Program(
        argv=("sh", "-c", script), cwd=home, env={"TYPED": str(home / "typed")}, size_in="SIZE", title="a <shop>"
    )
    with listen(0) as listener:
        gate = Gate(listener.getsockname()[1])
        async with Server(gate, program, complain=complaints.append).running(listener):
            yield lambda: client_of(gate.url)
    assert complaints == []


@pytest.fixture
async def visit(tmp_path: Path) -> AsyncIterator[Visit]:
    async with serving(APP, tmp_path) as visit:
        yield visit


async def refusal(client: Client, address: str, **headers: str) -> str:
    """Return how a request is refused; a refusal, too, is for nobody else's page."""
    async with client.http.get(address, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403
        assert "Set-Cookie" not in answer.headers
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        return await answer.text()


async def test_without_the_token_nothing_is_shown(visit: Visit) -> None:
    async with visit() as guest, visit() as other:
        await guest.enter()
        other.room = guest.room  # even where the address of the page has become known
        root = f"{other.origin}/"
        for address in (root, f"{root}?token=", f"{root}?token={'x' * 43}", f"{root}?token=%FF%00", f"{root}favicon",
                        other.address(), other.address("ours/page.js"), other.address("terminal/js/textual.js"),
                        other.address("socket"), other.address("no/such/thing")):  # fmt: skip
            said = await refusal(other, address, Origin=other.origin)
            assert "`cockpit serve` has printed" in said
        assert "has printed" in await refusal(other, other.address(), Cookie=f"cockpit={'x' * 43}")


async def test_the_token_is_exchanged_for_a_cookie_that_no_script_sees(visit: Visit) -> None:
    async with visit() as client:
        async with client.http.get(client.url, allow_redirects=False) as answer:
            assert answer.status == 303
            room = answer.headers["Location"]
            given = answer.headers["Set-Cookie"].split("; ")
            assert {"HttpOnly", "SameSite=Strict", f"Path={room}"} == set(given[1:])
            token = client.url.partition("token=")[2]
            assert token not in room
            assert token not in given[0]
        await client.enter()
        assert client.page.count("<title>a &lt;shop&gt;</title>") == 1
        assert token not in client.page


async def test_a_cookie_that_another_server_on_this_host_has_set_hides_not_ours(visit: Visit) -> None:
    async with visit() as client:
        await client.enter()
        (ours,) = client.http.cookie_jar
        client.http.cookie_jar.clear()
        for cookies in (
            f"cockpit={ours.value}; cockpit=x",
            f"cockpit=x; cockpit={ours.value}",
            f"a; cockpit={ours.value}",
        ):
            async with client.http.get(client.address(), headers={"Cookie": cookies}) as answer:
                assert answer.status == 200, cookies
        for cookies in (f"x={ours.value}", f"cockpit={ours.value}x", "cockpit", f"cockpit=x; {ours.value}"):
            assert "has printed" in await refusal(client, client.address(), Cookie=cookies)


async def test_what_is_asked_in_another_name_or_from_another_page_is_refused(visit: Visit) -> None:
    async with visit() as client:
        await client.enter()
        port = client.origin.rpartition(":")[2]
        for host in (f"evil.example:{port}", f"localhost:{port}", "127.0.0.1", f"127.0.0.1:{port}0", ""):
            for address in (client.url, client.address(), client.address("socket")):
                assert "no other name" in await refusal(client, address, Host=host, Origin=client.origin)
        for origin in ("http://evil.example", "null", f"http://localhost:{port}", "http://127.0.0.1:1",
                       f"https://127.0.0.1:{port}"):  # fmt: skip
            for address in (client.url, client.address(), client.address("socket")):
                assert "our own page" in await refusal(client, address, Origin=origin)
            with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
                await client.connect(Origin=origin)
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await client.connect()  # every browser says where it connects from


async def test_every_answer_keeps_others_out(visit: Visit) -> None:
    async with visit() as client:
        await client.enter()
        for path, kind in (("", "html"), ("ours/page.js", "javascript"), ("ours/page.css", "css"),
                           ("terminal/js/textual.js", "javascript"), ("terminal/css/xterm.css", "css"),
                           ("terminal/", None), ("terminal/../socket", None)):  # fmt: skip
            async with client.http.get(client.address(path)) as answer:
                assert (answer.status == 200) is (kind is not None)
                assert kind is None or answer.content_type.rpartition("/")[2] == kind
                policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
                assert policy["default-src"] == policy["frame-ancestors"] == policy["form-action"] == "'none'"
                assert policy["script-src"] == "'self'"
                assert policy["connect-src"] == client.origin.replace("http", "ws")
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
                assert answer.headers["Server"] == "cockpit"
                assert "Access-Control-Allow-Origin" not in answer.headers


async def test_sessions_have_a_bound_and_a_closed_one_makes_room(visit: Visit) -> None:
    async with visit() as client:
        await client.enter()
        first, *others = [client.window(80, 24) for _ in range(MOST)]
        async with others[0] as one, others[1], others[2]:
            async with first as window:
                await window.until("80x24")
                with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
                    await client.connect(Origin=client.origin)
                async with client.http.get(client.address()) as answer:
                    assert (answer.status, await answer.text()) == (
                        503, f"Refused: {MOST} sessions are open. Close one, and reload.\n"
                    )  # fmt: skip
            async with asyncio.timeout(PATIENCE):
                while (await client.http.get(client.address())).status != 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            await one.until("80x24")


async def test_an_app_is_told_what_it_understands_and_its_size_is_bounded(visit: Visit, tmp_path: Path) -> None:
    async with visit() as client:
        await client.enter()
        async with client.window(99999, 0) as window:
            await window.until("1000x")
            for said in (
                "no JSON", "[" * 100_000, "{}", "[]", '["quit"]', '["stdin", 7]', '["resize", {"width": "9"}]',
            ):  # fmt: skip
                await window.socket.send_str(said)
            await window.say("stdin", "é\ud800")
            await window.say("resize", {"width": -1, "height": 10**30})
            await window.say("focus")
        typed = tmp_path / "typed"
        expected = (
            b'D\0\0\0\3\xc3\xa9?M\0\0\0\x2d{"type": "resize", "width": 1, "height": 500}M\0\0\0\x11{"type": "focus"}'
        )
        await soon(lambda: typed.exists() and typed.read_bytes() == expected)


async def test_what_is_pasted_holds_no_keys(visit: Visit, tmp_path: Path) -> None:
    async with visit() as client:
        await client.enter()
        async with client.window() as window:
            await window.say("stdin", "\x1b[200~one\tü\r\x1b[201~q\x03\x9b201~\r\x1b[201~")
        typed = tmp_path / "typed"
        pasted = "\x1b[200~one\tü\r[201~q201~\r\x1b[201~".encode()
        await soon(lambda: typed.exists() and typed.read_bytes() == b"D\0\0\0" + bytes([len(pasted)]) + pasted)


async def test_an_app_that_nobody_listens_to_any_more_ends_in_its_own_way(tmp_path: Path) -> None:
    async with serving(FLOOD, tmp_path) as visit:
        async with visit() as client:
            await client.enter()
            async with client.connect(Origin=client.origin) as socket:
                await socket.receive()
                socket.get_extra_info("socket").shutdown(SHUT_RDWR)
        await soon((tmp_path / "typed").exists)


@pytest.mark.parametrize(
    "odd", [b"Upgrade: webs\xed\xa0\x80ocket", "Sec-WebSocket-Key: MY2\u2066RlZg==".encode()], ids=("bytes", "key")
)
async def test_a_header_of_another_encoding_is_refused_and_no_failure(odd: bytes, visit: Visit) -> None:
    async with visit() as client:
        await client.enter()
        (cookie,) = client.http.cookie_jar
        host = client.origin.removeprefix("http://")
        reader, writer = await asyncio.open_connection("127.0.0.1", int(host.rpartition(":")[2]))
        writer.write(
            f"GET {client.room}socket HTTP/1.1\r\nHost: {host}\r\nOrigin: {client.origin}\r\n"
            f"Cookie: {cookie.key}={cookie.value}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\n".encode()
            + odd
            + b"\r\n\r\n"
        )
        async with asyncio.timeout(PATIENCE):
            assert b" 400 " in await reader.readline()
        writer.close()


async def test_whoever_shows_nothing_of_ours_is_sent_away_and_what_they_say_wrongly_is_not_told(
    visit: Visit, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.serving.server._STRANGE", 0.1)
    async with visit() as client:
        port = int(client.origin.rpartition(":")[2])
        silent, wrong, refused = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        wrong[1].write(b"GET / HTTP/1.1\r\n\x1b]0;x\x07: y\r\n\r\n")
        refused[1].write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await client.enter()
        async with client.window(80, 24) as window, asyncio.timeout(PATIENCE):
            assert await silent[0].read() == b""
            assert b" 400 " in await wrong[0].read()
            assert b" 403 " in await refused[0].read(), "it was kept open for another request"
            await asyncio.sleep(0.5)
            await window.say("stdin", "x")
            await window.until("80x24")
            async with client.http.get(client.address()) as answer:
                assert answer.status == 200
        for _, writer in (silent, wrong, refused):
            writer.close()
    assert caplog.messages == []


async def test_strangers_do_not_take_all_there_is_to_open(visit: Visit) -> None:
    async with visit() as client, AsyncExitStack() as stack:
        await client.enter()
        port = int(client.origin.rpartition(":")[2])
        readers = []
        for _ in range(200):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            readers.append(reader)
        async with asyncio.timeout(PATIENCE):
            assert await readers[0].read() == b"", "the first go"
        assert not readers[-1].at_eof(), "and not all at once, as they would by and by"
        async with client.window(80, 24) as window:
            await window.until("80x24")

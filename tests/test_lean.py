"""Libraries are imported lean, and do what they do all the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.health.certificates import Certificate

_COMMAND = """
import json, sys
from cockpit.lean import import_lean
import_lean()
unneeded = {
    "ast", "gettext", "inspect", "ipaddress", "locale", "msgspec._json_schema", "msgspec.inspect", "platform",
    "textwrap", "typing_extensions", "urllib.parse",
}
brought = sorted(unneeded & set(sys.modules))
import argparse, gettext, locale, pathlib, platform, subprocess, urllib.parse
import msgspec, msgspec.inspect, typing_extensions
parser = argparse.ArgumentParser(prog="x")
parser.add_argument("--many", nargs=2)
class Point(msgspec.Struct):
    x: int
print(json.dumps({
    "brought": brought,
    "uri": pathlib.Path("/a b/ä").as_uri(),
    "usage": parser.format_usage(),
    "point": msgspec.json.decode(b'{"x": 1}', type=Point).x,
    "schema": msgspec.json.schema(Point)["$defs"]["Point"]["required"],
    "fields": [field.name for field in msgspec.inspect.type_info(Point).fields],
    "echo": subprocess.run(["echo", "ä"], capture_output=True, text=True).stdout,
    "whole": [bool(part.__file__) for part in (gettext, locale, msgspec.inspect, platform, typing_extensions, urllib)],
}))
"""

_SCREEN = """
import json, sys
from cockpit.lean import import_lean, import_lean_screen
import_lean()
import_lean_screen("cockpit.tui.app")
unneeded = {
    "_ssl", "asyncio.sslproto", "ipaddress", "platformdirs", "rich.table", "ssl", "tempfile", "textual.command",
    "textual.types", "textual.widgets._option_list", "textual.widgets._select", "typing_extensions",
}
brought = sorted(unneeded & set(sys.modules))

import asyncio

async def echo_over_tls(certificate, key):
    import ssl
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)

    async def answer(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=serving) as server:
        port = server.sockets[0].getsockname()[1]
        trusting = ssl.create_default_context(cafile=certificate)
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        writer.write(b"hello\\n")
        said = await reader.read()
        writer.close()
        return said.decode()

said = asyncio.run(echo_over_tls(*sys.argv[1:]))
from cockpit.tui.app import CockpitApp
CockpitApp.load_palette()
brought += sorted({"textual.types", "textual.widgets._select"} & set(sys.modules))
import gc, textual.strip, textual.theme
themes = textual.theme.ThemeProvider(None)
import asyncio.base_events, textual.app, textual.command, textual.design, textual.types, typing_extensions, urllib.parse
print(json.dumps({
    "brought": brought,
    "said": said,
    "host": urllib.parse.urlsplit("http://[::1]:80/").hostname,
    "downloads": str(textual.app.user_downloads_path()),
    "table": type(textual.design.Table()).__module__,
    "caches": sum(type(held).__name__ == "FIFOCache" for held in gc.get_referents(textual.strip.Strip([]))),
    "palette": textual.app.CommandPalette.is_open is textual.command.CommandPalette.is_open,
    "hit": type(textual.theme.DiscoveryHit("x", print)) is textual.command.DiscoveryHit,
    "themes": isinstance(themes, textual.command.Provider) and type(themes).__name__,
    "offered": next(iter(CockpitApp.COMMANDS))().__mro__[1] is textual.command.Provider,
    "one": textual.command.IgnoreReturnCallbackType is textual.types.IgnoreReturnCallbackType,
    "whole": [textual.types.DirEntry.__name__, bool(typing_extensions.__file__), bool(asyncio.sslproto.__file__)],
}))
"""


def test_what_is_hardly_needed_is_left_out_and_there_for_whoever_needs_it() -> None:
    assert _run(_COMMAND) == {
        "brought": [],
        "uri": "file:///a%20b/%C3%A4",
        "usage": "usage: x [-h] [--many MANY MANY]\n",
        "point": 1,
        "schema": ["x"],
        "fields": ["x"],
        "echo": "ä\n",
        "whole": [True] * 6,
    }


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_screen_leaves_out_more_and_speaks_tls_all_the_same(tmp_path: Path) -> None:
    certificate = Certificate(tmp_path / "c", "20991231235959Z")
    home = {**os.environ, "HOME": str(tmp_path), "XDG_DOWNLOAD_DIR": str(tmp_path / "down")}
    assert _run(_SCREEN, str(certificate.file), str(certificate.key), environment=home) == {
        "brought": [],
        "said": "hello\n",
        "host": "::1",
        "downloads": str(tmp_path / "down"),
        "table": "rich.table",
        "caches": 0,
        "palette": True,
        "hit": True,
        "themes": "ThemeProvider",
        "offered": True,
        "one": True,
        "whole": ["DirEntry", True, True],
    }


def _run(program: str, *arguments: str, environment: dict[str, str] | None = None) -> object:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

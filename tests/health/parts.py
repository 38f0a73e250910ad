"""Real servers on loopback for probes to look at: nginx with TLS, PostgreSQL, dnsmasq, the blackbox exporter."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.parts import require


def unused_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextlib.contextmanager
def running(
    argv: Sequence[str], ready: Callable[[], bool], log: Path, *, end: signal.Signals = signal.SIGTERM
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server in the foreground for the length of a with block, once it is ready."""
    with log.open("wb") as output:
        server = subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 30
            while not ready():
                assert server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.02)
            yield server
        finally:
            server.send_signal(end)
            server.wait(20)


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


_NGINX = """
daemon off; pid {root}/pid; error_log stderr; worker_processes 1; user root;
events {{}}
http {{
  access_log off; client_body_temp_path {root}/body; proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/fastcgi;
  uwsgi_temp_path {root}/uwsgi; scgi_temp_path {root}/scgi;
  server {{
    listen 127.0.0.1:{http}; listen 127.0.0.1:{https} ssl;
    ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.2;
    add_header Strict-Transport-Security "max-age=31536000" always;
    location = /health {{ default_type application/json; return 200 '{{"status": "ok", "queue": 7}}'; }}
    location = /down {{ return 503 "maintenance"; }}
    location = /old {{ return 301 /health; }}
    location = /loop {{ return 302 /loop; }}
    location = /empty {{ return 204; }}
  }}
}}
"""


@contextlib.contextmanager
def nginx(root: Path, certificate: Path, key: Path) -> Iterator[tuple[int, int]]:
    """Serve pages by real nginx; yield its ports for HTTP and HTTPS."""
    http, https = unused_port(), unused_port()
    root.mkdir()
    configuration = root / "nginx.conf"
    configuration.write_text(_NGINX.format(root=root, http=http, https=https, certificate=certificate, key=key))
    argv = [require("nginx"), "-p", str(root), "-e", "stderr", "-c", str(configuration)]
    with running(argv, lambda: accepts(http) and accepts(https), root / "log"):
        yield http, https


@contextlib.contextmanager
def dnsmasq(root: Path) -> Iterator[int]:
    """Answer for shop.test; yield the port."""
    port = unused_port(socket.SOCK_DGRAM)
    root.mkdir()
    argv = [
        require("dnsmasq"), "--keep-in-foreground", "--no-resolv", "--no-hosts", "--no-daemon", f"--port={port}",
        "--listen-address=127.0.0.1", "--bind-interfaces", "--local=/test/", f"--pid-file={root / 'pid'}",
        "--conf-file=/dev/null", "--host-record=shop.test,192.0.2.7,2001:db8::7",
        "--mx-host=shop.test,mail.shop.test,10",
        "--txt-record=shop.test,v=spf1 -all", "--cname=www.shop.test,shop.test",
    ]  # fmt: skip
    with running(argv, lambda: accepts(port), root / "log"):
        yield port


@contextlib.contextmanager
def postgres(root: Path) -> Iterator[int]:
    """Run a database of its own, as postgres where the tests are root's; yield the port."""
    require("pg_isready")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    tools = found[-1] if found else Path(require("initdb")).parent
    port = unused_port()
    as_user: list[str] = []
    root.mkdir()
    if os.geteuid() == 0:
        os.chown(root, pwd.getpwnam("postgres").pw_uid, -1)
        for above in root.parents:
            if above.stat().st_uid == 0 and above != Path("/"):
                above.chmod(above.stat().st_mode | 0o011)
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    data = root / "data"
    subprocess.run(
        [*as_user, str(tools / "initdb"), "-D", str(data), "-A", "trust", "-U", "probe", "--no-sync"],
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    argv = [
        *as_user, str(tools / "postgres"), "-D", str(data), "-p", str(port), "-k", str(root), "-h", "127.0.0.1",
        "-c", "fsync=off",
    ]  # fmt: skip
    ready = ["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    log = root.with_name("postgres.log")
    # SIGINT: at once, whoever is connected.
    with running(argv, lambda: subprocess.run(ready, check=False).returncode == 0, log, end=signal.SIGINT):
        yield port


@contextlib.contextmanager
def blackbox(root: Path, modules: dict[str, object]) -> Iterator[Callable[[str, str], bool]]:
    """Run Prometheus' exporter; yield a call that asks a module about a target and says whether it is up."""
    port = unused_port()
    root.mkdir()
    configuration = root / "blackbox.yml"
    configuration.write_text(json.dumps({"modules": modules}))  # JSON is YAML
    argv = [
        require("prometheus-blackbox-exporter"), f"--config.file={configuration}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip

    def ask(module: str, target: str) -> bool:
        query = urllib.parse.urlencode({"module": module, "target": target})
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/probe?{query}", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return "probe_success 1" in lines

    with running(argv, lambda: accepts(port), root / "log"):
        yield ask

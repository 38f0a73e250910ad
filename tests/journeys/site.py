"""A site that nginx serves over TLS, and the authority that signs its certificates, for as long as a test says."""

from __future__ import annotations

import socket
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.journeys.terminal import wait_until
from tests.parts import require

_CA = """
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
serial = serial
default_md = sha256
policy = any
x509_extensions = names
unique_subject = no
[any]
commonName = supplied
[names]
subjectAltName = IP:127.0.0.1
"""
_NGINX = """\
daemon off;
pid {home}/nginx.pid;
error_log {home}/error.log notice;
events {{}}
http {{
  access_log off;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_protocols TLSv1.3;
    ssl_certificate {home}/site.pem;
    ssl_certificate_key {home}/site.key;
    location / {{ return 200 "fine\\n"; }}
  }}
}}
"""
_FROM_LONG_AGO = "20200101000000Z"


class Authority:
    """A certificate authority; `file` is what one must trust to trust what it signs."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir()
        self.file = directory / "ca.pem"
        (directory / "ca.cnf").write_text(_CA)
        (directory / "index.txt").touch()
        (directory / "serial").write_text("01\n")
        self._key("ca.key")
        self._openssl("req", "-x509", "-new", "-key", "ca.key", "-subj", "/CN=journey", "-days", "9", "-out", "ca.pem")

    def sign(self, certificate: Path, key: Path, ends: float) -> None:
        """Write a new key, and a certificate for 127.0.0.1 that is good until `ends` (epoch seconds)."""
        self._key(str(key))
        self._openssl("req", "-new", "-key", str(key), "-subj", "/CN=shop", "-out", "request.pem")
        self._openssl(
            *("ca", "-config", "ca.cnf", "-batch", "-notext", "-cert", "ca.pem", "-keyfile", "ca.key"),
            *("-in", "request.pem", "-out", str(certificate), "-startdate", _FROM_LONG_AGO),
            *("-enddate", f"{datetime.fromtimestamp(ends, UTC):%Y%m%d%H%M%SZ}"),
        )

    def _key(self, file: str) -> None:
        self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file)

    def _openssl(self, *arguments: str) -> None:
        done = subprocess.run(
            [require("openssl"), *arguments], cwd=self._directory, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, done.stderr


class Site:
    """An nginx on a port of its own; to be used by `with`, whose end ends it."""

    def __init__(self, directory: Path, authority: Authority) -> None:
        self._nginx = require("nginx")
        self._home = directory
        self._authority = authority
        directory.mkdir()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._conf = directory / "nginx.conf"
        self._conf.write_text(_NGINX.format(home=directory, port=self.port))

    def renew(self, *, ends: float) -> None:
        """Put a certificate in place that is good until `ends` (epoch seconds), and let the server take it."""
        self._authority.sign(self._home / "site.pem", self._home / "site.key", ends)
        if (self._home / "nginx.pid").exists():
            done = subprocess.run([*self._command, "-s", "reload"], capture_output=True, encoding="utf-8", check=False)
            assert done.returncode == 0, done.stderr

    @property
    def _command(self) -> list[str]:
        return [self._nginx, "-p", str(self._home), "-e", str(self._home / "error.log"), "-c", str(self._conf)]

    def __enter__(self) -> Self:
        self.renew(ends=time.time() + 86400)
        self._process = subprocess.Popen(self._command)
        wait_until((self._home / "nginx.pid").exists, "nginx to serve")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(30)

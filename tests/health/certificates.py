"""Certificates made by openssl: self-signed, for a name or address, until a day."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

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
subjectAltName = {name}
"""


class Certificate:
    """A self-signed certificate from 2020 to `end`, in `directory`."""

    def __init__(self, directory: Path, end: str, name: str = "IP:127.0.0.1") -> None:
        self._directory = directory
        directory.mkdir()
        (directory / "ca.cnf").write_text(_CA.format(name=name))
        (directory / "index.txt").touch()
        (directory / "serial").write_text("01\n")
        self.key, self.file = directory / "key.pem", directory / "certificate.pem"
        self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "key.pem")
        self._openssl("req", "-new", "-key", "key.pem", "-subj", "/CN=probe test", "-out", "request.pem")
        self._openssl(
            *("ca", "-config", "ca.cnf", "-selfsign", "-keyfile", "key.pem", "-in", "request.pem", "-batch"),
            *("-notext", "-out", "certificate.pem", "-startdate", "20200101000000Z", "-enddate", end),
        )

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self._directory, check=True, capture_output=True)

    @property
    def der(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.file.read_text())

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.key)
        return context

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.file))

"""A server's own parts for the shipped checks to look at: packages, nginx, a process, a database and its migrations."""

from __future__ import annotations

import hashlib
import secrets
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.parts import require

_MIGRATED = """\
import pathlib, sqlite3, sys
home = pathlib.Path(sys.argv[1])
applied = {name for name, in sqlite3.connect(home / "shop.db").execute("SELECT name FROM migrations")}
missing = sorted(path.name for path in (home / "code" / "migrations").iterdir() if path.name not in applied)
sys.exit(f"not applied: {', '.join(missing)}" if missing else 0)
"""
_NGINX = "pid {home}/nginx.pid; error_log {home}/nginx.log; events {{}} http {{ access_log off; {rest} }}\n"


class Server:
    """The parts under `home`; `close` ends what runs of them."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.process_name = f"shop-{secrets.token_hex(4)}"  # others' tests run beside this one
        self._process: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def start_process(self) -> None:
        """Let the service's process run."""
        require("pgrep")
        program = self.home / self.process_name
        shutil.copy(require("sleep"), program)
        self._process = subprocess.Popen([program, "300"])

    def write_nginx(self, rest: str = "server {{ listen 127.0.0.1:1; }}") -> None:
        """Write nginx's configuration."""
        require("nginx")
        (self.home / "nginx.conf").write_text(_NGINX.format(home=self.home, rest=rest.format()))

    def install(self, version: str) -> None:
        """Let apt know one package, installed at a version; 1.1 is offered, as a security update."""
        apt, offered = self.home / "apt", self.home / "offered"
        for directory in ("etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/trusted.gpg.d", "var/lib/dpkg",
                          "var/lib/apt/lists/partial", "var/cache/apt/archives/partial"):  # fmt: skip
            (apt / directory).mkdir(parents=True, exist_ok=True)
        offered.mkdir(exist_ok=True)
        about = "Package: shop-lib\nVersion: {}\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n"
        packages = about.format("1.1") + f"Filename: ./shop-lib.deb\nSize: 10\nSHA256: {'0' * 64}\n"
        (offered / "Packages").write_text(packages)
        (offered / "Release").write_text(
            "Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nDate: Thu, 26 Nov 2020 10:00:00 UTC\n"
            f"SHA256:\n {hashlib.sha256(packages.encode()).hexdigest()} {len(packages)} Packages\n"
        )
        (apt / "etc/apt/sources.list").write_text(f"deb [trusted=yes] file:{offered} ./\n")
        status = about.format(version).replace("Version", "Status: install ok installed\nVersion")
        (apt / "var/lib/dpkg/status").write_text(status + "\n")
        self.apt_settings.write_text(
            f'Dir "{apt}"; Dir::State::status "{apt}/var/lib/dpkg/status"; Dir::Bin::methods "/usr/lib/apt/methods";\n'
            'APT::Sandbox::User "root";\n'
        )
        update = ["env", f"APT_CONFIG={self.apt_settings}", require("apt-get"), "-q", "update"]
        done = subprocess.run(update, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr

    @property
    def apt_settings(self) -> Path:
        """What APT_CONFIG names."""
        return self.home / "apt.conf"

    def migrate(self) -> None:
        """Apply the one migration there is."""
        (self.home / "code" / "migrations").mkdir()
        (self.home / "code" / "migrations" / "0001.sql").write_text("-- first\n")
        (self.home / "migrated.py").write_text(_MIGRATED)
        with sqlite3.connect(self.home / "shop.db") as database:
            database.execute("CREATE TABLE migrations (name TEXT)")
            database.execute("INSERT INTO migrations VALUES ('0001.sql')")
        database.close()

    def break_dependencies(self) -> None:
        """Install a distribution that requires one which is not there."""
        about = self.home / "site" / "shop_addon-1.0.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: shop-addon\nVersion: 1.0\nRequires-Dist: shop-nowhere\n"
        )

    @property
    def python(self) -> str:
        """An interpreter whose distributions are ours, too."""
        return f"env PYTHONPATH={self.home / 'site'} {sys.executable}"

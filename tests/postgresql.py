"""A real PostgreSQL server of a test's own: on a socket in a directory of its own, and never as root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.parts import fail_or_skip

SUPERUSER = "ana"


def _programs() -> Path:
    """Return the directory of the server's programs; skip or fail where there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    beside = shutil.which("initdb")
    if not found and beside:
        found = [Path(beside).resolve()]
    if not found or not shutil.which("psql"):
        fail_or_skip("PostgreSQL's server is not installed")
    return found[-1].parent


class Server:
    """One server; `environment` leads clients to it."""

    def __init__(self, place: Path, programs: Path) -> None:
        self.place = place
        self.environment = {"PGHOST": str(place), "PGUSER": SUPERUSER}
        self.programs = programs

    def sql(self, database: str, text: str, *, user: str = SUPERUSER) -> str:
        """Run statements and return what they print, unaligned."""
        return self.run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-U", user, stdin=text).strip()

    def run(self, program: str, *arguments: str, stdin: str | None = None) -> str:
        """Run a client to its good end and return what it prints."""
        done = subprocess.run(
            [str(self.programs / program), *arguments],
            env={**os.environ, **self.environment},
            capture_output=True, text=True, check=False, input=stdin, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def databases(self) -> list[str]:
        """Return the names of all databases but the server's own."""
        return self.sql(
            "postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
        ).split()


@contextmanager
def server() -> Iterator[Server]:
    """Start a server, and stop it in the end."""
    programs = _programs()
    place = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path is short
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    os.chown(place, account.pw_uid, account.pw_gid)
    place.chmod(0o755)
    user = account.pw_uid if os.geteuid() == 0 else None
    data = place / "data"

    def control(program: str, *arguments: str) -> None:
        subprocess.run(
            [str(programs / program), *arguments],
            cwd=place, user=user, group=account.pw_gid if user is not None else None, extra_groups=[] if user else None,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(place)},
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip

    try:
        control("initdb", "-D", str(data), "-U", SUPERUSER, "-A", "trust", "--no-sync")
        options = f"-c listen_addresses= -k {place} -c fsync=off -c autovacuum=off"
        control("pg_ctl", "-D", str(data), "-w", "-l", str(place / "log"), "-o", options, "start")
        try:
            yield Server(place, programs)
        finally:
            control("pg_ctl", "-D", str(data), "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server that all tests of one process share; each makes databases of its own."""
    with server() as running:
        yield running

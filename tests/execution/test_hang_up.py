"""A real ssh session in which a rollback was started is lost in the middle: the rollback goes on to its end."""

from __future__ import annotations

import os
import pwd
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.execution.flight import WAIT, Flight, alive, wait_until
from tests.parts import fail_or_skip, require

pytestmark = pytest.mark.full

CONFIGURATION = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {place}/host
PidFile none
AuthorizedKeysFile {place}/key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
PermitTTY yes
"""


@contextmanager
def sshd(place: Path) -> Iterator[list[str]]:
    """Run an ssh server on loopback that lets us in, and yield the client's command line."""
    daemon = shutil.which("sshd") or "/usr/sbin/sshd"
    if not Path(daemon).exists():
        fail_or_skip("sshd is not installed")
    client, keygen = require("ssh"), require("ssh-keygen")
    place.mkdir()
    for name in ("host", "key"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(place / name)], check=True)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    (place / "sshd_config").write_text(CONFIGURATION.format(port=port, place=place))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where its unprivileged half lives
    user = pwd.getpwuid(os.geteuid()).pw_name
    options = ["IdentitiesOnly=yes", "StrictHostKeyChecking=no", f"UserKnownHostsFile={place}/known", "LogLevel=ERROR"]
    ssh = [client, "-F", "none", "-i", str(place / "key"), "-p", str(port)]
    ssh += [word for option in options for word in ("-o", option)] + [f"{user}@127.0.0.1"]
    with subprocess.Popen([daemon, "-D", "-e", "-f", str(place / "sshd_config")], stderr=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: subprocess.run([*ssh, "true"], capture_output=True, check=False).returncode == 0)
            yield ssh
        finally:
            server.terminate()


def followers(flight: Flight) -> set[int]:
    """Return the processes that follow the rollback of this flight from a terminal."""
    found = set()
    for place in Path("/proc").iterdir():
        try:
            words = (place / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
        except OSError:
            continue
        if (
            place.name.isdigit()
            and str(flight.repo) in words
            and "--execute" in words
            and "python" in Path(words[0]).name
        ):
            found.add(int(place.name))
    return found


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGHUP])
def test_a_rollback_outlives_the_session_that_started_it(flight: Flight, number: signal.Signals) -> None:
    hang = flight.step("hang", f'echo $$ > "$V/hang.pid"; {WAIT}')
    workspace = flight.begin([hang, *flight.usual_steps()])
    environment = {name: os.environ[name] for name in ("PATH", "COCKPIT_STATE_DIR") if name in os.environ}
    settings = [f"{name}={value}" for name, value in environment.items()]
    cockpit = ["-P", "-m", "cockpit", "--repo", str(flight.repo), "rollback", "v1", "--execute", "--confirm", "v1"]
    command = shlex.join(["env", *settings, sys.executable, *cockpit])
    with sshd(flight.home / "ssh") as ssh:
        session = subprocess.Popen(
            [*ssh, "-tt", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        wait_until((flight.var / "hang.pid").exists)
        following = followers(flight)
        assert following
        session.send_signal(number)
        session.communicate(timeout=20)
        wait_until(lambda: not any(alive(pid) for pid in following))
        worker = flight.worker(workspace)
        assert worker is not None
        assert alive(worker)
        assert flight.view(workspace).state == "running"
        flight.go()
        wait_until(lambda: flight.view(workspace).over)
    assert flight.view(workspace).outcome == "succeeded"
    assert flight.trace() == ["hang", "stop", "migrate", "start"]

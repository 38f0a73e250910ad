"""A real ssh server on loopback, with keys and a port of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.journeys.terminal import wait_until
from tests.parts import fail_or_skip, require

_CONFIGURATION = """\
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
    (place / "sshd_config").write_text(_CONFIGURATION.format(port=port, place=place))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where its unprivileged half lives
    user = pwd.getpwuid(os.geteuid()).pw_name
    options = ["IdentitiesOnly=yes", "StrictHostKeyChecking=no", f"UserKnownHostsFile={place}/known", "LogLevel=ERROR"]
    ssh = [client, "-F", "none", "-i", str(place / "key"), "-p", str(port)]
    ssh += [word for option in options for word in ("-o", option)] + [f"{user}@127.0.0.1"]
    with subprocess.Popen([daemon, "-D", "-e", "-f", str(place / "sshd_config")], stderr=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: subprocess.run([*ssh, "true"], capture_output=True, check=False).returncode == 0, "sshd")
            yield ssh
        finally:
            server.terminate()

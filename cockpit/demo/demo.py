"""The throwaway release: everything it consists of, set up in one directory, run, and ended without a trace."""

from __future__ import annotations

import fcntl
import os
import random
import shlex
import shutil
import socket
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from cockpit import process
from cockpit.demo import flightplan, tools, watchdog
from cockpit.demo.database import build_database
from cockpit.demo.journeys import ADMIN_PASSWORD
from cockpit.demo.past import write_past
from cockpit.demo.repository import build_repository
from cockpit.demo.story import TAG
from cockpit.errors import RefusedError, StepError

_FIRST_CONFIGURED = "v2.3.0"
_OURS = ("shop", "var", "bin", "lib", "etc")
_TOOLS = {"shopctl": "shopctl", "backup-db": "backup_db", "check-db": "check_db"}
_PACKAGE_PARENT = Path(__file__).resolve().parent.parent.parent
_END_WITHIN = 20.0  # seconds for the watchdog to clean up


class Demo:
    """A shop under `root`: work tree in `repository`, its service, customers and watchdog.

    The marker file's lock is held by this process for as long as it lives: it is what the watchdog waits for.
    """

    def __init__(self, root: Path, marker: IO[str], *, temporary: bool) -> None:
        self.root = root
        self.repository = root / "shop"
        self.temporary = temporary
        self.port = _free_port()
        # Without openssl there is no certificate, and the shop stands without its front door.
        self.front_port = _free_port(besides=self.port) if shutil.which("openssl") else 0
        self._marker = marker
        arguments = [str(root), *(["--remove"] if temporary else [])]
        self.watchdog_pid = process.spawn_detached(
            [sys.executable, "-IS", watchdog.__file__, *arguments],
            cwd=Path("/"),
            log=root / "var" / "run" / "watchdog.out",
        )

    @classmethod
    def create(cls, root: Path | None = None, *, now: datetime, checklists: Path | None = None) -> Demo:
        """Set a demo up in `root`, or in a temporary directory that its end removes; nothing runs yet but the watchdog.

        `checklists` is a directory whose YAML files, at any depth, the newest release carries. `now` is aware.
        Raises RefusedError where `root` holds anything but a former demo, or one that is still running.
        """
        home = Path(tempfile.mkdtemp(prefix="cockpit-demo-")) if root is None else _vacant(root)
        home = home.resolve()
        demo = cls(home, _claim(home), temporary=root is None)
        try:
            demo._set_up(now, checklists)
        except BaseException:
            demo.stop()
            raise
        return demo

    def environment(self) -> dict[str, str]:
        """Return the environment for every process that is to end with the demo."""
        return {**os.environ, watchdog.VARIABLE: str(self.root)}

    def start(self) -> None:
        """Start the service at the newest release and let the customers in; raises StepError."""
        started = process.run([str(self.root / "bin" / "shopctl"), "start"], env=self.environment())
        if not started.ok:
            raise StepError(f"the demo's shop does not start: {started.complaint}")
        customers = process.spawn_detached(
            [sys.executable, "-m", "cockpit.demo.traffic", str(self.port)],
            cwd=self.root,
            log=self.root / "var" / "run" / "traffic.out",
            env={**self.environment(), "PYTHONPATH": str(_PACKAGE_PARENT)},
        )
        (self.root / "var" / "run" / "traffic.pid").write_text(f"{customers}\n")
        if self.front_port:
            self._open_front_door()

    def _open_front_door(self) -> None:
        """Serve the shop over HTTPS, too."""
        etc = self.root / "etc"
        ports = (str(self.front_port), str(self.port))
        process.spawn_detached(
            [sys.executable, "-m", "cockpit.demo.front", *ports, str(etc / "front.pem"), str(etc / "front.key")],
            cwd=self.root,
            log=self.root / "var" / "run" / "front.out",
            env={**self.environment(), "PYTHONPATH": str(_PACKAGE_PARENT)},
        )

    def stop(self) -> None:
        """End every process of the demo and, where it is temporary, remove its directory; may be called twice."""
        self._marker.close()
        deadline = time.monotonic() + _END_WITHIN
        while process.is_alive(self.watchdog_pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        # The watchdog has done this, unless somebody ended it before.
        watchdog.sweep(self.root)
        if self.temporary:
            watchdog.remove(self.root)

    def __enter__(self) -> Demo:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _set_up(self, now: datetime, checklists: Path | None) -> None:
        for name in ("logs", "run", "data", "backups"):
            (self.root / "var" / name).mkdir(parents=True, exist_ok=True)
        generated = {
            _FIRST_CONFIGURED: {"cockpit.yaml": flightplan.early_cockpit_yaml(self.root, port=self.port)},
            TAG: {
                "cockpit.yaml": flightplan.cockpit_yaml(self.root, port=self.port, front=self.front_port),
                **_carried(checklists),
                **flightplan.runbooks(self.root),
            },
        }
        build_repository(self.repository, now=now, generated=generated)
        build_database(self.root / "var" / "data" / "shop.db", self.root / "var" / "backups", now=now)
        write_past(self.root / "var" / "logs", now=now)
        self._install()
        if self.front_port:
            self._certify()

    def _certify(self) -> None:
        """Make the front door's own certificate, for three months as one is given out today."""
        etc = self.root / "etc"
        made = process.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days", "90", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                "-keyout", str(etc / "front.key"), "-out", str(etc / "front.pem"),
            ]
        )  # fmt: skip
        if not made.ok:
            raise StepError(f"openssl makes no certificate: {made.complaint}")

    def _install(self) -> None:
        """Put the tools and the service's settings in place."""
        for name in ("bin", "lib", "etc"):
            (self.root / name).mkdir()
        sources = Path(tools.__file__).parent
        for name, module in _TOOLS.items():
            script = self.root / "lib" / f"{module}.py"
            shutil.copyfile(sources / f"{module}.py", script)
            launcher = self.root / "bin" / name
            # A line of sh, not a shebang: those cannot carry spaces or long paths.
            launcher.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-IBS", str(script)])} "$@"\n')
            launcher.chmod(0o755)
        var = self.root / "var"
        (self.root / "etc" / "shop.env").write_text(
            f"# The shop's settings, as shopctl passes them on.\n"
            f"SHOP_PORT={self.port}\nSHOP_DATABASE={var / 'data' / 'shop.db'}\nSHOP_LOGS={var / 'logs'}\n"
            f"SHOP_ADMIN_PASSWORD={ADMIN_PASSWORD}\n"
        )
        (self.root / "etc" / "shop.env").chmod(0o600)


def _carried(checklists: Path | None) -> dict[str, bytes]:
    """Return the checklists' files by their path in the repository."""
    if checklists is None:
        return {}
    paths = sorted(checklists.rglob("*.yaml"))
    return {f"checklists/{path.relative_to(checklists).as_posix()}": path.read_bytes() for path in paths}


def _vacant(root: Path) -> Path:
    """Return `root`, made if need be; a former demo's parts are removed from it once nobody plays it any more."""
    root.mkdir(parents=True, exist_ok=True)
    if not any(root.iterdir()):
        return root
    if not (root / watchdog.MARKER).exists():
        raise RefusedError(
            f"{root} is not empty and was no demo", fix="Name a new or an empty directory", code="not-empty"
        )
    return root


def _claim(root: Path) -> IO[str]:
    """Lock the marker, clear what a former demo left, and return the marker's open file."""
    marker = (root / watchdog.MARKER).open("a+")
    try:
        fcntl.flock(marker, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        marker.close()
        raise RefusedError(f"a demo is running in {root}", fix="End it first, or name another directory") from None
    if not marker.tell():
        marker.write("A throwaway release: `cockpit demo` made everything beside this file, and makes it anew.\n")
        marker.flush()
    watchdog.sweep(root)
    for name in _OURS:
        shutil.rmtree(root / name, ignore_errors=True)
        if (root / name).exists():
            marker.close()
            raise RefusedError(
                f"something still writes in {root / name}",
                fix="Close the cockpits on it, give their watcher ten seconds, and try again",
                code="in-use",
            )
    return marker


def _free_port(*, besides: int = 0) -> int:
    """Return a port that is free on loopback, below the range from which the system picks a client's own.

    A customer who knocks while the service is down could otherwise be given that very port, and keep it taken.
    """
    for port in random.sample(range(18000, 30000), 100):
        if port == besides:
            continue
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise RefusedError("no free port between 18000 and 30000 on 127.0.0.1")

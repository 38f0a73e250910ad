"""All that a repository tells of its service, each with where it was seen: what `cockpit init` shows and proposes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from cockpit.content.proposal.compose import COMPOSE_FILES, Compose, find_compose
from cockpit.content.proposal.framework import Framework, find_framework
from cockpit.content.proposal.log_files import find_log_files
from cockpit.content.proposal.near import Seen, files_near, place_of, plain_path, text_of
from cockpit.content.proposal.nginx import Nginx, find_nginx
from cockpit.content.proposal.scripts import Scripts, find_scripts, log_of
from cockpit.content.proposal.units import Unit, find_unit

Deployer = Literal["systemd", "compose", "script", ""]

_LOG_FILE = re.compile(
    r"^[ \t]*(?:export[ \t]+)?(?:\w+_)?LOG_?(?:FILE|PATH)[ \t]*=[ \t]*[\"']?(/[^\s\"']+\.\w+)", re.MULTILINE
)
_EXAMPLES = (".env.example", ".env.sample", ".env.dist", ".env.template")
_MOST_CANDIDATES = 8


class Service(Struct, frozen=True):
    """What was found; a `log` of it is the application's own."""

    unit: Unit | None = None
    compose: Compose | None = None
    scripts: Scripts = Scripts()
    nginx: Nginx | None = None
    framework: Framework = Framework()
    env_example: str = ""
    log: Seen | None = None  # a file, or a command that follows it
    is_log_command: bool = False
    log_files: tuple[Seen, ...] = ()  # others beside it

    @property
    def deployer(self) -> Deployer:
        """What starts and stops it; a unit is believed before compose, for it may be what calls that."""
        if self.unit is not None:
            return "systemd"
        if self.compose is not None:
            return "compose"
        return "script" if self.scripts.any else ""

    def addresses(self) -> tuple[Seen, ...]:
        """Return where its health may be asked for on this host, the likeliest first; none is asked here."""
        paths = [*self.framework.paths]
        if self.compose is not None and self.compose.path and self.compose.path != "/":
            paths.append(Seen(self.compose.path, f"{self.compose.file} healthcheck"))
        paths = [*{seen.value: seen for seen in [*paths, Seen("/health", ""), Seen("/", "")]}.values()]
        ports = {seen.value: seen for seen in reversed(list(self._ports()))}
        found = [
            Seen(f"http://127.0.0.1:{port.value}{path.value}", "; ".join(filter(None, (port.where, path.where))))
            for port in reversed(ports.values())
            for path in paths
        ]
        return tuple(found[:_MOST_CANDIDATES])

    def is_guessed(self, address: str) -> bool:
        """Whether an address has its port from the sources or a framework's habit alone."""
        guessed = {*self.framework.guessed, Seen(str(self.framework.usual), self._usual)}
        first = next((seen for seen in self._ports() if f":{seen.value}/" in address), None)
        return first is None or first in guessed

    @property
    def _usual(self) -> str:
        return f"{self.framework.name.value}'s usual port" if self.framework.name is not None else ""

    def _ports(self) -> Iterator[Seen]:
        if self.unit is not None and self.unit.port:
            yield Seen(str(self.unit.port), self.unit.port_where)
        yield from self.nginx.passed if self.nginx is not None else ()
        if self.compose is not None:
            yield from (Seen(str(port), f"{self.compose.file} ports") for port in self.compose.ports)
        yield from self.framework.ports
        yield from self.framework.guessed
        yield from self.nginx.listens if self.nginx is not None else ()
        if self.framework.name is not None and self.framework.usual:
            yield Seen(str(self.framework.usual), self._usual)


def find_service(root: Path, name: str) -> Service:
    """Return what the files under `root` tell of the service of that name."""
    files = list(files_near(root))
    unit, compose = find_unit(root, files, name), find_compose(root)
    scripts = find_scripts(root)
    log, is_command = _log(root, unit, compose, scripts)
    log_files = find_log_files(root, files, unit.where if unit is not None else "")
    if log is None and log_files:
        log, log_files = log_files[0], log_files[1:]
    return Service(
        unit=unit,
        compose=compose,
        scripts=scripts,
        nginx=find_nginx(root, files),
        framework=find_framework(root, files),
        env_example=next((each for each in _EXAMPLES if text_of(root / each).strip()), ""),
        log=log,
        is_log_command=is_command,
        log_files=tuple(one for one in log_files if log is None or one.value != log.value),
    )


def _log(root: Path, unit: Unit | None, compose: Compose | None, scripts: Scripts) -> tuple[Seen | None, bool]:
    """Return the application's log, and whether it is a command that follows it."""
    if unit is not None and unit.log:
        return Seen(unit.log, unit.where), False
    for name in (".env", ".env.production", *_EXAMPLES):
        text = text_of(root / name)
        named = _LOG_FILE.search(text)
        if named is not None and plain_path(named[1]):
            return Seen(named[1], place_of(root / name, root, text, named.start(1))), False
    if unit is not None:
        return Seen(f"journalctl -f -n 500 -o cat -u {unit.name}", unit.where), True
    if compose is not None:
        follow = f"docker compose{_file_option(compose)} logs -f --no-color --no-log-prefix -n 500 {compose.service}"
        return Seen(follow, compose.file), True
    return log_of(root, scripts), False


def _file_option(compose: Compose) -> str:
    return "" if compose.file in COMPOSE_FILES[:4] else f" -f {compose.file}"


def compose_command(compose: Compose) -> str:
    """Return the words that begin every command line on this compose file."""
    return f"docker compose{_file_option(compose)}"

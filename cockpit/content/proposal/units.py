"""The systemd units of a repository: what starts the service, where it listens, where its log goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from cockpit.content.proposal.near import place_of, plain_path, text_of

# systemd.unit(5), without what a shell or YAML would take for its own; a template alone cannot be started.
_NAME = re.compile(r"[A-Za-z0-9:_.-]+\.service")
_ASIDE = re.compile(r"worker|celery|beat|backup|cron|timer|migrat|queue|sidekiq", re.IGNORECASE)
_START = re.compile(r"^ExecStart=(?:.*\\\n)*.*", re.MULTILINE)
_PORT = re.compile(
    r"(?:127\.0\.0\.1|0\.0\.0\.0|localhost|\[::1?\]|\s|=):(?P<bound>\d{2,5})\b"
    r"|(?:--?p(?:ort)?|--http-port)[ =](?P<given>\d{2,5})\b"
)
_SET_PORT = re.compile(r"^Environment=[\"']?(?:[^\n]*\s)?PORT=(\d{2,5})\b", re.MULTILINE)
_LOG = re.compile(r"^Standard(?:Output|Error)=(?:append|file|truncate):(\S+)", re.MULTILINE)
_ENV_FILE = re.compile(r"^EnvironmentFile=-?(\S+)", re.MULTILINE)


class Unit(Struct, frozen=True):
    """A unit that runs the service; what it does not say is empty or 0. `log` is a file, empty for the journal."""

    name: str
    where: str
    port: int = 0
    port_where: str = ""
    log: str = ""
    env_file: str = ""


def find_unit(root: Path, files: Sequence[Path], service: str) -> Unit | None:
    """Return the unit that most likely is the service itself; None where the repository has none."""
    found = [path for path in files if _NAME.fullmatch(path.name) and place_of(path, root)]
    found.sort(key=lambda path: (bool(_ASIDE.search(path.stem)), path.stem != service, path.as_posix()))
    return _read(found[0], root) if found else None


def _read(path: Path, root: Path) -> Unit:
    text = text_of(path)
    start = _START.search(text)
    port = _PORT.search(start[0]) if start is not None else None
    number, at = 0, -1
    if start is not None and port is not None:
        number, at = int(port["bound"] or port["given"]), start.start() + port.start()
    elif (set_port := _SET_PORT.search(text)) is not None:
        number, at = int(set_port[1]), set_port.start(1)
    log, env_file = _LOG.search(text), _ENV_FILE.search(text)
    return Unit(
        path.name,
        place_of(path, root),
        port=number,
        port_where=place_of(path, root, text, at),
        log=plain_path(log[1]) if log is not None else "",
        env_file=plain_path(env_file[1]) if env_file is not None else "",
    )

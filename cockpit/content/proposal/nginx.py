"""What nginx's configuration in a repository says of the service: where it is passed on to, its name, its logs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from cockpit.content.proposal.near import Seen, place_of, plain_path, text_of

_IS_NGINX = re.compile(r"^[ \t]*(?:server|upstream[ \t]+\S+)\s*\{|^[ \t]*proxy_pass\s", re.MULTILINE)
_PASSED = re.compile(
    r"(?:^|[{;])[ \t]*(?:proxy_pass[ \t]+https?://|server[ \t]+)(?:127\.0\.0\.1|localhost|\[::1\]):(\d{2,5})\b",
    re.MULTILINE,
)
_LISTEN = re.compile(r"^[ \t]*listen[ \t]+(?:[\d.]+:|\[::\]:)?(\d{2,5})\b([^;\n]*);", re.MULTILINE)
_NAME = re.compile(r"^[ \t]*server_name[ \t]+([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\b", re.MULTILINE)
_ACCESS = re.compile(r"^[ \t]*access_log[ \t]+(/[^\s;]+)", re.MULTILINE)
_ENDING = re.compile(r"\.(?:conf|nginx|vhost)(?:\.template)?|nginx[\w.-]*", re.IGNORECASE)


class Nginx(Struct, frozen=True):
    """What was found; `passed` are ports on this host, `listens` those of plain HTTP, each with its place."""

    where: str
    passed: tuple[Seen, ...] = ()
    listens: tuple[Seen, ...] = ()
    name: Seen | None = None
    access_log: Seen | None = None


def find_nginx(root: Path, files: Sequence[Path]) -> Nginx | None:
    """Return what the first of its configuration files tells; None where there is none."""
    for path in files:
        if not (_ENDING.fullmatch(path.suffix) or _ENDING.fullmatch(path.name) or "nginx" in path.parts):
            continue
        text = text_of(path)
        if not _IS_NGINX.search(text) or not place_of(path, root):
            continue

        def seen(match: re.Match[str] | None, path: Path = path, text: str = text) -> Seen | None:
            return Seen(match[1], place_of(path, root, text, match.start(1))) if match is not None else None

        access = seen(_ACCESS.search(text))
        listens = [match for match in _LISTEN.finditer(text) if "ssl" not in match[2] and match[1] != "443"]
        return Nginx(
            place_of(path, root),
            passed=tuple(one for match in _PASSED.finditer(text) if (one := seen(match)) is not None),
            listens=tuple(one for match in listens if (one := seen(match)) is not None),
            name=seen(_NAME.search(text)),
            access_log=access if access is not None and plain_path(access.value) else None,
        )
    return None

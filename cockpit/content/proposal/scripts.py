"""The scripts and make targets of a repository that deploy, start and stop the service; none of them is run here."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from cockpit.content.proposal.near import Seen, place_of, plain_path, text_of

_DEPLOY = (
    "deploy.sh", "bin/deploy", "bin/deploy.sh", "scripts/deploy", "scripts/deploy.sh", "script/deploy",
    "deploy/deploy.sh", "tools/deploy.sh", "ops/deploy.sh",
)  # fmt: skip
_DIRECTORIES = ("", "bin/", "scripts/", "script/", "ops/", "deploy/", "tools/")
_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")  # in the order in which make looks
_TARGET = re.compile(r"^(deploy|start|stop|restart|up|down)[ \t]*:(?!=)", re.MULTILINE)


_APPENDED = re.compile(r">>?[ \t]*[\"']?([\w./-]+\.log)\b")


class Scripts(Struct, frozen=True):
    """Command lines, each with where it was seen; a `stop` is only told beside the `start` that it belongs to."""

    deploy: Seen | None = None
    start: Seen | None = None
    stop: Seen | None = None

    @property
    def any(self) -> bool:
        """Whether one of them says how the service is started."""
        return self.deploy is not None or self.start is not None


def find_scripts(root: Path) -> Scripts:
    """Return what there is: of starts, one with a stop beside it, else a restart, else one alone."""
    targets = _targets(root)
    deploy = next((_file(root, name) for name in _DEPLOY if (root / name).is_file()), None) or targets.get("deploy")
    pairs = [
        *((_script(root, each, "start"), _script(root, each, "stop")) for each in _DIRECTORIES),
        (targets.get("start"), targets.get("stop")),
        (targets.get("up"), targets.get("down")),
    ]
    for start, stop in pairs:
        if start is not None and stop is not None:
            return Scripts(deploy, start, stop)
    restarts = [*(_script(root, each, "restart") for each in _DIRECTORIES), targets.get("restart")]
    alone = [one for one in (*restarts, *(start for start, _ in pairs)) if one is not None]
    return Scripts(deploy, alone[0] if alone else None)


def log_of(root: Path, scripts: Scripts) -> Seen | None:
    """Return the file that the start script at the top appends the service's output to, where its path is plain."""
    start = scripts.start
    if start is None or "/" in start.where or ":" in start.where:
        return None  # a path in a script further down counts from wherever that goes; a make target's is not looked for
    text = text_of(root / start.where)
    found = _APPENDED.search(text)
    path = plain_path(found[1]) if found is not None else ""
    return Seen(path, place_of(root / start.where, root, text, found.start(1))) if found is not None and path else None


def _script(root: Path, directory: str, name: str) -> Seen | None:
    return next(
        (_file(root, each) for each in (f"{directory}{name}.sh", f"{directory}{name}") if (root / each).is_file()), None
    )


def _file(root: Path, name: str) -> Seen:
    path = root / name
    if os.access(path, os.X_OK):
        return Seen(f"./{name}", name)
    shell = "bash" if "bash" in text_of(path).partition("\n")[0] else "sh"
    return Seen(f"{shell} ./{name}", name)


def _targets(root: Path) -> Mapping[str, Seen]:
    makefile = next((root / name for name in _MAKEFILES if (root / name).is_file()), root / _MAKEFILES[0])
    text = text_of(makefile)
    found: dict[str, Seen] = {}
    for target in _TARGET.finditer(text):
        found.setdefault(target[1], Seen(f"make {target[1]}", place_of(makefile, root, text, target.start())))
    return found

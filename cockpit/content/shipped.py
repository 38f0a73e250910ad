"""Where the checklists that come with the cockpit lie, and which file a checklist's name means."""

from __future__ import annotations

from pathlib import Path

import cockpit
from cockpit.content.names import name_complaint
from cockpit.content.problems import quoted
from cockpit.errors import NotFoundError

_PACKAGE = Path(cockpit.__file__).resolve().parent


def shipped_directory() -> Path:
    """Return the shipped checklists' directory: in an installed wheel inside the package, in a checkout beside it."""
    for candidate in (_PACKAGE / "_shipped", _PACKAGE.parent / "checklists"):
        if candidate.is_dir():
            return candidate
    raise NotFoundError(
        f"the shipped checklists are neither in nor beside {_PACKAGE}",
        fix="Install release-cockpit again",
        code="no-shipped",
    )


def find_checklist(name: str, repository: Path) -> Path:
    """Return `checklists/<name>.yaml` of the repository, else the shipped one; NotFoundError names what there is."""
    directories = (repository / "checklists", shipped_directory())
    if not name_complaint(name):
        for directory in directories:
            path = directory / f"{name}.yaml"
            if path.is_file():
                return path
    available = sorted(
        {path.stem for directory in directories for path in directory.glob("*.yaml") if holds_phases(path)}
    )
    raise NotFoundError(
        f"there is no checklist {quoted(name)}",
        fix=f"Write it as {repository / 'checklists'}/NAME.yaml, or name one of these: {', '.join(available)}",
        code="no-checklist",
    )


def holds_phases(path: Path) -> bool:
    """Whether a file calls itself a checklist, however many mistakes it may hold."""
    return path.is_file() and any(line.startswith(b"phases:") for line in path.read_bytes().splitlines())

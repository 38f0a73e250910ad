"""Files that a command writes for a person: never over what is there, unless told to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from cockpit.errors import NotFoundError, RefusedError


def refuse_existing(paths: Iterable[Path], *, fix: str = "Name another place, or overwrite with --force") -> None:
    """Raise RefusedError where any of the paths is taken, naming all that are."""
    there = [str(path) for path in paths if path.exists() or path.is_symlink()]
    if there:
        raise RefusedError(f"there is {', '.join(there)} already", fix=fix, code="exists")


def write_files(texts: Mapping[Path, str], *, force: bool = False) -> list[Path]:
    """Write the files, and directories for them; unless `force`, RefusedError where any is there, none written."""
    if not force:
        refuse_existing(texts)
    for path, text in texts.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            fix = "Name a file that can be written"
            raise NotFoundError(f"{path} cannot be written: {error.strerror or error}", fix=fix) from error
    return list(texts)

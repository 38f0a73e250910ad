"""Files that a command writes for a person: whole or not at all, and never over what is there, unless told to."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
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
    for path in texts:
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
    write_whole({path: text.encode() for path, text in texts.items()}, over=force)
    return list(texts)


def write_whole(contents: Mapping[Path, bytes], *, over: bool = False) -> None:
    """Write the files, over what is there only where `over` says so.

    NotFoundError where one cannot be written: then none is, and what was there stays as it was.
    """
    drafts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            with _told(path):
                if over and path.exists() and not path.is_file():
                    path.write_bytes(content)  # a pipe or a device takes it as it comes
                else:
                    drafts[path] = _draft_of(path, content)
        for path, draft in drafts.items():
            with _told(path):
                _put_in_place(draft, path, over=over)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _draft_of(path: Path, content: bytes) -> Path:
    """Write `content` beside the file that `path` leads to, and return where."""
    draft = path.resolve().with_name(f".cockpit-{os.urandom(8).hex()}")
    try:
        with draft.open("xb") as file:
            file.write(content)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _put_in_place(draft: Path, path: Path, *, over: bool) -> None:
    if not over:
        path.touch(exist_ok=False)  # whoever was quicker keeps the name
    elif path.exists():
        shutil.copymode(path, draft)
    draft.replace(path.resolve())


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        fix = "Name a file that can be written"
        raise NotFoundError(f"{path} cannot be written: {error.strerror or error}", fix=fix) from error

"""The compiled modules of former starts in one file: to find, open and check hundreds of small ones takes long.

Python keeps a compiled file beside each module (PEP 3147). Those that a start has loaded are written into one file,
which the next start reads from: derived, lost without harm. Each module in it counts by Python's own rule, as long as
its source has the very time and size (PEP 552). What is in it is executed: only a file counts that its user alone can
write, in a directory that is so, too.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import source_hash
from types import CodeType

_WORTH_IT = 20  # modules that were not found in it, from which on it is written anew
_MOST = 4  # files that are kept, for so many installations
_HEADER = 16  # bytes before the code in a compiled file: magic number, flags, the source's time and size (PEP 552)
_BY_TIME = b"\0\0\0\0"  # the flags of one that counts by its source's time
_LENGTH = 8  # bytes that say how long the index is
_OTHERS = stat.S_IWGRP | stat.S_IWOTH


# Source, its time and size, whether it is a package, and where its code begins and how long it is.
_Entry = tuple[str, int, int, bool, int, int]
_Index = dict[str, _Entry]


class PackedModules:
    """Finds modules whose code is in the file (`importlib.abc.MetaPathFinder`); what is not in it, Python finds."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = -1
        self._index: _Index = {}
        self._here_before = frozenset(sys.modules)
        # A damaged one is as none; what can be wrong with it is all that `marshal` and a tuple's unpacking raise.
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            self._open()

    def find_spec(self, name: str, path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        """Return where a module is and what loads it; None where it is not known, or its source has changed."""
        entry = self._index.get(name)
        if entry is None:
            return None
        source, mtime, size, is_package, offset, length = entry
        folder, _, file = source.rpartition("/")
        if path is not None and (folder.rpartition("/")[0] if is_package else folder) not in path:
            return None
        if _time_and_size(source) != (mtime, size):
            return None
        spec = ModuleSpec(name, _Loader(name, source, self._file, offset, length), origin=source, is_package=is_package)
        spec.has_location = True
        spec.cached = f"{folder}/__pycache__/{file.removesuffix('py')}{sys.implementation.cache_tag}.pyc"
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(folder)
        return spec

    def keep(self) -> None:
        """Write what this process has loaded, and what the file held before, where enough is new to be worth it."""
        loaded = _sources(self._here_before)
        missed = [source for source, from_here in loaded.values() if not from_here]
        if sys.dont_write_bytecode or len(missed) < _WORTH_IT:
            return
        if sum(1 for source in missed if _compiled(source) is not None) < _WORTH_IT:
            return  # Python itself may not keep any of them
        with contextlib.suppress(OSError, ValueError):
            folder = os.path.dirname(self._path)  # noqa: PTH120 - `pathlib` is not loaded where nothing is to be written
            os.makedirs(folder, mode=0o700, exist_ok=True)  # noqa: PTH103 - as above
            if _our_own(os.stat(folder)):  # noqa: PTH116 - as above
                known = {name: entry[0] for name, entry in self._index.items()}
                self._write(known | {name: source for name, (source, _) in loaded.items()})
                _drop_oldest(folder)

    def _open(self) -> None:
        if not _our_own(os.stat(os.path.dirname(self._path))):  # noqa: PTH116, PTH120 - as above
            return
        file = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        status = os.fstat(file)
        length = int.from_bytes(os.pread(file, _LENGTH, 0), "little")
        if not (stat.S_ISREG(status.st_mode) and _our_own(status) and length <= status.st_size):
            os.close(file)
            return
        key, end, index = marshal.loads(os.pread(file, length, _LENGTH))  # noqa: S302 - as `_our_own` says
        if key != _key() or end + _LENGTH + length != status.st_size:
            os.close(file)
            return
        base = _LENGTH + length
        self._index = {name: (*entry[:4], base + entry[4], entry[5]) for name, entry in index.items()}
        self._file = file

    def _write(self, sources: Mapping[str, str]) -> None:
        index: _Index = {}
        parts: list[bytes] = []
        end = 0
        for name, source in sorted(sources.items()):
            found = _compiled(source)
            if found is not None:
                mtime, size, code = found
                index[name] = (source, mtime, size, source.endswith("/__init__.py"), end, len(code))
                parts.append(code)
                end += len(code)
        head = marshal.dumps((_key(), end, index))
        partial = f"{self._path}.{os.getpid()}"
        try:
            file = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            with open(file, "wb") as writing:  # noqa: PTH123 - it is open
                writing.write(len(head).to_bytes(_LENGTH, "little") + head)
                writing.writelines(parts)
                writing.flush()
                os.fsync(file)  # a file of zeros after a power failure would be executed
            os.replace(partial, self._path)  # noqa: PTH105 - as above
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(partial)  # noqa: PTH108 - as above
            raise


class _Loader(SourceFileLoader):
    """Python's own loader, but for where the code is read."""

    def __init__(self, name: str, source: str, file: int, offset: int, length: int) -> None:
        super().__init__(name, source)
        self._place = (file, length, offset)

    def get_code(self, fullname: str) -> CodeType | None:
        with contextlib.suppress(OSError, ValueError, EOFError, TypeError):
            code = marshal.loads(os.pread(*self._place))  # noqa: S302 - as above
            if isinstance(code, CodeType):
                return code
        return super().get_code(fullname)


def use_packed_modules() -> PackedModules:
    """Let Python find modules there from now on."""
    finder = PackedModules(_place())
    sys.meta_path.insert(0, finder)
    return finder


def _place() -> str:
    """Return the file for this installation, below the user's own place for what may be lost."""
    cache = os.environ.get("XDG_CACHE_HOME", "").strip() or os.path.expanduser("~/.cache")  # noqa: PTH111 - as above
    if not cache.startswith("/"):  # no home is known: what lies in the directory that one stands in is not executed
        cache = os.devnull
    return f"{cache}/release-cockpit/modules/{source_hash(_key().encode()).hex()}"


def _key() -> str:
    """Return what stands for an installation: whatever decides which file a module's name means."""
    return "\n".join([sys.version, sys.prefix, __file__, os.environ.get("PYTHONPATH", ""), str(sys.flags.optimize)])


def _sources(without: frozenset[str]) -> dict[str, tuple[str, bool]]:
    """Return the sources of the modules that came from files, and whether they came from here, by their names."""
    found = {}
    for name, module in tuple(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if name not in without and isinstance(spec, ModuleSpec) and isinstance(spec.loader, SourceFileLoader):
            source = spec.origin
            if spec.name == name and source and source.startswith("/") and source.endswith(".py"):
                found[name] = (source, isinstance(spec.loader, _Loader))
    return found


def _compiled(source: str) -> tuple[int, int, bytes] | None:
    """Return the time and size of a source and its compiled code; None where Python has none that counts."""
    from importlib.util import cache_from_source

    with contextlib.suppress(OSError, ValueError, EOFError, TypeError), open(cache_from_source(source), "rb") as file:  # noqa: PTH123 - as above
        head, code = file.read(_HEADER), file.read()
        mtime, size = int.from_bytes(head[8:12], "little"), int.from_bytes(head[12:], "little")
        same_file = marshal.loads(code).co_filename == source  # noqa: S302 - it is what Python would load
        if head[4:8] == _BY_TIME and _time_and_size(source) == (mtime, size) and same_file:
            return mtime, size, code
    return None


def _time_and_size(source: str) -> tuple[int, int] | None:
    """Return these as a compiled file holds them, 32 bits each; None where there is no such source."""
    try:
        status = os.stat(source)  # noqa: PTH116 - as above
    except OSError:
        return None
    return int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF


def _our_own(status: os.stat_result) -> bool:
    """Whether the user whom this process acts for, and nobody else, can write it."""
    return status.st_uid == os.geteuid() and not status.st_mode & _OTHERS


def _drop_oldest(folder: str) -> None:
    paths = sorted(_paths(folder), key=lambda path: os.stat(path).st_mtime)  # noqa: PTH116 - as above
    for path in paths[:-_MOST]:
        os.unlink(path)  # noqa: PTH108 - as above


def _paths(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        yield from (entry.path for entry in entries)

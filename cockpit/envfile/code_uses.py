"""Which variables the code reads from its environment: by its syntax tree, in the Python files that git tracks."""

from __future__ import annotations

import ast
import os
import re
import stat
import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct

from cockpit.git.command import Git
from cockpit.git.facts import NO_PROGRAMS

MOST_FILES = 2000
LARGEST = 512 * 1024  # bytes of a file: nobody writes more by hand
MOST_BYTES = 16 * 1024 * 1024  # of all files
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
_TEST_FILE = re.compile(r"(?:test_.*|.*_test|conftest)\.py")
_READERS = frozenset({"get", "pop", "setdefault"})


class Use(Struct, frozen=True):
    """One place that reads a variable; `needed` where it fails without it."""

    name: str
    path: str
    line: int
    needed: bool = False

    @property
    def place(self) -> str:
        """The place as path:line."""
        return f"{self.path}:{self.line}"


class CodeUses(Struct, frozen=True):
    """Every use that was found, and how many files were looked at and left out."""

    uses: tuple[Use, ...] = ()
    files: int = 0
    left_out: int = 0


def code_uses(git: Git) -> CodeUses:
    """Look through the tracked Python files of a work tree, its tests left aside; GitError where git cannot list."""
    listed = git.output(*NO_PROGRAMS, "ls-files", "-z", "--", "*.py")
    names = [os.fsdecode(name) for name in listed.split(b"\0") if name]
    names = [name for name in names if not _is_test(name)]
    uses: list[Use] = []
    files, left_out, read = 0, max(len(names) - MOST_FILES, 0), 0
    for name in names[:MOST_FILES]:
        source = _read(git.directory / name) if read < MOST_BYTES else None
        if source is None:
            left_out += 1
            continue
        files += 1
        read += len(source)
        uses += uses_in(source, name)
    return CodeUses(tuple(uses), files, left_out)


def uses_in(source: bytes, path: str) -> list[Use]:
    """Return the uses in one file; one that this Python cannot parse has none."""
    if b"environ" not in source and b"getenv" not in source:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
        return list(_Finder(path).uses(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _is_test(name: str) -> bool:
    path = PurePosixPath(name)
    return bool({"test", "tests"}.intersection(path.parts[:-1])) or _TEST_FILE.fullmatch(path.name) is not None


def _read(path: Path) -> bytes | None:
    try:
        # A tracked link may lead anywhere.
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            return None
        return path.read_bytes()
    except OSError:
        return None


class _Finder:
    """Knows under which names a file has `os`, `os.environ` and `os.getenv`."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._modules = {"os"}
        self._environs: set[str] = set()
        self._getenvs: set[str] = set()

    def uses(self, tree: ast.AST) -> Iterator[Use]:
        nodes = list(ast.walk(tree))
        for node in nodes:
            self._learn(node)
        for node in nodes:
            found = self._found(node)
            if found is not None and isinstance(found[0], ast.Constant) and isinstance(found[0].value, str):
                name = found[0].value
                if _NAME.fullmatch(name):
                    yield Use(name, self._path, found[0].lineno, found[1])

    def _learn(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            self._modules |= {alias.asname for alias in node.names if alias.name == "os" and alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            for alias in node.names:
                kept = {"environ": self._environs, "getenv": self._getenvs}.get(alias.name)
                if kept is not None:
                    kept.add(alias.asname or alias.name)

    def _found(self, node: ast.AST) -> tuple[ast.expr, bool] | None:
        """Return the expression that names a variable, and whether the code fails without it."""
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and self._is_environ(node.value):
            return node.slice, True
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            return (node.left, False) if self._is_environ(node.comparators[0]) else None
        if isinstance(node, ast.Call) and node.args and self._reads(node.func):
            bare_pop = isinstance(node.func, ast.Attribute) and node.func.attr == "pop" and len(node.args) == 1
            return node.args[0], bare_pop
        return None

    def _reads(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name):
            return function.id in self._getenvs
        if not isinstance(function, ast.Attribute):
            return False
        if function.attr in _READERS:
            return self._is_environ(function.value)
        return function.attr == "getenv" and self._is_os(function.value)

    def _is_environ(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self._environs
        return isinstance(node, ast.Attribute) and node.attr == "environ" and self._is_os(node.value)

    def _is_os(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._modules

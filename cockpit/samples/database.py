"""The two ends of the samples database: one writer in the watcher, readers in screens and commands.

SQLite in WAL mode, so that readers never wait for the writer. Samples are expendable: a damaged file is moved aside
and a new one begun. Every connection belongs to the thread that first used it.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import msgspec

from cockpit.samples.meaning import TABLES as MEANING_TABLES
from cockpit.samples.schema import TABLES, TABLES_2, TABLES_3, VERSION
from cockpit.samples.stretches import TABLES as STRETCH_TABLES
from cockpit.samples.versions import TABLES as VERSION_TABLES

LATER_TABLES = (STRETCH_TABLES, MEANING_TABLES, VERSION_TABLES)

_LATER = {2: TABLES_2, 3: TABLES_3}  # by the version that each brought
# Our statements do not change: where one of them is refused as such, tables or rows are not as we made them.
_DAMAGE = frozenset({
    sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_RANGE,
})  # fmt: skip
_CHECKED = 16 * 1024 * 1024  # bytes: some hundredths of a second
_CACHE = "PRAGMA cache_size=-512"  # KiB, a quarter of SQLite's own: what was read once is seldom read again
# What reading a value raises that is not of its column's kind.
ODD_VALUES = (
    ValueError, TypeError, AttributeError, ArithmeticError, LookupError, RecursionError, msgspec.MsgspecError,
)  # fmt: skip


class WrongSchemaError(Exception):
    """The file is a database, and not one of ours of this version."""


def is_damage(error: Exception) -> bool:
    """Return whether the file, or what is to be put into it, is at fault, so that waiting would not help."""
    if isinstance(error, sqlite3.OperationalError) and str(error).startswith("Could not decode"):
        return True  # a text that is none: Python says so, and gives no code
    code: int = getattr(error, "sqlite_errorcode", 0) or 0
    return isinstance(error, (WrongSchemaError, *ODD_VALUES)) or (code & 0xFF) in _DAMAGE


def file_identity(path: Path) -> tuple[int, int] | None:
    """Return what tells one file from another at the same path, None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open or create the database; sqlite3.Error or WrongSchemaError where it cannot be used."""
    path.parent.mkdir(exist_ok=True)  # not its parents: below a repository that is gone nothing is made anew
    connection = sqlite3.connect(path, timeout=0.2, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(_CACHE)
        if not _has_tables(connection):
            _run(connection, TABLES, "INSERT INTO schema_version VALUES (1);", *_LATER.values())
        else:
            found = _version(connection)
            missing = [tables for version, tables in _LATER.items() if found in range(1, version)]
            if missing:
                _run(connection, *missing)
        _check_version(connection)
        connection.executescript("".join(("BEGIN IMMEDIATE;", *LATER_TABLES, "COMMIT;")))
        _check_columns(connection)
        _check_pages(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def open_apart() -> sqlite3.Connection:
    """Open a database of our tables that is in memory: what cannot be written there can be written nowhere."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _run(connection, TABLES, "INSERT INTO schema_version VALUES (1);", *_LATER.values(), *LATER_TABLES)
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection | None:
    """Open the database read-only, None where it holds nothing yet; sqlite3.Error or WrongSchemaError as above."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.1, isolation_level=None)
    try:
        connection.execute(_CACHE)
        if not _has_tables(connection):
            connection.close()
            return None
        _check_version(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is not None


def _run(connection: sqlite3.Connection, *scripts: str) -> None:
    """Run all of it in one transaction: readers see the old tables or the new ones."""
    connection.executescript("".join(("BEGIN IMMEDIATE;", *scripts, "COMMIT;")))


def _version(connection: sqlite3.Connection) -> object:
    try:
        row = connection.execute("SELECT version FROM schema_version").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # that is: there is no such table
            raise
        row = None
    return row and row[0]


def _check_version(connection: sqlite3.Connection) -> None:
    found = _version(connection)
    if found != VERSION:
        raise WrongSchemaError(f"it was written by another version of the cockpit ({found}, here {VERSION})")


def move_aside(path: Path) -> None:
    """Put a damaged database out of the way; the one before it is lost."""
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    if path.exists():
        path.replace(path.with_name(f"{path.name}.damaged"))


def _check_columns(connection: sqlite3.Connection) -> None:
    """Raise WrongSchemaError where a column that is read has another name: what is written would be read by nobody."""
    with contextlib.closing(open_apart()) as ours:
        for table, columns in _columns(ours).items():
            lacking = sorted(columns - _columns(connection, table).get(table, set()))
            if lacking:
                raise WrongSchemaError(f"its table {table} lacks {', '.join(lacking)}")


def _check_pages(connection: sqlite3.Connection, path: Path) -> None:
    """Raise WrongSchemaError where a page is damaged that only readers would meet; a large file takes too long."""
    if path.stat().st_size <= _CHECKED:
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise WrongSchemaError(f"it is damaged: {found}")


def _columns(connection: sqlite3.Connection, *tables: str) -> dict[str, set[str]]:
    names = tables or [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    query = "SELECT name FROM pragma_table_info(?)"
    return {table: {str(name) for (name,) in connection.execute(query, (table,))} for table in names}

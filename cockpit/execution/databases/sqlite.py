"""SQLite: a dump becomes a new file, is verified, and takes the live one's place by a rename; the old file is kept."""

from __future__ import annotations

import contextlib
import csv
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from cockpit.errors import StepError
from cockpit.execution.databases.commands import StepCommands
from cockpit.execution.databases.dumps import Format, since_words
from cockpit.release.configuration import Restore
from cockpit.release.databases import Dump

# A dead writer's journals belong to the file they lie beside: beside another one they would corrupt it.
_COMPANIONS = ("-journal", "-wal", "-shm")
_TROUBLES = (sqlite3.Error, ValueError, OSError)  # a NUL, or what is not UTF-8, is no error of SQLite's
_LOOK_EVERY = 100_000  # virtual machine steps between looks at whether a person has called a halt


class SqliteRestore:
    """One restore of the file `live`, for one execution."""

    def __init__(
        self,
        *,
        restore: Restore,
        live: Path,
        execution: str,
        dump: Dump,
        kind: Format,
        into: Path,
        commands: StepCommands,
        now: datetime,
    ) -> None:
        self._restore = restore
        self._live = live
        self._execution = execution
        self._dump = dump
        self._kind = kind
        self._into = into
        self._commands = commands
        self._stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self._new = live.with_name(f"{live.name}.new-{execution}")
        self._exported: Path | None = None
        self._bad = live.with_name(f"{live.name}.bad-{self._stamp}-{execution}")

    def run(self, *, rehearsal: bool = False) -> str:
        """Restore, verify and swap; return what is to be said of it. StepError leaves the live file untouched.

        A `rehearsal` drops what it has restored and verified.
        """
        try:
            if rehearsal:
                return self._rehearse()
            kept = self._kept()
            if kept is not None:
                return f"{self._live.name} is restored already; the one it replaced is kept as {kept.name}"
            with self._scratch():
                self._commands.say(f"restoring {Path(self._dump.path).name} into the new file {self._new}")
                self._load()
                self._verify()
                has_live = self._live.exists()
                if has_live:
                    self._export()
                self._swap(has_live=has_live)
        except _TROUBLES as error:
            self._commands.refuse_late()
            raise StepError(f"not restored: {error}") from error
        told = f"; the one it replaced is kept as {self._bad.name}" if has_live else "; there was no file of that name"
        return f"{self._live.name} is restored{told}{since_words(self._exported)}"

    def _rehearse(self) -> str:
        with self._scratch():
            self._load()
            self._verify()
        return f"{Path(self._dump.path).name} was restored beside {self._live.name}, verified, and dropped"

    @contextlib.contextmanager
    def _scratch(self) -> Iterator[None]:
        beside = (self._new, *(Path(f"{self._new}{companion}") for companion in _COMPANIONS))
        for path in beside:
            path.unlink(missing_ok=True)
        try:
            yield
        finally:
            for path in beside:
                path.unlink(missing_ok=True)

    def _kept(self) -> Path | None:
        """Return the file that this execution has replaced, if it has; a swap that was cut off is taken back."""
        name = re.compile(rf"{re.escape(self._live.name)}\.bad-\d{{8}}T\d{{6}}Z-{self._execution}")
        for path in self._live.parent.iterdir():
            if not name.fullmatch(path.name):
                continue
            if not self._live.exists() or not path.samefile(self._live):
                return path
            for companion in _COMPANIONS:
                beside = Path(f"{path}{companion}")
                if beside.exists():
                    beside.rename(f"{self._live}{companion}")
            path.unlink()
        return None

    def _connect(self, path: Path, *, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(f"{path.as_uri()}?mode={mode}", uri=True, timeout=5)
        connection.set_progress_handler(self._commands.is_late, _LOOK_EVERY)
        return connection

    def _load(self) -> None:
        dump = Path(self._dump.path)
        if self._kind == "sqlite":
            shutil.copyfile(dump, self._new)
        else:
            with closing(self._connect(self._new, mode="rwc")) as connection:
                connection.set_authorizer(_no_other_file)
                connection.executescript(dump.read_text(encoding="utf-8"))
        self._new.chmod((self._live if self._live.exists() else dump).stat().st_mode & 0o777)
        if self._live.exists() and os.geteuid() == 0:
            owner = self._live.stat()
            os.chown(self._new, owner.st_uid, owner.st_gid)

    def _verify(self) -> None:
        with closing(self._connect(self._new, mode="rw")) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
            if verdict != "ok":
                raise StepError(f"the restored database is not whole: {verdict}")
            if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise StepError("the restored database has rows that refer to rows which are not there")
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone()
            if not tables:
                raise StepError("the dump holds no table", fix="Take another dump")
            for check in self._restore.checks:
                row = connection.execute(check).fetchone()
                said = row[0] if row else None
                self._commands.say(f"check: {check}: {said}")
                if not said or str(said).casefold() in {"f", "false", "0"}:
                    raise StepError(f"the restored database fails the check {check!r}: it gave {str(said)[:80]!r}")
        self._commands.say(f"verified: {tables} tables, {len(self._restore.checks)} checks")

    def _export(self) -> None:
        """Write what the live file has that the dump has not; where that fails, it is in the one that is kept."""
        if not self._restore.export:
            return
        target = self._into / f"{self._live.name}-since-dump-{self._stamp}-{self._execution}.csv"
        taken = datetime.fromtimestamp(self._dump.written_ns / 1e9, UTC).isoformat()
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch(0o600)
            with (
                closing(self._connect(self._live, mode="rw")) as connection,  # see dump_sqlite
                target.open("w", newline="", encoding="utf-8") as file,
            ):
                found = connection.execute(self._restore.export, {"dump_at": taken})
                rows = csv.writer(file)
                rows.writerow([column[0] for column in found.description or ()])
                rows.writerows(found)
        except _TROUBLES as error:
            self._commands.refuse_late()
            self._commands.say(f"not exported ({error}): all of it is in the file that is kept")
            return
        self._commands.say(f"what was written since the dump is in {target}")
        self._exported = target

    def _swap(self, *, has_live: bool) -> None:
        with closing(self._connect(self._new, mode="rw")) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
        _to_disk(self._new)
        if has_live:
            self._settle()
            os.link(self._live, self._bad)
            for companion in _COMPANIONS:
                beside = Path(f"{self._live}{companion}")
                if beside.exists():
                    beside.rename(f"{self._bad}{companion}")
        self._new.replace(self._live)
        _to_disk(self._live.parent)

    def _settle(self) -> None:
        """Bring the live file's journals into it; StepError while somebody else has it open and writes."""
        try:
            with closing(self._connect(self._live, mode="rw")) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise StepError(
                    f"{self._live.name} is in use: what is written now would be lost",
                    fix="Stop what writes, then retry",
                ) from error
            self._commands.say(f"the live file cannot be settled ({error}): it is kept with its journals")
        except sqlite3.DatabaseError as error:
            self._commands.say(f"the live file is not whole ({error}): it is kept with its journals")


def dump_sqlite(live: Path, target: Path, commands: StepCommands) -> str:
    """Copy the database `live` into `target`, whole or not at all; return what is to be said of it."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.touch(0o600)
        # Not read-only: what a writer has left half done that was killed has to be rolled back to be read.
        with (
            closing(sqlite3.connect(f"{live.as_uri()}?mode=rw", uri=True, timeout=5)) as connection,
            closing(sqlite3.connect(unfinished)) as copy,
        ):
            _hold_still(connection, commands)
            connection.backup(copy, pages=1000, progress=lambda *_: commands.refuse_late())
        _to_disk(unfinished)
        unfinished.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise StepError(f"not dumped: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return f"{live.name} is dumped into {target} ({target.stat().st_size} bytes)"


def _hold_still(connection: sqlite3.Connection, commands: StepCommands) -> None:
    """Read on from this moment's state: what others write would make a copy begin anew, for ever where they write much.

    Waits, as long as the step has time, for whoever has locked the whole database.
    """
    connection.execute("BEGIN")
    while True:
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            commands.refuse_late()
        else:
            return


def _no_other_file(action: int, *_: object) -> int:
    return sqlite3.SQLITE_DENY if action in {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH} else sqlite3.SQLITE_OK


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

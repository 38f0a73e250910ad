"""PostgreSQL: a dump goes into a new database, is verified, and takes the live one's place by a rename.

Restoring into the live one would fail on the relations that are there, or mix two schemas. Both renames are one
transaction, so that there is a database of that name at every moment. The names that this makes carry the execution's
id: whoever goes on after a worker that fell finds them, and knows how far it was.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cockpit.errors import StepError
from cockpit.execution.databases.commands import StepCommands
from cockpit.execution.databases.dumps import Format, since_words
from cockpit.release.configuration import Restore
from cockpit.release.databases import Dump

_STEM = 30  # characters; a name has 63 at most
_SWAPS = 6  # attempts at the renames, while others come back as soon as they are turned out
_PSQL = ("psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1", "--file=-")

# Anything that another attempt of this execution left running in the server is over before this one looks.
_END_FORMER = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid();
"""
_FORMER_LEFT = """
SELECT count(*) FROM pg_stat_activity
 WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid();
"""
_NAMES = """
SELECT datname FROM pg_database
 WHERE datname IN (:'live', :'new') OR datname ~ ('_bad_[0-9]{8}T[0-9]{6}Z_' || :'execution' || '$');
"""
_DROP = 'DROP DATABASE IF EXISTS :"new" WITH (FORCE);'
# Like the live one: owner, encoding and collation. The columns of ICU's locales have changed their names.
_CREATE = """
DROP DATABASE IF EXISTS :"new" WITH (FORCE);
SELECT format('CREATE DATABASE %I TEMPLATE template0', :'new')
       || coalesce((
         SELECT format(' OWNER %I ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_get_userbyid(d.datdba),
                       pg_encoding_to_char(d.encoding), d.datcollate, d.datctype)
                || CASE WHEN to_jsonb(d) ->> 'datlocprovider' = 'i'
                        THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L',
                                    coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
                        ELSE '' END
           FROM pg_database d WHERE d.datname = :'live'), '') \\gexec
"""
# Who may connect, and how many, is no part of a dump of one database.
_GRANTS = """
SELECT format('ALTER DATABASE %I CONNECTION LIMIT %s', :'new', datconnlimit)
  FROM pg_database WHERE datname = :'live' AND datconnlimit >= 0 \\gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'new')
  FROM pg_database WHERE datname = :'live' AND datacl IS NOT NULL \\gexec
SELECT format('GRANT %s ON DATABASE %I TO %s%s', a.privilege_type, :'new',
              CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
              CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
  FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = :'live' \\gexec
"""
# Nor are its settings, such as search_path; run in the live one, where they are in force.
_SETTINGS = """
SELECT format('ALTER DATABASE %I SET %I FROM CURRENT', :'new', split_part(c.setting, '=', 1))
  FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) AS c (setting)
 WHERE d.datname = :'live' AND s.setrole = 0 \\gexec
"""
# What is set for one role in it cannot be carried over without that role's rights.
_OF_ROLES = """
SELECT string_agg(DISTINCT r.rolname, ', ') FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
  JOIN pg_roles r ON r.oid = s.setrole WHERE d.datname = :'live';
"""
_TABLES = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND n.nspname NOT LIKE 'pg\\_toast%';
"""
_TURN_OUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
 WHERE datname IN (:'live', :'new') AND pid <> pg_backend_pid();
"""


class PostgresqlRestore:
    """One restore, for one execution; `settings` lead to the live database."""

    def __init__(
        self,
        *,
        restore: Restore,
        settings: Mapping[str, str],
        execution: str,
        dump: Dump,
        kind: Format,
        into: Path,
        commands: StepCommands,
        now: datetime,
    ) -> None:
        self._restore = restore
        self._settings = {**settings, "PGAPPNAME": f"cockpit-{execution}"}
        self._maintenance = restore.postgresql.maintenance if restore.postgresql is not None else "postgres"
        self._no_owner = restore.postgresql is not None and restore.postgresql.no_owner
        self._execution = execution
        self._dump = dump
        self._kind = kind
        self._into = into
        self._commands = commands
        self._live = settings["PGDATABASE"]
        self._new = f"{self._live[:40]}_new_{execution}"
        self._stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self._stem = _stem(self._live)
        self._bad = f"{self._stem}_bad_{self._stamp}_{execution}"
        self._exported: Path | None = None

    def run(self, *, rehearsal: bool = False) -> str:
        """Restore, verify and swap; return what is to be said of it. StepError leaves the live database untouched.

        A `rehearsal` drops what it has restored and verified.
        """
        if rehearsal:
            return self._rehearse()
        self._end_former()
        names = self._names()
        # Another step of this execution may have put another database of this server back.
        ours = re.compile(rf"{re.escape(self._stem)}_bad_\d{{8}}T\d{{6}}Z_{self._execution}")
        kept = sorted(name for name in names if ours.fullmatch(name))
        if kept and self._live in names:
            return f"{self._live} is restored already; the one it replaced is kept as {kept[-1]}"
        has_live = self._live in names
        self._commands.say(f"restoring {Path(self._dump.path).name} into the new database {self._new}")
        self._sql(self._maintenance, _CREATE)
        self._load()
        self._verify()
        if has_live:
            self._sql(self._maintenance, _GRANTS)
            self._sql(self._live, _SETTINGS)
            roles = self._sql(self._maintenance, _OF_ROLES)
            if roles:
                self._commands.say(f"not carried over: what ALTER ROLE ... IN DATABASE set for {roles}; set it anew")
            self._export()
        self._swap(has_live=has_live)
        if not has_live:
            return f"{self._live} is restored; there was no database of that name"
        return f"{self._live} is restored; the one it replaced is kept as {self._bad}{since_words(self._exported)}"

    def _rehearse(self) -> str:
        self._commands.say(f"restoring {Path(self._dump.path).name} into the scratch database {self._new}")
        try:
            self._sql(self._maintenance, _CREATE)
            self._load()
            self._verify()
        finally:
            with contextlib.suppress(StepError):
                self._sql(self._maintenance, _DROP)
        return f"{Path(self._dump.path).name} was restored beside {self._live}, verified, and dropped"

    def _sql(self, database: str, text: str, *, into: Path | None = None) -> str:
        variables = {
            "live": self._live,
            "new": self._new,
            "bad": self._bad,
            "execution": self._execution,
            "dump_at": f"'{datetime.fromtimestamp(self._dump.written_ns / 1e9, UTC).isoformat()}'",
        }
        # By name: the entry of a service file would come before the variable, and may lead to the live one.
        argv = [*_PSQL, f"--dbname={database}", *(f"--set={name}={value}" for name, value in variables.items())]
        argv += [f"--output={into}"] if into is not None else []
        settings = {**self._settings, "PGDATABASE": database}
        return self._commands.run(argv, settings=settings, stdin=text.encode()).text.strip()

    def _end_former(self) -> None:
        self._sql(self._maintenance, _END_FORMER)
        while self._sql(self._maintenance, _FORMER_LEFT) != "0":
            self._commands.refuse_late()

    def _names(self) -> set[str]:
        return set(self._sql(self._maintenance, _NAMES).splitlines())

    def _load(self) -> None:
        into = {**self._settings, "PGDATABASE": self._new}
        if self._kind == "plain":
            argv = [
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--single-transaction",
                "--output=/dev/null",
                f"--dbname={self._new}",
            ]
            argv.append(f"--file={self._dump.path}")
        else:
            argv = ["pg_restore", "--single-transaction", "--exit-on-error", f"--dbname={self._new}"]
            argv += ["--no-owner", "--no-privileges"] if self._no_owner else []
            argv += ["--", self._dump.path]
        self._commands.run(argv, settings=into, to_output=True)
        self._sql(self._new, "ANALYZE;")

    def _verify(self) -> None:
        tables = self._sql(self._new, _TABLES)
        if tables == "0":
            raise StepError("the dump holds no table", fix="Take another dump")
        for check in self._restore.checks:
            said = self._sql(self._new, check)
            self._commands.say(f"check: {check}: {said}")
            if said not in {"t", "true", "1"}:
                raise StepError(f"the restored database fails the check {check!r}: it gave {said[:80]!r}")
        self._commands.say(f"verified: {tables} tables, {len(self._restore.checks)} checks")

    def _export(self) -> None:
        """Write what the live database has that the dump has not; where that fails, it is in the one that is kept."""
        if not self._restore.export:
            return
        target = self._into / f"{self._live}-since-dump-{self._stamp}-{self._execution}.csv"
        query = self._restore.export.strip().rstrip(";")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch(0o600)
            self._sql(self._live, f"COPY ({query}\n) TO STDOUT WITH CSV HEADER;", into=target)
        except (StepError, OSError) as error:
            if isinstance(error, StepError) and error.code in {"aborted", "timed-out"}:
                raise
            self._commands.say(f"not exported ({error}): all of it is in the database that is kept")
            return
        self._commands.say(f"what was written since the dump is in {target}")
        self._exported = target

    def _swap(self, *, has_live: bool) -> None:
        aside = 'ALTER DATABASE :"live" RENAME TO :"bad";' if has_live else ""
        text = f'BEGIN;{_TURN_OUT}{aside}\nALTER DATABASE :"new" RENAME TO :"live";\nCOMMIT;'
        for attempt in range(_SWAPS):
            try:
                self._sql(self._maintenance, text)
            except StepError as error:
                if error.code in {"aborted", "timed-out"} or attempt + 1 == _SWAPS or "other users" not in error.what:
                    raise
                self._commands.say("others have come back to the database: turning them out once more")
            else:
                return


def _stem(name: str) -> str:
    """Return what of a database's name there is room for beside the date; of a long one, its digest tells it apart."""
    return name if len(name) <= _STEM else f"{name[: _STEM - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def dump_postgresql(settings: Mapping[str, str], target: Path, commands: StepCommands) -> str:
    """Dump the database that `settings` lead to into `target`, whole or not at all; return what is to be said of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.touch(0o600)
    argv = ["pg_dump", "--format=custom", f"--file={unfinished}", f"--dbname={settings['PGDATABASE']}"]
    try:
        commands.run(argv, settings=settings, to_output=True)
        # Its list of contents is read back: what cannot be read now will not be then.
        commands.run(["pg_restore", "--list", "--", str(unfinished)], settings=settings)
        unfinished.rename(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return f"{settings['PGDATABASE']} is dumped into {target} ({target.stat().st_size} bytes)"

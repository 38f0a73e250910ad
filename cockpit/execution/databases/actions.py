"""The steps on databases, whichever engine theirs is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from cockpit.errors import RefusedError
from cockpit.execution.databases.commands import StepCommands
from cockpit.execution.databases.dumps import refuse_wrong
from cockpit.execution.databases.place import database_at, settings_of, sqlite_file
from cockpit.execution.databases.postgresql import PostgresqlRestore, dump_postgresql
from cockpit.release.configuration import Backup, Postgresql, Restore
from cockpit.release.plan import Plan, PlanStep


class DatabaseActions:
    """Dumps and restores the databases of one execution; `root` is the configuration's directory.

    In a rehearsal what is restored is verified and dropped again.
    """

    def __init__(
        self,
        execution: str,
        *,
        root: Path,
        environment: Mapping[str, str],
        now: Callable[[], float],
        rehearsal: bool = False,
    ) -> None:
        self._rehearsal = rehearsal
        self._execution = execution
        self._root = root
        self._environment = environment
        self._now = now

    def backup(self, step: PlanStep, plan: Plan, commands: StepCommands) -> str:
        """Dump a step's database into a new, dated file."""
        configured = step.backup or Backup(directory=step.into)
        self._refuse_another(step, configured)
        stamp = f"{self._moment:%Y%m%dT%H%M%SZ}"
        version = (plan.from_tag or plan.from_commit[:8]).replace("/", "-")
        stem = f"{version}-before-{plan.direction}-{stamp}"
        if configured.postgresql is not None:
            settings = self._settings(configured.postgresql)
            return dump_postgresql(settings, Path(step.into) / f"{settings['PGDATABASE']}-{stem}.dump", commands)
        from cockpit.execution.databases.sqlite import dump_sqlite

        live = self._root / (configured.sqlite.file if configured.sqlite is not None else "")
        return dump_sqlite(live, Path(step.into) / f"{live.stem}-{stem}.db", commands)

    def restore(self, step: PlanStep, plan: Plan, commands: StepCommands) -> str:
        """Put a step's database back from the plan's dump."""
        configured = step.restore or Restore()
        self._refuse_another(step, configured)
        if plan.dump is None:
            raise RefusedError("the plan names no dump", code="no-dump")
        into = Path(step.into or self._root)
        kind = refuse_wrong(plan.dump, postgresql=configured.postgresql is not None)
        if configured.postgresql is not None:
            return PostgresqlRestore(
                restore=configured,
                settings=self._settings(configured.postgresql),
                execution=self._execution,
                dump=plan.dump,
                kind=kind,
                into=into,
                commands=commands,
                now=self._moment,
            ).run(rehearsal=self._rehearsal)
        from cockpit.execution.databases.sqlite import SqliteRestore

        live = sqlite_file(configured.sqlite.file if configured.sqlite is not None else "", self._root)
        return SqliteRestore(
            restore=configured,
            live=live,
            execution=self._execution,
            dump=plan.dump,
            kind=kind,
            into=into,
            commands=commands,
            now=self._moment,
        ).run(rehearsal=self._rehearsal)

    @property
    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)

    def _settings(self, configured: Postgresql) -> dict[str, str]:
        return settings_of(configured, self._root, self._environment)

    def _refuse_another(self, step: PlanStep, configured: Backup | Restore) -> None:
        """Refuse a database other than the one that was shown and confirmed."""
        now = database_at(configured, self._root, self._environment)
        if step.database != now or now.trouble:
            raise RefusedError(
                f"the database is {now.trouble or now.place} here, and another one was confirmed",
                fix="Abort, look at the plan again, and confirm anew",
                code="conflicting",
            )

"""What is asked of the databases before anything is stopped: a wrong password is not found out when all is down."""

from __future__ import annotations

import os
from pathlib import Path

from cockpit import process
from cockpit.errors import CockpitError, RefusedError
from cockpit.execution.databases.asking import ask_server
from cockpit.execution.databases.dumps import refuse_wrong
from cockpit.execution.databases.place import settings_of
from cockpit.execution.databases.room import RoomLook, complaints
from cockpit.release.configuration import Postgresql
from cockpit.release.plan import Plan, PlanStep

_READING = 10.0  # seconds: who rolls back is in a hurry, and a large dump is not read to its end
_MAY_REPLACE = """
SELECT coalesce((SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user), false)
   AND coalesce((SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = :'live'), true);
"""


def refuse_unreachable(plan: Plan, root: Path) -> None:
    """Raise RefusedError where a step's database cannot be reached, may not be replaced, or has no room for another."""
    for step in plan.steps:
        if step.left_out or step.database is None:
            continue
        if step.restore is not None and plan.dump is not None:
            kind = refuse_wrong(plan.dump, postgresql=step.restore.postgresql is not None)
            if kind in {"custom", "tar"}:
                _refuse_unreadable(plan.dump.path)
        on = step.restore or step.backup
        configured = on.postgresql if on is not None else None
        if configured is not None:
            _ask(step, configured, root)
        elif step.database.engine == "sqlite" and step.kind == "backup" and not Path(step.database.name).is_file():
            raise RefusedError(f"{step.title}: there is no file {step.database.name}", code="no-database")
        if step.backup is not None:
            _refuse_unwritable(step, Path(step.into))
        elif configured is None:
            _refuse_unwritable(step, Path(step.database.name).parent)
    for complaint in complaints(RoomLook()(plan, root)):
        fix = "Nothing was stopped. Make room there, or leave the database as it is: --database code"
        raise RefusedError(complaint, fix=fix, code="no-room")


def _refuse_unreadable(path: str) -> None:
    """Refuse a dump that is cut off, or of a version that is not understood here, as far as can be read in short."""
    read = process.run(["pg_restore", "--file=/dev/null", "--", path], timeout=_READING)
    if read.ok or read.timed_out:
        return
    said = read.complaint.removeprefix("pg_restore: ").removeprefix("error: ")
    raise RefusedError(
        f"the dump {path} cannot be read: {said}",
        fix="Nothing was stopped. Take another dump, or leave the database as it is: --database code",
        code="no-dump",
    )


def _refuse_unwritable(step: PlanStep, place: Path) -> None:
    """Refuse where a file that the step makes could not be written; directories that are not there are made."""
    there = next(path for path in (place, *place.parents) if os.path.lexists(path))
    if not there.is_dir():
        raise RefusedError(f"{step.title}: {there} is no directory", fix="Nothing was stopped.", code="no-database")
    if not os.access(there, os.W_OK | os.X_OK):
        fix = "Nothing was stopped. Let this user write there, or leave the database as it is: --database code"
        raise RefusedError(f"{step.title}: {there} cannot be written by this user", fix=fix, code="no-database")


def _ask(step: PlanStep, configured: Postgresql, root: Path) -> None:
    settings = settings_of(configured, root, os.environ)
    replaces = step.restore is not None
    live = settings["PGDATABASE"]
    question = _MAY_REPLACE if replaces else "SELECT true;"
    try:
        found = ask_server(settings, question, database=configured.maintenance if replaces else live)
    except CockpitError as error:
        fix = "Nothing was stopped. Look at its address and password, or leave it as it is: --database code"
        raise RefusedError(f"{step.title}: {error.what}", fix=error.fix or fix, code="no-database") from error
    if found != "t":
        raise RefusedError(
            f"{step.title}: {settings.get('PGUSER', 'this user')} may not make and rename databases there",
            fix=f"Nothing was stopped. ALTER ROLE ... CREATEDB, and let it own {live}; or leave it: --database code",
            code="no-database",
        )

"""Asking a PostgreSQL server a question before anything is done: quickly, and with nothing but its own client."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cockpit import process
from cockpit.errors import RefusedError
from cockpit.execution.databases.place import with_settings

PATIENCE = 15.0  # seconds


def ask_server(settings: Mapping[str, str], question: str, *, database: str, patience: float = PATIENCE) -> str:
    """Return what a statement gives, unaligned; `settings` lead to the live database, which is `:'live'` in it.

    It is asked in `database` of the same server. Raises ProcessError where there is no client, and RefusedError
    (`no-database`) with the server's complaint.
    """
    asked = {**settings, "PGDATABASE": database, "PGCONNECT_TIMEOUT": str(max(2, int(patience * 2 / 3)))}
    argv = ["psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--no-password"]
    argv += [f"--dbname={database}", "--set=ON_ERROR_STOP=1", f"--set=live={settings['PGDATABASE']}", "--file=-"]
    found = process.run(argv, env=with_settings(os.environ, asked), stdin=question.encode(), timeout=patience)
    if not found.ok:
        said = found.complaint.removeprefix("psql: ").removeprefix("error: ")
        raise RefusedError(f"the database cannot be reached: {said}", code="no-database")
    return found.text.strip()

"""A flight whose newest release has crossed a migration: a PostgreSQL database, and a dump from before it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from cockpit.execution.prepare import prepare
from cockpit.release.databases import DatabaseWay
from cockpit.release.intents import RequestExecution
from cockpit.release.plan import Plan
from cockpit.workspace import Workspace
from tests.execution.flight import Flight, Step
from tests.postgresql import Server

ORDERS = """
CREATE TABLE orders (id integer PRIMARY KEY, total integer NOT NULL, placed_at timestamptz NOT NULL DEFAULT now());
INSERT INTO orders (id, total, placed_at) VALUES (1, 100, '2020-01-01'), (2, 250, '2020-01-02');
"""
# What the bad release's migration adds refers to what the dump would put back.
REFUNDS = """
CREATE TABLE refunds (id integer PRIMARY KEY, order_id integer NOT NULL REFERENCES orders (id));
ALTER TABLE orders DROP COLUMN total;
"""
SINCE = """
INSERT INTO orders (id, placed_at) VALUES (3, '2099-01-01');
INSERT INTO refunds VALUES (1, 1);
"""


class Base:
    """The database of one flight: `name` on a server, and the dump taken at v1."""

    def __init__(self, flight: Flight, server: Server, *, dump: Literal["custom", "plain"] = "custom") -> None:
        self.flight = flight
        self.server = server
        self.name = f"shop_{secrets.token_hex(4)}"
        self.url = f"postgresql://ana@/{self.name}?host={server.place}"
        self.backups = flight.var / "backups"
        self.backups.mkdir()
        self.dump = self.backups / "shop-v1.dump"
        self.kind = dump

    def restore_step(self, **more: Any) -> Step:
        restore = {"postgresql": {}, "checks": ["SELECT count(*) = 2 FROM orders"], **more}
        return {"id": "restore", "restore": restore, "timeout": "60s"}

    def steps(self) -> list[Step]:
        flight = self.flight
        return [flight.stop_step(), flight.checkout_step(), self.restore_step(), flight.start_step(),
                flight.verify_step()]  # fmt: skip

    def begin(self, steps: Sequence[Step] | None = None, **more: Any) -> Workspace:
        """Release v1, dump, release v2 with its migration, write on, and open the run of v2."""
        flight = self.flight
        plan = {
            "steps": list(self.steps() if steps is None else steps),
            "migrations": ["migrations/*.sql"],
            "backups": {"glob": str(self.backups / "shop-{tag}.*")},
        }
        flight.configure([], rollback=plan, **more)
        self.server.run("createdb", self.name)
        self.server.sql(self.name, ORDERS)
        flight.release("v1")
        self.take_dump()
        (flight.repo / "migrations").mkdir()
        (flight.repo / "migrations" / "0002.sql").write_text(REFUNDS)
        self.server.sql(self.name, REFUNDS)
        flight.release("v2")
        self.server.sql(self.name, SINCE)
        (flight.var / "up").touch()
        (flight.var / "version").write_text("v2\n")
        workspace = flight.workspace()
        workspace.open_run("v2", tag="", launch_at="")
        flight.trust(workspace)
        return workspace

    def take_dump(self) -> None:
        options = ["--format=custom"] if self.kind == "custom" else []
        self.server.run("pg_dump", *options, f"--file={self.dump}", self.name)

    def plan(self, workspace: Workspace, way: DatabaseWay | Literal[""] = "") -> Plan:
        return prepare(
            workspace.run, "rollback", "v1", root=workspace.root, code=workspace.code, host=workspace.host, way=way
        )

    def request(self, workspace: Workspace, way: DatabaseWay | Literal[""] = "") -> str:
        identity = secrets.token_hex(4)
        plan = self.plan(workspace, way)
        workspace.session.act(RequestExecution(identity, plan, "v1", plan.database_words))
        return identity

    def tables(self, name: str = "") -> list[str]:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        return self.server.sql(name or self.name, query).split()

    def orders(self, name: str = "") -> list[str]:
        return self.server.sql(name or self.name, "SELECT id FROM orders ORDER BY id").split()

    def ours(self) -> list[str]:
        """Return the names of this flight's databases: the live one, and what restores have left beside it."""
        return [name for name in self.server.databases() if name.startswith(self.name)]

    def is_bad(self, name: str = "") -> bool:
        """Whether a database is as the bad release and its users have left it."""
        return self.tables(name) == ["orders", "refunds"] and self.orders(name) == ["1", "2", "3"]

    def is_restored(self) -> bool:
        """Whether the live database is the dump's, and the bad one is kept, named and dated."""
        kept = [name for name in self.ours() if name != self.name]
        return (
            self.tables() == ["orders"]
            and self.orders() == ["1", "2"]
            and len(kept) == 1
            and kept[0].startswith(f"{self.name}_bad_20")
            and self.is_bad(kept[0])
        )


def shim(directory: Path, program: str, script: str) -> str:
    """Put a shell script of a program's name in front of it; `$REAL` is the program. Return the PATH that does so."""
    directory.mkdir(exist_ok=True)
    real = next(
        str(Path(place) / program)
        for place in os.environ["PATH"].split(os.pathsep)
        if Path(place) != directory and (Path(place) / program).exists()
    )
    path = directory / program
    path.write_text(f"#!/bin/sh\nREAL='{real}'\n{script}\n")
    path.chmod(0o755)
    return f"{directory}{os.pathsep}{os.environ['PATH']}"

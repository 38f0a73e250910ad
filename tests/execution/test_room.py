"""Whether there is room for the dump and for a second database, as the readiness light and the start know it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from cockpit.errors import RefusedError
from cockpit.execution.databases.preflight import refuse_unreachable
from cockpit.execution.databases.room import RoomLook, _is_ours, complaints, data_of, unknowns
from cockpit.execution.readiness import Obstacles, readiness
from cockpit.release.configuration import Postgresql
from cockpit.release.databases import Dump
from cockpit.release.live import Readiness
from cockpit.workspace import Workspace
from tests.execution.base import Base
from tests.execution.flight import Flight
from tests.postgresql import Server, postgresql

__all__ = ["postgresql"]

HUGE = 2**43  # bytes, of a file with nothing in it


def look(workspace: Workspace) -> Readiness:
    return readiness(workspace.run, workspace.code, Obstacles(trusted=True, held="", root=workspace.root))


def swell(path: Path) -> None:
    """Make a file huge, without writing to it."""
    try:
        os.truncate(path, HUGE)
    except OSError:
        pytest.skip("this file system has no files of that size")


def test_too_little_room_for_a_dump_is_told(flight: Flight) -> None:
    backup = {"id": "backup", "backup": {"sqlite": {"file": "shop.db"}, "directory": str(flight.var / "new" / "place")}}
    workspace = flight.begin([backup, flight.checkout_step()])
    plan = flight.plan(workspace)
    huge = msgspec.structs.replace(plan, dump=Dump("d", 2**62, 0))
    (said,) = complaints(RoomLook()(huge, workspace.root))
    assert said.startswith("Backup: ")
    assert complaints(RoomLook()(msgspec.structs.replace(plan, dump=Dump("d", 1, 0)), workspace.root)) == ()


def test_a_dump_and_a_new_file_in_one_file_system_are_added_up(flight: Flight) -> None:
    database = flight.var / "shop.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE orders (id integer)")
    shutil.copyfile(database, flight.var / "shop-v1.db")
    steps = [
        {"id": "backup", "backup": {"sqlite": {"file": str(database)}, "directory": str(flight.var / "dumps")}},
        {"id": "restore", "restore": {"sqlite": {"file": str(database)}}},
        flight.checkout_step(),
    ]
    plans = {"steps": steps, "migrations": ["VERSION"], "backups": {"glob": str(flight.var / "shop-{tag}.db")}}
    workspace = flight.begin(rollback=plans)
    rooms = RoomLook()(flight.plan(workspace), workspace.root)
    assert [room.step for room in rooms] == ["Backup", "Restore"]
    free = rooms[0].free
    assert free
    assert complaints(rooms) == ()
    tight = [msgspec.structs.replace(room, needed=free * 2 // 3, free=free) for room in rooms]
    (said,) = complaints(tuple(tight))
    assert said.startswith("Restore: "), "each alone would fit"
    assert look(workspace).ready
    swell(flight.var / "shop-v1.db")
    light = look(workspace)
    assert not light.ready
    assert any(reason.startswith("Restore: ") and "are needed" in reason for reason in light.reasons)
    with pytest.raises(RefusedError, match="are needed") as refused:
        refuse_unreachable(flight.plan(workspace), workspace.root)
    assert refused.value.code == "no-room"
    assert "Nothing was stopped" in refused.value.fix


def test_an_address_is_this_hosts_or_not() -> None:
    assert _is_ours("127.0.0.1")
    assert not _is_ours("192.0.2.1")


@pytest.mark.full
def test_the_room_for_a_second_postgresql_database_is_known_where_its_data_lies_here(
    flight: Flight, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Base(flight, postgresql)
    monkeypatch.setenv("DATABASE_URL", base.url)
    workspace = base.begin()
    (room,) = RoomLook()(base.plan(workspace), workspace.root)
    size = int(postgresql.sql("postgres", f"SELECT pg_database_size('{base.name}')"))
    assert room.needed == int(size * 1.2)
    assert room.place == str(postgresql.place / "data")
    assert room.free is not None
    assert look(workspace).ready
    swell(base.dump)
    (reason,) = look(workspace).reasons
    assert reason.startswith("Restore: ")
    assert f"are free at {postgresql.place / 'data'}, " in reason
    with pytest.raises(RefusedError) as refused:
        refuse_unreachable(base.plan(workspace), workspace.root)
    assert refused.value.code == "no-room"


@pytest.mark.full
def test_where_it_is_not_known_that_is_said_and_stands_in_nobodys_way(
    flight: Flight, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Base(flight, postgresql)
    monkeypatch.setenv("DATABASE_URL", base.url)
    workspace = base.begin()
    role = f"plain_{base.name}"
    postgresql.sql("postgres", f'CREATE ROLE "{role}" LOGIN')
    monkeypatch.setenv("DATABASE_URL", base.url.replace("ana@", f"{role}@"))
    plan = base.plan(workspace)
    (room,) = RoomLook()(plan, workspace.root)
    assert room.needed > 0, "the size is for everybody who may connect"
    (said,) = unknowns((room,))
    assert said.startswith("Restore: needs ")
    assert said.endswith("this role may not see where the server keeps its data (pg_read_all_settings)")
    light = look(workspace)
    assert (light.ready, light.warnings[0]) == (True, said)
    monkeypatch.setenv("DATABASE_URL", base.url.replace(str(postgresql.place), "/nowhere"))
    assert "cannot be reached" in data_of(Postgresql(), workspace.root).unknown
    assert look(workspace).ready


@pytest.mark.full
def test_the_light_asks_a_server_once_a_minute(
    flight: Flight, postgresql: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Base(flight, postgresql)
    monkeypatch.setenv("DATABASE_URL", base.url)
    workspace = base.begin()
    plan, at = base.plan(workspace), [0.0]
    rooms = RoomLook(monotonic=lambda: at[0])
    first = rooms(plan, workspace.root)
    postgresql.sql(base.name, "CREATE TABLE filler AS SELECT generate_series(1, 100000) AS n")
    assert rooms(plan, workspace.root)[0].needed == first[0].needed
    at[0] = 61.0
    assert rooms(plan, workspace.root)[0].needed > first[0].needed

"""Whether there is room for what a plan writes: its dumps, and the new database beside the live one.

A file system is known where it is this host's. Where a PostgreSQL server keeps its data is known from the server
itself, and whether that is here from the address that it was reached at.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from cockpit.durations import byte_size
from cockpit.errors import CockpitError
from cockpit.execution.databases.asking import PATIENCE, ask_server
from cockpit.execution.databases.dumps import format_of
from cockpit.execution.databases.place import settings_of
from cockpit.release.configuration import Postgresql
from cockpit.release.plan import Plan, PlanStep

_MARGIN = 1.2  # times what is written
_REMEMBERED = 60.0  # seconds that a server's answer holds for the readiness light
# Only a role of some privilege is told where the data lies; the size of a database is for all who may connect to it.
_QUESTION = """
SELECT coalesce((SELECT pg_database_size(datname) FROM pg_database WHERE datname = :'live'), 0),
       coalesce(host(inet_server_addr()), ''),
       CASE WHEN pg_has_role(current_user, 'pg_read_all_settings', 'USAGE')
            THEN current_setting('data_directory') ELSE '' END;
"""


class Room(Struct, frozen=True):
    """What one step needs and what is free where it writes, in bytes; `unknown` is why the latter is not known."""

    step: str  # its title
    place: str
    needed: int
    free: int | None = None
    device: int = 0
    unknown: str = ""


class Data(Struct, frozen=True):
    """A server's word on its live database: the size in bytes, and where its data lies on this host, if it does."""

    size: int
    directory: str = ""
    unknown: str = ""


def data_of(configured: Postgresql, root: Path, *, patience: float = PATIENCE) -> Data:
    """Ask the server of a database how large that is and where it lies."""
    try:
        settings = settings_of(configured, root, os.environ)
        said = ask_server(settings, _QUESTION, database=configured.maintenance, patience=patience)
        size, address, directory = said.split("|", 2)
    except (CockpitError, ValueError) as error:
        return Data(0, unknown=getattr(error, "what", "the server's answer is not understood"))
    # Behind a forwarded port is another host, or a container: the server's own address tells.
    if address and not _is_ours(address):
        return Data(int(size), unknown=f"not local: the server is at {address}")
    if not directory:
        return Data(int(size), unknown="this role may not see where the server keeps its data (pg_read_all_settings)")
    if not Path(directory).is_dir():
        return Data(int(size), unknown=f"not local: {directory} is not on this host")
    return Data(int(size), directory)


class RoomLook:
    """Looks at the room that plans need; what a server has said is remembered for a minute."""

    def __init__(self, *, patience: float = PATIENCE, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._monotonic = monotonic
        self._data: dict[tuple[Postgresql, Path], tuple[float, Data]] = {}

    def __call__(self, plan: Plan, root: Path) -> tuple[Room, ...]:
        """Return the room for each step of a plan that writes a dump or a database."""
        return tuple(self._rooms(plan, root))

    def _rooms(self, plan: Plan, root: Path) -> Iterator[Room]:
        for step in plan.steps:
            if step.left_out or step.database is None or step.database.trouble:
                continue
            if step.backup is not None:
                needed = _size_of(step.database.name) if step.backup.sqlite is not None else 0
                if needed or plan.dump is not None:
                    yield _room(step, Path(step.into), needed or (plan.dump.size if plan.dump is not None else 0))
            elif step.restore is not None and plan.dump is not None:
                if step.restore.postgresql is None:
                    yield _room(step, Path(step.database.name).parent, _restored_size(plan, step.database.name))
                    continue
                data = self._ask(step.restore.postgresql, root)
                needed = max(data.size, plan.dump.size)
                if data.unknown:
                    yield Room(step.title, step.database.place, int(needed * _MARGIN), unknown=data.unknown)
                else:
                    yield _room(step, Path(data.directory), needed)

    def _ask(self, configured: Postgresql, root: Path) -> Data:
        found = self._data.get((configured, root))
        if found is None or self._monotonic() - found[0] > _REMEMBERED:
            found = self._monotonic(), data_of(configured, root, patience=self._patience)
            self._data[configured, root] = found
        return found[1]


def complaints(rooms: tuple[Room, ...]) -> tuple[str, ...]:
    """Return where there is too little room; what several steps write into one file system is added up."""
    written: dict[int, int] = {}
    found = []
    for room in rooms:
        if room.free is None:
            continue
        needed = written[room.device] = written.get(room.device, 0) + room.needed
        if room.free < needed:
            free, wanted = byte_size(room.free), byte_size(needed)
            found.append(f"{room.step}: {free} are free at {room.place}, {wanted} are needed")
    return tuple(found)


def unknowns(rooms: tuple[Room, ...]) -> tuple[str, ...]:
    """Return of which room nothing is known, and why."""
    return tuple(
        f"{room.step}: needs {byte_size(room.needed)} more at {room.place}, and what is free there is unknown:"
        f" {room.unknown}"
        for room in rooms
        if room.unknown
    )


def _room(step: PlanStep, place: Path, size: int) -> Room:
    import shutil  # it brings archivers along

    needed = int(size * _MARGIN)
    for there in (place, *place.parents):
        try:
            return Room(step.title, str(place), needed, shutil.disk_usage(there).free, there.stat().st_dev)
        except OSError:
            continue
    return Room(step.title, str(place), needed, unknown="it cannot be looked at")


def _restored_size(plan: Plan, live: str) -> int:
    """Return about how large the new file will be: as its dump, or, with indexes, larger than its dump's text."""
    if plan.dump is None:
        return 0
    try:
        text = format_of(Path(plan.dump.path)) == "plain"
    except OSError:
        text = False
    return max(plan.dump.size, _size_of(live) if text else 0)


def _size_of(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0


def _is_ours(address: str) -> bool:
    """Whether an address is one of this host's: it can be bound to."""
    import socket

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True

"""A pool of SQLite connections, shared by the request threads."""

import itertools
import logging
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger("shop.database")


class PoolExhausted(Exception):
    """Every connection stayed in use for as long as we were willing to wait."""


class Slot:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.connection: sqlite3.Connection | None = None


class Pool:
    def __init__(self, path: Path, *, size: int, patience: float) -> None:
        self._path = path
        self._patience = patience
        self._slots = [Slot() for _ in range(size)]
        self._turn = itertools.count()

    @property
    def size(self) -> int:
        return len(self._slots)

    @property
    def in_use(self) -> int:
        return sum(slot.lock.locked() for slot in self._slots)

    def acquire(self) -> sqlite3.Connection:
        """Take a connection, trying one after the other; the caller gives it back with `release`."""
        started = time.monotonic()
        first = next(self._turn)
        for step in range(self.size):
            slot = self._slots[(first + step) % self.size]
            if slot.lock.acquire(timeout=self._patience):
                waited = time.monotonic() - started
                if waited > 0.5:
                    log.warning("waited %.0f ms for a connection, %d of %d in use", waited * 1000, self.in_use, self.size)
                if slot.connection is None:
                    slot.connection = sqlite3.connect(self._path, timeout=2, check_same_thread=False)
                return slot.connection
        waited = time.monotonic() - started
        raise PoolExhausted(f"connection pool exhausted after {waited * 1000:.0f} ms: {self.in_use} of {self.size} in use")

    def release(self, connection: sqlite3.Connection) -> None:
        next(slot for slot in self._slots if slot.connection is connection).lock.release()

    @contextmanager
    def connection(self):
        """A connection for the length of a block: committed at its end, rolled back on an error, always given back."""
        connection = self.acquire()
        try:
            with connection:
                yield connection
        finally:
            self.release(connection)

"""Work that is begun before it is needed: git answers while Python still loads what will look at the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Ahead(Generic[_T]):
    """Carries out some work in a thread of its own, at once; it is to wait for others, not to reckon."""

    def __init__(self, work: Callable[[], _T]) -> None:
        self._work = work
        self._found: list[_T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._carry_out, name="ahead", daemon=True)
        self._thread.start()

    def get(self) -> _T:
        """Wait for the end of the work; return what it returned, or raise what it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._found[0]

    def _carry_out(self) -> None:
        try:
            self._found.append(self._work())
        except BaseException as error:  # it is raised again where it is waited for
            self._error = error

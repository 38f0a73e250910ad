"""Memory of a process that lives long, given back to the system."""

from __future__ import annotations

from collections.abc import Callable

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # as malloc.h of the GNU C library numbers them
_LARGE = 256 * 1024  # bytes
_ARENAS = 2


def give_back_what_is_free() -> None:
    """Let large blocks go back to the system as soon as they are free, and threads share their small ones.

    The GNU C library takes ever larger blocks from its heaps, of which each thread has one of its own, and such a heap
    grows for hours around whatever small things stay in it. Other libraries have no such settings, and nothing is done.
    See https://www.gnu.org/software/libc/manual/html_node/Malloc-Tunable-Parameters.html
    """
    mallopt = _of_c_library("mallopt")
    if mallopt is not None:
        for parameter, value in ((_TRIM_THRESHOLD, _LARGE), (_MMAP_THRESHOLD, _LARGE), (_ARENA_MAX, _ARENAS)):
            mallopt(parameter, value)


def give_back_what_lies_between() -> None:
    """Give back the pages that are free now between others that are held; it takes a few milliseconds."""
    trim = _of_c_library("malloc_trim")
    if trim is not None:
        trim(0)


def _of_c_library(name: str) -> Callable[..., int] | None:
    try:
        import ctypes  # only who stays needs it

        function: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (ImportError, OSError, AttributeError):
        return None
    return function

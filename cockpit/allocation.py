"""Memory of a process that lives long, given back to the system."""

from __future__ import annotations

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # as malloc.h of the GNU C library numbers them
_LARGE = 256 * 1024  # bytes
_ARENAS = 2


def give_back_what_is_free() -> None:
    """Let large blocks go back to the system as soon as they are free, and threads share their small ones.

    The GNU C library takes ever larger blocks from its heaps, of which each thread has one of its own, and such a heap
    grows for hours around whatever small things stay in it. Other libraries have no such settings, and nothing is done.
    See https://www.gnu.org/software/libc/manual/html_node/Malloc-Tunable-Parameters.html
    """
    try:
        import ctypes  # only who stays needs it

        mallopt = ctypes.CDLL(None).mallopt
    except (ImportError, OSError, AttributeError):
        return
    for parameter, value in ((_TRIM_THRESHOLD, _LARGE), (_MMAP_THRESHOLD, _LARGE), (_ARENA_MAX, _ARENAS)):
        mallopt(parameter, value)

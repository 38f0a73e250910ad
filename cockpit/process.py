"""The one way to run a command: an argv list, a time-out, and a process group that is really gone at the end.

Nothing here ever uses a shell on its own; a configured command runs as `["/bin/sh", "-c", text]`, with the
values it needs in its environment.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from msgspec import Struct

from cockpit.errors import ProcessError

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from asyncio.subprocess import Process

_CHUNK = 65536
_SHARED = stat.S_ISGID | stat.S_IWGRP
_POLL = 0.05  # seconds between looks at a cancel flag
_DRAIN = 0.2  # seconds to read on after the command ended while a background child holds its pipe


class Finished(Struct, frozen=True):
    """How a command ended; `code` is None where it was killed for time or by a cancel."""

    argv: tuple[str, ...]
    code: int | None
    out: bytes
    err: bytes
    seconds: float
    timed_out: bool = False
    cancelled: bool = False
    truncated: bool = False

    @property
    def ok(self) -> bool:
        """Whether the command ended by itself with status 0."""
        return self.code == 0

    @property
    def text(self) -> str:
        """Standard output as text; bytes that are not UTF-8 become replacement characters."""
        return self.out.decode("utf-8", "replace")

    @property
    def complaint(self) -> str:
        """The first non-empty line of standard error, or of the output, for a message to a person."""
        for stream in (self.err, self.out):
            for line in stream.decode("utf-8", "replace").splitlines():
                if line.strip():
                    return line.strip()
        if self.timed_out:
            return f"no end after {self.seconds:.0f} s"
        return self.ending

    @property
    def ending(self) -> str:
        """How it ended, for a message to a person: its exit status, or the name of the signal that ended it."""
        if self.code is None or self.code >= 0:
            return f"exit status {self.code}"
        try:
            return f"ended by {signal.Signals(-self.code).name}"
        except ValueError:  # one of those for real time
            return f"ended by signal {-self.code}"


def shell(command: str) -> list[str]:
    """Return the argv that runs a configured command line."""
    return ["/bin/sh", "-c", command]


def kill_group(process_group: int, *, grace: float = 5.0) -> bool:
    """End a whole process group: SIGTERM, then SIGKILL after `grace` seconds; return whether it is gone."""
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        try:
            os.killpg(process_group, number)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _group_alive(process_group):
                return True
            time.sleep(0.02)
    return not _group_alive(process_group)


def end_all(alive: Callable[[], Collection[int]], *, grace: float = 5.0) -> bool:
    """End every process that `alive` finds, and what they start meanwhile; return whether all are gone.

    SIGTERM comes first, SIGKILL after `grace` seconds.
    """
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        told: set[int] = set()
        deadline = time.monotonic() + patience
        while left := set(alive()):
            for pid in left - told:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, number)
            told |= left
            if time.monotonic() >= deadline:
                break
            time.sleep(0.02)
        else:
            return True
    return not alive()


def is_alive(pid: int) -> bool:
    """Return whether a process of this user is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _group_alive(process_group: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(-process_group, os.WNOHANG)  # reap our own zombies, or the group never looks empty
    try:
        os.killpg(process_group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def run(
    argv: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = 60.0,
    stdin: bytes | None = None,
    limit: int = 64 * 1024 * 1024,
    cancel: threading.Event | None = None,
    on_start: Callable[[int], None] | None = None,
    output_file: int | None = None,
    grace: float = 5.0,
    on_output: Callable[[bytes], None] | None = None,
) -> Finished:
    """Run `argv` to its end in a session of its own and return how it ended.

    `env` replaces the environment whole. `stdin` bytes are fed to the command, otherwise it reads nothing.
    Output is kept up to `limit` bytes a stream and then read on but dropped (`truncated`). With `output_file`
    (a descriptor) both streams go straight there, so that a service which the command leaves behind keeps a
    valid output after we are gone. On a time-out or a cancel the whole group is ended, as far as it lets us. A child
    that the command leaves running in the background does not delay the return and is left alone. `on_start` gets the
    pid. With `on_output` nothing is kept: it gets the bytes of both streams, in their order, as they come.
    Raises ProcessError where the command cannot be started.
    """
    started = time.monotonic()
    piped = output_file is None
    try:
        child = subprocess.Popen(
            list(argv),
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE if piped else output_file,
            # Through one pipe, so that what was said first stands first.
            stderr=subprocess.STDOUT if on_output is not None else subprocess.PIPE if piped else output_file,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = str(error)
        if isinstance(error, OSError) and error.strerror:
            # Told apart by the file name: it is either the command or the directory to start it in.
            nowhere = cwd is not None and str(error.filename) == str(cwd)
            reason = f"{cwd}: {error.strerror}" if nowhere else error.strerror
        raise ProcessError(
            f"cannot start {argv[0]!r}: {reason}", fix="Check that it is installed and the path is right"
        ) from error
    deadline = None if timeout is None else started + timeout
    streams = {name: stream for name, stream in (("out", child.stdout), ("err", child.stderr)) if stream is not None}
    kept: dict[str, bytearray] = {"out": bytearray(), "err": bytearray()}
    state = {"truncated": False}
    feeder = None if child.stdin is None else threading.Thread(target=_feed, args=(child.stdin, stdin), daemon=True)
    if feeder is not None:
        feeder.start()
    gone = True
    try:
        if on_start is not None:
            on_start(child.pid)
        timed_out, cancelled = _pump(
            child, streams, kept, state, limit=limit, deadline=deadline, cancel=cancel, on_output=on_output
        )
        if timed_out or cancelled:
            gone = kill_group(child.pid, grace=grace)
    except BaseException:
        # Interrupted, or its pid could not be noted: a command that nobody waits for must not run on.
        gone = kill_group(child.pid, grace=grace)
        raise
    finally:
        for stream in streams.values():
            stream.close()
        if not gone:
            # One that has become another user's, as with sudo, or hangs in the kernel: its end is not waited for.
            _reap_later(child)
        elif child.returncode is None:
            child.wait()
        if feeder is not None:
            feeder.join(1.0)
    return Finished(
        argv=tuple(argv),
        code=None if timed_out or cancelled else child.returncode,
        out=bytes(kept["out"]),
        err=bytes(kept["err"]),
        seconds=time.monotonic() - started,
        timed_out=timed_out,
        cancelled=cancelled,
        truncated=state["truncated"],
    )


def _feed(pipe: IO[bytes], data: bytes) -> None:
    for act in (lambda: pipe.write(data), pipe.close):
        with contextlib.suppress(OSError):  # it does not have to read what it is given
            act()


def _pump(
    child: subprocess.Popen[bytes],
    streams: Mapping[str, IO[bytes]],
    kept: dict[str, bytearray],
    state: dict[str, bool],
    *,
    limit: int,
    deadline: float | None,
    cancel: threading.Event | None,
    on_output: Callable[[bytes], None] | None,
) -> tuple[bool, bool]:
    """Read until the command has ended; return (timed out, cancelled)."""
    with selectors.DefaultSelector() as selector:
        for name, stream in streams.items():
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, selectors.EVENT_READ, name)
        ended_at: float | None = None
        while True:
            now = time.monotonic()
            if ended_at is None and child.poll() is not None:
                ended_at = now
            if ended_at is not None and (not selector.get_map() or now - ended_at > _DRAIN):
                return False, False
            if ended_at is None and cancel is not None and cancel.is_set():
                return False, True
            if ended_at is None and deadline is not None and now >= deadline:
                return True, False
            wait = _POLL if deadline is None else max(0.0, min(_POLL, deadline - now))
            if not selector.get_map():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(wait or 0.001)
                continue
            ready = selector.select(0.01 if ended_at is not None else wait)
            if not ready and ended_at is not None:
                return False, False
            for key, _ in ready:
                chunk = os.read(key.fd, _CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                    continue
                if on_output is not None:
                    on_output(chunk)
                    continue
                target = kept[key.data]
                room = limit - len(target)
                if room < len(chunk):
                    state["truncated"] = True
                target += chunk[: max(room, 0)]


def make_directory(directory: Path) -> None:
    """Create a directory and what is missing above it; below one that is shared with a group, it is shared, too."""
    missing = [path for path in (directory, *directory.parents) if not path.exists()]
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        if is_shared(path.parent):
            path.chmod(stat.S_IMODE(path.stat().st_mode) | _SHARED | stat.S_IRGRP | stat.S_IXGRP)


def is_shared(directory: Path) -> bool:
    """Return whether what is made in a directory is for its whole group to write."""
    return directory.stat().st_mode & _SHARED == _SHARED


def spawn_detached(argv: Sequence[str], *, cwd: Path, log: Path, env: Mapping[str, str] | None = None) -> int:
    """Start a process that outlives us and our terminal, its output appended to `log`; return its pid."""
    make_directory(log.parent)
    with log.open("ab") as output:
        try:
            child = subprocess.Popen(
                list(argv),
                cwd=cwd,
                env=None if env is None else dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                close_fds=True,
            )
        except OSError as error:
            raise ProcessError(f"cannot start {argv[0]!r}: {error.strerror}") from error
    _reap_later(child)
    return child.pid


def _reap_later(child: subprocess.Popen[bytes]) -> None:
    # Somebody must reap it should it end before we do; a zombie would look alive to a pid check.
    threading.Thread(target=child.wait, name=f"reap-{child.pid}", daemon=True).start()


class Piped(Struct, frozen=True):
    """A command in a session of its own, its three streams pipes of the event loop that has started it."""

    child: Process
    stdin: StreamWriter
    stdout: StreamReader
    stderr: StreamReader

    async def end(self, *, patience: float) -> int | None:
        """Close its input and wait for its end; SIGTERM to its group after `patience` seconds, then SIGKILL.

        Returns its exit status, minus the signal's number where one has ended it.
        """
        import asyncio

        self.stdin.close()
        for number in (None, signal.SIGTERM, signal.SIGKILL):
            if number is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.child.pid, number)
            deadline = time.monotonic() + patience
            # Not by `wait`: that waits, too, for whoever else holds the pipes.
            while self.child.returncode is None and time.monotonic() < deadline:  # noqa: ASYNC110
                await asyncio.sleep(_POLL)
            if self.child.returncode is not None:
                break
        return self.child.returncode


async def start_piped(argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Piped:
    """Start a command to talk to; `env` replaces the environment whole.

    Whoever starts it ends it. Raises ProcessError where it cannot be started.
    """
    import asyncio  # most of us run without a loop

    try:
        child = await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise ProcessError(f"cannot start {argv[0]!r}: {error.strerror}") from error
    return Piped(
        child,
        cast("StreamWriter", child.stdin),
        cast("StreamReader", child.stdout),
        cast("StreamReader", child.stderr),
    )

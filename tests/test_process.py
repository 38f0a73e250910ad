"""The subprocess runner: whatever happens, it returns in time and nothing it started is left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cockpit import process
from cockpit.errors import ProcessError
from cockpit.process import Finished, run, shell, start_piped

SOON = 60.0


def until(holds: Callable[[], object]) -> None:
    """Return as soon as it holds; fail where it does not in time."""
    deadline = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.005)


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has reaped yet does not."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.strip().startswith("Z")


def pid_in(path: Path) -> int:
    until(lambda: path.exists() and path.read_text().strip())
    return int(path.read_text())


def test_it_tells_status_and_both_streams() -> None:
    done = run(shell("echo out; echo err >&2; exit 3"))
    assert (done.code, done.out, done.err, done.ok) == (3, b"out\n", b"err\n", False)
    assert (done.timed_out, done.cancelled, done.truncated) == (False, False, False)
    assert done.complaint == "err"
    assert run(["true"]).ok
    assert run(["printf", "\\377"]).text == "\ufffd"


@pytest.mark.parametrize(
    ("done", "complaint"),
    [
        (Finished((), 1, b"", b"\n  what \nmore", 0.0), "what"),
        (Finished((), 1, b"said\n", b" \n", 0.0), "said"),
        (Finished((), None, b"", b"", 5.2, timed_out=True), "no end after 5 s"),
        (Finished((), -9, b"", b"", 0.0), "ended by SIGKILL"),
    ],
)
def test_a_complaint_is_one_line(done: Finished, complaint: str) -> None:
    assert done.complaint == complaint


def test_arguments_environment_and_directory_reach_it_untouched(tmp_path: Path) -> None:
    hostile = "$(touch pwned); `id` \n *"
    assert run(["printf", "%s", hostile]).text == hostile
    done = run(shell('printf "%s|%s" "$VALUE" "$HOME"; pwd'), cwd=tmp_path, env={"VALUE": hostile, "PATH": os.defpath})
    assert done.text == f"{hostile}|{tmp_path}\n"
    assert not list(tmp_path.iterdir())


def test_it_reads_nothing_unless_fed() -> None:
    assert run(["cat"]).out == b""
    data = os.urandom(300_000)
    assert run(["cat"], stdin=data).out == data
    assert run(["true"], stdin=data).ok, "it does not have to read what it is given"
    assert run(["cat"], stdin=b"").out == b""


def test_output_beyond_the_limit_is_read_on_and_dropped() -> None:
    done = run(shell("head -c 500000 /dev/zero; echo error >&2"), limit=1000)
    assert (done.ok, len(done.out), done.truncated, done.err) == (True, 1000, True, b"error\n")
    assert not run(shell("head -c 1000 /dev/zero"), limit=1000).truncated


def test_what_cannot_be_started_says_why(tmp_path: Path) -> None:
    with pytest.raises(ProcessError, match="'no-such-command': No such file or directory") as caught:
        run(["no-such-command"])
    assert caught.value.fix
    with pytest.raises(ProcessError, match="nowhere: No such file or directory"):
        run(["true"], cwd=tmp_path / "nowhere")
    plain = tmp_path / "plain"
    plain.write_text("x")
    with pytest.raises(ProcessError, match="Permission denied"):
        run([str(plain)])
    with pytest.raises(ProcessError, match="null byte"):
        run(["echo", "a\0b"])


def test_a_time_out_ends_the_whole_group(tmp_path: Path) -> None:
    pids = tmp_path / "child", tmp_path / "grandchild"
    command = "(sh -c 'echo $$ > grandchild; sleep 300' & echo $$ > child; wait); sleep 300"
    cancel = threading.Event()
    done = run(shell(command), cwd=tmp_path, timeout=None, cancel=_set_when_written(cancel, pids))
    assert (done.cancelled, done.code) == (True, None)
    assert not any(alive(pid_in(pid)) for pid in pids)
    done = run(shell("echo before; sleep 300"), timeout=0.3)
    assert (done.timed_out, done.cancelled, done.code, done.out) == (True, False, None, b"before\n")


def _set_when_written(cancel: threading.Event, paths: tuple[Path, ...]) -> threading.Event:
    def wait() -> None:
        for path in paths:
            pid_in(path)
        cancel.set()

    threading.Thread(target=wait, daemon=True).start()
    return cancel


def test_what_ignores_sigterm_is_killed_after_its_grace(tmp_path: Path) -> None:
    cancel = threading.Event()
    done = run(
        shell("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done"),
        cwd=tmp_path, cancel=_set_when_written(cancel, (tmp_path / "pid",)), grace=0.2,
    )  # fmt: skip
    assert done.cancelled
    assert not alive(pid_in(tmp_path / "pid"))


def test_what_cleans_up_on_sigterm_may(tmp_path: Path) -> None:
    cancel = threading.Event()
    command = "trap 'echo tidy > tidied; exit 0' TERM; echo $$ > pid; while :; do sleep 0.05; done"
    run(shell(command), cwd=tmp_path, cancel=_set_when_written(cancel, (tmp_path / "pid",)))
    assert (tmp_path / "tidied").read_text() == "tidy\n"


def test_a_cancel_that_is_set_already_ends_it_at_once_and_an_ended_one_is_not_cancelled() -> None:
    cancel = threading.Event()
    cancel.set()
    assert run(["sleep", "300"], cancel=cancel).cancelled
    assert run(["true"], cancel=threading.Event()).ok


def test_a_child_in_the_background_holds_the_pipe_but_not_us_and_lives_on(tmp_path: Path) -> None:
    done = run(shell("sleep 300 & echo $! > pid; echo said"), cwd=tmp_path, timeout=SOON)
    service = pid_in(tmp_path / "pid")
    try:
        assert (done.ok, done.out) == (True, b"said\n")
        assert done.seconds < SOON
        assert alive(service)
    finally:
        os.kill(service, signal.SIGKILL)


def test_with_an_output_file_both_streams_go_there_and_stay_open_for_a_service(tmp_path: Path) -> None:
    path = tmp_path / "output.log"
    with path.open("ab") as output:
        done = run(
            shell("echo out; echo err >&2; (while [ ! -e go ]; do sleep 0.02; done; echo later) &"),
            cwd=tmp_path, output_file=output.fileno(),
        )  # fmt: skip
    assert (done.ok, done.out, done.err) == (True, b"", b"")
    assert path.read_text() == "out\nerr\n"
    (tmp_path / "go").touch()
    until(lambda: path.read_text() == "out\nerr\nlater\n")


def children() -> set[str]:
    """Return the pids of this process's children, dead ones that nobody has reaped included."""
    listed = Path("/proc/self/task").glob("*/children")
    return {pid for path in listed for pid in path.read_text().split()}


def test_nothing_is_left_to_reap() -> None:
    before = children()  # other tests of this process may have left theirs
    run(["true"])
    run(["sleep", "300"], timeout=0.05)
    assert children() <= before


def test_the_pid_is_told_at_the_start_and_a_failure_to_note_it_ends_the_command() -> None:
    pids: list[int] = []
    done = run(shell("echo $$"), on_start=pids.append)
    assert pids == [int(done.out)]

    def fail(pid: int) -> None:
        pids.append(pid)
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="disk is full"):
        run(["sleep", "300"], on_start=fail)
    assert not alive(pids[-1])


_INTERRUPTED = """
import signal, sys
from pathlib import Path
from cockpit.process import run
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in a shell's background
# Told by the runner itself: until then Python is still inside the start, where an interrupt cannot be caught.
run(["sleep", "300"], on_start=lambda pid: Path(sys.argv[1], "pid").write_text(str(pid)))
"""


def test_an_interrupt_leaves_no_command_running_on(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", _INTERRUPTED, str(tmp_path)], stderr=subprocess.PIPE)
    command = pid_in(tmp_path / "pid")
    child.send_signal(signal.SIGINT)
    assert b"KeyboardInterrupt" in child.communicate(timeout=SOON)[1]
    assert not alive(command)


def test_ending_a_group_that_is_gone_is_no_failure() -> None:
    child = subprocess.Popen(["true"], start_new_session=True)
    child.wait()
    assert process.kill_group(child.pid)


_STARTER = """
import sys
from pathlib import Path
from cockpit.process import spawn_detached
place = Path(sys.argv[1])
print(spawn_detached(["sh", "-c", "echo begun; echo $$ > pid; while [ ! -e go ]; do sleep 0.02; done; echo ended"],
                     cwd=place, log=place / "logs" / "service.log"), flush=True)
sys.stdin.read()
"""


def test_what_is_detached_outlives_whoever_started_it_and_its_terminal(tmp_path: Path) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", _STARTER, str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert starter.stdout is not None
    assert starter.stdin is not None
    with starter.stdout, starter.stdin:
        pid = int(starter.stdout.readline())
        assert pid_in(tmp_path / "pid") == pid
        os.killpg(starter.pid, signal.SIGHUP)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    assert alive(pid)
    assert os.getsid(pid) == pid
    (tmp_path / "go").touch()
    log = tmp_path / "logs" / "service.log"
    until(lambda: log.read_text() == "begun\nended\n")


def test_what_is_detached_is_reaped_when_it_ends(tmp_path: Path) -> None:
    pid = process.spawn_detached(["true"], cwd=tmp_path, log=tmp_path / "log")
    until(lambda: not Path(f"/proc/{pid}").exists() if Path("/proc/self").exists() else not alive(pid))
    with pytest.raises(ProcessError):
        process.spawn_detached(["no-such-command"], cwd=tmp_path, log=tmp_path / "log")


async def test_a_command_that_is_talked_to_ends_with_its_input_or_is_ended(tmp_path: Path) -> None:
    async def start(script: str) -> process.Piped:
        return await start_piped(shell(script), cwd=tmp_path, env={"WORD": "said"})

    quiet = await start('read line; echo "$WORD $line"; cat; exit 3')
    quiet.stdin.write(b"hello\n")
    assert await quiet.stdout.readline() == b"said hello\n"
    assert await quiet.end(patience=SOON) == 3

    stubborn = await start("trap '' TERM; sleep 300 & echo $!; while :; do wait; done")
    sleeping = int(await stubborn.stdout.readline())
    assert await stubborn.end(patience=0.1) == -signal.SIGKILL
    until(lambda: not alive(sleeping))

    with pytest.raises(ProcessError, match="cannot start 'no-such-command'"):
        await start_piped(["no-such-command"], cwd=tmp_path, env={})

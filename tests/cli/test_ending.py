"""A signal that ends a command ends what the command has started, too."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import threading
from pathlib import Path
from types import FrameType

import pytest

from cockpit.cli.ending import ended_at_once, ended_by_signals
from tests.cli.conftest import Console
from tests.execution.flight import CHECKLIST, Flight, alive, wait_until

CHECKED = CHECKLIST.replace("text: Look}", "text: Look, check: %s}")


def hanging(told: Path) -> str:
    """Return a command that says who it is and hangs."""
    return f"echo $$ > '{told}.new'; mv '{told}.new' '{told}'; exec sleep 600"


@pytest.mark.full
@pytest.mark.parametrize("arguments", [["probe", "slow"], ["verify"]])
@pytest.mark.parametrize("numbers", [[signal.SIGHUP] * 3, [signal.SIGTERM]])
def test_what_a_command_has_started_ends_with_it(
    flight: Flight, arguments: list[str], numbers: list[signal.Signals]
) -> None:
    told = flight.var / "told"
    check = {"command": {"run": hanging(told)}, "timeout": "100s"}
    (flight.repo / "checklists" / "short.yaml").write_text(CHECKED % json.dumps(check))
    flight.begin([], probes={"slow": {"command": hanging(told), "timeout": "100s"}})
    console = Console(flight.repo)
    with subprocess.Popen(console.command(*arguments), cwd=flight.repo, stdin=subprocess.DEVNULL) as process:
        wait_until(told.exists)
        for number in numbers:
            process.send_signal(number)
        assert process.wait(timeout=30) == 128 + numbers[0]
    assert not alive(int(told.read_text()))


def test_who_takes_the_signals_meanwhile_keeps_them() -> None:
    def own(_number: int, _frame: FrameType | None) -> None: ...

    before = signal.getsignal(signal.SIGTERM)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with ended_by_signals():
            with ended_at_once():
                assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
            signal.signal(signal.SIGTERM, own)
            with ended_at_once():
                assert signal.getsignal(signal.SIGTERM) is own
        assert signal.getsignal(signal.SIGTERM) is own
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with pytest.raises(SystemExit, match="143"), ended_by_signals():
            os.kill(os.getpid(), signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_that_comes_to_another_thread_ends_what_the_main_one_waits_for(number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_DFL)
    waiting, other = socket.socketpair()
    patience, slept_on = threading.Event(), threading.Event()

    def take() -> None:
        other.recv(1)
        signal.pthread_kill(threading.get_ident(), number)
        if not patience.wait(10):
            slept_on.set()
            other.send(b"x")

    thread = threading.Thread(target=take)
    thread.start()
    try:
        with pytest.raises(SystemExit, match=str(128 + number)), ended_by_signals():
            waiting.send(b"x")
            waiting.recv(1)
        patience.set()
        thread.join()
    finally:
        signal.signal(number, before)
        waiting.close()
        other.close()
    assert not slept_on.is_set()


def test_another_thread_takes_no_signals() -> None:
    before = signal.getsignal(signal.SIGHUP)
    seen: list[object] = []

    def look() -> None:
        with ended_by_signals(), ended_at_once():
            seen.append(signal.getsignal(signal.SIGHUP))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [before]

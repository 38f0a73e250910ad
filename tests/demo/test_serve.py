from __future__ import annotations

import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cockpit.demo import watchdog
from cockpit.demo.demo import Demo
from cockpit.errors import RefusedError
from tests.demo.conftest import NOW, python, wait_until

SERVE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from cockpit.demo.serve import serve
serve(Path(sys.argv[1]), now=datetime.now(UTC), say=lambda line: print(line, flush=True),
      prepare=lambda demo: print("prepared", (demo.repository / "VERSION").read_text().strip(), flush=True))
print("ended", flush=True)
"""


@contextmanager
def started(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Serve a demo in a process of its own, which has ended afterwards whatever the test found."""
    with subprocess.Popen([*python(SERVE), str(root)], stdout=subprocess.PIPE, text=True) as serving:
        try:
            yield serving
        finally:
            serving.kill()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_runs_until_it_is_told_to_end_and_leaves_no_process(tmp_path: Path, ending: signal.Signals) -> None:
    root = tmp_path / "my demo"
    with started(root) as serving:
        assert serving.stdout is not None
        lines = [serving.stdout.readline().rstrip("\n") for _ in range(7)]
        assert lines[0] == "prepared 2.4.1"
        assert f"in a second terminal: cockpit --repo '{root}/shop'" in lines
        with urllib.request.urlopen(lines[1].split()[1], timeout=10) as answer:
            assert answer.status == 200
        # The shop, its customers and, with openssl, its front door; each is known from its exec on.
        expected = 3 if shutil.which("openssl") else 2
        wait_until(lambda: len(watchdog.processes_of(root)) == expected)
        serving.send_signal(ending)
        assert serving.stdout.read() == "ended\n"
        assert serving.wait(10) == 0
    assert not watchdog.processes_of(root)
    assert (root / "shop" / ".git").is_dir()


def test_kill_9_leaves_files_and_no_process(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    with started(root) as serving:
        assert serving.stdout is not None
        for _ in range(7):
            serving.stdout.readline()
        assert watchdog.processes_of(root)
        serving.kill()
    wait_until(lambda: not watchdog.processes_of(root))
    assert (root / "shop" / ".git").is_dir()


def test_a_directory_with_anything_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RefusedError, match="not empty"):
        Demo.create(tmp_path, now=NOW)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_former_demo_is_set_up_anew(tmp_path: Path) -> None:
    Demo.create(tmp_path, now=NOW).stop()
    (tmp_path / "shop" / "VERSION").write_text("something else")
    (tmp_path / "notes.txt").write_text("mine")
    with Demo.create(tmp_path, now=NOW) as demo:
        assert (demo.repository / "VERSION").read_text() == "2.4.1\n"
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_demo_that_is_being_played_is_refused(tmp_path: Path) -> None:
    with Demo.create(tmp_path, now=NOW) as demo:
        with pytest.raises(RefusedError, match="is running"):
            Demo.create(tmp_path, now=NOW)
        assert (demo.repository / "VERSION").exists()

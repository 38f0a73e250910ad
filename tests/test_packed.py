"""The compiled modules in one file: the same modules as Python's own, whatever has happened to them or to it since."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

MODULES = 25  # more than are worth it
_PROGRAM = """
import importlib, inspect, json, sys
sys.path.insert(0, sys.argv[1])
from cockpit.packed import PackedModules
packed = PackedModules(sys.argv[2])
sys.meta_path.insert(0, packed)
import many, many.deep.inner
modules = [importlib.import_module(f"many.m{number}") for number in range(int(sys.argv[3]))]
packed.keep()
ours = [m.__name__ for m in sys.modules.values() if type(getattr(m, "__loader__", None)).__module__ == "cockpit.packed"]
print(json.dumps({
    "values": [module.VALUE for module in modules],
    "packed": sorted(name for name in ours if name.startswith("many")),
    "files": [many.__file__, many.deep.inner.__file__, many.__cached__],
    "paths": [list(many.__path__), many.deep.inner.__package__],
    "source": inspect.getsource(modules[0].told),
    "line": modules[0].told.__code__.co_filename,
    "data": importlib.resources.files("many").joinpath("data.txt").read_text(),
}))
"""


class Installed:
    """A package of many modules, and the file of what Python has compiled of it."""

    def __init__(self, root: Path) -> None:
        self.source = root / "lib"
        self.file = root / "cache" / "modules"
        package = self.source / "many"
        (package / "deep").mkdir(parents=True)
        for path in (package / "__init__.py", package / "deep" / "__init__.py"):
            path.write_text("import importlib.resources\n")
        (package / "deep" / "inner.py").write_text("")
        (package / "data.txt").write_text("some data")
        for number in range(MODULES):
            self.write(number, number)

    def write(self, number: int, value: int) -> None:
        self.path(number).write_text(f"VALUE = {value}\ndef told():\n    return VALUE\n")

    def path(self, number: int) -> Path:
        return self.source / "many" / f"m{number}.py"

    def start(self, modules: int = MODULES, **environment: str) -> Any:
        """Start a process that loads them, and keeps what was worth it."""
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, str(self.source), str(self.file), str(modules)],
            env={**os.environ, **environment}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def installed(tmp_path: Path) -> Installed:
    installed = Installed(tmp_path)
    assert installed.start()["packed"] == [], "there was no file"
    assert installed.file.is_file()
    return installed


def test_the_next_start_takes_them_from_there_and_they_are_the_same(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    before = installed.start()
    after = installed.start()
    assert len(after.pop("packed")) == MODULES + 3
    before.pop("packed")
    assert after == before
    assert after["source"] == "def told():\n    return VALUE\n"


def test_a_module_that_has_changed_is_read_anew_and_one_that_is_gone_is_gone(installed: Installed) -> None:
    installed.write(3, 333)
    found = installed.start()
    assert found["values"][3] == 333
    assert "many.m3" not in found["packed"]
    assert "many.m4" in found["packed"]
    installed.path(4).unlink()
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(installed.source), str(installed.file), str(MODULES)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "No module named 'many.m4'" in done.stderr


def test_after_an_upgrade_it_is_written_anew(installed: Installed) -> None:
    for number in range(MODULES):
        installed.write(number, 1000 + number)
    assert installed.start()["packed"] == ["many", "many.deep", "many.deep.inner"]
    found = installed.start()
    assert len(found["packed"]) == MODULES + 3
    assert found["values"][7] == 1007


def test_what_a_start_does_not_load_stays_in_it(installed: Installed) -> None:
    for number in range(MODULES - 1):
        installed.write(number, 1000 + number)
    installed.start(modules=MODULES - 1)
    assert f"many.m{MODULES - 1}" in installed.start()["packed"]


def test_few_new_ones_are_not_worth_it(installed: Installed) -> None:
    written = installed.file.read_bytes()
    installed.write(3, 333)
    installed.start()
    assert installed.file.read_bytes() == written


def test_only_its_user_can_write_it(installed: Installed) -> None:
    assert stat.S_IMODE(installed.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(installed.file.parent.stat().st_mode) == 0o700
    assert [path.name for path in installed.file.parent.iterdir()] == [installed.file.name]


@pytest.mark.parametrize("which", ["file", "directory", "link"])
def test_what_another_could_have_written_is_not_believed_and_left_alone(installed: Installed, which: str) -> None:
    if which == "file":
        installed.file.chmod(0o664)
    elif which == "directory":
        installed.file.parent.chmod(0o777)
    else:
        elsewhere = installed.file.rename(installed.file.with_name("elsewhere"))
        installed.file.symlink_to(elsewhere)
    assert installed.start()["packed"] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_another_users_file_is_not_believed(installed: Installed) -> None:
    os.chown(installed.file, 12345, -1)
    assert installed.start()["packed"] == []


@pytest.mark.parametrize("part", [0.0, 0.001, 0.3, 0.999])
def test_a_file_that_was_cut_off_is_as_none(installed: Installed, part: float) -> None:
    whole = installed.file.read_bytes()
    installed.file.write_bytes(whole[: int(len(whole) * part)])
    assert installed.start()["packed"] == []
    assert len(installed.start()["packed"]) == MODULES + 3, "and is written anew"


def test_zeros_as_a_power_failure_leaves_them_are_as_none(installed: Installed) -> None:
    installed.file.write_bytes(bytes(installed.file.stat().st_size))
    assert installed.start()["packed"] == []


def test_another_installations_file_is_not_taken(installed: Installed) -> None:
    assert installed.start(PYTHONPATH="/nowhere")["packed"] == []


def test_nothing_is_written_where_python_is_told_to_write_nothing(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    installed.start(PYTHONDONTWRITEBYTECODE="1")
    assert not installed.file.exists()


def test_a_full_disk_or_a_home_that_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    installed = Installed(tmp_path)
    (tmp_path / "cache").write_text("in the way")
    assert installed.start()["values"][3] == 3


def test_a_cockpit_keeps_what_it_has_loaded(tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "cockpit", "--version"], env=environment, capture_output=True, check=True
        )
        assert done.stdout.startswith(b"cockpit ")
    [file] = tmp_path.rglob("modules/*")
    assert b"cockpit/cli/main.py" in file.read_bytes()

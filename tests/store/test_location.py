from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from cockpit.errors import RefusedError
from cockpit.store.location import StoreLocation, Surroundings, common_directory, require_git, share_bits
from tests.store.support import git, make_repository, start, tick

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs to act for two users")


def test_every_place_of_a_repository_has_one_common_directory(repository: Path, tmp_path: Path) -> None:
    (repository / "deep").mkdir()
    git(repository, "worktree", "add", "-q", str(tmp_path / "linked"), "v1")
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    assert common_directory(repository) == repository / ".git"
    assert common_directory(repository / "deep") == repository / ".git"
    assert common_directory(tmp_path / "linked") == repository / ".git"
    assert common_directory(tmp_path / "bare.git") == tmp_path / "bare.git"
    assert Surroundings.of(repository / "deep").top == repository
    assert Surroundings.of(tmp_path / "linked").top == tmp_path / "linked"
    assert Surroundings.of(tmp_path / "bare.git").top is None
    assert Surroundings.of(repository / ".git").top is None


def test_a_path_may_hold_a_line_end(tmp_path: Path) -> None:
    odd = make_repository(tmp_path / "two\nlines", "--shared=group")
    git(odd, "config", "user.name", "Ana\nand Ben")
    around = Surroundings.of(odd)
    assert (around.top, around.location) == (odd, StoreLocation(odd / ".git", "sha1", 0o660))
    assert around.user["user.name"] == "Ana and Ben"


def test_an_inherited_git_dir_points_nowhere(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert common_directory(repository) == repository / ".git"


def test_the_object_format_and_sharing_are_found_out(repository: Path, tmp_path: Path) -> None:
    assert StoreLocation.of(repository) == StoreLocation(repository / ".git", "sha1", 0)
    other = make_repository(tmp_path / "other", "--object-format=sha256", "--shared=group")
    assert StoreLocation.of(other) == StoreLocation(other / ".git", "sha256", 0o660)


@pytest.mark.parametrize(
    ("value", "bits"),
    [("", 0), ("umask", 0), ("false", 0), ("group", 0o660), ("TRUE", 0o660), ("1", 0o660), ("all", 0o664),
     ("world", 0o664), ("0640", 0o640), ("0770", 0o660), ("2", 0o664)],
)  # fmt: skip
def test_sharing_reads_the_configuration_as_git_does(value: str, bits: int) -> None:
    assert share_bits(value) == bits


@pytest.mark.parametrize("there", [True, False])
def test_a_directory_outside_any_repository_is_refused(tmp_path: Path, there: bool) -> None:
    with pytest.raises(RefusedError) as caught:
        common_directory(tmp_path if there else tmp_path / "missing")
    assert caught.value.code == "no-repository"


@pytest.mark.parametrize("version", ["git version 2.35.8", "git version 1.9", "", "hg"])
def test_an_old_git_is_refused(version: str) -> None:
    with pytest.raises(RefusedError, match=r"needs git 2\.36") as caught:
        require_git(version)
    assert caught.value.code == "git-too-old"


@pytest.mark.parametrize("version", ["git version 2.36.0", "git version 2.39.5 (Apple Git-154)", "git version 3.0.1"])
def test_a_git_that_will_do_is_taken(version: str) -> None:
    require_git(version)


@needs_root
def test_another_users_repository_is_refused_with_the_command_that_trusts_it(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")  # scrubbed, so it must not matter
    monkeypatch.setenv("HOME", str(repository.parent))
    for path in (repository, repository / ".git"):
        os.chown(path, 12345, 12345)
    with pytest.raises(RefusedError) as caught:
        common_directory(repository)
    assert caught.value.code == "not-yours"
    assert caught.value.fix == f"Run: git config --global --add safe.directory {repository}"
    subprocess.run(["sh", "-c", caught.value.fix.removeprefix("Run: ")], check=True, env={**os.environ, **_plain()})
    assert common_directory(repository) == repository / ".git"


def _plain() -> dict[str, str]:
    return {"GIT_CONFIG_GLOBAL": os.environ["HOME"] + "/.gitconfig"}


STRANGER = """
import os, sys
from pathlib import Path
from cockpit.errors import RefusedError
from tests.store.support import start, tick
from cockpit.store.location import StoreLocation
os.setgid(12345), os.setuid(12345)
store = start(StoreLocation(Path(sys.argv[1])))
refusal = store.read_only_because()
print(refusal.code, len(store.load()), refusal.fix)
try:
    tick(store)
except RefusedError as error:
    print(error.code)
"""


@needs_root
def test_another_users_store_can_be_read_and_says_what_to_run(repository: Path) -> None:
    with tempfile.TemporaryDirectory() as public:
        Path(public).chmod(0o755)
        location = StoreLocation.of(Path(shutil.copytree(repository, Path(public, "repository"))))
        store = start(location)
        tick(store)
        store.close()
        command = [sys.executable, "-c", STRANGER, str(location.common)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("not-writable 1 As root")
    assert "core.sharedRepository group" in first
    assert second == "not-writable"

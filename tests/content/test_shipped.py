"""The shipped checklists are found in a checkout and in an installed wheel; a repository's own come first."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import cockpit
from cockpit.content.shipped import find_checklist, shipped_directory
from cockpit.errors import NotFoundError

CHECKOUT = Path(__file__).parents[2]
LOOK = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from cockpit.content.checklists import load_checklist
from cockpit.content.library import load_library
from cockpit.content.shipped import find_checklist, shipped_directory
path = find_checklist("production-deployment", Path(sys.argv[2]))
print(path)
print(len(list(load_checklist(path).walk())), len(load_library(shipped_directory()).runbooks))
"""


def look_from(root: Path, tmp_path: Path) -> list[str]:
    """Return the lines that a fresh interpreter with `root` first on its path says of the shipped checklists."""
    command = [sys.executable, "-c", LOOK, str(root), str(tmp_path)]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.splitlines()


def copy_checkout(target: Path) -> Path:
    """Copy what a build needs."""
    shutil.copytree(CHECKOUT / "cockpit", target / "cockpit", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(CHECKOUT / "checklists", target / "checklists")
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(CHECKOUT / name, target)
    return target


def test_beside_the_package_in_a_checkout(tmp_path: Path) -> None:
    assert shipped_directory() == Path(cockpit.__file__).resolve().parent.parent / "checklists"
    checkout = copy_checkout(tmp_path / "checkout")
    assert look_from(checkout, tmp_path) == [f"{checkout}/checklists/production-deployment.yaml", "116 5"]


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_inside_the_package_in_a_wheel_and_beside_it_in_an_sdist(tmp_path: Path, kind: str) -> None:
    checkout = copy_checkout(tmp_path / "checkout")
    built = tmp_path / "built"
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(built)]
    subprocess.run(command, cwd=checkout, capture_output=True, check=True)
    shutil.rmtree(checkout)
    (archive,) = built.iterdir()
    root = tmp_path / "installed"
    if kind == "wheel":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(root)
        expected = root / "cockpit" / "_shipped"
        assert sorted(path.name for path in root.iterdir() if not path.name.endswith(".dist-info")) == ["cockpit"]
        assert (root / "cockpit" / "docs" / "security.md").is_file()
    else:
        shutil.unpack_archive(archive, root, filter="data")
        (root,) = root.iterdir()
        expected = root / "checklists"
    assert look_from(root, tmp_path) == [f"{expected}/production-deployment.yaml", "116 5"]


def test_a_repository_s_own_checklist_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "checklists" / "production-deployment.yaml"
    assert find_checklist("production-deployment", tmp_path) == shipped_directory() / own.name
    own.parent.mkdir()
    own.touch()
    assert find_checklist("production-deployment", tmp_path) == own


@pytest.mark.parametrize("name", ["missing", "../secrets", "", "a/b", "x\x00"])
def test_what_is_not_there_is_refused_with_what_is(tmp_path: Path, name: str) -> None:
    (tmp_path / "secrets.yaml").touch()
    (tmp_path / "checklists").mkdir()
    (tmp_path / "checklists" / "hotfix.yaml").write_text("id: hotfix\ntitle: Hotfix\nphases: []\n")
    with pytest.raises(NotFoundError) as caught:
        find_checklist(name, tmp_path)
    assert caught.value.fix.endswith("name one of these: hotfix, production-deployment")

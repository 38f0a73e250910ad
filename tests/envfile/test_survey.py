"""A whole look at an env file: its rules, the file's own state, its example and what the code reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cockpit.envfile.code_uses import uses_in
from cockpit.envfile.survey import Survey, survey
from cockpit.errors import NotFoundError
from cockpit.release.library import EnvVariable
from tests.store.support import git

STRONG = "9f8e7d2c5b4a39281706f5e4d3c2b1a0"
SCHEMA = (
    EnvVariable("SECRET_KEY", "App", type="secret", min_length=32),
    EnvVariable("POOL", "App", type="int", applies="if-applicable"),
    EnvVariable("URL", "App", type="url"),
)
CODE = """\
import os as system
from os import environ, getenv as read
A = environ["NEEDED"]
B = system.environ.get("WISHED"), read("WISHED_TOO", "x"), system.getenv("ALSO")
environ["WRITTEN"] = "1"
if "ASKED" in system.environ: pass
C = environ[A], {}["NOT_OURS"]
D = system.environ.pop("POPPED")
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "--template=")
    (tmp_path / ".gitignore").write_text(".env\n")
    return tmp_path


def write(code: Path, text: str, *, mode: int = 0o600, name: str = ".env") -> Path:
    path = code / name
    path.write_text(text)
    path.chmod(mode)
    return path


def look(code: Path) -> Survey:
    return survey(code / ".env", SCHEMA, production=True, code=code, example=".env.example")


def told(found: Survey) -> dict[str, str]:
    return {one.name or "file": f"{one.state}: {one.why}".rstrip(": ") for one in found.findings}


def test_a_right_file(code: Path) -> None:
    write(code, f"SECRET_KEY={STRONG}\nURL=https://shop.example\n")
    found = look(code)
    assert not found.failed
    assert told(found) == {"SECRET_KEY": "ok", "POOL": "absent: is not set, and need not be", "URL": "ok"}
    assert [one.where for one in found.findings] == [".env:1", "", ".env:2"]


def test_what_is_compared_with_the_example_and_the_code(code: Path) -> None:
    write(code, f"SECRET_KEY={STRONG}\nURL=${{BASE}}/x\nOWN=changeme\nSTRIPE=sk_test_12345678\nFINE=1\n")
    write(code, f"SECRET_KEY={STRONG}\nFORGOTTEN=1\n", name=".env.example")
    (code / "app.py").write_text(CODE)
    (code / "tests").mkdir()
    (code / "tests" / "test_app.py").write_text('import os\nos.environ["ONLY_IN_TESTS"]\n')
    (code / "untracked.py").write_text('import os\nos.environ["UNTRACKED"]\n')
    git(code, "add", "app.py", "tests", ".gitignore")
    found = look(code)
    assert told(found) == {
        "SECRET_KEY": "failed: is the one of the example file, which everybody can read",
        "POOL": "absent: is not set, and need not be",
        "URL": "unknown: takes in BASE of the environment, which is not looked at",
        "OWN": "failed: is a placeholder",
        "STRIPE": "failed: is a test key, and this is production",
        "FINE": "ok: no rule speaks of it",
        "FORGOTTEN": "warning: stands in the example, not here",
        "NEEDED": "warning: the code reads it, and fails where nothing sets it",
        "POPPED": "warning: the code reads it, and fails where nothing sets it",
    }
    assert next(one.where for one in found.findings if one.name == "NEEDED") == "app.py:3"
    assert found.code_files == 1


def test_which_uses_are_found() -> None:
    found = {use.name: (use.line, use.needed) for use in uses_in(CODE.encode(), "app.py")}
    assert found == {
        "NEEDED": (3, True), "WISHED": (4, False), "WISHED_TOO": (4, False), "ALSO": (4, False), "ASKED": (6, False),
        "POPPED": (8, True),
    }  # fmt: skip
    for broken in (b"os.environ[", b"os.environ\0", b"os.environ" + b"(" * 100_000, b"\xff os.environ"):
        assert uses_in(broken, "x.py") == []


@pytest.mark.parametrize(
    ("mode", "words"),
    [(0o600, ""), (0o640, "its whole group can read it (640)"), (0o644, "every user of this host can read it (644)"),
     (0o620, "others can write it (620)")],
)  # fmt: skip
def test_who_can_read_it(code: Path, mode: int, words: str) -> None:
    write(code, f"SECRET_KEY={STRONG}\nURL=https://shop.example\n", mode=mode)
    found = look(code)
    assert told(found).get("file", ": ").partition(": ")[2].startswith(words)
    assert found.failed is (mode in {0o644, 0o620})


def test_git_tracks_it_and_a_line_is_broken(code: Path) -> None:
    write(code, f"SECRET_KEY={STRONG}\nURL=https://shop.example\nwhat is this\n")
    git(code, "add", "--force", ".env")
    whys = [(one.why.partition(",")[0], one.where) for one in look(code).findings if not one.name]
    assert whys == [("cannot be read as KEY=value", ".env:3"), ("git tracks it", ".env")]


def test_without_a_file_and_without_a_repository(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        look(tmp_path)
    write(tmp_path, f"SECRET_KEY={STRONG}\nURL=https://shop.example\n")
    found = look(tmp_path)
    assert "the code was not looked through" in told(found)["file"]
    assert not found.failed


def test_a_tracked_link_is_not_followed(code: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "other.py"
    outside.write_text('import os\nos.environ["OUTSIDE"]\n')
    os.symlink(outside, code / "link.py")
    git(code, "add", "link.py")
    write(code, f"SECRET_KEY={STRONG}\nURL=https://shop.example\n")
    assert "OUTSIDE" not in told(look(code))
